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
    endnote_xml,
    isi,
    json_records,
    jsonl,
    medline,
    paper_list,
    pubmed_xml,
    refer,
    ris,
    table,
)
from ragassist.sources.lines import STDIN, Line, TextFile
from ragassist.types import Failure, Record


@dataclass(frozen=True, slots=True)
class Format:
    """A format of sources: its name, how its files are recognised, and how they are read.

    Attributes:
        in_pieces: its reader takes a long line in pieces that share a number.
    """

    name: str
    looks_like: Callable[[str], bool]
    read: Callable[[Iterable[Line], str], Iterator[Record | Failure]]
    in_pieces: bool = False


# Asked in this order; the first that recognises a file reads it.
FORMATS: tuple[Format, ...] = (
    Format("pubmed-xml", pubmed_xml.looks_like, pubmed_xml.read),
    Format("endnote-xml", endnote_xml.looks_like, endnote_xml.read),
    Format("arxiv-atom", atom.looks_like, atom.read),
    Format("csl-json", csl_json.looks_like, csl_json.read, in_pieces=True),
    Format("json", json_records.looks_like, json_records.read, in_pieces=True),
    Format("jsonl", jsonl.looks_like, jsonl.read, in_pieces=True),
    Format("bibtex", bibtex.looks_like, bibtex.read),
    Format("medline", medline.looks_like, medline.read),
    Format("isi", isi.looks_like, isi.read),
    Format("ris", ris.looks_like, ris.read),
    Format("refer", refer.looks_like, refer.read),
    Format("csv", table.looks_like, table.read),
    Format("paper-list", paper_list.looks_like, paper_list.read),
)


class Source:
    r"""One file that papers are read from.

    Args:
        path: to a file, compressed or not; `-` is standard input.
        format_name: of the format to read it as, whatever it looks like; None to tell it from the
            content.

    Attributes:
        path: absolute, as provenance records it; bytes of it that are no text as `\xNN`, standard
            input as `<stdin>:` and the beginning of its digest, for each is another source.
        reader: the name of the format that reads it.
        size_bytes: of the file, for progress.

    Raises:
        SourceError: the file cannot be read, no format recognises it, or none has that name.
    """

    def __init__(self, path: Path, format_name: str | None = None) -> None:
        forced = None if format_name is None else _format_called(format_name)
        self._file = TextFile(path)
        self.path = _provenance(path, self._file)
        self.size_bytes = self._file.size_bytes
        self._format = forced or _format_of(self._file)
        self.reader = self._format.name

    @property
    def bytes_read(self) -> int:
        """How far reading has come."""
        return self._file.bytes_read

    def read(self) -> Iterator[Record | Failure]:
        """The papers and failures of the file, in its order; flat in memory.

        Raises:
            SourceError: the file became unreadable on the way; what came before holds.
        """
        if self._file.is_guessed:
            reason = f"its encoding is not stated: read as {self._file.encoding}, which is a guess"
            yield Failure(source=self.path, line=0, reason=reason, expected=True)
        lines = self._file.lines(in_pieces=self._format.in_pieces)
        yield from self._format.read(lines, self.path)


def _format_called(name: str) -> Format:
    found = next((form for form in FORMATS if form.name == name.strip().lower()), None)
    if found is None:
        raise SourceError(f"there is no format {name!r}: name one of {_names()}")
    return found


def _format_of(file: TextFile) -> Format:
    recognised = _recognised(file.head)
    if recognised is None and file.goes_on:
        recognised = _recognised(file.long_head())
    if recognised is None:
        raise SourceError(
            f"{file.name!r} is in no format that ragassist knows ({_names()}): name the format if "
            "it is one of these, save the page that lists the papers as text, or write one JSON "
            "object a line with title and abstract"
        )
    return recognised


def _recognised(head: str) -> Format | None:
    return next((form for form in FORMATS if form.looks_like(head)), None)


def _names() -> str:
    return ", ".join(form.name for form in FORMATS)


def _provenance(path: Path, file: TextFile) -> str:
    if path == STDIN:
        return f"{file.name}:{file.digest()}"
    return os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files meant by paths: files as given, folders as the files in them, at any depth.

    Hidden files and folders inside a folder are left out. Each file once, in the order of the
    paths, those of a folder by name. `-` is standard input, and means itself; a file of that name
    is meant by its absolute path.

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
    if path == STDIN:
        return [path]
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
