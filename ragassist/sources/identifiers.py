"""Identifiers that a record has no field for: a second DOI, and what is no DOI where one should be.

None vanishes: what they are read from is kept in `extra`, to be found and to be given back.
"""

import re
from collections.abc import Iterable

from ragassist.sources.fields import doi_in
from ragassist.text import one_line

OTHER_DOIS = "otherdoi"
"""Among what else a record states: further DOIs of the work, parted by spaces."""

_NOTHING = frozenset({"na", "n/a", "nan", "none", "null", "no doi", "not available", "unknown"})
_LONGEST = 2_000
_NEXT_DOI = re.compile(
    r"(?<![\s,;|])[\s,;|]++(?=(?:doi:? ?|https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/)", re.IGNORECASE
)
_NEXT_URL = re.compile(r"(?<![\s,;|])[\s,;|]++(?=(?:https?|ftp)://)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|ftp)://\S", re.IGNORECASE)


def dois_apart(stated: str) -> list[str]:
    """A field that may hold several DOIs, in pieces of at most one."""
    return _NEXT_DOI.split(one_line(stated[:_LONGEST]))


def urls_apart(stated: str) -> list[str]:
    """A field that may hold several addresses, in pieces of at most one; without any, as it is."""
    return _NEXT_URL.split(one_line(stated))


def is_web_address(text: str) -> bool:
    """Whether anybody can open it; paths of files and links into a program's folder are not."""
    return _ADDRESS.match(text) is not None


def says_something(text: str) -> bool:
    """Whether it is more than what exporters write where there is nothing."""
    return text.lower() not in _NOTHING and any(map(str.isalnum, text))


def beside_doi(stated: Iterable[str], doi: str | None) -> dict[str, str]:
    """What `extra` is to hold of fields that ought to state DOIs.

    Args:
        stated: the fields as they are, the one that was taken from first.
        doi: the one that was taken; where there is none, all that is stated is kept as `doi`.
    """
    fields = [text for text in map(one_line, stated) if says_something(text)]
    if doi is None:
        return {"doi": "; ".join(dict.fromkeys(fields))} if fields else {}
    found = [doi_in(piece) for field in fields for piece in dois_apart(field)]
    others = dict.fromkeys(one for one in found[1:] if one and one != doi and one != found[0])
    return {OTHER_DOIS: " ".join(others)} if others else {}
