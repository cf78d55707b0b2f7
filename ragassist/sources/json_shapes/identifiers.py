"""Identifiers, years and dates in whatever dress a source writes them."""

import re

from ragassist.sources.identifiers import beside_doi, dois_apart, says_something
from ragassist.text import one_line

# None is longer; a field of megabytes is no identifier, and searching it takes its time.
_LONGEST = 500
_DOI = re.compile(r"(?<![\d.])(10\.\d{1,9}(?:\.\d{1,9}){0,3}/\S*[^\s.,;])")
_ARXIV = re.compile(r"(?<!\w)(?<!\d\.)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?$")
_ARXIV_ADDRESS = re.compile(r"\barxiv\.org/(?:abs|pdf|html)/([^\s?#]+?)(?:\.pdf)?$", re.IGNORECASE)
_ARXIV_LABEL = re.compile(r"^arxiv:\s*(\S+)(?:\s*\[[\w.-]{2,20}\])?$", re.IGNORECASE)
# Data frames make a fraction of a number where other rows have none.
_PMID = re.compile(r"^(?:PMID:? ?)?(\d{1,9})(?:\.0)?$", re.IGNORECASE)
_PMID_ADDRESS = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|/pubmed)/(\d{1,9})/?$")
_PMCID = re.compile(r"(?:^|/)(?:PMCID:? ?)?(?:PMC)?(\d{1,9})/?$", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_DATE = re.compile(
    r"((?:\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)"
    r"|--(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)(?:[T ]\d\d:\S*)?"
)
_FIRST_YEAR, _LAST_YEAR = 1400, 2099


def doi(value: str | None) -> str | None:
    """Lower case, without a resolver; None where there is none."""
    stated = (value or "")[:_LONGEST]
    if stated.count("10.") > 1:
        stated = dois_apart(stated)[0]
    found = _DOI.search(stated)
    return found[1].lower() if found else None


def beside(
    doi_field: str | None, pmid_field: str | None = None, arxiv_field: str | None = None
) -> list[tuple[str, str | None]]:
    """What `extra` is to hold of these fields: other DOIs, and whatever is no identifier."""
    kept: list[tuple[str, str | None]] = []
    if doi_field and (not (own := doi(doi_field)) or doi_field.count("10.") > 1):
        kept += beside_doi([doi_field], own).items()
    if pmid_field and says_something(pmid_field) and pmid(pmid_field) is None:
        kept.append(("pmid", one_line(pmid_field)))
    if arxiv_field and says_something(arxiv_field) and arxiv_id(arxiv_field) is None:
        kept.append(("arxiv_id", one_line(arxiv_field)))
    return kept


def arxiv_id(value: str | None) -> str | None:
    """Of a field that holds an arXiv ID, in any dress, at its end: without a version."""
    found = _ARXIV.search(value) if value and len(value) <= _LONGEST else None
    return found[1] if found else None


def arxiv_id_in(*values: str | None) -> str | None:
    """Of fields that may hold anything: of the first that says to be arXiv's."""
    for value in values:
        for pattern in (_ARXIV_ADDRESS, _ARXIV_LABEL):
            if (found := pattern.search((value or "")[:_LONGEST])) and (own := arxiv_id(found[1])):
                return own
    return None


def pmid(value: str | None) -> str | None:
    """Of a field that holds a PMID, or PubMed's address of one: its digits."""
    written = (value or "")[:_LONGEST]
    found = _PMID.search(written) or _PMID_ADDRESS.search(written)
    return found[1] if found else None


def pmcid(value: str | None) -> str | None:
    """Of a field that holds one: `PMC` and its digits."""
    found = _PMCID.search((value or "")[:_LONGEST])
    return f"PMC{found[1]}" if found else None


def date(value: str | None) -> str | None:
    """A date as ISO 8601 writes it, its time dropped; None for any other."""
    found = _DATE.fullmatch(value) if value and len(value) <= _LONGEST else None
    return found[1] if found else None


def year(value: object) -> int | None:
    """A whole number or the first of a text that can be a year of publication."""
    if type(value) is int:
        return value if _FIRST_YEAR <= value <= _LAST_YEAR else None
    found = _YEAR.search(value[:_LONGEST]) if isinstance(value, str) else None
    return int(found.group()) if found else None


def date_of_parts(parts: object) -> tuple[int | None, str | None]:
    """Year and date of `[2019, 3, 5]`; the date only where it says more than the year does."""
    numbers = [_number(part) for part in parts[:3]] if isinstance(parts, list) else []
    stated = year(numbers[0]) if numbers else None
    if stated is None or len(numbers) < 2 or numbers[1] is None:
        return stated, None
    day = "" if len(numbers) < 3 or numbers[2] is None else f"-{numbers[2]:02}"
    return stated, date(f"{stated:04}-{numbers[1]:02}{day}") or date(f"{stated:04}-{numbers[1]:02}")


def _number(value: object) -> int | None:
    """A small whole number, also one written as text."""
    if type(value) is int:
        return value if 0 <= value < 10_000 else None
    if isinstance(value, str) and len(value) <= 4 and value.isascii() and value.isdigit():
        return int(value)
    return None
