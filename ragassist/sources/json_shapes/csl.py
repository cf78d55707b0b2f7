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
_BY_INSTITUTIONS = frozenset({"thesis", "report"})
_ISSUED_IN_PARTS = frozenset({"article-journal", "article-magazine", "article-newspaper"})
_ROLES = {"editor": "editor", "translator": "translator", "container-author": "bookauthor"}
# What has a field of its own in `Record`, or says nothing of the work.
_TAKEN = frozenset(
    "id type title abstract author issued container-title DOI PMID URL keyword keywords tags note "
    "custom citation-key citationKey citekey citation-label system_id accessed source".split()
)
_OWN_NAMES = frozenset("arxiv_id date tags categories affiliations retracted kind keywords".split())
# As BibLaTeX numbers them behind the months.
_SEASONS = {"1": "21", "2": "22", "3": "23", "4": "24", "spring": "21", "summer": "22",
            "autumn": "23", "fall": "23", "winter": "24"}  # fmt: skip
_YEAR_DIGITS = 4
_TRUE = (True, 1, "1", "true")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_LONGEST_NAME = 60
_HEADING = re.compile(r"<jats:title>([^<>]{0,100})</jats:title>", re.IGNORECASE)
_WHOLE = frozenset({"abstract", "summary"})


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
    venue, stated = _venue(stated, custom, kind)
    return Record(
        key=_key(stated, note),
        title=first_text(stated, "title") or "",
        abstract=abstract_of(stated),
        authors=authors,
        authors_truncated=truncated,
        affiliations=texts(_listed(custom.get("affiliations"))),
        year=year,
        date=date or identifiers.date(text(custom, "date")),
        venue=venue,
        doi=identifiers.doi(scalar(stated, "DOI") or note.named.get("doi")),
        arxiv_id=_arxiv_id(stated, custom, note),
        pmid=identifiers.pmid(scalar(stated, "PMID") or note.named.get("pmid")),
        url=text(stated, "URL"),
        categories=texts(_listed(custom.get("categories"))),
        keywords=texts(_listed(custom.get("keywords"))) or _keywords(stated),
        tags=texts(_listed(custom.get("tags"))) or texts(stated.get("tags")),
        kind=kind,
        retracted=custom.get("retracted") is True,
        extra=_extra(stated, note, kind),
        line=line,
    )


def _venue(
    stated: JsonObject, custom: JsonObject, kind: str | None
) -> tuple[str | None, JsonObject]:
    """Where it appeared, and what is stated beside that.

    What a thesis or a report was handed in to is its publisher here, unless ragassist's own export
    says that it was something else.
    """
    venue = first_text(stated, "container-title")
    if kind not in _BY_INSTITUTIONS:
        return venue, stated
    if "institution" in custom and custom["institution"] == stated.get("publisher"):
        return venue, {**stated, "publisher": None}
    if venue or "publisher" in custom:
        return venue, stated
    return text(stated, "publisher"), {**stated, "publisher": None}


def abstract_of(stated: JsonObject) -> str:
    """The abstract; where it is in JATS without the heading over all of it, others with a colon."""
    written = stated.get("abstract")
    if isinstance(written, str) and _HEADING.search(written):
        stated = {"abstract": _HEADING.sub(_as_label, written)}
    return first_text(stated, "abstract") or ""


def _as_label(heading: re.Match[str]) -> str:
    label = heading[1].strip().rstrip(":.")
    return " " if label.lower() in _WHOLE or not label else f" {label}: "


def issued(value: object) -> tuple[int | None, str | None]:
    """Year and date of a date variable; of a range its beginning, of a season the year.

    What more it says, `more_of_date` has.
    """
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


def more_of_date(value: object) -> str | None:
    """What a date variable says beyond what `issued` takes of it, as BibLaTeX's `date` does.

    The end of a range (`2000/2001`), a season (`2000-22`), that it is uncertain (`2000~`), and
    words (`in press`, `circa 1999`) as they stand; None where there is no more.
    """
    if isinstance(value, (str, int)):
        value = {"raw": str(value)}
    if not isinstance(value, dict):
        return None
    ranges = value.get("date-parts")
    parts = ranges[:2] if isinstance(ranges, list) else []
    dates = [date or year for year, date in map(identifiers.date_of_parts, parts)]
    if not dates or dates[0] is None:
        return _words(text(value, "raw", "literal"))
    if len(dates) > 1 and dates[1] is not None and dates[1] != dates[0]:
        return f"{dates[0]}/{dates[1]}"
    season = scalar(value, "season")
    if season in _SEASONS and len(str(dates[0])) == _YEAR_DIGITS:
        return f"{dates[0]}-{_SEASONS[season]}"
    return f"{dates[0]}~" if value.get("circa") in _TRUE else None


def _words(written: str | None) -> str | None:
    """A date as text, unless it is all taken."""
    if written is None or _written(written)[1] == written:
        return None
    return None if str(_written(written)[0]) == written else written


def _written(value: object) -> tuple[int | None, str | None]:
    """A date as text, in the order of ISO 8601 or as a year among words."""
    stated = identifiers.date(value) if isinstance(value, str) else None
    return identifiers.year(stated or value), stated if stated and "-" in stated else None


def variables(stated: JsonObject, kind: str | None) -> list[tuple[str, str | None]]:
    """Of what has no field in `Record` what BibLaTeX has one for, under its name there."""
    found = [(own, _variable(stated, name)) for name, own in _names(kind).items()]
    for role, own in _ROLES.items():
        found.append((own, " and ".join(people(stated.get(role))[0])))
    accessed = stated.get("accessed")
    return [
        *found,
        ("urldate", more_of_date(accessed) or issued(accessed)[1]),
        ("date", more_of_date(stated.get("issued"))),
    ]


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


def _keywords(stated: JsonObject) -> tuple[str, ...]:
    """Parted as BibTeX's are: a list with semicolons may hold commas in its parts."""
    value = stated.get("keyword", stated.get("keywords"))
    if isinstance(value, str) and ";" in value:
        value = value.split(";")
    return tuple(dict.fromkeys(texts(value)))


def _arxiv_id(stated: JsonObject, custom: JsonObject, note: Note) -> str | None:
    own = identifiers.arxiv_id(text(custom, "arxiv_id")) or note.arxiv_id
    return own or identifiers.arxiv_id_in(scalar(stated, "number"), text(stated, "URL"))


def _extra(stated: JsonObject, note: Note, kind: str | None) -> tuple[tuple[str, str], ...]:
    beside = _TAKEN | _names(kind).keys() | _ROLES.keys()
    custom = dict(_others(within(stated, "custom"), _OWN_NAMES))
    is_told = "language" in custom and "langid" not in custom
    return extra_of(
        [
            # As it was stated before an export put it into the words of CSL.
            *custom.items(),
            *(one for one in variables(stated, kind) if one[0] != "langid" or not is_told),
            *_others(stated, beside),
            *identifiers.beside(scalar(stated, "DOI"), scalar(stated, "PMID")),
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
