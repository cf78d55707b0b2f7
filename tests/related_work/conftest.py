"""Libraries that several tests of related work read, made once."""

import json
import shutil
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import pytest

from ragassist.library import Library
from tests.papers_made import Stated

MakeLibrary = Callable[[list[Stated]], Path]


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the sample papers. Read it; do not write to it."""
    folder = tmp_path_factory.mktemp("sample")
    shipped = resources.files("ragassist").joinpath("resources/sample_library.jsonl")
    with resources.as_file(shipped) as source:
        shutil.copy(source, folder / "sample.jsonl")
    with Library.open(folder / "library") as library:
        library.add(folder / "sample.jsonl")
    return folder / "library"


@pytest.fixture
def sample(sample_folder: Path) -> Iterator[Library]:
    """The sample library, open."""
    with Library.open(sample_folder) as library:
        yield library


@pytest.fixture
def make_library(tmp_path: Path) -> MakeLibrary:
    """Makes a library of papers as a JSONL file states them; returns its folder."""

    def make(papers: list[Stated]) -> Path:
        source = tmp_path / "papers.jsonl"
        source.write_text("".join(json.dumps(paper) + "\n" for paper in papers), "utf-8")
        with Library.open(tmp_path / "library") as library:
            library.add(source)
        return tmp_path / "library"

    return make
