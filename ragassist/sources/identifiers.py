"""Identifiers that a record has no field for: a second DOI, and what is no DOI where one should be.

None vanishes: what they are read from is kept in `extra`, to be found and to be given back.
"""

import re
from collections.abc import Iterable, Sequence

from ragassist.sources.extra_names import OTHER_DOIS
from ragassist.sources.fields import doi_in
from ragassist.text import one_line

_NOTHING = frozenset({"na", "n/a", "nan", "none", "null", "no doi", "not available", "unknown"})
_LONGEST = 2_000
_NEXT_DOI = re.compile(
    r"(?<![\s,;|])[\s,;|]++(?=(?:doi:? ?|https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/)", re.IGNORECASE
)
_NEXT_URL = re.compile(r"(?<![\s,;|])[\s,;|]++(?=(?:https?|ftp)://)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|ftp)://\S", re.IGNORECASE)
_ISBN = re.compile(r"(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx](?!\d)")
_PUBMED = frozenset({"pubmed", "medline"})


def dois_apart(stated: str) -> list[str]:
    """A field that may hold several DOIs, in pieces of at most one."""
    return _NEXT_DOI.split(one_line(stated[:_LONGEST]))


def urls_apart(stated: str) -> list[str]:
    """A field that may hold several addresses, in pieces of at most one; without any, as it is."""
    return _NEXT_URL.split(one_line(stated))


def is_web_address(text: str) -> bool:
    """Whether anybody can open it; paths of files and links into a program's folder are not."""
    return _ADDRESS.match(text) is not None


def first_address(stated: Iterable[str]) -> str | None:
    """The first of them that is an address."""
    return next(filter(is_web_address, stated), None)


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


def beside_url(stated: Sequence[str]) -> dict[str, str]:
    """What `extra` is to hold of addresses, the first of which was taken."""
    taken = first_address(stated)
    return {"otherurl": "; ".join(address for address in stated if address != taken)}


def standard_numbers(stated: Iterable[str]) -> dict[str, str]:
    """What `extra` is to hold of a field for ISBNs and ISSNs; what is neither counts as the latter.

    Args:
        stated: at most one number each.
    """
    numbers = [number for number in map(str.strip, stated) if number]
    return {
        "isbn": "; ".join(number for number in numbers if _ISBN.match(number)),
        "issn": "; ".join(number for number in numbers if not _ISBN.match(number)),
    }


def is_pubmed_number(accession: str, database: str) -> bool:
    """Whether the number that a database knows a paper by is its PubMed ID."""
    return accession.isdecimal() and database.lower() in _PUBMED
