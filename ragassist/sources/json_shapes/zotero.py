"""Zotero's own items: its web API, and Better BibTeX's JSON."""

from typing import Any

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


class Collections:
    """What is in which collection of a library, which Better BibTeX's JSON states once for all.

    Args:
        stated: the collections by key, each with its name and the numbers of its items.
    """

    def __init__(self, stated: JsonObject) -> None:
        found = [(key, one) for key, one in stated.items() if isinstance(one, dict)]
        self._names = {key: text(one, "name") for key, one in found}
        self._of: dict[object, list[str]] = {}
        for key, one in found:
            held = one.get("items")
            for item in held if isinstance(held, list) else ():
                if isinstance(item, (int, str)) and (name := self._names[key]):
                    self._of.setdefault(item, []).append(name)

    def file(self, item: JsonObject) -> dict[str, Any]:
        """The item with the names of its collections, in the form that the item itself may have."""
        own = item.get("collections")
        keys = [key for key in own if isinstance(key, str)] if isinstance(own, list) else []
        names = [name for key in keys if (name := self._names.get(key))]
        for number in (item.get("itemID"), item.get("itemKey"), item.get("key")):
            if isinstance(number, (int, str)):
                names += self._of.get(number, [])
        others = [one for one in own if one not in keys] if isinstance(own, list) else []
        if not names:
            return dict(item)
        return {**item, "collections": [*others, *({"name": n} for n in dict.fromkeys(names))]}


def collections_in(stated: JsonObject) -> Collections | None:
    """Those that stand beside a list of items; None where there are none."""
    named_by_key = within(stated, "collections")
    return Collections(named_by_key) if named_by_key else None


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
        *identifiers.beside(text(own, "DOI"), scalar(own, "PMID")),
        ("urldate", identifiers.date(text(own, "accessDate"))),
        ("zotero", key_of(own, "key", "itemKey")),
    ]
    return extra_of([*found, *note.extra])
