"""CSL-JSON: what Pandoc, Zotero and citation processors read."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ragassist.bibliographies.dates import Published, published
from ragassist.bibliographies.kinds import kind_of
from ragassist.bibliographies.own_latex import organisations
from ragassist.bibliographies.pages import page_range
from ragassist.bibliographies.people import parse_name, split_people
from ragassist.text import one_line
from ragassist.types import Paper

ET_AL = "et al."

# CSL's variables for what `extra` has under BibLaTeX's names.
_VARIABLES = {
    "annotation": "annote",
    "chapter": "chapter-number",
    "edition": "edition",
    "eventtitle": "event-title",
    "howpublished": "medium",
    "isbn": "ISBN",
    "issn": "ISSN",
    "issue": "issue",
    "langid": "language",
    "location": "publisher-place",
    "note": "note",
    "number": "number",
    "pagetotal": "number-of-pages",
    "pmcid": "PMCID",
    "publisher": "publisher",
    "pubstate": "status",
    "series": "collection-title",
    "shortjournal": "container-title-short",
    "shorttitle": "title-short",
    "type": "genre",
    "venue": "event-place",
    "version": "version",
    "volume": "volume",
    "volumes": "number-of-volumes",
}
_IN_JOURNALS = {"number": "issue", "eid": "number"}
_ROLES = {"editor": "editor", "translator": "translator", "bookauthor": "container-author"}
_ISSUED_IN_PARTS = frozenset({"article-journal", "article-magazine", "article-newspaper"})
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """One array, an item a paper on a line of its own; the array is well formed without any.

    `custom` holds what CSL has no variable for: the arXiv ID, tags, categories, keywords with
    commas, the rest of `extra` by name.
    """
    separator = "[\n"
    for paper in papers:
        yield separator + json.dumps(_item(paper), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _item(paper: Paper) -> dict[str, Any]:
    kind = kind_of(paper).csl
    extra, custom = _extra(paper, kind)
    stated = {
        "type": kind,
        "title": one_line(paper.title),
        "author": _authors(paper),
        "issued": _date(published(paper)),
        "container-title": one_line(paper.venue or ""),
        "DOI": paper.doi,
        "PMID": paper.pmid,
        "URL": paper.url,
        "abstract": one_line(paper.abstract),
        "keyword": ", ".join(paper.keywords),
        **extra,
        "custom": {
            **custom,
            "arxiv_id": paper.arxiv_id,
            "date": paper.date if published(paper).year is None else None,
            "tags": paper.tags,
            "categories": paper.categories,
            "affiliations": paper.affiliations,
            "keywords": _apart(paper.keywords),
            "retracted": paper.retracted,
        },
    }
    stated["custom"] = _without_nothing(stated["custom"])
    # CSL's own name for what others know by `id`; it also tells that this is CSL.
    return {"id": paper.paper_id, "citation-key": paper.paper_id, **_without_nothing(stated)}


def _extra(paper: Paper, kind: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What `extra` has, as far as CSL has a variable for it, and the rest."""
    variables = {**_VARIABLES, **(_IN_JOURNALS if kind in _ISSUED_IN_PARTS else {})}
    known: dict[str, Any] = {}
    rest: dict[str, str] = {}
    for name, value in paper.extra:
        variable = variables.get(name)
        if name in _ROLES:
            known[_ROLES[name]] = [_person(one) for one in split_people(value)]
        elif name == "pages":
            known["page"] = "-".join(page_range(value))
        elif name == "urldate" and (day := _DAY.fullmatch(value)):
            known["accessed"] = {"date-parts": [list(map(int, day.groups()))]}
        elif variable and variable not in known:
            known[variable] = value
        else:
            rest[name] = value
    return known, rest


def _without_nothing(stated: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in stated.items() if value not in (None, "", (), [], {}, False)
    }


def _apart(keywords: tuple[str, ...]) -> tuple[str, ...]:
    """The keywords once more, where one has in it what parts them."""
    return keywords if any(re.search("[,;]", keyword) for keyword in keywords) else ()


def _authors(paper: Paper) -> list[dict[str, str]]:
    whole = organisations(paper)
    people = [
        {"literal": one_line(author)} if author in whole else _person(author)
        for author in paper.authors
        if one_line(author)
    ]
    return [*people, {"literal": ET_AL}] if people and paper.authors_truncated else people


def _person(written: str) -> dict[str, str]:
    name = parse_name(written)
    if not name.given:
        return {"literal": name.family}
    suffix = {"suffix": name.suffix} if name.suffix else {}
    return {"family": name.family, "given": name.given, **suffix}


def _date(date: Published) -> dict[str, Any]:
    parts = (date.year, date.month, date.day)
    if date.year is None:
        return {}
    return {"date-parts": [[part for part in parts if part is not None]]}
