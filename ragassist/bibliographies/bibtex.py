"""BibTeX: entries for every style of classic BibTeX, natbib's and the older ones."""

import dataclasses
from collections.abc import Iterable, Iterator

from ragassist.bibliographies.dates import MONTHS, published
from ragassist.bibliographies.entries import (
    arxiv_class,
    described,
    format_entry,
    identifier,
    in_file,
    label,
    stated_date,
    stated_year,
)
from ragassist.bibliographies.kinds import entry_subtype, entry_type, kind_beside, type_in_words
from ragassist.bibliographies.own_latex import (
    authors,
    eprint,
    month_as_written,
    stated_extra,
    venue,
    whole_title,
)
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
    return in_file(papers, _entry)


def _entry(paper: Paper) -> str:
    kind = entry_type(paper, "bibtex")
    paper = _with_type_in_words(paper)
    renamed = {**_RENAMED, **({"institution": "school"} if kind in _THESES else {})}
    named, venue_field = authors(paper, "bibtex"), _venue(paper, kind)
    fields = {
        "author": named,
        "key": "" if named or _is_named_otherwise(paper) else label(paper),
        "title": whole_title(paper),
        **_date(paper),
        **venue_field,
        **_eprint(paper),
        **described(
            paper, kind_beside(paper, kind), [name for name, at in venue_field.items() if at]
        ),
        "entrysubtype": entry_subtype(paper),
    }
    return format_entry(kind, paper, fields, renamed)


def _with_type_in_words(paper: Paper) -> Paper:
    stated = stated_extra(paper, "type")
    words = type_in_words(paper)
    if words == stated:
        return paper
    extra = ((name, words if name == "type" else value) for name, value in paper.extra)
    return dataclasses.replace(paper, extra=tuple(extra))


def _is_named_otherwise(paper: Paper) -> bool:
    """Whether styles have something else than a label to sort a paper by."""
    return any(stated_extra(paper, name) for name in ("sortkey", "editor", "organization"))


def _date(paper: Paper) -> dict[str, str]:
    date, stated = published(paper), stated_date(paper)
    # Of a range, one month says less.
    month = None if date.iso and stated.startswith(date.iso) else date.month
    if month is not None and (written := month_as_written(paper)):
        return {"year": stated_year(paper), "month": written, "date": stated}
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
    return {name: venue(paper)}


def _eprint(paper: Paper) -> dict[str, str]:
    if not paper.arxiv_id:
        return {}
    return {
        "eprint": identifier(eprint(paper)),
        "archivePrefix": "arXiv",
        "primaryClass": arxiv_class(paper),
    }
