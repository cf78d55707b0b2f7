"""What the user has to be told of ids: papers that are called otherwise, keys that are not ids.

A key may stand in a manuscript. So what a paper was called is kept in the catalog until it was
told, through kills and interruptions.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ragassist.papers.ids import safe_key
from ragassist.papers.precedence import is_cited_by
from ragassist.storage.catalog import Catalog
from ragassist.types import KeyNote

TOLD_ROW = "told_row"
"""Among the named values: the highest paper_row when the user was last told."""

_PAGE = 5000
_TAKEN = "another paper has that key"
_TWICE = "two works have that key in this file"
_MERGED = "the same work"
_NOTE = (
    "INSERT OR IGNORE INTO renamed (origin, paper_row, paper_id) "
    "SELECT paper_row, paper_row, paper_id FROM papers WHERE paper_row = ? AND paper_id NOTNULL "
    f"AND paper_row <= (SELECT CAST(value AS INTEGER) FROM meta WHERE name = '{TOLD_ROW}')"
)


def note_ids(catalog: Catalog, rows: Iterable[int]) -> None:
    """Remember what papers are called that are about to be called otherwise; in a transaction."""
    catalog.execute_many(_NOTE, [(row,) for row in rows])


def note_heirs(catalog: Catalog, former: int, heirs: Iterable[int]) -> None:
    """Remember which papers have what a paper had that is about to go; in a transaction."""
    note_ids(catalog, [former])
    catalog.execute_many(
        "INSERT OR IGNORE INTO renamed (origin, paper_row, paper_id) "
        "SELECT origin, ?, paper_id FROM renamed WHERE paper_row = ?",
        [(heir, former) for heir in sorted(heirs)],
    )


def take_renamed(catalog: Catalog) -> tuple[KeyNote, ...]:
    """What is called otherwise than when this was last asked, by the old id; in a transaction."""
    rows = catalog.rows(
        "SELECT renamed.paper_id, origin, paper_row, papers.paper_id, base_id, own_key "
        "FROM renamed JOIN papers USING (paper_row) WHERE renamed.paper_id != papers.paper_id "
        "ORDER BY renamed.paper_id, papers.paper_id"
    )
    notes = tuple(
        KeyNote(
            key=old,
            paper_id=new,
            why=_same_paper(new) if origin != row else _why(catalog, row, (old, new, base), own),
        )
        for old, origin, row, new, base, own in rows
    )
    last = int(catalog.value("SELECT coalesce(max(paper_row), 0) FROM papers"))
    if catalog.meta(TOLD_ROW) != str(last):
        catalog.set_meta(TOLD_ROW, str(last))
    catalog.execute("DELETE FROM renamed")
    return notes


def refused_keys(catalog: Catalog, after: int, among: Sequence[int] = ()) -> Iterator[KeyNote]:
    """The sources' own keys that are not the ids of their papers as they stand, and why.

    A key that is an alias, as another one names its paper, is told where authors cite with it: a
    number of a database is not.

    Args:
        after: of records with a higher id than this.
        among: and of these.
    """
    chosen = json.dumps(list(among))
    while True:
        rows = catalog.rows(
            "SELECT record_id, json_extract(records.fields, '$.key'), path, paper_id, base_id, "
            "source_id, reader "
            "FROM records JOIN papers USING (paper_row) JOIN sources USING (source_id) "
            "WHERE (record_id > ?1 OR (record_id IN (SELECT value FROM json_each(?2)))) "
            "AND own_key AND record_key != paper_id ORDER BY record_id LIMIT ?3",
            (after, chosen, _PAGE),
        )
        for _, key, path, paper_id, base, source_id, reader in rows:
            if key is not None and (why := _refusal(key, paper_id, base, reader)):
                if why == _TAKEN and _is_of_two(catalog, source_id, key):
                    why = _TWICE
                yield KeyNote(key=key, paper_id=paper_id, why=why, source=path)
        if len(rows) < _PAGE:
            return
        after, chosen = max(after, rows[-1][0]), "[]"


def _refusal(key: str, paper_id: str, base: str, reader: str) -> str:
    safe = safe_key(key)
    if paper_id == key or not safe:
        return ""
    if base != safe:
        return _MERGED if is_cited_by(reader, key) else ""
    return "it cannot stand in a citation as it is" if paper_id == safe else _TAKEN


def _is_of_two(catalog: Catalog, source_id: int, key: str) -> bool:
    """Whether a source has a key for two papers; what came second has a mark behind it there."""
    papers = catalog.value(
        "SELECT count(DISTINCT paper_row) FROM records WHERE source_id = ?1 "
        "AND (record_key = ?2 OR (record_key > ?2 || '#' AND record_key < ?2 || '$'))",
        (source_id, key),
    )
    return int(papers) > 1


def _same_paper(paper_id: str) -> str:
    return f"it is one paper with {paper_id}"


def _why(catalog: Catalog, row: int, ids: tuple[str, str, str], own_key: bool) -> str:
    old, new, base = ids
    if new != base:
        return _TAKEN if old == base else "another paper has its key"
    if re.fullmatch(rf"{re.escape(new)}-[0-9a-f]{{4,}}", old):
        return "no other paper has that key now"
    if own_key:
        for key, path in catalog.rows(
            "SELECT json_extract(fields, '$.key'), path FROM records JOIN sources "
            "USING (source_id) WHERE paper_row = ? ORDER BY source_id, record_id",
            (row,),
        ):
            if key is not None and safe_key(key) == new:
                return f"its key in {Path(path).name}"
    return "its sources say otherwise now"
