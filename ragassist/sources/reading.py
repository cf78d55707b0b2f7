"""From paths to records: finding the files, and choosing the reader by what a file contains."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ragassist.errors import SourceError
from ragassist.sources import jsonl, paper_list
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
    Format("jsonl", jsonl.looks_like, jsonl.read),
    Format("paper-list", paper_list.looks_like, paper_list.read),
)


class Source:
    """One file that papers are read from.

    Attributes:
        path: absolute, as provenance records it.
        reader: the name of the format that reads it.
        size_bytes: of the file, for progress.

    Raises:
        SourceError: the file cannot be read, or no format recognises it.
    """

    def __init__(self, path: Path) -> None:
        self._file = TextFile(path)
        self.path = str(path.resolve())
        self.size_bytes = path.stat().st_size
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
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = [
                file
                for file in sorted(path.rglob("*"))
                if file.is_file()
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
            ]
            if not inside:
                raise SourceError(f"{str(path)!r} holds no files")
            found.update(dict.fromkeys(inside))
        elif path.exists():
            found[path] = None
        else:
            raise SourceError(f"{str(path)!r} is not there")
    return list(found)
