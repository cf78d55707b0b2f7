"""Semantic Scholar's papers: its API, and the lower-case names of its data sets."""

from ragassist.sources.json_shapes import identifiers
from ragassist.sources.json_shapes.people import without_et_al
from ragassist.sources.json_shapes.values import (
    JsonObject,
    extra_of,
    named,
    objects,
    scalar,
    text,
    texts,
    within,
)
from ragassist.types import Record

# Of the types it gives a paper, in this order: conference papers are called articles as well.
_KINDS = {
    "Conference": "paper-conference",
    "BookSection": "chapter",
    "Book": "book",
    "Dataset": "dataset",
    "JournalArticle": "article-journal",
}
_PREPRINT_SERVERS = frozenset({"arXiv.org", "bioRxiv", "medRxiv"})


def record(stated: JsonObject, line: int) -> Record:
    """One paper. Its `tldr` was written by a model and is no abstract."""
    ids = within(stated, "externalIds") or within(stated, "externalids")
    journal = within(stated, "journal")
    authors, truncated = without_et_al(
        text(author, "name") or "" for author in objects(stated, "authors")
    )
    date = identifiers.date(text(stated, "publicationDate", "publicationdate"))
    venue = text(stated, "venue") or text(journal, "name")
    return Record(
        title=text(stated, "title") or "",
        abstract=text(stated, "abstract") or "",
        authors=authors,
        authors_truncated=truncated,
        year=identifiers.year(stated.get("year")) or identifiers.year(date),
        date=date,
        venue=venue,
        doi=identifiers.doi(text(ids, "DOI")),
        arxiv_id=identifiers.arxiv_id(text(ids, "ArXiv")),
        pmid=identifiers.pmid(scalar(ids, "PubMed")),
        url=text(stated, "url"),
        categories=_fields(stated),
        kind=_kind(stated, venue),
        extra=_extra(stated, ids, journal),
        line=line,
    )


def _fields(stated: JsonObject) -> tuple[str, ...]:
    own = stated.get("fieldsOfStudy")
    if isinstance(own, list) and own:
        return tuple(dict.fromkeys(texts(own)))
    classified = objects(stated, "s2FieldsOfStudy") or objects(stated, "s2fieldsofstudy")
    return named(classified, "category")


def _kind(stated: JsonObject, venue: str | None) -> str | None:
    if venue in _PREPRINT_SERVERS:
        return "article"
    given = stated.get("publicationTypes", stated.get("publicationtypes"))
    types = given if isinstance(given, list) else []
    return next((kind for name, kind in _KINDS.items() if name in types), None)


def _extra(stated: JsonObject, ids: JsonObject, journal: JsonObject) -> tuple[tuple[str, str], ...]:
    return extra_of(
        [
            ("s2", scalar(stated, "paperId")),
            ("corpusid", scalar(ids, "CorpusId") or scalar(stated, "corpusId", "corpusid")),
            *identifiers.beside(text(ids, "DOI"), scalar(ids, "PubMed"), text(ids, "ArXiv")),
            ("mag", scalar(ids, "MAG")),
            ("acl", scalar(ids, "ACL")),
            ("dblp", scalar(ids, "DBLP")),
            ("pmcid", identifiers.pmcid(scalar(ids, "PubMedCentral"))),
            ("volume", scalar(journal, "volume")),
            ("pages", scalar(journal, "pages")),
        ]
    )
