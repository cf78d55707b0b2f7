"""OpenAlex works, as its API and its snapshots have them."""

from collections.abc import Iterator
from typing import Any

from ragassist.sources.json_shapes import identifiers, kinds
from ragassist.sources.json_shapes.people import without_et_al
from ragassist.sources.json_shapes.values import (
    JsonObject,
    extra_of,
    named,
    objects,
    plain,
    scalar,
    text,
    within,
)
from ragassist.types import Record

# Positions beyond are no abstract: the index would be a few words spread over gigabytes.
_LONGEST_ABSTRACT = 200_000
# Below it a concept is only the ancestor of one that was assigned.
_LEAST_SCORE = 0.3
_PERIODICALS = {"journal": "article-journal", "conference": "paper-conference",
                "repository": "article", "book series": "chapter",
                "ebook platform": "chapter"}  # fmt: skip
# Types of what a journal prints beside its articles.
_IN_PERIODICALS = frozenset({"article", "review", "letter", "editorial", "erratum", "retraction"})


def record(stated: JsonObject, line: int) -> Record:
    """One work; its abstract put together from the inverted index."""
    places = _places(stated)
    ids = within(stated, "ids")
    authors, truncated = without_et_al(map(_author, objects(stated, "authorships")))
    date = identifiers.date(text(stated, "publication_date"))
    return Record(
        title=text(stated, "title", "display_name") or "",
        abstract=text(stated, "abstract") or _abstract(stated.get("abstract_inverted_index")),
        authors=authors,
        authors_truncated=truncated or stated.get("is_authors_truncated") is True,
        affiliations=named(_institutions(stated), "display_name"),
        year=identifiers.year(stated.get("publication_year")) or identifiers.year(date),
        date=date,
        venue=_venue(stated, places),
        doi=identifiers.doi(text(stated, "doi") or text(ids, "doi")),
        arxiv_id=identifiers.arxiv_id_in(*(text(place, "landing_page_url") for place in places)),
        pmid=identifiers.pmid(scalar(ids, "pmid")),
        url=next(filter(None, (text(place, "landing_page_url") for place in places)), None),
        categories=_categories(stated),
        keywords=_keywords(stated),
        kind=_kind(stated, places),
        retracted=stated.get("is_retracted") is True,
        extra=_extra(stated, places),
        line=line,
    )


def _abstract(index: object) -> str:
    """The words of an inverted index, each where it stands; gaps are left out."""
    places: dict[int, str] = {}
    for word, positions in index.items() if isinstance(index, dict) else ():
        for position in positions if isinstance(positions, list) else ():
            if type(position) is int and 0 <= position < _LONGEST_ABSTRACT:
                places[position] = word
    return plain(" ".join(places[position] for position in sorted(places)))


def _author(authorship: JsonObject) -> str:
    return text(within(authorship, "author"), "display_name") or (
        text(authorship, "raw_author_name") or ""
    )


def _institutions(stated: JsonObject) -> Iterator[JsonObject]:
    for authorship in objects(stated, "authorships"):
        yield from objects(authorship, "institutions")


def _places(stated: JsonObject) -> list[JsonObject]:
    """Where the work is to be had, the publisher's version first."""
    return [within(stated, "primary_location"), *objects(stated, "locations")]


def _venue(stated: JsonObject, places: list[JsonObject]) -> str | None:
    source = within(places[0], "source") or within(stated, "host_venue")
    return text(source, "display_name")


def _categories(stated: JsonObject) -> tuple[str, ...]:
    topics = named(objects(stated, "topics"), "display_name")
    concepts = [one for one in objects(stated, "concepts") if _score(one) >= _LEAST_SCORE]
    return topics or named(concepts, "display_name")


def _score(concept: JsonObject) -> float:
    score: Any = concept.get("score")
    return score if isinstance(score, (int, float)) else 1.0


def _keywords(stated: JsonObject) -> tuple[str, ...]:
    entries = objects(stated, "keywords")
    return named(entries, "display_name") or named(entries, "keyword")


def _kind(stated: JsonObject, places: list[JsonObject]) -> str | None:
    deposited = kinds.of_deposit(stated.get("type_crossref"))
    if text(stated, "type") not in _IN_PERIODICALS:
        return kinds.of_deposit(stated.get("type")) or deposited
    # OpenAlex calls articles what journals and conferences print; preprints have their own type.
    within_what = text(within(places[0], "source"), "type") or ""
    raw = kinds.of_deposit(text(places[0], "raw_type"))
    return deposited or raw or _PERIODICALS.get(within_what, "article-journal")


def _extra(stated: JsonObject, places: list[JsonObject]) -> tuple[tuple[str, str], ...]:
    biblio = within(stated, "biblio")
    source = within(places[0], "source")
    first, last = scalar(biblio, "first_page"), scalar(biblio, "last_page")
    ids = within(stated, "ids")
    return extra_of(
        [
            ("openalex", _last_part(scalar(stated, "id") or scalar(ids, "openalex"))),
            *identifiers.beside(text(stated, "doi") or text(ids, "doi"), scalar(ids, "pmid")),
            ("mag", scalar(ids, "mag")),
            ("pmcid", identifiers.pmcid(scalar(ids, "pmcid"))),
            ("volume", scalar(biblio, "volume")),
            ("number", scalar(biblio, "issue")),
            ("pages", f"{first}-{last}" if first and last and first != last else first),
            ("issn", scalar(source, "issn_l")),
            ("publisher", scalar(source, "host_organization_name")),
            ("langid", scalar(stated, "language")),
        ]
    )


def _last_part(address: str | None) -> str | None:
    return address.rstrip("/").rpartition("/")[2] if address else None
