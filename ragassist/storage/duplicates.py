"""Near-duplicates of a catalog, and what the user decides about them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from ragassist.errors import UsageError
from ragassist.papers.near import Outline, near_pairs
from ragassist.storage.catalog import Catalog
from ragassist.storage.decisions import (
    decide,
    load_decisions,
    records_of,
    share_an_identifier,
)
from ragassist.storage.lookup import find_row
from ragassist.storage.naming import ids_alone
from ragassist.storage.papers import load_papers
from ragassist.storage.works import Chunker, refresh_works
from ragassist.types import Paper, Record

_PAGE = 500
_MOST_SHARING = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicate:
    """Two papers that may be one work.

    Attributes:
        why: what they share and what not, in a few words.
    """

    one: Paper
    other: Paper
    why: str


def find_duplicates(catalog: Catalog) -> list[NearDuplicate]:
    """The undecided pairs, by paper_id; reads the title of every paper."""
    rows = {
        paper_id: (row, Outline(paper_id=paper_id, title=title, author=author, year=year,
                                doi=doi, arxiv_id=arxiv_id, venue=venue))
        for row, paper_id, title, author, year, doi, arxiv_id, venue in catalog.rows(
            "SELECT paper_row, paper_id, title, json_extract(fields, '$.authors[0]'), year, "
            "json_extract(fields, '$.doi'), json_extract(fields, '$.arxiv_id'), "
            "json_extract(fields, '$.venue') "
            "FROM papers ORDER BY paper_id"
        )
    }  # fmt: skip
    pairs = near_pairs(outline for _, outline in rows.values())
    told = {(rows[one][0], rows[other][0]): why for (one, other), why in pairs.items()}
    ids = {row: paper_id for paper_id, (row, _) in rows.items()}
    for one, other, why in _sharing_identifiers(catalog):
        pair = (one, other) if ids[one] < ids[other] else (other, one)
        told[pair] = f"both state {why}; titles and authors or years of different works"
    ordered = sorted(told.items(), key=lambda entry: (ids[entry[0][0]], ids[entry[0][1]]))
    placed = [(one, other, why) for (one, other), why in ordered]
    open_pairs = _undecided(catalog, placed)
    return _loaded(catalog, open_pairs)


def _sharing_identifiers(catalog: Catalog) -> Iterator[tuple[int, int, str]]:
    """Pairs of papers that state one identifier and are yet two; one of them has it wrongly.

    What more than a few papers state is a volume's, or a placeholder: then one pair stands for all.
    """
    for key, listed in catalog.rows(
        "SELECT key, json_group_array(DISTINCT paper_row) FROM record_keys "
        "JOIN records USING (record_id) WHERE key NOT LIKE 'title:%' AND key NOT LIKE 'entry:%' "
        "GROUP BY key HAVING count(DISTINCT paper_row) > 1 ORDER BY key DESC"
    ):
        papers = sorted(json.loads(listed))
        if len(papers) > _MOST_SHARING:
            yield papers[0], papers[1], f"{key}, as do {len(papers) - 2:,} other papers"
            continue
        for one, other in combinations(papers, 2):
            yield one, other, key


def merge_papers(catalog: Catalog, paper_ids: Sequence[str], chunker: Chunker) -> int:
    """Have papers be one work; returns its row. Inside a transaction.

    Raises:
        UnknownPaper, UsageError: as `Library.merge` says.
    """
    rows = list(dict.fromkeys(find_row(catalog, paper_id) for paper_id in paper_ids))
    if len(rows) < 2:
        raise UsageError(f"{' and '.join(paper_ids)} are one paper already: name two")
    stored = records_of(catalog, rows)
    works = [[record for _, record in stored[row]] for row in rows]
    for place, work in enumerate(works):
        for other in works[place + 1 :]:
            if not decide(catalog, work, other, same=True):
                raise UsageError(_nothing_to_remember_by(paper_ids))
    changed = [record_id for row in rows for record_id, _ in stored[row]]
    refresh_works(catalog, dict.fromkeys(changed), chunker)
    return _row_of(catalog, changed[0])


def part_papers(catalog: Catalog, one: str, other: str, chunker: Chunker) -> tuple[int, int]:
    """Have two papers be two works; returns their rows. Inside a transaction.

    Raises:
        UnknownPaper, UsageError: as `Library.keep_both` says.
    """
    row, other_row = find_row(catalog, one), find_row(catalog, other)
    stored = records_of(catalog, {row, other_row})
    mine, others = stored[row], stored[other_row]
    if row == other_row:
        mine, others = _named(stored[row], one), _named(stored[row], other)
    first, second = [r for _, r in mine], [r for _, r in others]
    if not first or not second or {i for i, _ in mine} & {i for i, _ in others}:
        raise UsageError(
            f"{one!r} and {other!r} are one paper: to part it, name two of the ids or keys that "
            "its sources have for it (`ragassist show` lists them)"
        )
    if row == other_row and (identifier := share_an_identifier(first, second)):
        raise UsageError(f"{one!r} and {other!r} both state {identifier}: that makes them one")
    if not decide(catalog, first, second, same=False):
        raise UsageError(
            f"nothing that {one!r} and {other!r} state tells them apart: give one of them a key, "
            "a year or a DOI in its file"
        )
    changed = [record_id for work in stored.values() for record_id, _ in work]
    refresh_works(catalog, dict.fromkeys(changed), chunker)
    _part_aliases(catalog, {_row_of(catalog, record_id) for record_id in changed})
    return _row_of(catalog, mine[0][0]), _row_of(catalog, others[0][0])


def _part_aliases(catalog: Catalog, rows: set[int]) -> None:
    """Have what names the records of one of these papers not lead to another of them."""
    names = {
        row: {name for _, record in work for name in ids_alone([record])}
        for row, work in records_of(catalog, rows).items()
    }
    for row, own in names.items():
        foreign = set[str]().union(*names.values()) - own
        catalog.execute(
            "DELETE FROM aliases WHERE paper_row = ? AND alias IN (SELECT value FROM json_each(?))",
            (row, json.dumps(sorted(foreign))),
        )


def _named(records: Sequence[tuple[int, Record]], name: str) -> list[tuple[int, Record]]:
    """The records of a paper that would be called so by themselves."""
    return [(record_id, record) for record_id, record in records if name in ids_alone([record])]


def _undecided(
    catalog: Catalog, pairs: Sequence[tuple[int, int, str]]
) -> list[tuple[int, int, str]]:
    decisions = load_decisions(catalog)
    if not decisions.apart:
        return list(pairs)
    stored = records_of(catalog, {row for one, other, _ in pairs for row in (one, other)})
    return [
        (one, other, why)
        for one, other, why in pairs
        if not any(
            decisions.keeps_apart(record, against)
            for _, record in stored[one]
            for _, against in stored[other]
        )
    ]


def _loaded(catalog: Catalog, pairs: Sequence[tuple[int, int, str]]) -> list[NearDuplicate]:
    found: list[NearDuplicate] = []
    for begin in range(0, len(pairs), _PAGE):
        page = pairs[begin : begin + _PAGE]
        rows = list(dict.fromkeys(row for one, other, _ in page for row in (one, other)))
        papers = dict(zip(rows, load_papers(catalog, rows), strict=True))
        for row, other_row, why in page:
            one, other = papers[row], papers[other_row]
            beside = _two_entries(one, other)
            found.append(NearDuplicate(one=one, other=other, why="; ".join((why, *beside))))
    return found


def _two_entries(one: Paper, other: Paper) -> list[str]:
    """The file that has both, each under a key of its own, which says that they are two."""
    keys = [{place.source: place.key for place in paper.provenance} for paper in (one, other)]
    both = [
        source
        for source in sorted(keys[0].keys() & keys[1].keys())
        if keys[0][source] and keys[1][source] and keys[0][source] != keys[1][source]
    ]
    return [f"two entries of {Path(both[0]).name}"] if both else []


def _nothing_to_remember_by(paper_ids: Sequence[str]) -> str:
    return (
        f"{' and '.join(map(repr, paper_ids))} state neither a title nor an identifier to know "
        "them again by: give them one in their files"
    )


def _row_of(catalog: Catalog, record_id: int) -> int:
    return int(catalog.value("SELECT paper_row FROM records WHERE record_id = ?", (record_id,)))
