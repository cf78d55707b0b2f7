"""Reading papers back: by id, by filter, with where they came from."""

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ragassist.errors import UnknownPaper
from ragassist.papers.merge import field_winners, merge_records
from ragassist.storage.catalog import Catalog, Row
from ragassist.storage.rows import record_from_json
from ragassist.text import fold, title_key
from ragassist.types import Failure, Filters, Paper, Provenance, Record, Work

_PAGE = 500
_SAID_OF_A_WORK = tuple(field.name for field in dataclasses.fields(Work))
_SHOWN_SUGGESTIONS = 3
_MOST_TITLED = 8
_SHORTEST_TITLE = 3

Missing = Literal["abstract", "year", "doi", "authors"]
_IS_MISSING: dict[Missing, str] = {
    "abstract": "abstract = ''",
    "year": "year IS NULL",
    "doi": "json_extract(fields, '$.doi') IS NULL",
    "authors": "json_extract(fields, '$.authors') IS NULL",
}
# How a paper has what a filter names, and the command that lists such.
_SAID_OF_UNKNOWN = {
    "tags": ("has the tag", "ragassist tags"),
    "categories": ("has the category", "ragassist papers --json"),
    "authors": ("has an author", "ragassist papers --json"),
    "sources": ("is from a file with", "ragassist status"),
}
_MOST_COMPARED = 20_000
_VALUES_OF = {
    "tags": "SELECT value FROM (SELECT value FROM papers, json_each(fields, '$.tags') UNION ALL "
    "SELECT value FROM papers, json_each(fields, '$.keywords')) "
    "GROUP BY value ORDER BY count(*) DESC, value",
    "categories": "SELECT value FROM papers, json_each(fields, '$.categories') "
    "GROUP BY value ORDER BY count(*) DESC, value",
    "authors": "SELECT value FROM papers, json_each(fields, '$.authors') "
    "GROUP BY value ORDER BY count(*) DESC, value",
    "sources": "SELECT path FROM sources WHERE reader != '' ORDER BY path",
}
_PARTS = {"authors": re.compile(r"[^\W\d_][\w'\u2019-]+"), "sources": re.compile(r"[^/\\]+")}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOrigin:
    """A field of a paper, what it says, and the records it was taken from.

    Attributes:
        name: as in `Work`, or among what else the sources state.
        value: as text.
        places: the first is the one that counts, but for lists, which all of them add to.
    """

    name: str
    value: str
    places: tuple[Provenance, ...]


def rows_of(filters: Filters) -> tuple[str, tuple[object, ...]]:
    """SQL that selects the `paper_row`s that pass, and its parameters."""
    conditions = ["1"]
    parameters: list[object] = []
    if filters.year_from is not None:
        conditions.append("year >= ?")
        parameters.append(filters.year_from)
    if filters.year_to is not None:
        conditions.append("year <= ?")
        parameters.append(filters.year_to)
    anywhere: tuple[tuple[tuple[str, ...], str], ...] = (
        (
            filters.categories,
            "EXISTS (SELECT 1 FROM json_each(fields, '$.categories') WHERE fold(value) = ?)",
        ),
        (
            filters.tags,
            "EXISTS (SELECT 1 FROM (SELECT value FROM json_each(fields, '$.tags') UNION ALL "
            "SELECT value FROM json_each(fields, '$.keywords')) WHERE fold(value) = ?)",
        ),
        (
            filters.authors,
            "EXISTS (SELECT 1 FROM json_each(fields, '$.authors') WHERE instr(fold(value), ?))",
        ),
        (
            filters.sources,
            "EXISTS (SELECT 1 FROM records JOIN sources USING (source_id) "
            "WHERE records.paper_row = papers.paper_row AND instr(fold(path), ?))",
        ),
    )
    for wanted, condition in anywhere:
        if wanted:
            conditions.append("(" + " OR ".join([condition] * len(wanted)) + ")")
            parameters.extend(fold(value) for value in wanted)
    return f"SELECT paper_row FROM papers WHERE {' AND '.join(conditions)}", tuple(parameters)


def any_passes(catalog: Catalog, filters: Filters) -> bool:
    """Whether any paper passes."""
    passing, parameters = rows_of(filters)
    return bool(catalog.value(f"SELECT EXISTS ({passing})", parameters))


def unknown_values(catalog: Catalog, filters: Filters) -> list[str]:
    """What the filters name and no paper has, a sentence each, with what is near to it."""
    alone = (
        *(("tags", tag, Filters(tags=(tag,))) for tag in filters.tags),
        *(("categories", name, Filters(categories=(name,))) for name in filters.categories),
        *(("authors", name, Filters(authors=(name,))) for name in filters.authors),
        *(("sources", name, Filters(sources=(name,))) for name in filters.sources),
    )
    return [
        _unknown(catalog, kind, value)
        for kind, value, filtered in alone
        if not any_passes(catalog, filtered)
    ]


def _unknown(catalog: Catalog, kind: str, value: str) -> str:
    import difflib

    said, command = _SAID_OF_UNKNOWN[kind]
    named = _VALUES_OF[kind]
    spelt: dict[str, str] = {}
    for (name,) in catalog.rows(f"{named} LIMIT {_MOST_COMPARED}"):
        # An author is looked for by any part of the name, a file by any part of its path.
        for part in (name, *_PARTS[kind].findall(name)) if kind in _PARTS else (name,):
            spelt.setdefault(fold(part), part)
    near = difflib.get_close_matches(fold(value), spelt, n=_SHOWN_SUGGESTIONS, cutoff=0.6)
    meant = f": did you mean {' or '.join(repr(spelt[one]) for one in near)}?" if near else ";"
    return f"no paper {said} {value!r}{meant} `{command}` lists what there is"


def count_undated(catalog: Catalog) -> int:
    """How many papers state no year, and so pass no filter of years."""
    return int(catalog.value("SELECT count(*) FROM papers WHERE year IS NULL"))


def describe(filters: Filters) -> str:
    """The conditions that are set, as a user reads them."""
    stated = {
        "from year": filters.year_from,
        "to year": filters.year_to,
        "category": " or ".join(filters.categories),
        "author": " or ".join(filters.authors),
        "source": " or ".join(filters.sources),
        "tag": " or ".join(filters.tags),
    }
    return ", ".join(f"{name} {value}" for name, value in stated.items() if value)


def find_row(catalog: Catalog, paper_id: str) -> int:
    """The row of a paper by its id, an alias, or an identifier that one of its records states.

    An identifier is a DOI, an arXiv ID or a PMID: `10.1/x`, `doi:10.1/x`, `arXiv:2001.00001`,
    `pmid:7`, `7`.

    Raises:
        UnknownPaper: there is none, or the alias is one of several papers'; names what is near.
    """
    row = catalog.value("SELECT paper_row FROM papers WHERE paper_id = ?", (paper_id,))
    if row is not None:
        return int(row)
    aliased = catalog.rows(
        "SELECT paper_row, paper_id FROM aliases JOIN papers USING (paper_row) "
        "WHERE alias = ? ORDER BY paper_id",
        (paper_id,),
    ) or _with_identifier(catalog, paper_id)
    if len(aliased) == 1:
        return int(aliased[0][0])
    if aliased:
        ids = ", ".join(other for _, other in aliased)
        raise UnknownPaper(f"{paper_id!r} may be any of {ids}: say which")
    near = _similar_ids(catalog, paper_id)
    hint = f"did you mean {', '.join(near)}?" if near else "`ragassist papers` lists what is there"
    raise UnknownPaper(f"no paper {paper_id!r} in this library: {hint}")


def find_id(catalog: Catalog, name: str) -> str | None:
    """The id of the one paper that a name is the id or an alias of; None without such."""
    try:
        row = find_row(catalog, name)
    except UnknownPaper:
        return None
    found = catalog.value("SELECT paper_id FROM papers WHERE paper_row = ?", (row,))
    return None if found is None else str(found)


def _with_identifier(catalog: Catalog, written: str) -> list[Row]:
    name = re.sub(r"^https?://(?:dx\.)?doi\.org/", "", written.strip().lower())
    name = re.sub(r"^(doi|pmid|arxiv):\s+", r"\1:", name)
    keys = [name] if name.startswith(("doi:", "pmid:", "arxiv:")) else []
    if name.startswith("10."):
        keys.append(f"doi:{name}")
    elif re.fullmatch(r"[1-9]\d{0,8}", name):
        keys.append(f"pmid:{name}")
    elif re.fullmatch(r"(?:arxiv:)?(?:\d{4}\.\d{4,5}|[a-z.-]+/\d{7})(?:v\d+)?", name):
        keys.append("arxiv:" + re.sub(r"^arxiv:|v\d+$", "", name))
    return catalog.rows(
        "SELECT DISTINCT paper_row, paper_id FROM record_keys JOIN records USING (record_id) "
        "JOIN papers USING (paper_row) WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    )


def find_titled(catalog: Catalog, words: str) -> list[tuple[str, str]]:
    """Ids and titles of a few papers in whose title the words stand, or each of them.

    A title that they are the whole of stands alone.
    """
    wanted = title_key(words)
    if len(wanted) < _SHORTEST_TITLE:
        return []
    whole, part, parts = [], [], []
    for paper_id, title in catalog.rows("SELECT paper_id, title FROM papers ORDER BY paper_id"):
        stated = title_key(title)
        if stated == wanted:
            whole.append((paper_id, title))
        elif f" {wanted} " in f" {stated} ":
            part.append((paper_id, title))
        elif set(wanted.split()).issubset(stated.split()):
            parts.append((paper_id, title))
    return (whole or part or parts)[:_MOST_TITLED]


def other_owners(catalog: Catalog, alias: str, paper_id: str) -> list[str]:
    """The ids of other papers that this name was once an id of."""
    return [
        other
        for (other,) in catalog.rows(
            "SELECT paper_id FROM aliases JOIN papers USING (paper_row) "
            "WHERE alias = ? AND paper_id != ? ORDER BY paper_id",
            (alias, paper_id),
        )
    ]


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


def last_row(catalog: Catalog) -> int:
    """The highest row given to a paper so far; 0 without papers."""
    return int(catalog.value("SELECT coalesce(max(paper_row), 0) FROM papers"))


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


def count_papers(catalog: Catalog) -> int:
    """How many papers the library has."""
    return int(catalog.value("SELECT count(*) FROM papers"))


def read_failures(catalog: Catalog) -> list[Failure]:
    """What could not be read when each source was last read, by source and line."""
    return [
        Failure(source=path, line=line, reason=reason, excerpt=excerpt, expected=bool(expected))
        for path, line, reason, excerpt, expected in catalog.rows(
            "SELECT path, line, reason, excerpt, expected FROM failures "
            "JOIN sources USING (source_id) ORDER BY path, line, failure_id"
        )
    ]


def failed_sources(catalog: Catalog) -> tuple[str, ...]:
    """The paths of sources in which something failed, by path; page furniture is no failure.

    Standard input, which is no path, is left out.
    """
    rows = catalog.rows(
        "SELECT DISTINCT path FROM failures JOIN sources USING (source_id) "
        "WHERE NOT expected AND path NOT LIKE '<%>' ORDER BY path"
    )
    return tuple(path for (path,) in rows)


def retracted_among(catalog: Catalog, paper_ids: Sequence[str]) -> frozenset[str]:
    """Which of these papers a source marks as retracted."""
    rows = catalog.rows(
        "SELECT paper_id FROM papers WHERE paper_id IN (SELECT value FROM json_each(?)) "
        "AND json_extract(fields, '$.retracted')",
        (json.dumps(list(paper_ids)),),
    )
    return frozenset(paper_id for (paper_id,) in rows)


def field_origins(catalog: Catalog, row: int) -> tuple[FieldOrigin, ...]:
    """Which record each field of a paper was taken from, found by merging them again."""
    rows = catalog.rows(
        "SELECT path, reader, line, fields FROM records JOIN sources USING (source_id) "
        "WHERE paper_row = ? ORDER BY path, line",
        (row,),
    )
    records = [record_from_json(fields, line=line) for _, _, line, fields in rows]
    places = [
        Provenance(source=path, reader=reader, line=line, key=record.key)
        for (path, reader, line, _), record in zip(rows, records, strict=True)
    ]
    merged = merge_records(records)
    beside = dict(merged.extra)
    return tuple(
        FieldOrigin(
            name=name,
            value=beside[name] if name in beside else _as_text(getattr(merged, name)),
            places=tuple(places[place] for place in won),
        )
        for name, won in field_winners(records)
    )


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "yes" if value is True else str(value)


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


def _similar_ids(catalog: Catalog, paper_id: str) -> list[str]:
    import difflib

    near = [
        row[0]
        for row in catalog.rows(
            "SELECT paper_id FROM papers WHERE paper_id LIKE ? ESCAPE '!' LIMIT 200",
            (_like_prefix(paper_id[:3]),),
        )
    ]
    return difflib.get_close_matches(paper_id, near, n=_SHOWN_SUGGESTIONS, cutoff=0.5)


def _like_prefix(text: str) -> str:
    escaped = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"{escaped}%"
