"""From a file on disk to papers in the catalog, in transactions of up to two thousand records."""

from collections.abc import Sequence
from pathlib import Path

from ragassist.errors import SourceError
from ragassist.index.chunking import chunk_abstract
from ragassist.index.indexing import Progress
from ragassist.sources.reading import Source, find_files
from ragassist.storage.catalog import Catalog
from ragassist.storage.intake import Tally, absorb, next_import, open_source, store_failures
from ragassist.storage.works import Chunker
from ragassist.tokens import token_counter
from ragassist.types import Failure, Record, SourceReport

_BATCH = 2000


class Import:
    """One run of reading files into a catalog.

    Memory is flat in the size of a file but for its failures, which the report lists.

    Attributes:
        import_id: the number its records are stored under.
    """

    def __init__(self, catalog: Catalog, progress: Progress) -> None:
        self._catalog = catalog
        self._progress = progress
        self._chunk = chunker()
        with catalog.transaction():
            self.import_id = next_import(catalog)

    def read(self, file: Path) -> SourceReport:
        """Take one file in, as far as it can be read; call it inside `catalog.writing()`."""
        source = open_file(file)
        if isinstance(source, SourceReport):
            return source
        with self._catalog.transaction():
            source_id = open_source(self._catalog, source.path, source.reader)
        tally, failures, error = Tally(), list[Failure](), ""
        batch: list[Record | Failure] = []
        try:
            for found in source.read():
                batch.append(found)
                if len(batch) == _BATCH:
                    tally += self._store(source_id, batch, failures)
                    batch = []
                    self._progress(f"reading {file.name}", source.bytes_read, source.size_bytes)
        except SourceError as broken:
            error = str(broken)
        tally += self._store(source_id, batch, failures)
        if not tally.records and not error:
            error = f"no paper was found in {str(file)!r}"
        return SourceReport(
            source=source.path,
            reader=source.reader,
            records=tally.records,
            unchanged=tally.unchanged,
            new_papers=tally.new_papers,
            failures=tuple(failures),
            error=error or None,
        )

    def _store(
        self, source_id: int, batch: list[Record | Failure], failures: list[Failure]
    ) -> Tally:
        records = [found for found in batch if isinstance(found, Record)]
        failed = [found for found in batch if isinstance(found, Failure)]
        failures.extend(failed)
        with self._catalog.transaction():
            store_failures(self._catalog, source_id, failed)
            return absorb(self._catalog, source_id, self.import_id, records, self._chunk)


def chunker() -> Chunker:
    """How this machine cuts a paper into chunks: its tokens counted, or estimated."""
    _, count_tokens = token_counter()
    return lambda title, abstract: chunk_abstract(title, abstract, count_tokens)


def find_sources(paths: Sequence[str | Path]) -> tuple[list[Path], list[SourceReport]]:
    """The files that paths mean, each once, and the reports on paths that mean none."""
    files: dict[Path, Path] = {}
    missing = []
    for path in paths:
        try:
            found = find_files([Path(path).expanduser()])
        except SourceError as error:
            missing.append(SourceReport(source=str(path), error=str(error)))
        else:
            for file in found:
                files.setdefault(file.resolve(), file)
    return list(files.values()), missing


def open_file(file: Path) -> Source | SourceReport:
    """The file, ready to be read, or the report that no reader can take it."""
    try:
        return Source(file)
    except SourceError as error:
        return SourceReport(source=str(file), error=str(error))
