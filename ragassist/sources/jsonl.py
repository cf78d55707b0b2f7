"""Reader for JSON lines: one paper an object, as the evaluation sets and many exports have it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from ragassist.sources.cleaning import clean_text
from ragassist.sources.lines import Line
from ragassist.text import one_line
from ragassist.types import Failure, Record

_SHOWN = 80
_LONGEST_KEY = 200
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_DATE = re.compile(r"(\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)(?:[T ]\d\d:\S*)?")
_DOI = re.compile(r"(10\.\d{4,9}/\S*[^\s.,;])")
_ARXIV = re.compile(r"(?<!\w)(?<!\d\.)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?$")
_PMID = re.compile(r"^(?:PMID:? ?)?(\d{1,9})$", re.IGNORECASE)
_ET_AL = re.compile(r"(?:^|,? )et al\.?$|^others$", re.IGNORECASE)
_PAPER_NAMES = frozenset({"title", "abstract", "text"})
# A JSON object that is cut off, or of the nesting or number that `json` refuses.
_BEGINS_AS_PAPER = re.compile(r'\s*\{\s*"(?:.{0,20000}[{,]\s*")?(?:title|abstract|text)"\s*:')
_LINES_LOOKED_AT = 20


def looks_like(head: str) -> bool:
    """Whether one of the first lines is a JSON object with what a paper has."""
    lines = (line for line in re.split(r"\r\n|\r|\n", head) if line.strip())
    return any(map(_is_paper, islice(lines, _LINES_LOOKED_AT)))


def _is_paper(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        stated = json.loads(line)
    except (ValueError, RecursionError):
        return _BEGINS_AS_PAPER.match(line) is not None
    return isinstance(stated, dict) and not _PAPER_NAMES.isdisjoint(_flat(stated))


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record a line.

    Names understood: `_id`/`id`, `title`, `text`/`abstract`, and optional `authors`, `year`,
    `date`, `venue`, `doi`, `arxiv_id`, `pmid`, `url`, `categories`, `keywords`, beside them or
    under `metadata`; others are ignored.

    A line that is no JSON object, or has neither title nor abstract, is a failure; blank lines
    are nothing. Of a name given twice the last holds. Values of the wrong type are left out, never
    guessed at; only keys and PMIDs may be numbers.
    """
    for line in lines:
        if not line.text.strip():
            continue
        try:
            stated = json.loads(line.text)
        except json.JSONDecodeError as error:
            yield _failure(line, source, f"not JSON: {error.msg}")
            continue
        except RecursionError:
            yield _failure(line, source, "not JSON that can be read: nested too deeply")
            continue
        except ValueError:
            yield _failure(line, source, "not JSON that can be read: a number of too many digits")
            continue
        if not isinstance(stated, dict):
            yield _failure(line, source, "not a JSON object")
            continue
        record = _record(_flat(stated), line.number)
        if record.title or record.abstract:
            yield record
        else:
            yield _failure(line, source, "neither title nor abstract")


def _flat(stated: Mapping[str, Any]) -> dict[str, Any]:
    """What is stated, and what is stated under `metadata` alone; nulls and blanks are not."""
    nested = stated.get("metadata")
    own = {name: value for name, value in stated.items() if value not in (None, "")}
    return {**nested, **own} if isinstance(nested, dict) else own


def _failure(line: Line, source: str, reason: str) -> Failure:
    return Failure(
        source=source, line=line.number, reason=reason, excerpt=line.text.strip()[:_SHOWN]
    )


def _record(stated: Mapping[str, Any], number: int) -> Record:
    authors, truncated = _authors(stated)
    dated = _DATE.fullmatch(_text(stated, "date", "published") or "")
    date = dated[1] if dated else None
    return Record(
        title=_text(stated, "title") or "",
        abstract=_text(stated, "abstract", "text") or "",
        key=(_text_or_number(stated, "_id", "id", "paper_id") or "")[:_LONGEST_KEY] or None,
        authors=authors,
        authors_truncated=truncated,
        year=_year(stated.get("year"), date),
        date=date,
        venue=_text(stated, "venue", "journal"),
        doi=_match(_DOI, _text(stated, "doi"), lower=True),
        arxiv_id=_match(_ARXIV, _text(stated, "arxiv_id", "arxiv")),
        pmid=_match(_PMID, _text_or_number(stated, "pmid", "pubmed_id")),
        url=_text(stated, "url"),
        categories=_texts(stated.get("categories")),
        keywords=_texts(stated.get("keywords")),
        line=number,
    )


def _text(stated: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = stated.get(name)
        if isinstance(value, str) and (text := _plain(value)):
            return text
    return None


def _text_or_number(stated: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = stated.get(name)
        if isinstance(value, str) and (text := one_line(value)):
            return text
        # A bool is an int, but no number.
        if type(value) is int:
            return str(value)
    return None


def _plain(value: str) -> str:
    # The line was stripped of control characters before JSON's escapes were undone.
    return clean_text(one_line(value))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = re.split(r"[;,]", value)
    if not isinstance(value, list):
        return ()
    return tuple(text for entry in value if isinstance(entry, str) and (text := _plain(entry)))


def _authors(stated: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    value = stated.get("authors")
    if isinstance(value, str):
        value = re.split(r";| and ", one_line(value))
    names = []
    for entry in value if isinstance(value, list) else ():
        name = entry.get("name") if isinstance(entry, dict) else entry
        if isinstance(name, str) and (text := _plain(name)):
            names.append(text)
    truncated = stated.get("authors_truncated") is True
    if names and _ET_AL.search(names[-1]):
        names[-1] = _ET_AL.sub("", names[-1])
        truncated = True
    return tuple(filter(None, names)), truncated


def _year(value: object, date: str | None) -> int | None:
    if type(value) is int:
        return value if 1400 <= value < 2100 else None
    found = _YEAR.search(value if isinstance(value, str) else date or "")
    return int(found.group()) if found else None


def _match(pattern: re.Pattern[str], value: str | None, *, lower: bool = False) -> str | None:
    found = pattern.search(value or "")
    if found is None:
        return None
    return found[1].lower() if lower else found[1]
