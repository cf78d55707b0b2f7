"""The papers of a catalog, kept what they must be: a function of the set of its records.

Each batch of records recomputes the papers it touches, so the order in which batches came leaves
no trace but aliases.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ragassist.papers.identity import Sighting, group_works, identity_keys
from ragassist.papers.ids import base_id, safe_key, suffixed
from ragassist.papers.merge import merge_records
from ragassist.storage.catalog import Catalog
from ragassist.storage.chunks import drop_chunks, insert_chunks, mark_pending
from ragassist.storage.rows import record_from_json, record_to_json
from ragassist.text import title_key
from ragassist.types import Chunk, Record

_SUFFIX_LENGTHS = (4, 8, 16, 64)

Chunker = Callable[[str, str], Sequence[Chunk]]
"""Title and abstract to chunks."""


@dataclass(frozen=True, slots=True)
class _Stored:
    record_id: int
    paper_row: int | None
    sighting: Sighting


def refresh_works(catalog: Catalog, changed: Sequence[int], chunker: Chunker) -> None:
    """Recompute every paper that the changed records are part of, or were.

    Call it inside a transaction. Costs one query for the batch and a few statements a paper;
    records that share a title with thousands of others cost that many comparisons.
    """
    bases: set[str] = set()
    for component in _components(_reachable(catalog, changed)):
        _refresh_component(catalog, component, chunker, bases)
    _assign_ids(catalog, bases)


def remove_works(catalog: Catalog, rows: Sequence[int]) -> None:
    """Forget papers, all that was read of them, and their aliases; inside a transaction."""
    bases: set[str] = set()
    for row in rows:
        catalog.execute("DELETE FROM records WHERE paper_row = ?", (row,))
        _delete_paper(catalog, row, bases)
    # A namesake that stays behind needs its suffix no longer.
    _assign_ids(catalog, bases)


def _refresh_component(
    catalog: Catalog, component: Sequence[_Stored], chunker: Chunker, bases: set[str]
) -> None:
    by_sighting = {id(stored.sighting): stored for stored in component}
    heirs: dict[int, set[int]] = {}
    claimed: set[int] = set()
    for work in group_works(stored.sighting for stored in component):
        members = [by_sighting[id(sighting)] for sighting in work]
        before = {member.paper_row for member in members if member.paper_row is not None}
        row = _store_paper(catalog, min(before - claimed, default=None), members, chunker, bases)
        claimed.add(row)
        for former in before:
            heirs.setdefault(former, set()).add(row)
    for former, rows in heirs.items():
        if former not in claimed:
            _bequeath_ids(catalog, former, rows)
            _delete_paper(catalog, former, bases)


def _reachable(catalog: Catalog, changed: Sequence[int]) -> list[_Stored]:
    """The changed records, and all that share a key or a paper with them, directly or not."""
    rows = catalog.rows(
        """
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
        )
        SELECT record_id, paper_row, line, fields, path
        FROM reach JOIN records USING (record_id) JOIN sources USING (source_id)
        ORDER BY record_id
        """,
        (json.dumps(changed),),
    )
    return [
        _Stored(record_id, paper_row, Sighting(record_from_json(fields, line=line), path))
        for record_id, paper_row, line, fields, path in rows
    ]


def _components(stored: Sequence[_Stored]) -> Iterable[list[_Stored]]:
    """Part records into sets that share no key and no paper with one another."""
    linked: dict[object, list[int]] = {}
    links: list[list[object]] = []
    for index, one in enumerate(stored):
        mine: list[object] = list(identity_keys(one.sighting.record))
        if one.paper_row is not None:
            mine.append(one.paper_row)
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


def _store_paper(
    catalog: Catalog,
    row: int | None,
    members: Sequence[_Stored],
    chunker: Chunker,
    bases: set[str],
) -> int:
    """Write one work; adds the base ids it had and has to `bases`. Returns its row."""
    records = [member.sighting.record for member in members]
    merged = merge_records(records)
    base = base_id(merged, [record.key for record in records if record.key])
    fields = record_to_json(merged, without=("title", "abstract", "year"))
    now = (base, title_key(merged.title), merged.title, merged.abstract, merged.year, fields)
    old = None if row is None else _paper_columns(catalog, row)
    if row is None or old is None:
        row = catalog.execute(
            "INSERT INTO papers (base_id, distinguishing, title, abstract, year, fields) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            now,
        )
        bases.add(base)
        insert_chunks(catalog, row, chunker(merged.title, merged.abstract))
    elif old != now:
        texts_changed = old[2:4] != now[2:4]
        if texts_changed:
            drop_chunks(catalog, row)
        catalog.execute(
            "UPDATE papers SET base_id = ?, distinguishing = ?, title = ?, abstract = ?, "
            "year = ?, fields = ? WHERE paper_row = ?",
            (*now, row),
        )
        bases.update((str(old[0]), base))
        if texts_changed:
            insert_chunks(catalog, row, chunker(merged.title, merged.abstract))
        elif old[4] != now[4]:
            mark_pending(catalog, row)
    catalog.execute_many(
        "UPDATE records SET paper_row = ? WHERE record_id = ?",
        [(row, member.record_id) for member in members if member.paper_row != row],
    )
    _add_aliases(catalog, row, _ids_alone(records))
    return row


def _paper_columns(catalog: Catalog, row: int) -> tuple[object, ...]:
    return catalog.rows(
        "SELECT base_id, distinguishing, title, abstract, year, fields FROM papers "
        "WHERE paper_row = ?",
        (row,),
    )[0]


def _ids_alone(records: Iterable[Record]) -> set[str]:
    """What each record would be called if it were the only one, and what its source calls it."""
    ids = set()
    for record in records:
        ids.add(base_id(record, [record.key] if record.key else []))
        if record.key:
            ids.update((record.key, safe_key(record.key)))
    return ids - {""}


def _bequeath_ids(catalog: Catalog, former: int, heirs: Iterable[int]) -> None:
    ids = catalog.rows(
        "SELECT alias FROM aliases WHERE paper_row = ?1 "
        "UNION SELECT paper_id FROM papers WHERE paper_row = ?1",
        (former,),
    )
    for heir in heirs:
        _add_aliases(catalog, heir, {alias for (alias,) in ids})


def _delete_paper(catalog: Catalog, row: int, bases: set[str]) -> None:
    bases.add(str(catalog.value("SELECT base_id FROM papers WHERE paper_row = ?", (row,))))
    drop_chunks(catalog, row)
    catalog.execute("DELETE FROM papers WHERE paper_row = ?", (row,))


def _assign_ids(catalog: Catalog, bases: Iterable[str]) -> None:
    """Give every paper with one of these base ids its id.

    A base that one paper claims is its id; where several do, each takes a suffix hashed from its
    title, so that none owes its id to having come first.
    """
    for base in sorted(bases):
        papers = catalog.rows(
            "SELECT paper_row, paper_id, distinguishing, fields FROM papers WHERE base_id = ?",
            (base,),
        )
        titles = [distinguishing for _, _, distinguishing, _ in papers]
        for row, old, title, fields in papers:
            alone = len(papers) == 1
            unlike = title if titles.count(title) == 1 else f"{title} {fields}"
            new = _free_id(catalog, row, base, unlike, alone=alone)
            if new == old:
                continue
            catalog.execute("UPDATE papers SET paper_id = ? WHERE paper_row = ?", (new, row))
            catalog.execute("DELETE FROM aliases WHERE alias = ? AND paper_row = ?", (new, row))
            if old is not None:
                _add_aliases(catalog, row, {old})
                mark_pending(catalog, row)


def _free_id(catalog: Catalog, row: int, base: str, unlike: str, *, alone: bool) -> str:
    wanted = [base] if alone else []
    wanted += [suffixed(base, unlike, length) for length in _SUFFIX_LENGTHS]
    for paper_id in wanted:
        holder = catalog.value("SELECT paper_row FROM papers WHERE paper_id = ?", (paper_id,))
        if holder is None or holder == row:
            return paper_id
    return f"{wanted[-1]}-{row}"


def _add_aliases(catalog: Catalog, row: int, ids: Iterable[str]) -> None:
    catalog.execute_many(
        "INSERT OR IGNORE INTO aliases (alias, paper_row) "
        "SELECT ?1, paper_row FROM papers WHERE paper_row = ?2 AND paper_id IS NOT ?1",
        [(alias, row) for alias in sorted(ids)],
    )
