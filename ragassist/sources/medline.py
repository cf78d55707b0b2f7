"""Reader for the MEDLINE format of PubMed (`.nbib`)."""

import re
from collections.abc import Collection, Iterable, Iterator

from ragassist.sources.fields import (
    dated,
    digits_in,
    extra_of,
    first_arxiv_id,
    first_doi,
    keywords_in,
    pages,
    people,
    plain,
    screened_as,
    titled_as_retracted,
)
from ragassist.sources.identifiers import beside_doi
from ragassist.sources.lines import Line, lines_in
from ragassist.sources.tagged import Syntax, Tagged, tagged_papers
from ragassist.types import Failure, Record

_LINES_LOOKED_AT = 30
_IDS = frozenset({"PMID", "PMC", "PMCR"})
# The hyphen is the fifth character; some write fewer blanks behind the commonest tags.
_FIELD = re.compile(r"(?=.{4}-)([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)", re.DOTALL)
_SHORT_FIELD = re.compile(r"(PMID|PMC|TI|AB|FAU|AU|JT|TA|DP|SO|PT) ?- ?(.*)", re.DOTALL)
_BEGINS = re.compile(r"(?:PMID|PMCR?) ?- ?\S")

_KIND_OF = {
    "preprint": "article", "journal article": "article-journal", "book": "book",
    "technical report": "report", "dataset": "dataset", "academic dissertation": "thesis",
    "newspaper article": "article-newspaper", "webcast": "webpage",
    "clinical conference": "paper-conference", "consensus development conference":
    "paper-conference",
}  # fmt: skip
_RETRACTED = "retracted publication"

# Where a work appeared: in a journal, else in a book, else in a collection.
_PLACES = ("JT", "TA", "BTI", "CTI")
# What has a name of its own in `extra`; tags that none of this mentions are kept as `medline-XX`.
_EXTRA = {
    "volume": ("VI",), "number": ("IP",), "langid": ("LA",), "issn": ("IS",), "isbn": ("ISBN",),
    "pmcid": ("PMC",), "location": ("PL",), "publisher": ("PB",), "edition": ("EN",),
    "mesh": ("MH",), "note": ("GN",), "shortjournal": ("TA",), "series": ("CTI",),
}  # fmt: skip
# The last lines are PubMed's own book-keeping.
_NAMED = frozenset(
    "PMID PMCR TI TT BTI CTI VTI AB OAB FAU AU CN AD JT TA DP DEP LID AID OT PT PG FED ED "
    "OWN STAT DA DCOM LR EDAT MHDA CRDT PHST PST OTO JID SB SO NR RF".split()
).union(*_EXTRA.values())


def looks_like(head: str) -> bool:
    """Whether one of the first lines states a PubMed or PubMed Central ID under its tag."""
    return any(map(_BEGINS.match, lines_in(head)[:_LINES_LOOKED_AT]))


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record from `PMID` to the next.

    Keywords are the authors' and the MeSH headings without their qualifiers; with them they are
    in `extra`, as are all tags that mean nothing here, as `medline-XX`. A record without title
    and abstract is a failure.
    """
    return tagged_papers(lines, Syntax(_split, _begins, blank_ends=True), _record, source)


def _split(text: str) -> tuple[str, str] | None:
    found = _FIELD.match(text) or _SHORT_FIELD.match(text)
    return (found[1], found[2].strip()) if found else None


def _begins(tag: str, tags: Collection[str], after_blank: bool) -> bool:
    if tag == "PMID":
        return tag in tags or after_blank
    return tag in _IDS and after_blank and not {"PMC", "PMCR"}.isdisjoint(tags)


def _record(stated: Tagged) -> Record:
    title = plain(stated.together("TI", by=" ") or stated.first("BTI") or stated.first("TT", "VTI"))
    authors, truncated = people(_names(stated))
    year, date = dated(stated.values("DP") or stated.values("DEP"))
    types = {value.lower() for value in stated.values("PT")}
    places = (plain(value) for tag in _PLACES for value in stated.values(tag))
    venue = next((place for place in places if place and place != title), None)
    return Record(
        title=title,
        abstract=plain(stated.together("AB", by=" ") or stated.first("OAB")),
        authors=authors,
        authors_truncated=truncated,
        affiliations=tuple(dict.fromkeys(map(plain, stated.values("AD")))),
        year=year,
        date=date,
        venue=venue,
        doi=_doi(stated),
        arxiv_id=first_arxiv_id(stated.values("LID", "AID", "JT")),
        pmid=digits_in(stated.first("PMID")),
        keywords=_keywords(stated),
        kind=_kind(stated, types),
        tags=tuple(dict.fromkeys(tag for note in stated.values("GN") for tag in screened_as(note))),
        retracted=_RETRACTED in types or bool(stated.first("RIN")) or titled_as_retracted(title),
        extra=_extra(stated, venue),
        line=stated.line,
    )


def _kind(stated: Tagged, types: Collection[str]) -> str | None:
    if stated.first("BTI"):
        return "chapter" if stated.first("TI") else "book"
    return next((kind for name, kind in _KIND_OF.items() if name in types), None)


def _names(stated: Tagged) -> list[str]:
    """Full names where they are given, else short ones; corporate authors in their places."""
    return stated.values("FAU" if stated.values("FAU") else "AU", "CN")


def _doi(stated: Tagged) -> str | None:
    ids = [value for value in stated.values("LID", "AID") if "[pii]" not in value]
    return first_doi((*_stated_dois(stated), *ids, *re.findall(r"doi: ?\S+", stated.first("SO"))))


def _stated_dois(stated: Tagged) -> list[str]:
    """What is marked as a DOI, the mark left out."""
    ids = stated.values("LID", "AID")
    return [value.removesuffix("[doi]").strip() for value in ids if value.endswith("[doi]")]


def _keywords(stated: Tagged) -> tuple[str, ...]:
    subjects = (plain(value.split("/")[0]).strip("* ") for value in stated.values("MH"))
    return tuple(dict.fromkeys((*keywords_in(stated.values("OT")), *filter(None, subjects))))


def _vernacular(stated: Tagged) -> str:
    """The title in the paper's own language, where it is not the one that was taken."""
    other = plain(stated.together("TT", by=" "))
    return other if stated.first("TI", "BTI") else ""


def _extra(stated: Tagged, venue: str | None) -> tuple[tuple[str, str], ...]:
    extra = {name: stated.together(*tags) for name, tags in _EXTRA.items()}
    extra |= beside_doi(_stated_dois(stated), _doi(stated))
    extra["origtitle"] = _vernacular(stated)
    extra["pages"] = pages(stated.first("PG"))
    editors, _ = people(stated.values("FED" if stated.values("FED") else "ED"))
    extra["editor"] = " and ".join(editors)
    # What the venue says already.
    extra |= {name: "" for name in ("shortjournal", "series") if plain(extra[name]) == venue}
    extra |= {f"medline-{tag}": stated.together(tag) for tag in stated.tags if tag not in _NAMED}
    return extra_of(extra)
