"""The papers of a catalog, kept what they must be: a function of its records and of decisions.

Each batch of records recomputes the papers it touches, so the order in which batches came leaves
no trace but aliases. Which source was added before which is no trace but part of what there is: it
says whose key names a work that several have keys for. So is what a source last held: of two keys
that it had for one work, the one that it has now names it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ragassist.papers.decisions import Decisions
from ragassist.papers.identity import Sighting, group_works
from ragassist.papers.ids import base_id, safe_key
from ragassist.papers.keys import handles, identity_keys
from ragassist.papers.language import language_of
from ragassist.papers.merge import merge_records
from ragassist.papers.precedence import key_rank
from ragassist.storage.catalog import Catalog
from ragassist.storage.chunks import drop_chunks, insert_chunks, mark_pending
from ragassist.storage.decisions import load_decisions
from ragassist.storage.naming import add_aliases, all_ids, assign_ids, ids_alone
from ragassist.storage.renaming import note_heirs
from ragassist.storage.rows import record_from_json, record_to_json
from ragassist.types import Chunk, Record

Chunker = Callable[[str, str], Sequence[Chunk]]
"""Title and abstract to chunks."""


# base_id, own_key, title, abstract, year, fields, language: as the table `papers` has them.
_Columns = tuple[str, bool, str, str, int | None, str, str | None]


@dataclass(frozen=True, slots=True)
class _Stored:
    """A record; `age` is above 0 where its source was read since, and did not state it."""

    record_id: int
    paper_row: int | None
    source_id: int
    reader: str
    age: int
    sighting: Sighting


def refresh_works(catalog: Catalog, changed: Mapping[int, Record | None], chunker: Chunker) -> None:
    """Recompute every paper that the changed records are part of, or may be.

    Call it inside a transaction. Costs a few statements a paper; records that share a title with
    thousands of others cost that many comparisons.

    Args:
        changed: records by id; None for one that has to be read from the catalog.
    """
    decisions = load_decisions(catalog)
    refresh = _Refresh(catalog, chunker, decisions)
    for component in _components(_reachable(catalog, changed, decisions), decisions):
        refresh.settle(component)
    refresh.finish()


def remove_works(catalog: Catalog, rows: Sequence[int], chunker: Chunker) -> None:
    """Forget papers, all that was read of them, and their aliases; inside a transaction.

    What stays behind is recomputed: two papers may have been two only because of a third.
    """
    removed = _records_of_papers(catalog, rows)
    # What a source held is no longer all here: it is read again, whether its file changed or not.
    catalog.execute(
        "UPDATE sources SET digest = NULL WHERE source_id IN (SELECT source_id FROM records "
        "WHERE record_id IN (SELECT value FROM json_each(?)))",
        (json.dumps(removed),),
    )
    remove_records(catalog, removed, chunker)


def remove_records(catalog: Catalog, record_ids: Sequence[int], chunker: Chunker) -> None:
    """Forget records, and the papers that nothing else is known of; inside a transaction.

    The papers that stay, and those that were told apart by the ones that go, are recomputed.
    """
    removed = json.dumps(list(record_ids))
    among = "record_id IN (SELECT value FROM json_each(?))"
    papers = [
        row
        for (row,) in catalog.rows(
            f"SELECT DISTINCT paper_row FROM records WHERE {among}", (removed,)
        )
    ]
    related = {*sharing_keys(catalog, record_ids), *_records_of_papers(catalog, papers)}
    catalog.execute(f"DELETE FROM records WHERE {among}", (removed,))
    bare = catalog.rows(
        "SELECT value FROM json_each(?) "
        "WHERE NOT EXISTS (SELECT 1 FROM records WHERE paper_row = value)",
        (json.dumps(papers),),
    )
    bases = {_delete_paper(catalog, row) for (row,) in bare}
    # A namesake that stays behind needs its suffix no longer.
    assign_ids(catalog, bases)
    refresh_works(catalog, dict.fromkeys(sorted(related.difference(record_ids))), chunker)


def _records_of_papers(catalog: Catalog, rows: Sequence[int]) -> list[int]:
    found = catalog.rows(
        "SELECT record_id FROM records WHERE paper_row IN (SELECT value FROM json_each(?))",
        (json.dumps(list(rows)),),
    )
    return [record_id for (record_id,) in found]


def sharing_keys(catalog: Catalog, record_ids: Sequence[int]) -> list[int]:
    """The records that share a key with any of these, these among them."""
    return [
        record_id
        for (record_id,) in catalog.rows(
            "SELECT DISTINCT other.record_id FROM record_keys AS mine "
            "JOIN record_keys AS other ON other.key = mine.key "
            "WHERE mine.record_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(record_ids)),),
        )
    ]


class _Refresh:
    """The papers of one batch, rewritten; what can be written for all at once waits for `finish`.

    One statement for a thousand rows costs a fifth of a thousand statements.
    """

    def __init__(self, catalog: Catalog, chunker: Chunker, decisions: Decisions) -> None:
        self._catalog = catalog
        self._chunker = chunker
        self._decisions = decisions
        self._bases: set[str] = set()
        self._aliases: list[tuple[str, int]] = []
        self._owners: list[tuple[int, int]] = []
        self._chunked: list[tuple[int, str, str, Sequence[Chunk]]] = []

    def settle(self, component: Sequence[_Stored]) -> None:
        """Write the papers of records that may be one work."""
        claimed: set[int] = set()
        heirs: dict[int, set[int]] = {}
        for members in _works(component, self._decisions):
            before = {member.paper_row for member in members if member.paper_row is not None}
            row = self._store(min(before - claimed, default=None), members)
            claimed.add(row)
            for former in before:
                heirs.setdefault(former, set()).add(row)
        for former, rows in heirs.items():
            if former not in claimed:
                note_heirs(self._catalog, former, rows)
                ids = all_ids(self._catalog, former)
                self._aliases.extend((alias, heir) for heir in rows for alias in ids)
                self._bases.add(_delete_paper(self._catalog, former))

    def finish(self) -> None:
        """Write what waited: which paper each record belongs to, ids, aliases."""
        self._catalog.execute_many(
            "UPDATE records SET paper_row = ? WHERE record_id = ?", self._owners
        )
        insert_chunks(self._catalog, self._chunked)
        assign_ids(self._catalog, self._bases)
        add_aliases(self._catalog, self._aliases)

    def _store(self, row: int | None, members: Sequence[_Stored]) -> int:
        records = [member.sighting.record for member in members]
        merged = merge_records(records)
        keys = _own_keys(members)
        base = base_id(merged, keys)
        fields = record_to_json(merged, without=("title", "abstract", "year"))
        own_key = any(map(safe_key, keys))
        language = language_of(merged.title, merged.abstract)
        now = (base, own_key, merged.title, merged.abstract, merged.year, fields, language)
        if row is None:
            row = self._insert(now)
        else:
            self._update(row, now)
        self._owners.extend((row, m.record_id) for m in members if m.paper_row != row)
        self._aliases.extend((alias, row) for alias in ids_alone(records))
        return row

    def _insert(self, now: _Columns) -> int:
        row = self._catalog.execute(
            "INSERT INTO papers (base_id, own_key, title, abstract, year, fields, language) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            now,
        )
        base, _, title, abstract, *_ = now
        self._bases.add(base)
        self._chunked.append((row, title, abstract, self._chunker(title, abstract)))
        return row

    def _update(self, row: int, now: _Columns) -> None:
        old = _paper_columns(self._catalog, row)
        if old == now:
            return
        base, _, title, abstract, year, _, _ = now
        texts_changed = old[2:4] != now[2:4]
        if texts_changed:
            drop_chunks(self._catalog, row)
        self._catalog.execute(
            "UPDATE papers SET base_id = ?, own_key = ?, title = ?, abstract = ?, "
            "year = ?, fields = ?, language = ? WHERE paper_row = ?",
            (*now, row),
        )
        self._bases.update((old[0], base))
        if texts_changed:
            self._chunked.append((row, title, abstract, self._chunker(title, abstract)))
        elif old[4] != year:
            mark_pending(self._catalog, row)


_BY_DECISION = """
            UNION
            SELECT other.record_id FROM reach
                JOIN record_keys AS mine ON mine.record_id = reach.record_id
                JOIN decisions ON decisions.key = mine.key AND same
                JOIN record_keys AS other ON other.key = decisions.other_key
"""


def _reachable(
    catalog: Catalog, changed: Mapping[int, Record | None], decisions: Decisions
) -> list[_Stored]:
    """The changed records, and all that share a key or a paper with them, directly or not.

    What the user said to be one shares as much as a key.
    """
    rows = catalog.rows(
        f"""
        WITH RECURSIVE reach (record_id) AS (
            SELECT value FROM json_each(?)
            UNION
            SELECT other.record_id FROM reach
                JOIN record_keys AS mine ON mine.record_id = reach.record_id
                JOIN record_keys AS other ON other.key = mine.key
            UNION
            SELECT peer.record_id FROM reach
                JOIN records AS mine ON mine.record_id = reach.record_id
                JOIN records AS peer ON peer.paper_row = mine.paper_row
            {_BY_DECISION if decisions.same else ""}
        )
        SELECT record_id, paper_row, source_id, reader, line, fields, path,
            max(0, coalesce(sources.import_id - records.import_id, 0))
        FROM reach JOIN records USING (record_id) JOIN sources USING (source_id)
        ORDER BY record_id
        """,
        (json.dumps(list(changed)),),
    )
    stored = []
    for record_id, paper_row, source_id, reader, line, fields, path, age in rows:
        record = changed.get(record_id) or record_from_json(fields, line=line)
        sighting = Sighting(record, path)
        stored.append(_Stored(record_id, paper_row, source_id, reader, age, sighting))
    return stored


def _components(stored: Sequence[_Stored], decisions: Decisions) -> Iterable[list[_Stored]]:
    """Part records into sets that share no key, decision or paper with one another."""
    linked: dict[object, list[int]] = {}
    links: list[list[object]] = []
    for index, one in enumerate(stored):
        mine: list[object] = list(identity_keys(one.sighting.record))
        if one.paper_row is not None:
            mine.append(one.paper_row)
        mine.extend(_decided(one.sighting.record, decisions))
        links.append(mine)
        for link in mine:
            linked.setdefault(link, []).append(index)
    seen: set[int] = set()
    for first in range(len(stored)):
        component, queue = [], [first]
        while queue:
            index = queue.pop()
            if index in seen:
                continue
            seen.add(index)
            component.append(stored[index])
            for link in links[index]:
                queue.extend(linked.pop(link, ()))
        if component:
            yield component


def _decided(record: Record, decisions: Decisions) -> Iterator[object]:
    if decisions.same:
        for handle in handles(record):
            yield from (frozenset((handle, other)) for other in decisions.same.get(handle, ()))


def _works(component: Sequence[_Stored], decisions: Decisions) -> list[list[_Stored]]:
    if len(component) == 1:
        return [list(component)]
    by_sighting = {id(stored.sighting): stored for stored in component}
    works = group_works((stored.sighting for stored in component), decisions)
    return [[by_sighting[id(sighting)] for sighting in work] for work in works]


def _own_keys(members: Sequence[_Stored]) -> list[str]:
    """The keys that sources have for a work, the one that names it first.

    A source's latest key for it counts before those that it had until then.
    """
    ranked = [
        (key_rank(member.reader, key), member.source_id, member.age, key)
        for member in members
        if (key := member.sighting.record.key)
    ]
    return [key for *_, key in sorted(ranked)]


def _paper_columns(catalog: Catalog, row: int) -> _Columns:
    base, own_key, title, abstract, year, fields, language = catalog.rows(
        "SELECT base_id, own_key, title, abstract, year, fields, language FROM papers "
        "WHERE paper_row = ?",
        (row,),
    )[0]
    return base, bool(own_key), title, abstract, year, fields, language


def _delete_paper(catalog: Catalog, row: int) -> str:
    """Returns the base id that has become free."""
    base = str(catalog.value("SELECT base_id FROM papers WHERE paper_row = ?", (row,)))
    drop_chunks(catalog, row)
    catalog.execute("UPDATE records SET paper_row = NULL WHERE paper_row = ?", (row,))
    catalog.execute("DELETE FROM papers WHERE paper_row = ?", (row,))
    return base
