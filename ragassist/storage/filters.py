"""Filters as SQL and as words."""

from ragassist.storage.catalog import Catalog
from ragassist.text import fold
from ragassist.types import Filters


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
