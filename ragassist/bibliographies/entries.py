"""Entries of a `.bib` file: what BibTeX and BibLaTeX have in common.

UTF-8, one line a field. What a source wrote in LaTeX is given back as it wrote it, so that a style
prints it as before; other text is escaped so that TeX sets it, and what reads LaTeX reads it, as
it was. Addresses and identifiers stand as they are, what no address may hold percent-encoded.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import quote

from ragassist.bibliographies.dates import MONTHS, published
from ragassist.bibliographies.own_latex import (
    Dialect,
    address_as_published,
    is_own,
    pages,
    people,
    preambles,
    stated_extra,
    text,
)
from ragassist.bibliographies.pages import page_range
from ragassist.bibliographies.people import name_work
from ragassist.sources.bibtex.records import PEOPLE
from ragassist.sources.bibtex.values import plain
from ragassist.sources.latex_fields import escape_field
from ragassist.text import one_line
from ragassist.types import Paper

_LABEL_WORDS = 5
# What a URL may hold as it stands in braces; an identifier is no URL, and keeps more.
_OF_A_URL = "%/:?#[]@!$&'()*+,;=~"
_SPOILS_IDENTIFIER = re.compile(r"[\\{}\s]")
_SPOILS_PATH = re.compile(r"[{}]")
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_:.+/-]+")
# What inheritance brought is in the entry; the entry it came from may not be in the file.
_LEFT_OUT = frozenset({"entrytype", "crossref", "xdata", "date"})
# As BibLaTeX writes dates: `2019~`, `2019-21`, `2019-03/..`; nothing in it is a sign of TeX.
_EDTF = re.compile(r"[-\dXuTZ:/.~?%+]*\d[-\dXuTZ:/.~?%+]*")
_YEAR = re.compile(r"\d{4}")
_CATEGORY = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")
# Addresses, paths and identifiers, in which a sign of TeX is itself.
_VERBATIM = re.compile(r"file|.*url.*|bdsk-.*|eprint|link|ee|doi|pmc?id|swhid", re.I)


def in_file(papers: Iterable[Paper], entry: Callable[[Paper], str]) -> Iterator[str]:
    """The entries of papers with a blank line between them, each behind the preambles it needs."""
    preambles = _Preambles()
    for place, paper in enumerate(papers):
        yield ("\n" if place else "") + "".join(preambles.before(paper)) + entry(paper)


class _Preambles:
    """The preambles that entries need, each written once, before the first that needs it."""

    def __init__(self) -> None:
        self._written: set[str] = set()

    def before(self, paper: Paper) -> Iterator[str]:
        """What is to stand before a paper's entry."""
        for preamble in preambles(paper):
            if preamble not in self._written:
                self._written.add(preamble)
                yield f"@preamble{{{{{preamble}}}}}\n\n"


def format_entry(
    kind: str, paper: Paper, fields: Mapping[str, str], renamed: Mapping[str, str] | None = None
) -> str:
    """One entry, ending in a newline; its key is the paper_id, fields without a value are left out.

    Args:
        fields: as they stand between braces, by name.
        renamed: what the format calls what `extra` has under BibLaTeX's names.
    """
    stated = {name: value for name, value in fields.items() if value}
    taken = {name.lower() for name in stated}
    dialect: Dialect = "biblatex" if renamed is None else "bibtex"
    for name, value in _extra(paper, renamed or {}, dialect):
        if name.lower() not in taken:
            stated[name] = value
            taken.add(name.lower())
    lines = [f"  {name} = {_delimited(name, value)}," for name, value in stated.items()]
    return "\n".join([f"@{kind}{{{paper.paper_id},", *lines, "}\n"])


def stated_date(paper: Paper) -> str:
    """A date that says more than the one that was taken from it: a range, or `Mar 3`."""
    stated, iso = stated_extra(paper, "date"), published(paper).iso
    is_more = stated.startswith(iso) if iso else bool(stated)
    if not is_more and _YEAR.search(stated):
        return ""
    return stated if _EDTF.fullmatch(stated) and "%" not in stated else escape_field(stated)


def stated_year(paper: Paper) -> str:
    """The year, or what says more than the year that was taken from it: `c. 1850`, `in press`."""
    year, stated = published(paper).year, stated_extra(paper, "year")
    return escape_field(stated if year is None or str(year) in stated else str(year))


def label(paper: Paper) -> str:
    """What a style sorts and labels a paper by that has no author."""
    words = name_work(paper).split()
    short = words if len(words) <= _LABEL_WORDS else [*words[:_LABEL_WORDS], "…"]
    return escape_field(" ".join(short))


def described(paper: Paper, kind: str, taken: Iterable[str] = ()) -> dict[str, str]:
    """Identifiers, abstract, and what the paper is filed under.

    Args:
        kind: what its type does not say; mostly empty.
        taken: the fields that hold something else.
    """
    own_class = (arxiv_class(paper),)
    return {
        "doi": identifier(paper.doi),
        "pmid": identifier(paper.pmid),
        **_address(paper, taken),
        "abstract": text(paper, "abstract", paper.abstract),
        "keywords": listed(paper.keywords),
        "groups": listed(paper.tags),
        "affiliation": escape_field("; ".join(paper.affiliations)),
        "categories": listed(paper.categories) if paper.categories != own_class else "",
        "retracted": "yes" if paper.retracted else "",
        "kind": kind,
    }


def arxiv_class(paper: Paper) -> str:
    """The class of a paper's arXiv ID; empty where it has none."""
    first = next(iter(paper.categories), "")
    return first if paper.arxiv_id and _CATEGORY.fullmatch(first) else ""


def identifier(stated: str | None) -> str:
    """An identifier as it stands, but for what would spoil the entry."""
    return _SPOILS_IDENTIFIER.sub(lambda found: quote(found.group()), one_line(stated or ""))


def listed(values: Iterable[str]) -> str:
    """Several values in one field, parted by commas, or by semicolons where one has a comma."""
    parts = list(filter(None, map(one_line, values)))
    if not any("," in part for part in parts):
        return escape_field(", ".join(parts))
    # One alone needs the mark as well.
    return escape_field("; ".join(parts) + (";" if len(parts) == 1 else ""))


def _extra(paper: Paper, renamed: Mapping[str, str], dialect: Dialect) -> Iterable[tuple[str, str]]:
    own = {name for name, _ in paper.extra}
    for stated, value in paper.extra:
        other = renamed.get(stated, stated)
        # Who has both `location` and `address` means two places.
        name = _field_name(stated if other in own else other)
        if stated not in _LEFT_OUT and not is_own(stated) and one_line(value):
            if stated in PEOPLE:
                yield name, people(paper, stated, value, dialect)
            else:
                yield name, _value(paper, name, stated, value)


def _address(paper: Paper, taken: Iterable[str]) -> dict[str, str]:
    published = address_as_published(paper)
    if not published:
        return {"url": _verbatim(paper.url)}
    # Where the venue, or what else is stated, has the address in it, it is said already.
    if stated_extra(paper, "howpublished") or plain(published) == one_line(paper.venue or ""):
        return {}
    if "howpublished" in taken:
        return {"url": _verbatim(paper.url)}
    return {"howpublished": published}


def _value(paper: Paper, name: str, own_name: str, stated: str) -> str:
    if name == "pages":
        return pages(paper, stated) or "--".join(map(escape_field, page_range(stated)))
    if name == "month":
        macro = stated.strip(" .")[:3].lower()
        return macro if macro in MONTHS and stated.isalpha() else text(paper, name, stated)
    if _VERBATIM.fullmatch(name):
        return _SPOILS_PATH.sub(lambda found: quote(found.group()), one_line(stated))
    return text(paper, own_name, stated)


def _field_name(stated: str) -> str:
    name = _NOT_OF_A_NAME.sub("-", stated).strip("-")
    return name if name[:1].isalpha() else f"x-{name}"


def _delimited(name: str, value: str) -> str:
    return value if name == "month" and value in MONTHS else f"{{{value}}}"


def _verbatim(address: str | None) -> str:
    """An address without spaces, backslashes and braces."""
    return quote(one_line(address or ""), safe=_OF_A_URL)
