"""arXiv's metadata dump, as Kaggle distributes it."""

import re
from email.utils import parsedate_tz

from ragassist.sources.fields import says_withdrawn
from ragassist.sources.json_shapes import identifiers
from ragassist.sources.json_shapes.people import people, whole_name, without_et_al
from ragassist.sources.json_shapes.values import JsonObject, extra_of, objects, scalar, text
from ragassist.types import Record

_LONGEST_DATE = 60
# Since April 2007 an ID begins with the year and the month of submission.
_MONTH = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.\d{4,5}")
_COMMA = re.compile(r", (?:and )?| and ")


def record(stated: JsonObject, line: int) -> Record:
    """One preprint, dated by its first version; the dump's `update_date` is no publication."""
    arxiv_id = identifiers.arxiv_id(text(stated, "id"))
    authors, truncated = _authors(stated)
    comment = text(stated, "comments") or ""
    abstract = text(stated, "abstract") or ""
    date = _submitted(stated) or _month_of(arxiv_id)
    return Record(
        title=text(stated, "title") or "",
        abstract=abstract,
        authors=authors,
        authors_truncated=truncated,
        year=identifiers.year(date),
        date=date,
        venue=text(stated, "journal-ref"),
        doi=identifiers.doi(text(stated, "doi")),
        arxiv_id=arxiv_id,
        url=f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else None,
        categories=tuple(dict.fromkeys((text(stated, "categories") or "").split())),
        kind="article",
        retracted=says_withdrawn(comment) or says_withdrawn(abstract),
        extra=extra_of([("note", comment), ("number", scalar(stated, "report-no"))]),
        line=line,
    )


def _authors(stated: JsonObject) -> tuple[tuple[str, ...], bool]:
    parsed = stated.get("authors_parsed")
    if isinstance(parsed, list) and parsed:
        return without_et_al(map(_name, parsed))
    written = text(stated, "authors")
    return people(_COMMA.split(written) if written else None)


def _name(parts: object) -> str:
    """Of family name, given name, suffix, and affiliations behind them."""
    texts = parts[:3] if isinstance(parts, list) else []
    family, given, suffix = (
        text({"": part}, "") or "" for part in (*texts, *[""] * (3 - len(texts)))
    )
    return whole_name(family, given, suffix) if family else given


def _submitted(stated: JsonObject) -> str | None:
    versions = objects(stated, "versions")
    created = text(versions[0], "created") if versions else None
    if created is None or len(created) > _LONGEST_DATE:
        return None
    try:
        # Feeds on anything, and trips over numbers that are no date.
        parsed = parsedate_tz(created)
    except (ValueError, IndexError, OverflowError, TypeError):
        return None
    if parsed is None:
        return None
    return identifiers.date(f"{parsed[0]:04}-{parsed[1]:02}-{parsed[2]:02}")


def _month_of(arxiv_id: str | None) -> str | None:
    found = _MONTH.fullmatch(arxiv_id or "")
    return f"20{found[1]}-{found[2]}" if found else None
