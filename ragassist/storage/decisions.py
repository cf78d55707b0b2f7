"""What the user decided about papers, remembered by what they state and not by where they stand."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from ragassist.papers.decisions import Decisions
from ragassist.papers.keys import certain_keys, handles
from ragassist.storage.catalog import Catalog
from ragassist.storage.rows import record_from_json
from ragassist.types import Record


def load_decisions(catalog: Catalog) -> Decisions:
    """All decisions; none where the catalog is older than they are."""
    same: dict[str, set[str]] = defaultdict(set)
    apart: dict[str, set[str]] = defaultdict(set)
    if catalog.has("decisions", "handle"):
        for handle, other, is_same in catalog.rows(
            "SELECT handle, other_handle, same FROM decisions"
        ):
            (same if is_same else apart)[handle].add(other)
    return Decisions(same=_frozen(same), apart=_frozen(apart))


def decide(catalog: Catalog, one: Sequence[Record], other: Sequence[Record], *, same: bool) -> bool:
    """Remember that two sets of records are one work, or that they are two.

    The latest decision on a pair is the one that counts. Inside a transaction; the papers are not
    changed by it.

    Returns:
        Whether there was anything to remember them by: False where they state the same.
    """
    pairs = list(product(_handles(one).items(), _handles(other).items()))
    if not same:
        shared = _handles(one).keys() & _handles(other).keys()
        pairs = [(a, b) for a, b in pairs if a[0] not in shared and b[0] not in shared]
    told = [(a, b) for a, b in pairs if a != b]
    if same and not told:
        # All they are known by is one identifier, which is then the right one of both.
        told = pairs
    _forget_others(catalog, one, other, same=same)
    catalog.execute_many(
        "INSERT INTO decisions (key, handle, other_key, other_handle, same) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET same = excluded.same",
        [
            (key, handle, other_key, other_handle, same)
            for a, b in told
            for (handle, key), (other_handle, other_key) in ((a, b), (b, a))
        ],
    )
    return bool(told)


def _forget_others(
    catalog: Catalog, one: Sequence[Record], other: Sequence[Record], *, same: bool
) -> None:
    """Forget what was said before, also where the records stated less and had weaker handles."""
    sides = [json.dumps(list(_handles(side, weak=True))) for side in (one, other)]
    for first, second in (sides, sides[::-1]):
        catalog.execute(
            "DELETE FROM decisions WHERE same != ? "
            "AND handle IN (SELECT value FROM json_each(?)) "
            "AND other_handle IN (SELECT value FROM json_each(?))",
            (same, first, second),
        )


def share_an_identifier(one: Sequence[Record], other: Sequence[Record]) -> str | None:
    """An identifier that both state, which makes them one whatever is said; None without."""
    both = _certain(one) & _certain(other)
    return min(both, default=None)


def records_of(catalog: Catalog, rows: Iterable[int]) -> dict[int, list[tuple[int, Record]]]:
    """The records of papers, by paper_row, each with its id."""
    found: dict[int, list[tuple[int, Record]]] = defaultdict(list)
    for row, record_id, line, fields in catalog.rows(
        "SELECT paper_row, record_id, line, fields FROM records "
        "WHERE paper_row IN (SELECT value FROM json_each(?)) ORDER BY record_id",
        (json.dumps(list(rows)),),
    ):
        found[row].append((record_id, record_from_json(fields, line=line)))
    return found


def _handles(records: Sequence[Record], *, weak: bool = False) -> dict[str, str]:
    return {handle: key for record in records for handle, key in handles(record, weak=weak).items()}


def _certain(records: Sequence[Record]) -> set[str]:
    return {key for record in records for key in certain_keys(record)}


def _frozen(pairs: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {handle: frozenset(others) for handle, others in pairs.items()}
