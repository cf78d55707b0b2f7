"""What is true of a work that several sources describe: the richer record wins each field."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ragassist.types import Record


def completeness(record: Record) -> tuple[object, ...]:
    """A sort key: the more complete a record, the earlier; ties broken by its own text.

    Position in the source takes no part, so that the same statement sorts the same everywhere.
    """
    stated = sum(bool(getattr(record, field.name)) for field in dataclasses.fields(record))
    wording = dataclasses.replace(record, line=0)
    return (
        not record.doi,
        record.authors_truncated or not record.authors,
        -len(record.authors),
        -len(record.abstract),
        -stated,
        repr(wording),
    )


def merge_records(records: Sequence[Record]) -> Record:
    """One record from all records of a work; the order given does not matter.

    Each field is taken whole from one record, never pieced together: the longest abstract, the
    longest list of authors (a complete one before a truncated one), a year from the most
    complete record that states one, and a date of that same year. Categories, keywords, tags and
    affiliations are those of all records; so is what else they state, the most complete record
    first to say. What one source calls retracted is. The line is the least, and no more than an
    order.

    Args:
        records: at least one.
    """
    ordered = sorted(records, key=completeness) if len(records) > 1 else records
    by_authors = max(
        ordered,
        key=lambda r: (bool(r.authors), not r.authors_truncated, len(r.authors)),
    )
    year = _first(ordered, lambda r: r.year)
    return Record(
        title=_first(ordered, lambda r: r.title) or "",
        abstract=max((r.abstract for r in ordered), key=len),
        authors=by_authors.authors,
        authors_truncated=by_authors.authors_truncated,
        affiliations=_union(r.affiliations for r in ordered),
        year=year,
        date=_best_date(ordered, year),
        venue=_first(ordered, lambda r: r.venue),
        doi=_first(ordered, lambda r: r.doi),
        arxiv_id=_first(ordered, lambda r: r.arxiv_id),
        pmid=_first(ordered, lambda r: r.pmid),
        url=_first(ordered, lambda r: r.url),
        categories=_union(r.categories for r in ordered),
        keywords=_union(r.keywords for r in ordered),
        tags=_union(r.tags for r in ordered),
        kind=_first(ordered, lambda r: r.kind),
        retracted=any(r.retracted for r in ordered),
        extra=_extra(ordered),
        line=min(r.line for r in ordered),
    )


T = TypeVar("T")


def _first(ordered: Sequence[Record], field: Callable[[Record], T | None]) -> T | None:
    return next((value for record in ordered if (value := field(record))), None)


def _best_date(ordered: Sequence[Record], year: int | None) -> str | None:
    dates = [r.date for r in ordered if r.date and r.year == year]
    return max(dates, key=len) if dates else None


def _extra(ordered: Sequence[Record]) -> tuple[tuple[str, str], ...]:
    stated: dict[str, str] = {}
    for record in ordered:
        for name, value in record.extra:
            stated.setdefault(name, value)
    return tuple(sorted(stated.items()))


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for values in lists for value in values))
