"""The formats that papers can be written in."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Literal

from ragassist.bibliographies import biblatex, bibtex, csl_json, jsonl, ris, table
from ragassist.types import Paper

FormatName = Literal["bibtex", "biblatex", "ris", "csl-json", "csv", "jsonl"]
Write = Callable[[Iterable[Paper]], Iterator[str]]

WRITERS: dict[FormatName, Write] = {
    "bibtex": bibtex.write,
    "biblatex": biblatex.write,
    "ris": ris.write,
    "csl-json": csl_json.write,
    "csv": table.write,
    "jsonl": jsonl.write,
}
"""Papers in, text out, piece by piece: flat in memory, complete once it is exhausted."""

_BY_SUFFIX: dict[str, FormatName] = {
    ".bib": "bibtex",
    ".ris": "ris",
    ".json": "csl-json",
    ".csv": "csv",
    ".jsonl": "jsonl",
}


def format_for(path: PurePath) -> FormatName | None:
    """The format that a file's name asks for; None where it asks for none of these."""
    return _BY_SUFFIX.get(path.suffix.lower())
