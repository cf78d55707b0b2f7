"""CSL-JSON items: Zotero, Better BibTeX, Mendeley, Pandoc, citation services."""

import re
from collections.abc import Set as AbstractSet

from ragassist.sources.json_shapes import identifiers, kinds
from ragassist.sources.json_shapes.notes import Note, read_note
from ragassist.sources.json_shapes.people import people
from ragassist.sources.json_shapes.values import (
    JsonObject,
    extra_of,
    first_text,
    key_of,
    scalar,
    text,
    texts,
    within,
)
from ragassist.text import one_line
from ragassist.types import Record

# BibLaTeX's name of a variable; of the others `extra` keeps CSL's own.
_NAMES = {
    "volume": "volume",
    "page": "pages",
    "number-of-pages": "pagetotal",
    "number-of-volumes": "volumes",
    "chapter-number": "chapter",
    "publisher": "publisher",
    "publisher-place": "location",
    "event-title": "eventtitle",
    "event": "eventtitle",
    "event-place": "venue",
    "collection-title": "series",
    "title-short": "shorttitle",
    "shortTitle": "shorttitle",
    "container-title-short": "shortjournal",
    "journalAbbreviation": "shortjournal",
    "ISSN": "issn",
    "ISBN": "isbn",
    "PMCID": "pmcid",
    "language": "langid",
    "genre": "type",
    "status": "pubstate",
    "medium": "howpublished",
    "annote": "annotation",
}
_IN_JOURNALS = {"issue": "number", "number": "eid"}
_ELSEWHERE = {"number": "number", "issue": "issue"}
_ISSUED_IN_PARTS = frozenset({"article-journal", "article-magazine", "article-newspaper"})
_ROLES = {"editor": "editor", "translator": "translator", "container-author": "bookauthor"}
# What has a field of its own in `Record`, or says nothing of the work.
_TAKEN = frozenset(
    "id type title abstract author issued container-title DOI PMID URL keyword note custom "
    "citation-key citationKey citekey citation-label system_id accessed source".split()
)
_OWN_NAMES = frozenset(
    "arxiv_id date tags categories affiliations retracted doi pmid kind keywords".split()
)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_LONGEST_NAME = 60


def record(stated: JsonObject, line: int) -> Record:
    """One item.

    `custom` may hold what ragassist's own export has no variable for: the arXiv ID, tags,
    categories, affiliations, a retraction.
    """
    note = read_note(stated.get("note"))
    custom = within(stated, "custom")
    kind = kinds.of_csl(stated.get("type"))
    authors, truncated = people(stated.get("author"))
    year, date = issued(stated.get("issued"))
    return Record(
        key=_key(stated, note),
        title=first_text(stated, "title") or "",
        abstract=first_text(stated, "abstract") or "",
        authors=authors,
        authors_truncated=truncated,
        affiliations=texts(_listed(custom.get("affiliations"))),
        year=year,
        date=date or identifiers.date(text(custom, "date")),
        venue=first_text(stated, "container-title"),
        doi=identifiers.doi(scalar(stated, "DOI") or note.named.get("doi")),
        arxiv_id=_arxiv_id(stated, custom, note),
        pmid=identifiers.pmid(scalar(stated, "PMID") or note.named.get("pmid")),
        url=text(stated, "URL"),
        categories=texts(_listed(custom.get("categories"))),
        keywords=texts(stated.get("keyword")),
        tags=texts(_listed(custom.get("tags"))),
        kind=kind,
        retracted=custom.get("retracted") is True,
        extra=_extra(stated, note, kind),
        line=line,
    )


def issued(value: object) -> tuple[int | None, str | None]:
    """Year and date of a date variable; of a range its beginning, of a season the year."""
    if isinstance(value, (str, int)):
        return _written(str(value) if type(value) is int else value)
    if not isinstance(value, dict):
        return None, None
    ranges = value.get("date-parts")
    first = ranges[0] if isinstance(ranges, list) and ranges else None
    # Crossref states `[[null]]` for a date it does not know.
    year, date = identifiers.date_of_parts(first)
    if year is not None:
        return year, date
    return _written(text(value, "raw", "literal"))


def _written(value: object) -> tuple[int | None, str | None]:
    """A date as text, in the order of ISO 8601 or as a year among words."""
    stated = identifiers.date(value) if isinstance(value, str) else None
    return identifiers.year(stated or value), stated if stated and "-" in stated else None


def variables(stated: JsonObject, kind: str | None) -> list[tuple[str, str | None]]:
    """Of what has no field in `Record` what BibLaTeX has one for, under its name there."""
    found = [(own, _variable(stated, name)) for name, own in _names(kind).items()]
    for role, own in _ROLES.items():
        found.append((own, " and ".join(people(stated.get(role))[0])))
    return [*found, ("urldate", issued(stated.get("accessed"))[1])]


def _names(kind: str | None) -> dict[str, str]:
    return {**_NAMES, **(_IN_JOURNALS if kind in _ISSUED_IN_PARTS else _ELSEWHERE)}


def _variable(stated: JsonObject, name: str) -> str | None:
    value = stated.get(name)
    first = value[0] if isinstance(value, list) and value else value
    return scalar({name: first}, name)


def _listed(value: object) -> object:
    """Only a list holds several: a name may hold commas."""
    return value if isinstance(value, list) else None


def _key(stated: JsonObject, note: Note) -> str | None:
    chosen = key_of(stated, "citation-key", "citationKey", "citekey") or note.key
    own = chosen or key_of(stated, "id")
    # Zotero numbers its items by address: nobody's key.
    return None if own is None or _ADDRESS.match(own) else own


def _arxiv_id(stated: JsonObject, custom: JsonObject, note: Note) -> str | None:
    own = identifiers.arxiv_id(text(custom, "arxiv_id")) or note.arxiv_id
    return own or identifiers.arxiv_id_in(scalar(stated, "number"), text(stated, "URL"))


def _extra(stated: JsonObject, note: Note, kind: str | None) -> tuple[tuple[str, str], ...]:
    beside = _TAKEN | _names(kind).keys() | _ROLES.keys()
    return extra_of(
        [
            *variables(stated, kind),
            *_others(within(stated, "custom"), _OWN_NAMES),
            *_others(stated, beside),
            *note.extra,
            ("pmcid", identifiers.pmcid(note.named.get("pmcid"))),
            ("note", note.rest),
        ]
    )


def _others(stated: JsonObject, taken: AbstractSet[str]) -> list[tuple[str, str | None]]:
    """What is stated under names that nobody knows, under these names."""
    return [
        (one_line(name), scalar(stated, name))
        for name in stated
        if name not in taken and 0 < len(name) <= _LONGEST_NAME
    ]
