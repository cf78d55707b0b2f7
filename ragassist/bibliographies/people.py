"""Whose work a paper is: as a sentence names them, and as BibTeX reads them."""

import re

from ragassist.sources.names import Name, parse_name
from ragassist.text import one_line
from ragassist.types import Paper

__all__ = [
    "Name", "introduce", "is_citable_by_author", "name_authors", "name_work", "own_name",
    "parse_name", "split_people",
]  # fmt: skip

_BETWEEN_NAMES = re.compile(r"\s+and\s+|\s*;\s*")
_FEW_WORDS = 4


def split_people(stated: str) -> list[str]:
    """The names in one text, as `extra` holds editors: parted by `and`, or by semicolons."""
    return list(filter(None, _BETWEEN_NAMES.split(one_line(stated))))


def name_authors(paper: Paper) -> str:
    """`Qin`, `Qin and Hu`, `Qin et al.`; empty where nobody is named."""
    families = [parse_name(author).family for author in paper.authors]
    if not families:
        return ""
    if paper.authors_truncated or len(families) > 2:
        return f"{families[0]} et al."
    return " and ".join(families)


def own_name(title: str) -> str:
    """What authors call their work, where a single word before the title's colon says; or empty."""
    name, colon, _ = one_line(title).partition(":")
    return name if colon and " " not in name else ""


def name_work(paper: Paper) -> str:
    """What a paper without authors goes by: a few words before its title's colon, or the title."""
    title = one_line(paper.title)
    before, colon, _ = title.partition(":")
    few = colon and 0 < len(before.split()) <= _FEW_WORDS
    return (before if few else title) or paper.paper_id


def introduce(paper: Paper) -> str:
    """How a sentence begins that quotes a paper: `Qin et al. (2023)`, or by what it goes by."""
    year = "" if paper.year is None else f" ({paper.year})"
    return f"{name_authors(paper) or name_work(paper)}{year}"


def is_citable_by_author(paper: Paper) -> bool:
    """Whether a citation style makes the same of its record as `introduce` does."""
    return bool(paper.authors) and paper.year is not None
