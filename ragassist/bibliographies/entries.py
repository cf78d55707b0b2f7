"""Entries of a `.bib` file: what BibTeX and BibLaTeX have in common.

UTF-8, one line a field. Text is escaped so that TeX sets it, and what reads LaTeX reads it, as it
was: a formula that a title still has as source is given back as source. Addresses and identifiers
stand as they are, what no address may hold percent-encoded.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from ragassist.bibliographies.dates import MONTHS, published
from ragassist.bibliographies.latex import escape_field
from ragassist.bibliographies.pages import page_range
from ragassist.bibliographies.people import name_work, parse_name, split_people
from ragassist.text import one_line
from ragassist.types import Paper

_LABEL_WORDS = 5
# What a URL may hold as it stands in braces; an identifier is no URL, and keeps more.
_OF_A_URL = "%/:?#[]@!$&'()*+,;=~"
_SPOILS_IDENTIFIER = re.compile(r"[\\{}\s]")
_SPOILS_PATH = re.compile(r"[{}]")
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_:.+/-]+")
_AND = re.compile(r"\band\b|,|^others$", re.I)
# What inheritance brought is in the entry; the entry it came from may not be in the file.
_LEFT_OUT = frozenset({"entrytype", "crossref", "xdata", "date"})
_YEAR = re.compile(r"\d{4}")
_ROLES = frozenset({"editor", "translator", "bookauthor"})
_CATEGORY = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")
# Addresses, paths and identifiers, in which a sign of TeX is itself.
_VERBATIM = re.compile(r"file|.*url.*|bdsk-.*|eprint|link|ee|doi|pmc?id|swhid", re.I)


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
    for name, value in _extra(paper, renamed or {}):
        if name.lower() not in taken:
            stated[name] = value
            taken.add(name.lower())
    lines = [f"  {name} = {_delimited(name, value)}," for name, value in stated.items()]
    return "\n".join([f"@{kind}{{{paper.paper_id},", *lines, "}\n"])


def stated_extra(paper: Paper, name: str) -> str:
    """What a paper has under a name beside its own fields; empty where nothing."""
    return next((value for own, value in paper.extra if own == name), "")


def stated_date(paper: Paper) -> str:
    """A date that says more than the one that was taken from it: a range, or `Mar 3`."""
    stated, iso = stated_extra(paper, "date"), published(paper).iso
    is_more = stated.startswith(iso) if iso else bool(stated)
    return escape_field(stated) if is_more or not _YEAR.search(stated) else ""


def stated_year(paper: Paper) -> str:
    """The year, or what says more than the year that was taken from it: `c. 1850`, `in press`."""
    year, stated = published(paper).year, stated_extra(paper, "year")
    return escape_field(stated if year is None or str(year) in stated else str(year))


def authors(paper: Paper) -> str:
    """The names, parted by `and`; empty where nobody is named."""
    names = [_author(author) for author in paper.authors if one_line(author)]
    if names and paper.authors_truncated:
        names.append("others")
    return " and ".join(names)


def label(paper: Paper) -> str:
    """What a style sorts and labels a paper by that has no author."""
    words = name_work(paper).split()
    short = words if len(words) <= _LABEL_WORDS else [*words[:_LABEL_WORDS], "…"]
    return escape_field(" ".join(short))


def protected(title: str) -> str:
    """A title whose capitals no style may change."""
    return f"{{{escape_field(title)}}}" if one_line(title) else ""


def described(paper: Paper) -> dict[str, str]:
    """Identifiers, abstract, and what the paper is filed under."""
    own_class = (arxiv_class(paper),)
    return {
        "doi": identifier(paper.doi),
        "pmid": identifier(paper.pmid),
        "url": _verbatim(paper.url),
        "abstract": escape_field(paper.abstract),
        "keywords": listed(paper.keywords),
        "groups": listed(paper.tags),
        "affiliation": escape_field("; ".join(paper.affiliations)),
        "categories": listed(paper.categories) if paper.categories != own_class else "",
        "retracted": "yes" if paper.retracted else "",
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


def _author(written: str) -> str:
    """A name so that BibTeX finds its parts; an organisation in braces, which keep it whole."""
    name = parse_name(written)
    parts = [part for part in (name.family, name.suffix, name.given) if part]
    if any(map(_AND.search, parts)) or (len(parts) == 1 and " " in name.family):
        return f"{{{escape_field(written)}}}"
    return ", ".join(map(escape_field, parts))


def _extra(paper: Paper, renamed: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    own = {name for name, _ in paper.extra}
    for stated, value in paper.extra:
        other = renamed.get(stated, stated)
        # Who has both `location` and `address` means two places.
        name = _field_name(stated if other in own else other)
        if stated not in _LEFT_OUT and one_line(value):
            yield name, _value(name, value)


def _value(name: str, stated: str) -> str:
    if name == "pages":
        return "--".join(map(escape_field, page_range(stated)))
    if name == "month":
        macro = stated.strip(" .")[:3].lower()
        return macro if macro in MONTHS and stated.isalpha() else escape_field(stated)
    if name in _ROLES:
        return " and ".join(map(escape_field, split_people(stated)))
    if _VERBATIM.fullmatch(name):
        return _SPOILS_PATH.sub(lambda found: quote(found.group()), one_line(stated))
    return escape_field(stated)


def _field_name(stated: str) -> str:
    name = _NOT_OF_A_NAME.sub("-", stated).strip("-")
    return name if name[:1].isalpha() else f"x-{name}"


def _delimited(name: str, value: str) -> str:
    return value if name == "month" and value in MONTHS else f"{{{value}}}"


def _verbatim(address: str | None) -> str:
    """An address without spaces, backslashes and braces."""
    return quote(one_line(address or ""), safe=_OF_A_URL)
