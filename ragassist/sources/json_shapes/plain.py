"""Objects as evaluation sets, paper lists and ragassist's own export write them."""

from typing import Any

from ragassist.sources.json_shapes import identifiers
from ragassist.sources.json_shapes.kinds import CSL_TYPES
from ragassist.sources.json_shapes.people import person, without_et_al
from ragassist.sources.json_shapes.values import (
    JsonObject,
    extra_of,
    key_of,
    plain,
    scalar,
    text,
    texts,
)
from ragassist.text import one_line
from ragassist.types import Record

_FEW = frozenset({"_id", "id", "title", "abstract", "text"})


def record(given: JsonObject, line: int) -> Record:
    """One paper by plain names: `_id`/`id`, `title`, `text`/`abstract`, and what `Work` names.

    What stands under `metadata` counts where nothing stands beside it.
    """
    stated = _flat(given)
    if len(stated) <= 3 and stated.keys() <= _FEW:
        return _titled(stated, line)
    authors, truncated = _authors(stated)
    date = identifiers.date(text(stated, "date", "published"))
    return Record(
        title=text(stated, "title") or "",
        abstract=text(stated, "abstract", "text") or "",
        key=key_of(stated, "_id", "id", "paper_id", "ID"),
        authors=authors,
        authors_truncated=truncated,
        affiliations=_listed(stated.get("affiliations")),
        year=identifiers.year(stated.get("year")) or identifiers.year(date),
        date=date,
        venue=text(stated, "venue", "journal", "booktitle"),
        doi=identifiers.doi(text(stated, "doi", "DOI")),
        arxiv_id=identifiers.arxiv_id(text(stated, "arxiv_id", "arxiv")),
        pmid=identifiers.pmid(scalar(stated, "pmid", "pubmed_id", "PMID")),
        url=text(stated, "url", "URL"),
        categories=texts(stated.get("categories")),
        keywords=texts(stated.get("keywords") or stated.get("keyword")),
        tags=texts(stated.get("tags")),
        kind=_kind(stated),
        retracted=stated.get("retracted") is True,
        extra=_extra(stated.get("extra"), _unread(stated)),
        line=line,
    )


def _titled(stated: JsonObject, line: int) -> Record:
    """Title, abstract and key alone, as most large collections have it: three times as fast."""
    return Record(
        title=text(stated, "title") or "",
        abstract=text(stated, "abstract", "text") or "",
        key=key_of(stated, "_id", "id"),
        line=line,
    )


def _flat(stated: JsonObject) -> dict[str, Any]:
    """What is stated, and what is stated under `metadata` alone; nulls and blanks are not."""
    own = {name: value for name, value in stated.items() if value is not None and value != ""}
    nested = stated.get("metadata")
    return {**nested, **own} if isinstance(nested, dict) else own


def _listed(value: object) -> tuple[str, ...]:
    """Names that may hold commas: only a list holds several."""
    return texts([value] if isinstance(value, str) else value)


def _authors(stated: JsonObject) -> tuple[tuple[str, ...], bool]:
    value = stated["authors"] if "authors" in stated else stated.get("author")
    if isinstance(value, str):
        value = one_line(value).replace(" and ", ";").split(";")
    names, truncated = without_et_al(map(_author, value if isinstance(value, list) else ()))
    return names, truncated or stated.get("authors_truncated") is True


def _author(entry: object) -> str:
    if isinstance(entry, str):
        return plain(entry)
    if not isinstance(entry, dict):
        return ""
    name = text(entry, "name")
    # S2ORC has `last`; a given name alone is too little to go by.
    family = entry.get("family", entry.get("last"))
    return name or (person({**entry, "family": family, "given": _given(entry)}) if family else "")


def _given(entry: JsonObject) -> str:
    middle = texts(entry.get("middle"))
    return " ".join(filter(None, (text(entry, "given", "first"), *middle)))


def _kind(stated: JsonObject) -> str | None:
    stated_kinds = (stated.get("kind"), stated.get("type"))
    return next(
        (kind for kind in stated_kinds if isinstance(kind, str) and kind in CSL_TYPES), None
    )


def _unread(stated: JsonObject) -> list[tuple[str, str | None]]:
    """What stands where an identifier should and is none, and further DOIs."""
    names = ("pmid", "pubmed_id", "PMID")
    arxiv = text(stated, "arxiv_id", "arxiv")
    return identifiers.beside(text(stated, "doi", "DOI"), scalar(stated, *names), arxiv)


def _extra(value: object, beside: list[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    own = value if isinstance(value, dict) else {}
    if not own and not beside:
        return ()
    return extra_of([*((one_line(name), scalar(own, name)) for name in own), *beside])
