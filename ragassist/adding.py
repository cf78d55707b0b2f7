"""From a file on disk to papers in the catalog, in transactions of up to two thousand records."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ragassist.errors import SourceError, UsageError
from ragassist.index.chunking import chunk_abstract
from ragassist.sources.folders import LeftOut
from ragassist.sources.lines import STDIN
from ragassist.sources.reading import FORMATS, Source, find_files
from ragassist.sources.table import reader_with
from ragassist.storage.catalog import Catalog
from ragassist.storage.intake import (
    Tally,
    absorb,
    call_by_what_is,
    close_source,
    forget_empty_source,
    forget_reading,
    has_records,
    last_import,
    next_import,
    note_unreadable,
    open_source,
    remember_reading,
    remembered_reading,
    store_failures,
)
from ragassist.storage.renaming import refused_keys, take_renamed
from ragassist.storage.synced import last_record
from ragassist.storage.works import Chunker
from ragassist.tokens import token_counter
from ragassist.types import Failure, KeyNote, Record, SourceReport

if TYPE_CHECKING:
    from ragassist.index.indexing import Progress

_BATCH = 2000
_TABLE = "csv"
STANDARD_INPUT = "<stdin>"
_INTERRUPTED = "reading it was interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAs:
    """How files are to be read, where the user knows better than what is guessed from them.

    Attributes:
        format_name: of the reader; None to recognise the format by the content.
        columns: of a table: field and name of the column it stands in.

    Raises:
        UsageError: there is no such format or field, or columns are given for no table.
    """

    format_name: str | None = None
    columns: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Check the names, before any file is opened."""
        known = [form.name for form in FORMATS]
        if self.format_name is not None and self.format_name not in known:
            raise UsageError(
                f"there is no format {self.format_name!r}: name one of {', '.join(known)}"
            )
        if self.columns and self.format_name not in {None, _TABLE}:
            raise UsageError(f"columns are of tables: leave them out, or the format {_TABLE!r}")
        reader_with(dict(self.columns))

    def open(self, file: Path) -> Source:
        """The file, ready to be read.

        Raises:
            SourceError: as `Source` does.
        """
        return _Table(file, self.columns) if self.columns else Source(file, self.format_name)


class _Table(Source):
    """A table of which the user says what some columns hold."""

    def __init__(self, path: Path, columns: Sequence[tuple[str, str]]) -> None:
        super().__init__(path, _TABLE)
        self._read_rows = reader_with(dict(columns))

    def read(self) -> Iterator[Record | Failure]:
        """As a source is read."""
        yield from self._read_rows(self._file.lines(), self.path)


RECOGNISED = ReadAs()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """What became of one file.

    Attributes:
        source_id: None where it could not be opened.
        replaced: ids of records whose key was known with other words.
    """

    report: SourceReport
    source_id: int | None = None
    replaced: tuple[int, ...] = ()


class Import:
    """One run of reading files into a catalog.

    Memory is flat in the size of a file but for its failures, which the report lists.

    Attributes:
        import_id: the number its records are stored under.
    """

    def __init__(
        self, catalog: Catalog, progress: "Progress", read_as: ReadAs = RECOGNISED
    ) -> None:
        self._catalog = catalog
        self._progress = progress
        self._read_as = read_as
        self._chunk = chunker()
        self._known = last_record(catalog)
        self._replaced: list[int] = []
        with catalog.transaction():
            self.import_id = next_import(catalog)

    def begin_anew(self) -> None:
        """Take another number, so that what a file read again has lost since counts as lost."""
        with self._catalog.transaction():
            self.import_id = next_import(self._catalog)

    def read(self, file: Path) -> SourceReport:
        """Take one file in, as far as it can be read; call it inside `catalog.writing()`."""
        return self.take(file).report

    def forget_missing(self, missing: Sequence[SourceReport]) -> None:
        """Forget the failures of files that are gone and of which the library has nothing."""
        with self._catalog.transaction():
            for report in missing:
                forget_empty_source(self._catalog, source_path(Path(report.source).expanduser()))

    def key_notes(self) -> tuple[KeyNote, ...]:
        """What is to be told of ids since it was last told, and of the keys of what was read."""
        with self._catalog.transaction():
            renamed = take_renamed(self._catalog)
        return (*renamed, *refused_keys(self._catalog, self._known, self._replaced))

    def take(self, file: Path) -> FileRead:
        """As `read`, with what the report does not say."""
        read_as = reading_of(self._catalog, file, self._read_as)
        if read_as == RECOGNISED and file != STDIN:
            with self._catalog.transaction():
                forget_reading(self._catalog, source_path(file))
        digest = digest_of(file, read_as)
        source = open_file(file, read_as)
        if isinstance(source, SourceReport):
            with self._catalog.transaction():
                note_unreadable(
                    self._catalog, source_path(file), self.import_id, source.error or ""
                )
                self._remember(file, read_as)
            return FileRead(report=source)
        with self._catalog.transaction():
            source_id = open_source(self._catalog, source.path, source.reader)
            self._remember(file, read_as)
        try:
            tally, failures, error = self._records(source_id, source, file.name)
        except KeyboardInterrupt:
            with self._catalog.transaction():
                close_source(
                    self._catalog, source_id, self.import_id, digest=None, error=_INTERRUPTED
                )
            raise
        if not tally.records and not error:
            error = f"no paper was found in {str(file)!r}{_as_said(read_as)}"
        elif digest is not None and digest_of(file, read_as) != digest:
            error = error or f"{str(file)!r} was written to while it was read: read it again"
        self._replaced.extend(tally.replaced)
        with self._catalog.transaction():
            before = last_import(self._catalog, source_id)
            close_source(self._catalog, source_id, self.import_id, digest=digest, error=error)
            call_by_what_is(self._catalog, source_id, before, self._chunk)
        report = SourceReport(
            source=source.path,
            reader=source.reader,
            records=tally.records,
            unchanged=tally.unchanged,
            new_papers=tally.new_papers,
            failures=tuple(failures),
            error=error or None,
        )
        return FileRead(report=report, source_id=source_id, replaced=tally.replaced)

    def _remember(self, file: Path, read_as: ReadAs) -> None:
        if file != STDIN and read_as != RECOGNISED:
            remember_reading(self._catalog, source_path(file), read_as.format_name, read_as.columns)

    def _records(
        self, source_id: int, source: Source, name: str
    ) -> tuple[Tally, list[Failure], str]:
        """What the records came to, what failed, and why reading ended before the file did."""
        tally, failures = Tally(), list[Failure]()
        for batch, error in _batches(source):
            tally += self._store(source_id, batch, failures)
            if error:
                return tally, failures, error
            self._progress(f"reading {name}", source.bytes_read, source.size_bytes)
        return tally, failures, ""

    def _store(
        self, source_id: int, batch: list[Record | Failure], failures: list[Failure]
    ) -> Tally:
        records = [found for found in batch if isinstance(found, Record)]
        failed = [found for found in batch if isinstance(found, Failure)]
        failures.extend(failed)
        with self._catalog.transaction():
            store_failures(self._catalog, source_id, failed, self.import_id)
            return absorb(
                self._catalog,
                source_id,
                self.import_id,
                records,
                self._chunk,
                damaged={failure.line for failure in failed if not failure.expected},
            )


def reading_of(catalog: Catalog, file: Path, read_as: ReadAs) -> ReadAs:
    """How a file is to be read: as the user says, or else as they said the last time.

    What they said is no help where nothing has come of it: then the format is recognised.
    """
    if read_as != RECOGNISED or file == STDIN:
        return read_as
    remembered = remembered_reading(catalog, source_path(file))
    if remembered is None or not has_records(catalog, source_path(file)):
        return read_as
    format_name, columns = remembered
    return ReadAs(format_name=format_name, columns=columns)


def _as_said(read_as: ReadAs) -> str:
    """How a file was read, where that was the user's choice; empty where it was not."""
    if read_as.format_name is not None:
        return (
            f", read as {read_as.format_name}, as you said: read it again without --format to have "
            "its format recognised, or name another one"
        )
    return ", read by the columns you said: name others" if read_as.columns else ""


def chunker() -> Chunker:
    """How this machine cuts a paper into chunks: its tokens counted, or estimated."""
    _, count_tokens = token_counter()
    return lambda title, abstract: chunk_abstract(title, abstract, count_tokens)


def find_sources(
    paths: Sequence[str | Path], notify: Callable[[str], None] = lambda _: None
) -> tuple[list[Path], list[SourceReport]]:
    """The files that paths mean, each once, and the reports on paths that mean none.

    Of what stands in a folder bibliographies are meant, and none that ragassist wrote: files that
    are nothing of the kind are left out, and the user is told.
    """
    files: dict[Path, Path] = {}
    missing = []
    left_out = LeftOut()
    for path in map(Path, paths):
        try:
            found = find_files([path.expanduser()])
        except SourceError as error:
            missing.append(SourceReport(source=str(path), error=str(error)))
            continue
        is_folder = path.expanduser().is_dir()
        for file in left_out.sift(found) if is_folder else found:
            files.setdefault(file.resolve(), file)
    for notice in left_out.notices(set(files)):
        notify(notice)
    return list(files.values()), missing


def open_file(file: Path, read_as: ReadAs = RECOGNISED) -> Source | SourceReport:
    """The file, ready to be read, or the report that no reader can take it."""
    try:
        return read_as.open(file)
    except SourceError as error:
        return SourceReport(source=str(file), error=str(error))


def source_path(file: Path) -> str:
    """The file's path as the catalog names sources."""
    if file == STDIN:
        return STANDARD_INPUT
    return os.fsencode(file.resolve()).decode("utf-8", "backslashreplace")


def digest_of(file: Path, read_as: ReadAs = RECOGNISED) -> bytes | None:
    """What changes when the file, the way of reading it or ragassist does.

    None for what can be read but once, as standard input can, and for what cannot be read.
    """
    if file == STDIN or not file.is_file():
        return None
    how = hashlib.blake2b(repr((version("ragassist"), read_as)).encode(), digest_size=16)
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, how.copy).digest()
    except OSError:
        return None


def _batches(source: Source) -> Iterator[tuple[list[Record | Failure], str]]:
    """What a source yields, some thousands at a time, and with the last why it broke off."""
    batch: list[Record | Failure] = []
    try:
        for found in source.read():
            batch.append(found)
            if len(batch) == _BATCH:
                yield batch, ""
                batch = []
    except SourceError as broken:
        yield batch, str(broken)
    else:
        yield batch, ""
