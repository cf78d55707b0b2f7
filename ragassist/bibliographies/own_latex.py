r"""What a paper's source wrote as LaTeX, given back for as long as the paper says the same.

A title that another source has won, or an edited note, is no longer what was written: then the
text is escaped as any other.
"""

import re
from collections.abc import Iterator
from typing import Literal

from ragassist.bibliographies.dates import published
from ragassist.bibliographies.people import split_people
from ragassist.sources.bibtex.dates import take_date
from ragassist.sources.bibtex.identifiers import take_url
from ragassist.sources.bibtex.people import is_extended, split_names
from ragassist.sources.bibtex.preambles import PREAMBLE, preambles_in
from ragassist.sources.bibtex.values import plain
from ragassist.sources.latex_fields import (
    KEPT,
    escape_field,
    is_whole,
    names_field,
    people_field,
    title_field,
)
from ragassist.text import one_line
from ragassist.types import Paper

Dialect = Literal["bibtex", "biblatex"]
_VENUES = ("journaltitle", "journal", "booktitle", "eventtitle", "institution", "school",
           "howpublished")  # fmt: skip
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
# A title that ends in one of these needs no colon before its subtitle.
_ENDS = ":?!.\u2013\u2014"


def is_own(name: str) -> bool:
    """Whether a name in `extra` is that of a source's own LaTeX, and no field."""
    return name.startswith(KEPT)


def stated_extra(paper: Paper, name: str) -> str:
    """What a paper has under a name beside its own fields; empty where nothing."""
    return next((value for own, value in paper.extra if own == name), "")


def title(paper: Paper) -> str:
    """The title, without the subtitle that has a field of its own."""
    main, whole = main_title(paper), one_line(paper.title)
    source = _own(paper, "title")
    read = plain(source) if source else ""
    if main != whole and read == whole:
        # Once it was exported with its subtitle behind it.
        source = source.removesuffix(_subtitle(paper)).rstrip()
        source = source if plain(source) == main else source.removesuffix(":")
        read = plain(source)
    if source and read == main and is_whole(source):
        return source
    return title_field(main)


def whole_title(paper: Paper) -> str:
    """The title and its subtitle in one field, for styles that know no other."""
    main, whole = main_title(paper), one_line(paper.title)
    if main == whole:
        return title(paper)
    subtitle = one_line(stated_extra(paper, "subtitle"))
    between = whole[len(main) : len(whole) - len(subtitle)]
    return f"{title(paper)}{between}{_subtitle(paper)}"


def main_title(paper: Paper) -> str:
    """The title without its subtitle, as plain text."""
    whole, subtitle = one_line(paper.title), one_line(stated_extra(paper, "subtitle"))
    main = whole.removesuffix(f" {subtitle}")
    if not subtitle or main == whole:
        return whole
    bare = main.removesuffix(":")
    if bare and bare != main and bare[-1] not in _ENDS:
        return bare
    # Those who join the two put a colon only where no other sign is.
    return main if main and bare == main and main[-1] in _ENDS else whole


def authors(paper: Paper, dialect: Dialect = "biblatex") -> str:
    """The names, parted by `and`; empty where nobody is named."""
    source = _own(paper, "author")
    named = (paper.authors, paper.authors_truncated)
    if source and split_names(source) == named and _are_names(source, named, dialect):
        return source
    is_from_bib = any(place.reader == "bibtex" for place in paper.provenance)
    return names_field(paper.authors, truncated=paper.authors_truncated, given_first=is_from_bib)


def organisations(paper: Paper) -> frozenset[str]:
    """The authors that a source has in braces, so that nobody looks for a given name in them."""
    source = _own(paper, "author")
    whole = (
        piece for piece in _names_in(source) if piece.startswith("{") and is_whole(piece[1:-1])
    )
    return frozenset(map(plain, whole)).intersection(paper.authors)


def people(paper: Paper, name: str, stated: str, dialect: Dialect) -> str:
    """Editors and others whom `extra` has under a name."""
    source = _own(paper, name)
    if source and _joined(source) == stated and _are_names(source, split_names(source), dialect):
        return source
    names = split_people(stated)
    truncated = names[-1:] == ["others"]
    return people_field(names[:-1] if truncated else names, truncated=truncated)


def text(paper: Paper, name: str, stated: str) -> str:
    """A text that the paper has under a name of BibLaTeX's."""
    source = _own(paper, name)
    return source if source and plain(source) == one_line(stated) else escape_field(stated)


def month_as_written(paper: Paper) -> str:
    """What a source has for the month where that is neither macro nor number; else empty."""
    source = _own(paper, "month")
    date = published(paper)
    if not source or date.year is None:
        return ""
    return source if take_date({"year": str(date.year), "month": source})[1] == date.iso else ""


def eprint(paper: Paper) -> str:
    """The arXiv ID, of the version that a source means."""
    source, arxiv_id = _own(paper, "eprint"), paper.arxiv_id or ""
    return source if re.fullmatch(rf"{re.escape(arxiv_id)}v\d+", source) else arxiv_id


def pages(paper: Paper, stated: str) -> str:
    """Pages as a source has them that writes more than their numbers; else empty."""
    source = _own(paper, "pages")
    read = plain(source)
    return source if source and stated in (read, read.replace("\u2013", "-")) else ""


def venue(paper: Paper) -> str:
    """Where it was published, under whichever name its source has that."""
    stated = paper.venue or ""
    written = (text(paper, name, stated) for name in _VENUES)
    plainly = escape_field(stated)
    return next((source for source in written if source != plainly), plainly)


def address_as_published(paper: Paper) -> str:
    """How a source that has the paper's address under `howpublished` writes it; else empty."""
    source = _own(paper, "howpublished")
    return source if source and take_url({"howpublished": source}) == paper.url else ""


def preambles(paper: Paper) -> tuple[str, ...]:
    """The preambles that define commands of what a source wrote; mostly none."""
    return tuple(preambles_in(stated_extra(paper, PREAMBLE)))


def _are_names(source: str, named: tuple[tuple[str, ...], bool], dialect: Dialect) -> bool:
    """Whether a list of names is one to BibTeX, or to Biber, as it is to our reader."""
    pieces = list(_names_in(source))
    names, truncated = named
    if len(pieces) != len(names) + truncated:
        return False
    return dialect == "biblatex" or not any(map(is_extended, pieces))


def _subtitle(paper: Paper) -> str:
    return text(paper, "subtitle", stated_extra(paper, "subtitle"))


def _names_in(source: str) -> Iterator[str]:
    """The names of a field as they stand there."""
    name = ""
    for piece in _AND.split(source):
        name = f"{name} and {piece}" if name else piece
        if is_whole(name):
            yield name
            name = ""


def _own(paper: Paper, name: str) -> str:
    source = stated_extra(paper, f"{KEPT}{name}")
    return source if is_whole(source) else ""


def _joined(source: str) -> str:
    names, truncated = split_names(source)
    return " and ".join((*names, "others") if truncated else names)
