"""What is true of a work that several sources describe: the richer record wins each field."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ragassist.papers.keys import OTHER_DOIS, other_dois
from ragassist.papers.preprints import arxiv_id_of, is_preprint_doi
from ragassist.types import Record, Work

_SAID_OF_A_WORK = tuple(field.name for field in dataclasses.fields(Work))
_UNITED = ("affiliations", "categories", "keywords", "tags")


def completeness(record: Record) -> tuple[object, ...]:
    """A sort key: the more complete a record, the earlier; ties broken by its own text.

    What is published comes before its preprint. Position in the source takes no part, so that the
    same statement sorts the same everywhere.
    """
    stated = sum(bool(getattr(record, field.name)) for field in dataclasses.fields(record))
    wording = dataclasses.replace(record, line=0)
    return (
        2 if not record.doi else int(is_preprint_doi(record.doi)),
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
    first to say; DOIs of other versions than the one taken are kept there, as `otherdoi`. What
    one source calls retracted is. The line is the least, and no more than an order.

    Args:
        records: at least one.
    """
    ordered = sorted(records, key=completeness) if len(records) > 1 else records
    by_authors = max(
        ordered,
        key=lambda r: (bool(r.authors), not r.authors_truncated, len(r.authors)),
    )
    year = _first(ordered, lambda r: r.year)
    doi = _first(ordered, lambda r: r.doi)
    return Record(
        title=_first(ordered, lambda r: r.title) or "",
        abstract=max((r.abstract for r in ordered), key=len),
        authors=by_authors.authors,
        authors_truncated=by_authors.authors_truncated,
        affiliations=_union(r.affiliations for r in ordered),
        year=year,
        date=_best_date(ordered, year),
        venue=_first(ordered, lambda r: r.venue),
        doi=doi,
        arxiv_id=_first(ordered, lambda r: r.arxiv_id) or _first(ordered, _arxiv_id_in_doi),
        pmid=_first(ordered, lambda r: r.pmid),
        url=_first(ordered, lambda r: r.url),
        categories=_union(r.categories for r in ordered),
        keywords=_union(r.keywords for r in ordered),
        tags=_union(r.tags for r in ordered),
        kind=_first(ordered, lambda r: r.kind),
        retracted=any(r.retracted for r in ordered),
        extra=_extra(ordered, doi),
        line=min(r.line for r in ordered),
    )


def field_winners(records: Sequence[Record]) -> list[tuple[str, tuple[int, ...]]]:
    """Which records each field of the merged record comes from.

    Args:
        records: at least one.

    Returns:
        Names, those of `extra` after the others, each with places in `records`: one for a field
        that is taken whole, else every record that adds something; fields nobody states are left
        out.
    """
    merged = merge_records(records)
    order = sorted(range(len(records)), key=lambda place: completeness(records[place]))
    won = [(name, _winners(name, merged, records, order)) for name in _SAID_OF_A_WORK]
    for name, value in merged.extra:
        if name == OTHER_DOIS:
            stating = [p for p in order if _dois(records[p]) & set(value.split())]
        else:
            stating = [p for p in order if (name, value) in records[p].extra][:1]
        won.append((name, tuple(stating)))
    return [(name, places) for name, places in won if places]


def _winners(
    name: str, merged: Record, records: Sequence[Record], order: Sequence[int]
) -> tuple[int, ...]:
    value = getattr(merged, name)
    if not value or name == "extra":
        return ()
    if name not in _UNITED:
        stating = [place for place in order if getattr(records[place], name) == value]
        if not stating and name == "arxiv_id":
            stating = [place for place in order if _arxiv_id_in_doi(records[place]) == value]
        return tuple(stating[:1])
    adding, seen = [], set[str]()
    for place in order:
        stated = set(getattr(records[place], name))
        if not stated <= seen:
            adding.append(place)
            seen |= stated
    return tuple(adding)


T = TypeVar("T")


def _first(ordered: Sequence[Record], field: Callable[[Record], T | None]) -> T | None:
    return next((value for record in ordered if (value := field(record))), None)


def _best_date(ordered: Sequence[Record], year: int | None) -> str | None:
    dates = [r.date for r in ordered if r.date and r.year == year]
    return max(dates, key=len) if dates else None


def _arxiv_id_in_doi(record: Record) -> str | None:
    return arxiv_id_of(record.doi) if record.doi else None


def _dois(record: Record) -> set[str]:
    return {doi for doi in (record.doi, *other_dois(record)) if doi}


def _extra(ordered: Sequence[Record], doi: str | None) -> tuple[tuple[str, str], ...]:
    stated: dict[str, str] = {}
    for record in ordered:
        for name, value in record.extra:
            stated.setdefault(name, value)
    stated.pop(OTHER_DOIS, None)
    if others := sorted(set[str]().union(*map(_dois, ordered)) - {doi}):
        stated[OTHER_DOIS] = " ".join(others)
    return tuple(sorted(stated.items()))


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for values in lists for value in values))
