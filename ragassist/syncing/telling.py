"""What became of each file of a run, told by the ids of papers and the keys of entries."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from ragassist.papers.likeness import contradict
from ragassist.storage.catalog import Catalog
from ragassist.storage.synced import (
    Lost,
    count_missing,
    ids_by_row,
    last_reading,
    paper_ids_of,
    records_with,
)
from ragassist.syncing.rekeyed import Rekeyed
from ragassist.syncing.reports import SyncedSource
from ragassist.syncing.taking import Taken
from ragassist.types import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What all files of a run lost.

    Attributes:
        kept: rows of papers that stay, as nobody confirmed that they go.
        doubts: by source_id.
    """

    lost: Sequence[Lost]
    rekeyed: Sequence[Rekeyed]
    kept: Set[int]
    doubts: Mapping[int, str]


def report_on(catalog: Catalog, taken: Taken, found: Found) -> SyncedSource:
    """What became of one file, once all that goes is gone."""
    mine = [entry for entry in found.lost if entry.source_id == taken.source_id]
    stays = [entry for entry in mine if entry.elsewhere]
    # Without the entry that went, the paper may be called otherwise.
    called = ids_by_row(catalog, [entry.paper_row for entry in stays])
    left = {called.get(one.paper_row, one.paper_id): one.key or one.paper_id for one in stays}
    gone = {one.paper_id: one.paper_row for one in mine if not one.elsewhere}
    gained = paper_ids_of(catalog, taken.gained)
    rekeyed = {
        paper_id: each.lost.key or each.lost.paper_id
        for each in found.rekeyed
        if each.lost.source_id == taken.source_id
        for paper_id in paper_ids_of(catalog, [each.record_id])
    }
    replaced = _replaced(catalog, taken)
    changed = {*paper_ids_of(catalog, taken.replaced), *rekeyed} - replaced.keys()
    reading = last_reading(catalog, taken.report.source)
    suspects = () if reading is None else reading.suspects
    doubt = found.doubts.get(taken.source_id or 0, "")
    shown = {} if doubt else {one: key for one, key in left.items() if one not in rekeyed}
    return SyncedSource(
        source=taken.report.source,
        reader=taken.report.reader,
        records=taken.report.records,
        unchanged=taken.unchanged,
        added=tuple(one for one in gained if one not in rekeyed),
        changed=tuple(sorted(changed)),
        replaced=replaced,
        left=tuple(shown),
        former={one: key for one, key in {**shown, **rekeyed}.items() if key != one},
        removed=tuple(one for one, row in gone.items() if row not in found.kept),
        waiting=tuple(one for one, row in gone.items() if row in found.kept),
        doubt=doubt,
        missing=count_missing(catalog, reading.source_id) if reading and suspects else 0,
        suspects=suspects,
        failures=taken.report.failures,
        error=taken.report.error,
        import_id=None if reading is None else reading.import_id,
    )


def _replaced(catalog: Catalog, taken: Taken) -> dict[str, str]:
    """Papers that have the key another work had, with the title of that."""
    now = records_with(catalog, taken.replaced)
    others = {
        record_id: taken.before[record_id].title
        for record_id, (_, record) in now.items()
        if record_id in taken.before
        and contradict(
            taken.before[record_id],
            Record(title=record.title, authors=record.authors[:1], line=0),
        )
    }
    return {
        paper_id: title
        for record_id, title in others.items()
        for paper_id in paper_ids_of(catalog, [record_id])
    }
