"""What bibliographic formats write in many ways, brought to the one form that records have."""

import datetime
import html
import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from ragassist.sources.cleaning import clean_text
from ragassist.sources.names import suffix_second
from ragassist.text import one_line
from ragassist.types import Failure

EXCERPT_CHARS = 80
LONGEST_KEY = 200

# Without these there is nothing to clean: numbers, names and most titles are quickly done.
_MAY_BE_MARKED = re.compile(r"[<&$\\~`']|^\s{0,5}(?:sub)?(?:sec|abs)", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,3}/\S{1,500}")
# Prefixes as short as in made-up examples and the first years: only where nothing else stands.
_LONE_DOI = re.compile(
    r"\s*(?:doi:?\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{1,3}(?:\.\d{1,9}){0,3}/\S{1,500})\s*",
    re.IGNORECASE,
)
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}
_ARXIV_ID = r"(\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[a-z]{2})?/\d{7})(?:v\d{1,3})?(?!\d)"
_ARXIV = re.compile(
    rf"arxiv(?:\.org(?:/(?:abs|pdf|html)/|:)|[.:]?\s?)\[?{_ARXIV_ID}", re.IGNORECASE
)
_PUBMED = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,9})")
_PMID = re.compile(r"(\d{1,9})\s?\[pmid\]", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,9}")

_YEAR = r"(?<!\d)(1[4-9]\d\d|20\d\d)"
_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_MONTH = rf"\b({'|'.join(_MONTHS)})[a-z]*\.?"
_LONE_YEAR = re.compile(rf"{_YEAR}(?!\d)")
# Each finds year, month and perhaps the day, under these names.
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}[-/. ](\d{{1,2}})(?:[-/. ](\d{{1,2}}))?(?!\d)",
        rf"{_YEAR}(\d\d)(\d\d)(?!\d)",
        rf"{_YEAR}[-/., ]{{1,2}}{_MONTH}(?:[-/ ](\d{{1,2}})(?!\d))?",
    )
)
_DAY_FIRST = re.compile(
    rf"(?:(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?(?: ?[-\u2013] ?\d{{1,2}})?[-/. ]{{1,2}})?{_MONTH}"
    rf"(?:[ ](\d{{1,2}})(?=[ ,]))?[-/., ]{{0,2}}{_YEAR}(?!\d)",
    re.IGNORECASE,
)

_ET_AL = re.compile(r"(?:^|[,;]? )(?:\[?et\.? al\b\.?,?\]?|and others)$|^others$", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s*")
_RANGE = re.compile(r"(\d{1,9})\s?[-\u2013]\s?(\d{1,9})")
_SCREENED = {"asreview_relevant": "included", "asreview_irrelevant": "excluded"}
_LONGEST_NOTE = 10_000
_RAYYAN_DECISIONS = re.compile(r"rayyan-inclusion:\s*\{([^}]*)\}", re.IGNORECASE)
_DECISION = re.compile(r'=>\s*"(included|excluded|maybe)"', re.IGNORECASE)
_RAYYAN_LABELS = re.compile(r"rayyan-labels:\s*([^|]*)", re.IGNORECASE)
_WITHDRAWN = re.compile(
    r"\W?(?:this|the) (?:paper|article|submission|manuscript|preprint|work|version)"
    r" (?:has been|was|is)(?: now)? (?:withdrawn|retracted)\b"
    r"|\W?(?:withdrawn|retracted) (?:by (?:the )?(?:author|arxiv|submitter)|due to|because)"
    r"|\W?(?:withdrawn|retracted)(?=[.;:,]|$)",
    re.IGNORECASE,
)
_RETRACTED = re.compile(
    r"\W?(?:retracted|withdrawn)(?: (?:article|paper|chapter))?\s?[:\]]", re.IGNORECASE
)


def plain(text: str) -> str:
    """Title, abstract or any other field as plain text on one line."""
    if text.isascii() and text.isprintable() and not _MAY_BE_MARKED.search(text):
        return " ".join(text.split())
    cleaned = clean_text(one_line(text))
    # A reference may have stood for what was stripped before.
    return one_line(cleaned) if "&" in text else cleaned


def doi_in(text: str) -> str | None:
    """The first DOI in a text, lower case, whatever resolver or label stands before it."""
    if "10." not in text and "10%2" not in text:
        return None
    decoded = one_line(html.unescape(unquote(text) if "%2" in text else text))
    found = _DOI.search(decoded) or _LONE_DOI.fullmatch(decoded)
    if found is None:
        return None
    doi = found[found.re.groups]
    while doi[-1] in ".,;:\"'" or doi.count(doi[-1]) > doi.count(_CLOSING.get(doi[-1], doi[-1])):
        doi = doi[:-1]
    return doi.lower() if "/" in doi[:-1] else None


def first_doi(texts: Iterable[str]) -> str | None:
    """Of the first text that has one."""
    return next(filter(None, map(doi_in, texts)), None)


def arxiv_id_in(text: str) -> str | None:
    """The first arXiv ID that is called one, by a label, an address or a DOI; no version."""
    found = _ARXIV.search(text)
    return found[1] if found else None


def first_arxiv_id(texts: Iterable[str]) -> str | None:
    """Of the first text that has one."""
    return next(filter(None, map(arxiv_id_in, texts)), None)


def first_pmid(texts: Iterable[str]) -> str | None:
    """The first PubMed ID that is called one, by an address or by `[pmid]` behind it."""
    found = (_PUBMED.search(text) or _PMID.search(text) for text in texts)
    return next((match[1] for match in found if match), None)


def digits_in(text: str) -> str | None:
    """The first number in a text, as it is written there."""
    found = _DIGITS.search(text)
    return found[0] if found else None


def date_in(text: str) -> tuple[int | None, str | None]:
    """The year in a text, and the date in ISO 8601 where at least the month is stated."""
    for pattern in _DATES:
        if found := pattern.search(text):
            year, month, day = found.groups()
            return int(year), _iso(year, month, day)
    if found := _DAY_FIRST.search(text):
        before, month, behind, year = found.groups()
        return int(year), _iso(year, month, before or behind)
    found = _LONE_YEAR.search(text)
    return (int(found[1]), None) if found else (None, None)


def _iso(year: str, month: str, day: str | None) -> str | None:
    number = _MONTHS.get(month[:3].lower()) or int(month)
    try:
        return datetime.date(int(year), number, int(day or "")).isoformat()
    except ValueError:
        return f"{year}-{number:02}" if 1 <= number <= 12 else None


def dated(texts: Iterable[str]) -> tuple[int | None, str | None]:
    """The first year that texts state, and the most exact date in it."""
    stated = [date_in(text[:100]) for text in texts]
    year = next((year for year, _ in stated if year), None)
    dates = [date for at, date in stated if date and at == year]
    return year, max(dates, key=len, default=None)


def people(names: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """Names as written, and whether the list says that it goes on; semicolons part names.

    A suffix stands second, `King, Jr., Max`, wherever the source has it.
    """
    found: list[str] = []
    truncated = False
    for written in names:
        for part in plain(written).split(";"):
            name = _COMMA.sub(", ", part).strip(" ,")
            named = _ET_AL.sub("", name).strip(" ,")
            truncated |= named != name
            if named:
                found.append(suffix_second(named))
    return tuple(found), truncated


def keywords_in(values: Iterable[str]) -> tuple[str, ...]:
    """Keywords, each once: semicolons and line breaks part them, one line of many its commas."""
    lines = [part for value in values for part in re.split(r"[;\n]", value)]
    if len(lines) == 1 and lines[0].count(",") >= 3:
        lines = lines[0].split(",")
    return tuple(dict.fromkeys(filter(None, (plain(line).strip("* ") for line in lines))))


def pages(first: str, last: str = "") -> str:
    """A range of pages, `379-423`; `454-81` is written out."""
    stated = f"{first}-{last}" if first and last and first != last else first or last
    found = _RANGE.fullmatch(stated)
    if found is None:
        return stated
    start, end = found.groups()
    if len(end) < len(start):
        end = start[: len(start) - len(end)] + end
    return f"{start}-{end}"


def screened_as(note: str) -> tuple[str, ...]:
    """What a tool for screening wrote into a note: a decision that all made alike, and labels."""
    own = _SCREENED.get(note.strip().lower())
    if own or "rayyan" not in note[:_LONGEST_NOTE].lower():
        return (own,) if own else ()
    stated = note[:_LONGEST_NOTE]
    decided = _RAYYAN_DECISIONS.search(stated)
    decisions = {one.lower() for one in _DECISION.findall(decided[1])} if decided else set()
    labels = _RAYYAN_LABELS.search(stated)
    listed = [plain(label) for label in labels[1].split(",")] if labels else []
    alike = decisions if len(decisions) == 1 else ()
    return tuple(dict.fromkeys(filter(None, (*alike, *listed))))


def titled_as_retracted(title: str) -> bool:
    """Whether a title begins as publishers rewrite those of retracted papers."""
    return _RETRACTED.match(title) is not None


def says_withdrawn(note: str) -> bool:
    """Whether a comment or an abstract begins by saying that the paper was withdrawn."""
    return _WITHDRAWN.match(note.strip()[:200]) is not None


def key_of(text: str) -> str | None:
    """A source's own key, of bounded length; numbers are legal keys as well."""
    return one_line(text)[:LONGEST_KEY] or None


def extra_of(stated: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What else is stated, by name; blanks are nothing."""
    cleaned = ((name, plain(value)) for name, value in stated.items())
    return tuple(sorted((name, value) for name, value in cleaned if value))


def failure(source: str, line: int, reason: str, text: str, *, expected: bool = False) -> Failure:
    """A failure whose excerpt is the beginning of what was met."""
    excerpt = one_line(text[: 4 * EXCERPT_CHARS])[:EXCERPT_CHARS]
    return Failure(source=source, line=line, reason=reason, excerpt=excerpt, expected=expected)
