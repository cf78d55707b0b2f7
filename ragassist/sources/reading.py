"""From paths to records: finding the files, and choosing the reader by what a file contains."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ragassist.errors import SourceError
from ragassist.sources import (
    atom,
    bibtex,
    csl_json,
    json_records,
    jsonl,
    medline,
    paper_list,
    pubmed_xml,
    ris,
    table,
)
from ragassist.sources.lines import Line, TextFile
from ragassist.types import Failure, Record


@dataclass(frozen=True, slots=True)
class Format:
    """A format of sources: its name, how its files are recognised, and how they are read."""

    name: str
    looks_like: Callable[[str], bool]
    read: Callable[[Iterable[Line], str], Iterator[Record | Failure]]


# Asked in this order; the first that recognises a file reads it.
FORMATS: tuple[Format, ...] = (
    Format("pubmed-xml", pubmed_xml.looks_like, pubmed_xml.read),
    Format("arxiv-atom", atom.looks_like, atom.read),
    Format("csl-json", csl_json.looks_like, csl_json.read),
    Format("json", json_records.looks_like, json_records.read),
    Format("jsonl", jsonl.looks_like, jsonl.read),
    Format("bibtex", bibtex.looks_like, bibtex.read),
    Format("medline", medline.looks_like, medline.read),
    Format("ris", ris.looks_like, ris.read),
    Format("csv", table.looks_like, table.read),
    Format("paper-list", paper_list.looks_like, paper_list.read),
)


class Source:
    r"""One file that papers are read from.

    Attributes:
        path: absolute, as provenance records it; bytes of it that are no text as `\xNN`.
        reader: the name of the format that reads it.
        size_bytes: of the file, for progress.

    Raises:
        SourceError: the file cannot be read, or no format recognises it.
    """

    def __init__(self, path: Path) -> None:
        self._file = TextFile(path)
        self.path = os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")
        self.size_bytes = self._file.size_bytes
        recognised = next((f for f in FORMATS if f.looks_like(self._file.head)), None)
        if recognised is None:
            known = ", ".join(f.name for f in FORMATS)
            raise SourceError(
                f"{str(path)!r} is in no format that ragassist knows ({known}): save the page that "
                "lists the papers as text, or write one JSON object a line with title and abstract"
            )
        self._format = recognised
        self.reader = recognised.name

    @property
    def bytes_read(self) -> int:
        """How far reading has come."""
        return self._file.bytes_read

    def read(self) -> Iterator[Record | Failure]:
        """The papers and failures of the file, in its order; flat in memory.

        Raises:
            SourceError: the file became unreadable on the way; what came before holds.
        """
        yield from self._format.read(self._file.lines(), self.path)


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files meant by paths: files as given, folders as the files in them, at any depth.

    Hidden files and folders inside a folder are left out. Each file once, in the order of the
    paths, those of a folder by name.

    Raises:
        SourceError: a path is not there, or a folder holds no file.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        try:
            for file in _files_at(path):
                found.setdefault(file.resolve(), file)
        except OSError as error:
            raise SourceError(f"{str(path)!r} cannot be read: {error.strerror}") from error
    return list(found.values())


def _files_at(path: Path) -> list[Path]:
    if not path.exists():
        raise SourceError(f"{str(path)!r} is not there: check how it is spelt, and from where")
    if not path.is_dir():
        return [path]
    inside = [
        file
        for file in sorted(path.rglob("*"))
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]
    if not inside:
        raise SourceError(f"{str(path)!r} holds no files: name the files, or another folder")
    return inside
