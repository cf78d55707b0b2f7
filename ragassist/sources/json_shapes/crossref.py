"""Crossref's works, as its API and its public data files have them."""

import re

from ragassist.sources.json_shapes import csl, identifiers, kinds
from ragassist.sources.json_shapes.people import people
from ragassist.sources.json_shapes.values import (
    JsonObject,
    extra_of,
    first_text,
    named,
    objects,
    scalar,
    text,
    texts,
    within,
)
from ragassist.types import Record

_DATES = ("issued", "published", "published-print", "published-online", "posted")
# Publishers mark what they withdrew in its title; Crossref often has no other sign of it.
_MARKED = re.compile(r"\W{0,3}(?:RETRACTED(?: ARTICLE| PAPER| CHAPTER)?\b|[Rr]etracted\])")
_RETRACTING = frozenset({"retraction", "withdrawal", "removal"})
_RETRACTED_BY = frozenset({"is-retracted-by", "is-withdrawn-by"})
_SHOWN_NOTICES = 3


def record(stated: JsonObject, line: int) -> Record:
    """One work. A notice of retraction is itself not retracted; what it retracts is in `extra`."""
    kind = kinds.of_csl(stated.get("type"))
    authors, truncated = people(stated.get("author"))
    year, date = _published(stated)
    title = first_text(stated, "title") or ""
    return Record(
        title=_with_subtitle(title, first_text(stated, "subtitle")),
        abstract=csl.abstract_of(stated),
        authors=authors,
        authors_truncated=truncated,
        affiliations=_affiliations(stated),
        year=year,
        date=date,
        venue=_venue(stated, kind),
        doi=identifiers.doi(scalar(stated, "DOI")),
        arxiv_id=identifiers.arxiv_id_in(_primary_address(stated)),
        url=text(stated, "URL"),
        categories=texts(stated.get("subject")),
        kind=kind,
        retracted=_is_retracted(stated, title),
        extra=extra_of(
            [
                *csl.variables(stated, kind),
                ("update-to", _notices(stated)),
                *identifiers.beside(scalar(stated, "DOI")),
            ]
        ),
        line=line,
    )


def _published(stated: JsonObject) -> tuple[int | None, str | None]:
    """The earliest date comes first; of dates of that year, the one that says most."""
    found = [csl.issued(stated.get(name)) for name in _DATES]
    year = next((year for year, _ in found if year is not None), None)
    dates = (date for own, date in found if own == year and date)
    return year, next(dates, None)


def _with_subtitle(title: str, subtitle: str | None) -> str:
    return f"{title}: {subtitle}" if title and subtitle and subtitle not in title else title


def _venue(stated: JsonObject, kind: str | None) -> str | None:
    venue = first_text(stated, "container-title") or text(within(stated, "event"), "name")
    if venue or kind != "article":
        return venue
    # The server of a preprint.
    return next(iter(named(objects(stated, "institution"), "name")), None)


def _affiliations(stated: JsonObject) -> tuple[str, ...]:
    return named(
        (place for author in objects(stated, "author") for place in objects(author, "affiliation")),
        "name",
    )


def _primary_address(stated: JsonObject) -> str | None:
    return text(within(within(stated, "resource"), "primary"), "URL")


def _is_retracted(stated: JsonObject, title: str) -> bool:
    updates = objects(stated, "updated-by")
    return (
        any(text(update, "type") in _RETRACTING for update in updates)
        or not _RETRACTED_BY.isdisjoint(within(stated, "relation"))
        or _MARKED.match(title) is not None
    )


def _notices(stated: JsonObject) -> str | None:
    """`retraction 10.1000/x` for a notice that retracts `10.1000/x`."""
    found = [
        f"{text(update, 'type')} {identifiers.doi(scalar(update, 'DOI'))}"
        for update in objects(stated, "update-to")[:_SHOWN_NOTICES]
        if text(update, "type") and identifiers.doi(scalar(update, "DOI"))
    ]
    return "; ".join(found) or None
