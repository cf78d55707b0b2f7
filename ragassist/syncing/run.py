"""One run of `sync`: what the files gained and changed comes in, what they lost goes."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ragassist.adding import ReadAs
from ragassist.storage.catalog import Catalog
from ragassist.storage.synced import Lost, last_reading, lost_records, shrinkage
from ragassist.syncing.doubts import doubt_of
from ragassist.syncing.dropping import drop_entries
from ragassist.syncing.rekeyed import follow_keys
from ragassist.syncing.reports import SyncedSource
from ragassist.syncing.taking import Taken, Taking
from ragassist.syncing.telling import Found, report_on
from ragassist.types import KeyNote

if TYPE_CHECKING:
    from ragassist.index.indexing import Progress

_READ_AGAIN = "it was read again meanwhile, and nothing was removed: sync it again"


class Sync:
    """One run of `sync`; call its methods inside `catalog.writing()`.

    A paper leaves the library in one transaction with all others that leave it. A run that is
    killed before has added and changed, and the next one goes on.
    """

    def __init__(self, catalog: Catalog, progress: "Progress", read_as: ReadAs) -> None:
        self._catalog = catalog
        self._taking = Taking(catalog, progress, read_as)

    def run(
        self, files: Sequence[Path], *, remove: bool, force: bool = False
    ) -> tuple[SyncedSource, ...]:
        """Take in what the files gained and changed, and let go of what they lost.

        Args:
            remove: also papers that no other source has; else they are `waiting`.
            force: also where a file is in doubt, or has suspects.
        """
        taken = [self._taking.take(file) for file in files]
        read = [one.source_id for one in taken if one.source_id is not None]
        forced = remove and force
        rekeyed = follow_keys(
            self._catalog, taken, lost_records(self._catalog, read, with_suspects=forced)
        )
        lost = lost_records(self._catalog, read, with_suspects=forced)
        doubts = {} if force else _doubts(self._catalog, taken, lost)
        kept = {entry.paper_row for entry in lost if not remove or entry.source_id in doubts}
        if remove or all(entry.elsewhere for entry in lost):
            drop_entries(
                self._catalog,
                [
                    one
                    for one in lost
                    if one.source_id not in doubts and (one.elsewhere or one.paper_row not in kept)
                ],
            )
        found = Found(lost=lost, rekeyed=rekeyed, kept=kept, doubts=doubts)
        return tuple(report_on(self._catalog, one, found) for one in taken)

    def finish(self, sources: Sequence[SyncedSource]) -> tuple[SyncedSource, ...]:
        """Remove what is waiting, doubts or not, but for sources that were read again since."""
        finished, going = [], list[int]()
        for source in sources:
            reading = last_reading(self._catalog, source.source)
            if not source.waiting and not source.left:
                finished.append(source)
            elif reading is None or reading.import_id != source.import_id:
                finished.append(dataclasses.replace(source, error=_READ_AGAIN))
            else:
                removed = (*source.removed, *source.waiting)
                done = dataclasses.replace(source, removed=removed, waiting=(), doubt="")
                finished.append(done)
                going.append(reading.source_id)
        drop_entries(self._catalog, lost_records(self._catalog, going))
        return tuple(finished)

    def key_notes(self) -> tuple[KeyNote, ...]:
        """What is to be told of ids and keys; see `Import.key_notes`."""
        return self._taking.key_notes()


def _doubts(catalog: Catalog, taken: Sequence[Taken], lost: Sequence[Lost]) -> dict[int, str]:
    """Why a source may not have been written to its end, of those that lose papers."""
    losing = {entry.source_id for entry in lost if not entry.elsewhere}
    doubts = {}
    for one in taken:
        if one.source_id in losing:
            found = shrinkage(catalog, one.source_id)
            if doubt := doubt_of(found, one.report):
                doubts[one.source_id] = doubt
    return doubts
