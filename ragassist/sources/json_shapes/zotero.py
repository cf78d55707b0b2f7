"""Zotero's own items: its web API, and Better BibTeX's JSON."""

from ragassist.sources.json_shapes import identifiers, kinds
from ragassist.sources.json_shapes.notes import Note, read_note
from ragassist.sources.json_shapes.people import whole_name, without_et_al
from ragassist.sources.json_shapes.values import (
    JsonObject,
    extra_of,
    key_of,
    named,
    objects,
    scalar,
    text,
    texts,
    within,
)
from ragassist.types import Record

_NO_WORKS = frozenset({"note", "attachment", "annotation"})

_NAMES = {
    "volume": "volume",
    "issue": "number",
    "pages": "pages",
    "numPages": "pagetotal",
    "publisher": "publisher",
    "university": "publisher",
    "institution": "publisher",
    "place": "location",
    "ISSN": "issn",
    "ISBN": "isbn",
    "edition": "edition",
    "series": "series",
    "seriesTitle": "series",
    "conferenceName": "eventtitle",
    "shortTitle": "shorttitle",
    "journalAbbreviation": "shortjournal",
    "language": "langid",
    "thesisType": "type",
    "reportNumber": "number",
}
_VENUES = ("publicationTitle", "proceedingsTitle", "bookTitle", "websiteTitle", "encyclopediaTitle",
           "blogTitle", "dictionaryTitle", "conferenceName", "repository")  # fmt: skip
_AUTHORS = frozenset({"author", "artist", "inventor", "programmer", "presenter", "performer"})
# Zotero files what a web page called keywords under type 1, what its user wrote under none.
_AUTOMATIC = 1


def record(stated: JsonObject, line: int) -> Record:
    """One item; a note and an attachment have neither title nor abstract."""
    if is_no_work(stated):
        return Record(title="", line=line)
    note = read_note(stated.get("extra"))
    date = identifiers.date(text(stated, "date"))
    authors, truncated = without_et_al(_people(stated, _AUTHORS))
    return Record(
        key=key_of(stated, "citationKey", "citekey", "citation-key") or note.key,
        title=text(stated, "title", "nameOfAct", "caseName", "subject") or "",
        abstract=text(stated, "abstractNote") or "",
        authors=authors,
        authors_truncated=truncated,
        year=identifiers.year(date) or identifiers.year(stated.get("date")),
        date=date if date and "-" in date else None,
        venue=text(stated, *_VENUES),
        doi=identifiers.doi(text(stated, "DOI") or note.named.get("doi")),
        arxiv_id=_arxiv_id(stated, note),
        pmid=identifiers.pmid(scalar(stated, "PMID") or note.named.get("pmid")),
        url=text(stated, "url"),
        keywords=_tags(stated, automatic=True),
        tags=(*_tags(stated, automatic=False), *texts(_names_of(stated.get("collections")))),
        kind=kinds.of_zotero(stated.get("itemType")),
        extra=_extra(stated, note),
        line=line,
    )


def is_no_work(stated: JsonObject) -> bool:
    """Whether it is what Zotero keeps beside works: a note, a file; its API wraps either."""
    kind = (within(stated, "data") or stated).get("itemType")
    return isinstance(kind, str) and kind in _NO_WORKS


def _people(own: JsonObject, roles: frozenset[str]) -> list[str]:
    return [
        whole_name(text(one, "lastName", "name") or "", text(one, "firstName") or "")
        for one in objects(own, "creators")
        if text(one, "creatorType") in roles and text(one, "lastName", "name")
    ]


def _arxiv_id(own: JsonObject, note: Note) -> str | None:
    return note.arxiv_id or identifiers.arxiv_id_in(text(own, "archiveID"), text(own, "url"))


def _tags(own: JsonObject, *, automatic: bool) -> tuple[str, ...]:
    chosen = [tag for tag in objects(own, "tags") if (tag.get("type") == _AUTOMATIC) is automatic]
    return named(chosen, "tag")


def _names_of(value: object) -> object:
    """Collections by name; the API has keys alone, which tell nobody anything."""
    entries = value if isinstance(value, list) else []
    return [entry.get("name") for entry in entries if isinstance(entry, dict)]


def _extra(own: JsonObject, note: Note) -> tuple[tuple[str, str], ...]:
    found = [(biblatex, scalar(own, name)) for name, biblatex in _NAMES.items()]
    found += [
        ("editor", " and ".join(_people(own, frozenset({"editor"})))),
        ("pmcid", identifiers.pmcid(note.named.get("pmcid"))),
        ("note", note.rest),
        ("zotero", key_of(own, "key", "itemKey")),
    ]
    return extra_of([*found, *note.extra])
