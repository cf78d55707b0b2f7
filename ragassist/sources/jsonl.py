"""Reader for JSON lines: one paper an object, as the evaluation sets and many exports have it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ragassist.sources.cleaning import clean_text
from ragassist.sources.lines import Line
from ragassist.types import Failure, Record

_SHOWN = 80
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?$")


def looks_like(head: str) -> bool:
    """Whether the first line is a JSON object with what a paper has."""
    first = next((line for line in head.splitlines() if line.strip()), "")
    if not first.lstrip().startswith("{"):
        return False
    try:
        stated = json.loads(first)
    except (ValueError, RecursionError):
        # Cut off by the end of the head, or one bad line: its beginning still shows the names.
        return (
            re.match(r'\s*\{\s*"(?:_?id|title|abstract|text|venue|paper_id)"\s*:', first)
            is not None
        )
    return isinstance(stated, dict) and bool({"title", "abstract", "text"} & stated.keys())


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record a line.

    Names understood: `_id`/`id`, `title`, `text`/`abstract`, and optional `authors`, `year`,
    `date`, `venue`, `doi`, `arxiv_id`, `pmid`, `url`, `categories`, `keywords`, beside them or
    under `metadata`; others are ignored.

    A line that is no JSON object, or has neither title nor abstract, is a failure; blank lines
    are nothing. Values of the wrong type are left out, never guessed at.
    """
    for line in lines:
        if not line.text.strip():
            continue
        try:
            stated = json.loads(line.text)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", "") or "nested too deeply"
            yield _failure(line, source, f"not JSON: {reason}")
            continue
        if not isinstance(stated, dict):
            yield _failure(line, source, "not a JSON object")
            continue
        nested = stated.get("metadata")
        record = _record({**nested, **stated} if isinstance(nested, dict) else stated, line.number)
        if record.title or record.abstract:
            yield record
        else:
            yield _failure(line, source, "neither title nor abstract")


def _failure(line: Line, source: str, reason: str) -> Failure:
    return Failure(
        source=source, line=line.number, reason=reason, excerpt=line.text.strip()[:_SHOWN]
    )


def _record(stated: Mapping[str, Any], number: int) -> Record:
    authors, truncated = _authors(stated)
    date = _text(stated, "date", "published")
    date = date[:10] if date and _DATE.match(date) else None
    return Record(
        title=_text(stated, "title") or "",
        abstract=_text(stated, "abstract", "text") or "",
        key=_key(stated),
        authors=authors,
        authors_truncated=truncated,
        year=_year(stated.get("year"), date),
        date=date,
        venue=_text(stated, "venue", "journal"),
        doi=_match(_DOI, _text(stated, "doi"), lower=True),
        arxiv_id=_match(_ARXIV, _text(stated, "arxiv_id", "arxiv")),
        pmid=_match(re.compile(r"\d{1,9}$"), _text(stated, "pmid", "pubmed_id")),
        url=_text(stated, "url"),
        categories=_texts(stated.get("categories")),
        keywords=_texts(stated.get("keywords")),
        line=number,
    )


def _text(stated: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = stated.get(name)
        if isinstance(value, str) and (text := clean_text(value)):
            return text
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
            return str(value)
    return None


def _key(stated: Mapping[str, Any]) -> str | None:
    value = next((stated[n] for n in ("_id", "id", "paper_id") if stated.get(n) is not None), None)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return " ".join(str(value).split())[:200] or None


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = re.split(r"[;,]", value)
    if not isinstance(value, list):
        return ()
    return tuple(text for entry in value if isinstance(entry, str) and (text := clean_text(entry)))


def _authors(stated: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    value = stated.get("authors")
    if isinstance(value, str):
        value = re.split(r"\s*;\s*|\s+and\s+", value)
    names = []
    for entry in value if isinstance(value, list) else ():
        name = entry.get("name") if isinstance(entry, dict) else entry
        if isinstance(name, str) and (text := clean_text(name)):
            names.append(text)
    truncated = stated.get("authors_truncated") is True
    if names and re.fullmatch(r"et al\.?|others", names[-1], re.IGNORECASE):
        names.pop()
        truncated = True
    return tuple(names), truncated


def _year(value: object, date: str | None) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 1400 <= value < 2100 else None
    found = _YEAR.search(value if isinstance(value, str) else date or "")
    return int(found.group()) if found else None


def _match(pattern: re.Pattern[str], value: str | None, *, lower: bool = False) -> str | None:
    found = pattern.search(value or "")
    if found is None:
        return None
    text = found.group(1) if pattern.groups else found.group()
    return text.lower() if lower else text
