"""What EndNote's own formats and RIS have in common: its types, and what stands where for which."""

_KINDS = {
    "article-journal": "journal article, electronic article, journal",
    "article-magazine": "magazine article",
    "article-newspaper": "newspaper article",
    "article": "preprint",
    "paper-conference": "conference paper, conference proceedings, conference",
    "book": "book, edited book, electronic book, serial",
    "chapter": "book section, electronic book section",
    "thesis": "thesis",
    "report": "report, government document, government report or document",
    "dataset": "dataset, aggregated database, online database",
    "webpage": "web page, online multimedia",
    "post-weblog": "blog",
    "manuscript": "manuscript, unpublished work, ancient text",
    "software": "computer program",
    "standard": "standard",
    "patent": "patent",
    "entry-encyclopedia": "encyclopedia",
    "entry-dictionary": "dictionary",
    "motion_picture": "film or broadcast, audiovisual material, video",
    "song": "music, audio",
    "map": "map",
    "pamphlet": "pamphlet",
    "hearing": "hearing",
    "legal_case": "case",
    "legislation": "statute, legal rule or regulation",
    "bill": "bill",
    "personal_communication": "personal communication, email, interview",
    "graphic": "artwork, figure, chart or table",
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split(", ")}

WHOLE_BOOKS = frozenset({"book", "thesis", "report"})
"""Of these kinds the second title is the series."""


def publisher_field(kind: str | None) -> str:
    """What BibLaTeX calls who published a work of this kind."""
    return "institution" if kind in ("thesis", "report") else "publisher"


def dates_of(year: str, day: str) -> tuple[str, ...]:
    """The ways a date may be meant that is stated in two fields; the day may hold the year too."""
    return f"{year} {day}", f"{day} {year}", year, day


def kind_of(type_name: str) -> str | None:
    """The kind of a work by the name of its reference type, in any case."""
    return _KIND_OF.get(" ".join(type_name.lower().split()))
