"""Entries that are in their file still, under another key."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from ragassist.papers.identity import Sighting, group_works
from ragassist.storage.catalog import Catalog
from ragassist.storage.decisions import load_decisions
from ragassist.storage.naming import hand_on_names
from ragassist.storage.synced import Lost, kept_siblings, records_with
from ragassist.syncing.dropping import drop_entries
from ragassist.syncing.taking import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekeyed:
    """An entry that is in its file still, as another record."""

    lost: Lost
    record_id: int


def follow_keys(catalog: Catalog, taken: Sequence[Taken], lost: Sequence[Lost]) -> list[Rekeyed]:
    """Let go of entries that have another key now; all their names lead to the new record."""
    followed: list[Rekeyed] = []
    for one in taken:
        gone = {entry.record_id: entry for entry in lost if entry.source_id == one.source_id}
        if gone and one.gained:
            followed.extend(_rekeyed(catalog, gone, one.gained))
    followed.extend(_already_there(catalog, lost, {each.lost.record_id for each in followed}))
    for each in followed:
        row = _row_of(catalog, each.record_id)
        if row != each.lost.paper_row and not each.lost.elsewhere:
            with catalog.transaction():
                hand_on_names(catalog, each.lost.paper_row, row)
    drop_entries(catalog, [each.lost for each in followed])
    return followed


def _rekeyed(
    catalog: Catalog, gone: Mapping[int, Lost], gained: Sequence[int]
) -> Iterator[Rekeyed]:
    """What of a file is one work with what it gained.

    The file as it was and as it is count as two: one never had both keys.
    """
    stored = records_with(catalog, [*gone, *gained])
    known = {}
    for record_id, (_, record) in stored.items():
        sighting = Sighting(record, "was" if record_id in gone else "is")
        known[id(sighting)] = (record_id, sighting)
    decisions = load_decisions(catalog)
    works = group_works((sighting for _, sighting in known.values()), decisions)
    for work in works:
        ids = [known[id(sighting)][0] for sighting in work]
        now = [record_id for record_id in ids if record_id not in gone]
        for record_id in ids:
            if now and record_id in gone:
                yield Rekeyed(lost=gone[record_id], record_id=now[0])


def _already_there(catalog: Catalog, lost: Sequence[Lost], followed: Set[int]) -> Iterator[Rekeyed]:
    """What a file has another entry for that it did not gain just now, as `add` had read it."""
    others = [entry for entry in lost if entry.elsewhere and entry.record_id not in followed]
    siblings = kept_siblings(catalog, [entry.record_id for entry in others])
    for entry in others:
        if entry.record_id in siblings:
            yield Rekeyed(lost=entry, record_id=siblings[entry.record_id])


def _row_of(catalog: Catalog, record_id: int) -> int:
    return records_with(catalog, [record_id])[record_id][0]
