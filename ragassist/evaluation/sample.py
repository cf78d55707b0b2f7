"""The sample library, its questions and its gate: what ships, measured anywhere in seconds."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from ragassist.library import Library
from ragassist.shipped import shipped


def sample_questions() -> Path:
    """The file of the questions."""
    return shipped("questions", "sample.jsonl")


def sample_gate() -> Path:
    """The file of the bounds."""
    return shipped("gates", "smoke.json")


@contextmanager
def sample_library(progress: Callable[[str, int, int], None]) -> Iterator[Library]:
    """A library of the sample papers in a folder of its own, which goes with it; no model."""
    papers = resources.files("ragassist") / "resources" / "sample_library.jsonl"
    with (
        tempfile.TemporaryDirectory(prefix="ragassist-eval-") as place,
        resources.as_file(papers) as file,
        Library.open(Path(place) / "library", progress=progress) as library,
    ):
        library.add(file)
        yield library
