"""BibLaTeX: entries under the names of its own data model, for Biber."""

from collections.abc import Iterable, Iterator

from ragassist.bibliographies.dates import published
from ragassist.bibliographies.entries import (
    arxiv_class,
    authors,
    described,
    format_entry,
    identifier,
    protected,
    stated_date,
    stated_extra,
    stated_year,
)
from ragassist.bibliographies.kinds import entry_subtype, entry_type
from ragassist.bibliographies.latex import escape_field
from ragassist.text import one_line
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
    for place, paper in enumerate(papers):
        yield ("\n" if place else "") + _entry(paper)


def _entry(paper: Paper) -> str:
    kind = entry_type(paper, "biblatex")
    fields = {
        "author": authors(paper),
        "title": protected(_main_title(paper)),
        **_date(paper),
        **_venue(paper, kind),
        **_eprint(paper),
        **described(paper),
        "entrysubtype": entry_subtype(paper),
    }
    return format_entry(kind, paper, fields)


def _main_title(paper: Paper) -> str:
    """The title without the subtitle that has a field of its own."""
    title, subtitle = one_line(paper.title), one_line(stated_extra(paper, "subtitle"))
    main = title.removesuffix(f": {subtitle}") if subtitle else title
    return main or title


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
    return {"journaltitle" if stated_extra(paper, name) else name: escape_field(paper.venue or "")}


def _eprint(paper: Paper) -> dict[str, str]:
    if not paper.arxiv_id:
        return {}
    return {
        "eprint": identifier(paper.arxiv_id),
        "eprinttype": "arxiv",
        "eprintclass": arxiv_class(paper),
    }
