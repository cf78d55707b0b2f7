"""BibLaTeX: entries under the names of its own data model, for Biber."""

from collections.abc import Iterable, Iterator

from ragassist.bibliographies.dates import published
from ragassist.bibliographies.entries import (
    arxiv_class,
    described,
    format_entry,
    identifier,
    in_file,
    stated_date,
    stated_year,
)
from ragassist.bibliographies.kinds import entry_subtype, entry_type, kind_beside
from ragassist.bibliographies.own_latex import authors, eprint, stated_extra, title, venue
from ragassist.types import Paper

# Elsewhere no style prints it, but the entry says what is known.
_VENUE = {
    "inproceedings": "booktitle",
    "conference": "booktitle",
    "incollection": "booktitle",
    "inreference": "booktitle",
    "inbook": "booktitle",
    "misc": "howpublished",
    **dict.fromkeys(("report", "techreport"), "institution"),
    **dict.fromkeys(("thesis", "phdthesis", "mastersthesis"), "institution"),
}


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """One entry a paper, a blank line between them, as `bibtex.write` gives it."""
    return in_file(papers, _entry)


def _entry(paper: Paper) -> str:
    kind = entry_type(paper, "biblatex")
    venue_field = _venue(paper, kind)
    fields = {
        "author": authors(paper),
        "title": title(paper),
        **_date(paper),
        **venue_field,
        **_eprint(paper),
        **described(
            paper, kind_beside(paper, kind), [name for name, at in venue_field.items() if at]
        ),
        "entrysubtype": entry_subtype(paper),
    }
    return format_entry(kind, paper, fields)


def _date(paper: Paper) -> dict[str, str]:
    date, stated, year = published(paper), stated_date(paper), stated_year(paper)
    if date.year is not None and year == str(date.year) and (not stated or stated[:4] == year):
        return {"date": stated or date.iso}
    return {
        "year": year,
        "month": "" if date.month is None else str(date.month),
        "day": "" if date.day is None else str(date.day),
        "date": stated,
    }


def _venue(paper: Paper, kind: str) -> dict[str, str]:
    name = _VENUE.get(kind, "journaltitle")
    return {"journaltitle" if stated_extra(paper, name) else name: venue(paper)}


def _eprint(paper: Paper) -> dict[str, str]:
    if not paper.arxiv_id:
        return {}
    return {
        "eprint": identifier(eprint(paper)),
        "eprinttype": "arxiv",
        "eprintclass": arxiv_class(paper),
    }
