"""CSL-JSON: what Pandoc, Zotero and citation processors read."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from ragassist.bibliographies.dates import Published, published
from ragassist.bibliographies.keywords import each_once
from ragassist.bibliographies.kinds import kind_of, spelt_type
from ragassist.bibliographies.languages import language_code
from ragassist.bibliographies.own_latex import organisations, stated_extra
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
    "language": "language",
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
# What CSL wants in its own words; as it was stated it stands in `custom`.
_REWORDED = {"langid": language_code, "language": language_code, "type": spelt_type}
_BY_INSTITUTIONS = frozenset({"thesis", "report"})
# As BibLaTeX numbers them behind the months.
_SEASON = re.compile(r"(\d{4})-2([1-4])")
_CIRCA = re.compile(r"\d{4}(?:-\d\d){0,2}~")
_RANGE = re.compile(r"(\d{4}(?:-\d\d){0,2})/(\d{4}(?:-\d\d){0,2})")
_ISSUED_IN_PARTS = frozenset({"article-journal", "article-magazine", "article-newspaper"})
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """One array, an item a paper on a line of its own; the array is well formed without any.

    `custom` holds what CSL has no variable for: the arXiv ID, tags, categories, keywords with
    commas, the rest of `extra` by name, and what CSL has a word of its own for as it was stated.
    """
    separator = "[\n"
    for paper in papers:
        yield separator + json.dumps(_item(paper), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _item(paper: Paper) -> dict[str, Any]:
    kind = kind_of(paper).csl
    extra, custom = _extra(paper, kind)
    venue, keywords = one_line(paper.venue or ""), each_once(paper.keywords)
    if kind in _BY_INSTITUTIONS and "publisher" not in extra:
        # A university publishes what is handed in to it, and contains nothing.
        extra["publisher"], venue = venue, ""
    stated = {
        "type": kind,
        "title": one_line(paper.title),
        "author": _authors(paper),
        "issued": _more_of_date(paper) or _date(published(paper)),
        "container-title": venue,
        "DOI": paper.doi,
        "PMID": paper.pmid,
        "URL": paper.url,
        "abstract": one_line(paper.abstract),
        "keyword": ", ".join(keywords),
        **extra,
        "custom": {
            **custom,
            "arxiv_id": paper.arxiv_id,
            "date": paper.date if published(paper).year is None else None,
            "tags": paper.tags,
            "categories": paper.categories,
            "affiliations": paper.affiliations,
            "keywords": paper.keywords if keywords != paper.keywords else _apart(keywords),
            "retracted": paper.retracted,
        },
    }
    stated["custom"] = _without_nothing(stated["custom"])
    # CSL's own name for what others know by `id`; it also tells that this is CSL.
    return {"id": paper.paper_id, "citation-key": paper.paper_id, **_without_nothing(stated)}


def _extra(paper: Paper, kind: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What `extra` has, as far as CSL has a variable for it, and the rest."""
    variables = {
        **_VARIABLES,
        **(_IN_JOURNALS if kind in _ISSUED_IN_PARTS else {}),
        **({"institution": "publisher"} if kind in _BY_INSTITUTIONS else {}),
    }
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
            known[variable], more = _in_words_of_csl(name, value, kind)
            rest |= more
        elif name != "date" or not _more_of_date(paper):
            rest[name] = value
    if "language" in rest and (langid := stated_extra(paper, "langid")):
        rest["langid"] = langid
    return known, rest


def _in_words_of_csl(name: str, value: str, kind: str) -> tuple[str, dict[str, str]]:
    """The value of a variable, and what is to be kept beside it."""
    said = _REWORDED[name](value) if name in _REWORDED else value
    is_publisher = name in ("publisher", "institution") and kind in _BY_INSTITUTIONS
    return said, {name: value} if said != value or is_publisher or name == "language" else {}


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
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    words = name.family.split()
    before = sum(1 for _ in takewhile(_is_particle, words[:-1]))
    if before:
        parts["non-dropping-particle"] = " ".join(words[:before])
        parts["family"] = " ".join(words[before:])
    words = name.given.split()
    behind = sum(1 for _ in takewhile(_is_particle, reversed(words[1:])))
    if behind:
        parts["given"] = " ".join(words[:-behind])
        parts["dropping-particle"] = " ".join(words[-behind:])
    return {part: stated for part, stated in parts.items() if stated}


def _is_particle(word: str) -> bool:
    return word[0].islower()


def _of_csl(stated: str) -> dict[str, Any]:
    """A season, a range or an uncertain date as CSL has them; empty for others."""
    if season := _SEASON.fullmatch(stated):
        return {"date-parts": [[int(season[1])]], "season": int(season[2])}
    if _CIRCA.fullmatch(stated):
        return {"date-parts": [list(map(int, stated[:-1].split("-")))], "circa": True}
    if ends := _RANGE.fullmatch(stated):
        return {"date-parts": [list(map(int, end.split("-"))) for end in ends.groups()]}
    return {}


def _more_of_date(paper: Paper) -> dict[str, Any]:
    more = _of_csl(stated_extra(paper, "date"))
    return more if more and more["date-parts"][0][0] == published(paper).year else {}


def _date(date: Published) -> dict[str, Any]:
    parts = (date.year, date.month, date.day)
    if date.year is None:
        return {}
    return {"date-parts": [[part for part in parts if part is not None]]}
