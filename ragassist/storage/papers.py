"""Reading papers back, with where they came from: by row, by id, by filter, by import."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from ragassist.errors import UnknownPaper
from ragassist.storage.catalog import Catalog, Row
from ragassist.storage.filters import rows_of
from ragassist.storage.lookup import find_row
from ragassist.storage.rows import record_from_json
from ragassist.types import Filters, Paper, Provenance, Record, Work

_PAGE = 500
_SAID_OF_A_WORK = tuple(field.name for field in dataclasses.fields(Work))

Missing = Literal["abstract", "year", "doi", "authors"]
_IS_MISSING: dict[Missing, str] = {
    "abstract": "abstract = ''",
    "year": "year IS NULL",
    "doi": "json_extract(fields, '$.doi') IS NULL",
    "authors": "json_extract(fields, '$.authors') IS NULL",
}


def load_papers(catalog: Catalog, rows: Sequence[int]) -> list[Paper]:
    """The papers of these rows, in the order of the rows; rows that are gone are left out."""
    papers: dict[int, Paper] = {}
    for begin in range(0, len(rows), _PAGE):
        page = json.dumps(list(rows[begin : begin + _PAGE]))
        aliases: dict[int, list[str]] = {}
        for row, alias in catalog.rows(
            "SELECT paper_row, alias FROM aliases "
            "WHERE paper_row IN (SELECT value FROM json_each(?)) ORDER BY alias",
            (page,),
        ):
            aliases.setdefault(row, []).append(alias)
        provenance = _provenance(catalog, page)
        for row, paper_id, title, abstract, year, fields in catalog.rows(
            "SELECT paper_row, paper_id, title, abstract, year, fields FROM papers "
            "WHERE paper_row IN (SELECT value FROM json_each(?))",
            (page,),
        ):
            merged = record_from_json(fields, title=title, abstract=abstract, year=year)
            papers[row] = _paper(paper_id, merged, aliases.get(row, ()), provenance.get(row, ()))
    return [papers[row] for row in rows if row in papers]


def papers_by_id(catalog: Catalog, paper_ids: Sequence[str]) -> dict[str, Paper]:
    """The papers of these ids, in order; aliases are not among them.

    Raises:
        UnknownPaper: as `find_row` does.
    """
    rows = [find_row(catalog, paper_id) for paper_id in paper_ids]
    papers = {paper.paper_id: paper for paper in load_papers(catalog, rows)}
    if gone := [paper_id for paper_id in paper_ids if paper_id not in papers]:
        raise UnknownPaper(f"no paper {gone[0]!r} in this library any more")
    return papers


def iterate_papers(
    catalog: Catalog, filters: Filters, missing: Sequence[Missing] = ()
) -> Iterator[Paper]:
    """The papers that pass and miss all that is named, by id; flat in memory."""
    passing, parameters = rows_of(filters)
    passing = " AND ".join([passing, *(_IS_MISSING[name] for name in missing)])
    after = ""
    while True:
        page: list[Row] = catalog.rows(
            f"SELECT paper_row, paper_id FROM papers WHERE paper_row IN ({passing}) "
            "AND paper_id > ? ORDER BY paper_id LIMIT ?",
            (*parameters, after, _PAGE),
        )
        if not page:
            return
        after = page[-1][1]
        yield from load_papers(catalog, [row for row, _ in page])


def papers_of_import(catalog: Catalog, import_id: int, known: int) -> Iterator[tuple[Paper, bool]]:
    """The papers an import read, by paper_id, each with whether its row is above `known`."""
    rows = catalog.rows(
        "SELECT DISTINCT paper_row, paper_id FROM records JOIN papers USING (paper_row) "
        "WHERE import_id = ? ORDER BY paper_id",
        (import_id,),
    )
    for begin in range(0, len(rows), _PAGE):
        page = [row for row, _ in rows[begin : begin + _PAGE]]
        for row, paper in zip(page, load_papers(catalog, page), strict=True):
            yield paper, row > known


def last_row(catalog: Catalog) -> int:
    """The highest row given to a paper so far; 0 without papers."""
    return int(catalog.value("SELECT coalesce(max(paper_row), 0) FROM papers"))


def count_papers(catalog: Catalog) -> int:
    """How many papers the library has."""
    return int(catalog.value("SELECT count(*) FROM papers"))


def retracted_among(catalog: Catalog, paper_ids: Sequence[str]) -> frozenset[str]:
    """Which of these papers a source marks as retracted."""
    rows = catalog.rows(
        "SELECT paper_id FROM papers WHERE paper_id IN (SELECT value FROM json_each(?)) "
        "AND json_extract(fields, '$.retracted')",
        (json.dumps(list(paper_ids)),),
    )
    return frozenset(paper_id for (paper_id,) in rows)


def _provenance(catalog: Catalog, page: str) -> dict[int, list[Provenance]]:
    found: dict[int, list[Provenance]] = {}
    for row, path, reader, line, key in catalog.rows(
        "SELECT paper_row, path, reader, line, json_extract(records.fields, '$.key') "
        "FROM records JOIN sources USING (source_id) "
        "WHERE paper_row IN (SELECT value FROM json_each(?)) ORDER BY path, line",
        (page,),
    ):
        found.setdefault(row, []).append(Provenance(source=path, reader=reader, line=line, key=key))
    return found


def _paper(
    paper_id: str, merged: Record, aliases: Iterable[str], provenance: Iterable[Provenance]
) -> Paper:
    said = {name: getattr(merged, name) for name in _SAID_OF_A_WORK}
    return Paper(paper_id=paper_id, aliases=tuple(aliases), provenance=tuple(provenance), **said)
