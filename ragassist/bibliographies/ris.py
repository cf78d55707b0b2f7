"""RIS, as Zotero, EndNote and Mendeley import it: UTF-8, CRLF, one line a value."""

import re
from collections.abc import Iterable, Iterator

from ragassist.bibliographies.dates import Published, published
from ragassist.bibliographies.keywords import each_once
from ragassist.bibliographies.kinds import kind_of
from ragassist.bibliographies.own_latex import is_own, organisations, stated_extra
from ragassist.bibliographies.pages import page_range
from ragassist.bibliographies.people import parse_name, split_people
from ragassist.sources.ris_notes import field_note, list_note
from ragassist.text import one_line
from ragassist.types import Paper

ET_AL = "et al."

_TAGS = {
    "volume": "VL",
    "volumes": "NV",
    "number": "IS",
    "location": "CY",
    "isbn": "SN",
    "issn": "SN",
    "edition": "ET",
    "series": "T3",
    "langid": "LA",
    "note": "N1",
    "shorttitle": "ST",
    "shortjournal": "J2",
    "urldate": "Y2",
}
_ROLES = {"editor": "ED", "translator": "TA"}
_NUMBER = re.compile(r"[\dXx -]{8,17}(?:\s*\([\w -]+\))?")
_OWN_TAG = re.compile(r"ris-([A-Z][A-Z0-9])", re.I)
# What the type says already, and what would be a note that says nothing to its reader.
_LEFT_OUT = frozenset({"entrytype", "ris-ty", "subtitle"})
# What reference managers note for themselves: no note that their users wrote.
_BOOKKEEPING = re.compile(
    r"file|owner|readstatus|(?:creation|modification)date|(?:date|time)[-_]?"
    r"(?:added|modified|created|stamp)|timestamp|ranking|rating|priority|printed|qualityassured"
    r"|relevance|groups|__markedentry|bdsk-.*|mendeley-.*|jabref-.*"
    r"|pdf|sort(?:key|title|name)|options|crossref|xdata|xref",
    re.I,
)
# Of these what stands second is the series.
_WHOLE_BOOKS = frozenset({"BOOK", "EBOOK", "THES", "RPRT"})
_BY_INSTITUTIONS = frozenset({"THES", "RPRT"})


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """One record a paper, a blank line between them; `ID` is the paper_id.

    Tags stand among the keywords, as reference managers have them. What RIS has no tag for is a
    note, `N1  - [ragassist] name: value`, that our reader knows again, and so is which keywords
    are tags; what was read from a tag of which nothing is known (`ris-XX` in `extra`) gets that
    tag again.
    """
    for place, paper in enumerate(papers):
        kind = dict(paper.extra).get("ris-TY") or kind_of(paper).ris
        # What `extra` repeats, and what is keyword and tag, is said once.
        beside = dict.fromkeys((*_work(paper, kind), *_extra(paper, kind)))
        lines = [("TY", kind), ("ID", paper.paper_id), *_people(paper), *beside]
        written = "".join(
            f"{tag}  - {one_line(value)}\r\n" for tag, value in lines if one_line(value)
        )
        yield ("\r\n" if place else "") + written + "ER  - \r\n"


def _people(paper: Paper) -> Iterator[tuple[str, str]]:
    whole = organisations(paper)
    for author in paper.authors:
        yield "AU", author if author in whole else _person(author)
    if paper.authors and paper.authors_truncated:
        yield "AU", ET_AL


def _work(paper: Paper, kind: str) -> Iterator[tuple[str, str]]:
    date = published(paper)
    yield "TI", paper.title
    yield from (("AD", place) for place in paper.affiliations)
    yield "PY", "" if date.year is None else f"{date.year:04}"
    yield "DA", _date(date)
    yield "JF" if kind in _WHOLE_BOOKS else "T2", paper.venue or ""
    yield "AB", paper.abstract
    yield from (("KW", term) for term in each_once((*paper.keywords, *paper.tags)))
    yield "DO", paper.doi or ""
    yield "UR", paper.url or ""
    yield "AN", f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else ""
    yield "U2", f"{paper.pmid}[pmid]" if paper.pmid else ""
    yield "N1", "retracted: yes" if paper.retracted else ""
    yield from (("N1", note) for note in _lists(paper))


def _lists(paper: Paper) -> Iterator[str]:
    """Notes on what stands nowhere, or among the keywords though it is a tag."""
    keywords = set(map(one_line, paper.keywords))
    for tag in filter(None, map(one_line, paper.tags)):
        yield list_note("tag", tag)
        if tag in keywords:
            yield list_note("keyword", tag)
    yield from (list_note("category", one) for one in map(one_line, paper.categories) if one)


def _extra(paper: Paper, kind: str) -> Iterator[tuple[str, str]]:
    publisher = "institution" if kind in _BY_INSTITUTIONS else "publisher"
    tags = {**_TAGS, publisher: "PB"}
    if language := stated_extra(paper, "language"):
        # What stands under the tag is read as `langid`; two values would be read as one.
        yield "N1", field_note("language", language)
        yield "LA", "" if stated_extra(paper, "langid") else language
    for name, value in paper.extra:
        if name == "language" or _is_left_out(name) or not one_line(value):
            continue
        if own := _OWN_TAG.fullmatch(name):
            yield own[1].upper(), value
        elif name in ("issn", "isbn"):
            yield from (("SN", one) for one in _numbers(value))
        elif name in _ROLES:
            yield from ((_ROLES[name], one) for one in split_people(value))
        elif name == "pages":
            yield from zip(("SP", "EP"), page_range(value), strict=False)
        else:
            yield (tags[name], value) if name in tags else ("N1", field_note(name, value))


def _is_left_out(name: str) -> bool:
    return name.lower() in _LEFT_OUT or is_own(name) or bool(_BOOKKEEPING.fullmatch(name))


def _numbers(stated: str) -> list[str]:
    """Several numbers of one book or journal; what is none of these as it stands."""
    parts = re.split(r"[,;/]\s*|\s+and\s+|\s+(?=\d{4}-)", one_line(stated).strip(" ,;"))
    return parts if all(map(_NUMBER.fullmatch, parts)) else [stated]


def _person(written: str) -> str:
    name = parse_name(written)
    as_in_ris = ", ".join(filter(None, (name.family, name.given, name.suffix)))
    if parse_name(as_in_ris) == name:
        return as_in_ris
    # Where both look like suffixes, the order of BibTeX says which is one.
    return ", ".join(filter(None, (name.family, name.suffix, name.given)))


def _date(date: Published) -> str:
    """`2024/07/01/`, parts that are not known left empty; empty where the year says it all."""
    if date.month is None:
        return ""
    year = "" if date.year is None else f"{date.year:04}"
    return f"{year}/{date.month:02}/{'' if date.day is None else f'{date.day:02}'}/"
