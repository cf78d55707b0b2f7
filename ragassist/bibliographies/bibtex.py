"""BibTeX: entries for every style of classic BibTeX, natbib's and the older ones."""

from collections.abc import Iterable, Iterator

from ragassist.bibliographies.dates import MONTHS, published
from ragassist.bibliographies.entries import (
    arxiv_class,
    authors,
    described,
    format_entry,
    identifier,
    label,
    protected,
    stated_date,
    stated_extra,
    stated_year,
)
from ragassist.bibliographies.kinds import entry_subtype, entry_type
from ragassist.bibliographies.latex import escape_field
from ragassist.types import Paper

_THESES = frozenset({"phdthesis", "mastersthesis", "thesis"})
# Elsewhere no style prints it, but the entry says what is known.
_VENUE = {
    "inproceedings": "booktitle",
    "conference": "booktitle",
    "incollection": "booktitle",
    "inbook": "booktitle",
    "misc": "howpublished",
    "techreport": "institution",
    "report": "institution",
    **dict.fromkeys(_THESES, "school"),
}
_RENAMED = {
    "annotation": "annote",
    "eprintclass": "primaryClass",
    "eprinttype": "archivePrefix",
    "journaltitle": "journal",
    "location": "address",
    "sortkey": "key",
}


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """One entry a paper, a blank line between them. Balanced, whatever the papers hold.

    The type is the one that a paper was read with, else that of its kind, else what its venue
    suggests. What is not known is left out.
    """
    for place, paper in enumerate(papers):
        yield ("\n" if place else "") + _entry(paper)


def _entry(paper: Paper) -> str:
    kind = entry_type(paper, "bibtex")
    renamed = {**_RENAMED, **({"institution": "school"} if kind in _THESES else {})}
    named = authors(paper)
    fields = {
        "author": named,
        "key": "" if named or stated_extra(paper, "sortkey") else label(paper),
        "title": protected(paper.title),
        **_date(paper),
        **_venue(paper, kind),
        **_eprint(paper),
        **described(paper),
        "entrysubtype": entry_subtype(paper),
    }
    return format_entry(kind, paper, fields, renamed)


def _date(paper: Paper) -> dict[str, str]:
    date, stated = published(paper), stated_date(paper)
    # Of a range, one month says less.
    month = None if date.iso and stated.startswith(date.iso) else date.month
    return {
        "year": stated_year(paper),
        "month": "" if month is None else MONTHS[month - 1],
        "day": "" if month is None or date.day is None else str(date.day),
        "date": stated,
    }


def _venue(paper: Paper, kind: str) -> dict[str, str]:
    name = _VENUE.get(kind, "journal")
    if stated_extra(paper, "institution" if name == "school" else name):
        name = "journal"
    return {name: escape_field(paper.venue or "")}


def _eprint(paper: Paper) -> dict[str, str]:
    if not paper.arxiv_id:
        return {}
    return {
        "eprint": identifier(paper.arxiv_id),
        "archivePrefix": "arXiv",
        "primaryClass": arxiv_class(paper),
    }
