"""Making what the library has of a file equal to the file: what it gained, changed and lost."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ragassist.adding import Import, ReadAs, chunker, digest_of, reading_of, source_path
from ragassist.storage.catalog import Catalog
from ragassist.storage.synced import (
    Lost,
    count_missing,
    ids_by_row,
    last_reading,
    last_record,
    lost_records,
    paper_ids_of,
    records_after,
)
from ragassist.storage.works import remove_records
from ragassist.types import Failure, SourceReport

if TYPE_CHECKING:
    from ragassist.index.indexing import Progress

_READ_AGAIN = "it was read again meanwhile, and nothing was removed: sync it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncedSource:
    """What became of one file given to `sync`. Papers are named by their ids.

    Attributes:
        reader: the format it was read as; None where it never was.
        records: entries the file holds.
        unchanged: the file is the one that was read before, and was not read again.
        added: papers of the entries it gained.
        changed: papers of the entries that it words or keys otherwise now.
        left: papers whose entry it lost, and that another source has still.
        removed: papers whose entry it lost, and that were in no other source.
        waiting: such papers that are still there, until the removal is confirmed.
        missing: entries it seems to have lost, of which nothing was removed: something in it could
            not be read that could be before, see `suspects`.
        suspects: what that is.
        failures: all that is no paper in it; empty where it was not read again.
        error: why it, or the rest of it, could not be read; nothing was removed then.
        import_id: of the reading that all this was found in.
    """

    source: str
    reader: str | None = None
    records: int = 0
    unchanged: bool = False
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    missing: int = 0
    suspects: tuple[Failure, ...] = ()
    failures: tuple[Failure, ...] = ()
    error: str | None = None
    import_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What `sync` did, or would do: file by file, and how many papers there are now."""

    sources: tuple[SyncedSource, ...]
    papers: int

    @property
    def waiting(self) -> tuple[str, ...]:
        """The papers whose removal is to be confirmed."""
        return tuple(dict.fromkeys(one for source in self.sources for one in source.waiting))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A file that was looked at; ids of records."""

    report: SourceReport
    source_id: int | None
    unchanged: bool = False
    gained: Sequence[int] = ()
    replaced: Sequence[int] = ()


class Sync:
    """One run of `sync`; call its methods inside `catalog.writing()`.

    A paper leaves the library in one transaction with all others that leave it. A run that is
    killed before has added and changed, and the next one goes on.
    """

    def __init__(self, catalog: Catalog, progress: "Progress", read_as: ReadAs) -> None:
        self._catalog = catalog
        self._progress = progress
        self._read_as = read_as
        self._import: Import | None = None

    def run(self, files: Sequence[Path], *, remove: bool) -> tuple[SyncedSource, ...]:
        """Take in what the files gained and changed, and let go of what they lost.

        Args:
            remove: also papers that no other source has; else they are `waiting`.
        """
        taken = [self._take(file) for file in files]
        read = [one.source_id for one in taken if one.source_id is not None]
        lost = lost_records(self._catalog, read)
        dropped = [entry for entry in lost if remove or entry.elsewhere]
        self._drop(dropped)
        return tuple(self._report(one, lost, removed=remove) for one in taken)

    def finish(self, sources: Sequence[SyncedSource]) -> tuple[SyncedSource, ...]:
        """Remove what is waiting, but for sources that were read again since."""
        finished, going = [], list[int]()
        for source in sources:
            reading = last_reading(self._catalog, source.source)
            if not source.waiting:
                finished.append(source)
            elif reading is None or reading.import_id != source.import_id:
                finished.append(dataclasses.replace(source, error=_READ_AGAIN))
            else:
                removed = (*source.removed, *source.waiting)
                finished.append(dataclasses.replace(source, removed=removed, waiting=()))
                going.append(reading.source_id)
        self._drop(lost_records(self._catalog, going))
        return tuple(finished)

    def _take(self, file: Path) -> _Taken:
        path = source_path(file)
        known = last_reading(self._catalog, path)
        read_as = reading_of(self._catalog, file, self._read_as)
        if known is not None and known.digest == digest_of(file, read_as):
            report = SourceReport(source=path, reader=known.reader, records=known.records)
            return _Taken(report=report, source_id=known.source_id, unchanged=True)
        if self._import is None:
            self._import = Import(self._catalog, self._progress, self._read_as)
        last = last_record(self._catalog)
        read = self._import.take(file)
        gained = (
            () if read.source_id is None else records_after(self._catalog, read.source_id, last)
        )
        return _Taken(
            report=read.report, source_id=read.source_id, gained=gained, replaced=read.replaced
        )

    def _drop(self, entries: Sequence[Lost]) -> None:
        if entries:
            with self._catalog.transaction():
                remove_records(self._catalog, [one.record_id for one in entries], chunker())

    def _report(self, taken: _Taken, lost: Sequence[Lost], *, removed: bool) -> SyncedSource:
        mine = [entry for entry in lost if entry.source_id == taken.source_id]
        stays = [entry for entry in mine if entry.elsewhere]
        # Without the entry that went, the paper may be called otherwise.
        called = ids_by_row(self._catalog, [entry.paper_row for entry in stays])
        left = tuple(dict.fromkeys(called.get(one.paper_row, one.paper_id) for one in stays))
        gone = tuple(dict.fromkeys(one.paper_id for one in mine if not one.elsewhere))
        gained = paper_ids_of(self._catalog, taken.gained)
        changed = paper_ids_of(self._catalog, taken.replaced)
        # An entry that came and one that went, of one paper: it has another key now.
        rekeyed = set(gained) & set(left)
        reading = last_reading(self._catalog, taken.report.source)
        suspects = () if reading is None else reading.suspects
        return SyncedSource(
            source=taken.report.source,
            reader=taken.report.reader,
            records=taken.report.records,
            unchanged=taken.unchanged,
            added=tuple(one for one in gained if one not in rekeyed),
            changed=tuple(sorted({*changed, *rekeyed})),
            left=tuple(one for one in left if one not in rekeyed),
            removed=gone if removed else (),
            waiting=() if removed else gone,
            missing=count_missing(self._catalog, reading.source_id) if reading and suspects else 0,
            suspects=suspects,
            failures=taken.report.failures,
            error=taken.report.error,
            import_id=None if reading is None else reading.import_id,
        )
