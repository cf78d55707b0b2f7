"""The formats that papers can be written in."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Literal

from ragassist.bibliographies import biblatex, bibtex, csl_json, jsonl, ris, table
from ragassist.bibliographies.keys import under_own_keys
from ragassist.types import Paper

FormatName = Literal["bibtex", "biblatex", "ris", "csl-json", "csv", "jsonl"]
Write = Callable[[Iterable[Paper]], Iterator[str]]


def _under_own_keys(write: Write) -> Write:
    return lambda papers: write(under_own_keys(papers))


def _under_any_keys(write: Write) -> Write:
    return lambda papers: write(under_own_keys(papers, in_quotes=True))


WRITERS: dict[FormatName, Write] = {
    "bibtex": _under_own_keys(bibtex.write),
    "biblatex": _under_own_keys(biblatex.write),
    "ris": _under_any_keys(ris.write),
    "csl-json": _under_any_keys(csl_json.write),
    "csv": _under_any_keys(table.write),
    "jsonl": _under_any_keys(jsonl.write),
}
"""Papers in, text out, piece by piece: flat in memory, complete once it is exhausted.

The keys are the readers' own, as `under_own_keys` finds them.
"""

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
