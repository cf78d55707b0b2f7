"""What an answer keeps of a paper, so that its work is found again whatever its id has become.

An id is a key, and keys change hands: a namesake arrives, an entry gets another key. A work is
known by its identifiers, and by its title with first author and year.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ragassist.papers.keys import handles
from ragassist.storage.rows import record_from_json
from ragassist.types import Record

Query = Callable[[str, tuple[object, ...]], Iterable[tuple[Any, ...]]]
"""Runs a statement with its parameters."""

Fingerprint = Mapping[str, Any]
"""As JSON has it: title, authors (the first), year, and handles, each with the key it leads to."""


def fingerprints(query: Query, paper_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of each paper that has one of these ids, or of old ones has it alone; others are left out."""
    wanted = json.dumps(list(dict.fromkeys(paper_ids)))
    rows = query(
        "SELECT value, coalesce((SELECT paper_row FROM papers WHERE paper_id = value), "
        "(SELECT min(paper_row) FROM aliases WHERE alias = value HAVING count(*) = 1)) "
        "FROM json_each(?)",
        (wanted,),
    )
    found = {paper_id: row for paper_id, row in rows if row is not None}
    records: dict[int, list[Record]] = defaultdict(list)
    for row, fields in query(
        "SELECT paper_row, fields FROM records "
        "WHERE paper_row IN (SELECT value FROM json_each(?)) ORDER BY record_id",
        (json.dumps(sorted(set(found.values()))),),
    ):
        records[row].append(record_from_json(fields))
    return {
        paper_id: _fingerprint(row, records[row], query)
        for paper_id, row in found.items()
        if records[row]
    }


def papers_named(kept: Mapping[str, Any]) -> list[str]:
    """The ids in what is kept of an exchange: those cited, then those found."""
    marks = [mark["paper_id"] for claim in kept.get("claims", ()) for mark in claim["marks"]]
    found = [place["paper_id"] for place in kept["passages"]]
    return list(dict.fromkeys(filter(None, [*marks, *found])))


def _fingerprint(row: int, records: list[Record], query: Query) -> dict[str, Any]:
    [(title, year, author)] = query(
        "SELECT title, year, json_extract(fields, '$.authors[0]') FROM papers WHERE paper_row = ?",
        (row,),
    )
    carried = {
        handle: key for record in records for handle, key in handles(record, weak=True).items()
    }
    return {"title": title, "year": year, "authors": [author] if author else [], "handles": carried}
