"""Looking at a file: read where it changed, and again where it is being written to."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ragassist.adding import FileRead, Import, ReadAs, digest_of, reading_of, source_path
from ragassist.storage.catalog import Catalog
from ragassist.storage.renaming import take_renamed
from ragassist.storage.synced import (
    count_missing,
    distrust,
    last_reading,
    last_record,
    records_after,
    source_paths,
    stated_in,
)
from ragassist.syncing.stamps import changes, stamp_of
from ragassist.types import KeyNote, Record, SourceReport

if TYPE_CHECKING:
    from ragassist.index.indexing import Progress

_READINGS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file that was looked at; ids of records.

    Attributes:
        before: what those that are replaced stated.
    """

    report: SourceReport
    source_id: int | None
    unchanged: bool = False
    gained: Sequence[int] = ()
    replaced: Sequence[int] = ()
    before: Mapping[int, Record] = field(default_factory=dict)


class Taking:
    """The files of one run, looked at one after the other; what is read is one import."""

    def __init__(self, catalog: Catalog, progress: "Progress", read_as: ReadAs) -> None:
        self._catalog = catalog
        self._progress = progress
        self._read_as = read_as
        self._import: Import | None = None

    def take(self, file: Path) -> Taken:
        """Look at a file, and read it where it is not the one that was read before."""
        path = source_path(file)
        known = last_reading(self._catalog, path)
        read_as = reading_of(self._catalog, file, self._read_as)
        if known is not None and known.digest == digest_of(file, read_as):
            report = SourceReport(source=path, reader=known.reader, records=known.records)
            return Taken(report=report, source_id=known.source_id, unchanged=True)
        return self._read(file)

    def key_notes(self) -> tuple[KeyNote, ...]:
        """What is to be told of ids and keys; see `Import.key_notes`."""
        if self._import is not None:
            return self._import.key_notes()
        with self._catalog.transaction():
            return take_renamed(self._catalog)

    def _read(self, file: Path) -> Taken:
        """Read a file, and again where it was written to meanwhile or is still."""
        last = last_record(self._catalog)
        known = source_paths(self._catalog).get(source_path(file))
        before = {} if known is None else stated_in(self._catalog, known)
        replaced: list[int] = []
        for _ in range(_READINGS):
            stamp = stamp_of(file)
            if self._import is None:
                self._import = Import(self._catalog, self._progress, self._read_as)
            read = self._import.take(file)
            replaced.extend(read.replaced)
            gained = records_after(self._catalog, read.source_id, last)
            # Who writes a file has less of it at first: what seems lost may be on its way.
            if not changes(file, stamp, wait=self._lacks_something(read)):
                report = read.report
                break
            self._import.begin_anew()
        else:
            report = self._given_up(read.report, read.source_id)
        return Taken(
            report=report,
            source_id=read.source_id,
            gained=gained,
            replaced=tuple(replaced),
            before={record_id: before[record_id] for record_id in replaced if record_id in before},
        )

    def _lacks_something(self, read: FileRead) -> bool:
        if read.source_id is None or read.report.error is not None:
            return True
        return count_missing(self._catalog, read.source_id) > 0

    def _given_up(self, report: SourceReport, source_id: int | None) -> SourceReport:
        if source_id is not None:
            with self._catalog.transaction():
                distrust(self._catalog, source_id)
        error = (
            f"{report.source!r} was written to while it was read, {_READINGS} times: sync it again "
            "when that is done"
        )
        return dataclasses.replace(report, error=error)
