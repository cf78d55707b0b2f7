"""Reader for Refer, as EndNote's `.enw`, Google Scholar, publishers and BibIX write it (`%T …`)."""

import re
from collections.abc import Collection, Iterable, Iterator

from ragassist.sources.endnote import WHOLE_BOOKS, dates_of, kind_of, publisher_field
from ragassist.sources.fields import (
    dated,
    digits_in,
    extra_of,
    first_arxiv_id,
    first_doi,
    first_pmid,
    key_of,
    keywords_in,
    pages,
    people,
    plain,
    titled_as_retracted,
)
from ragassist.sources.identifiers import (
    beside_doi,
    beside_url,
    first_address,
    is_pubmed_number,
    standard_numbers,
)
from ragassist.sources.lines import Line, lines_in
from ragassist.sources.tagged import Syntax, Tagged, tagged_papers
from ragassist.text import one_line
from ragassist.types import Failure, Record

_LINES_LOOKED_AT = 60
_FEWEST_TAGS = 3
_TELLING = frozenset("TADJB")
_FIELD = re.compile(r"\s{0,8}%([A-Z0-9@!#$&()*+=?\[\]^~<>])(?:\s+(.*)|$)", re.DOTALL)

# What has a name of its own in `extra`; letters and digits that none of this mentions are kept
# there as `endnote-X`.
_EXTRA = {
    "volume": "V", "number": "N", "location": "C", "edition": "7", "langid": "G", "note": "Z<O",
    "series": "S", "shorttitle": "!", "volumes": "6", "urldate": "[", "type": "9", "file": ">",
}  # fmt: skip
_NAMED = frozenset("0TABJDEFHIKPRUX8@+").union(*_EXTRA.values())


def looks_like(head: str) -> bool:
    """Whether a record begins in the first lines with its type, or several of its fields do."""
    found = map(_FIELD.match, lines_in(head)[:_LINES_LOOKED_AT])
    tags = [(field[1], kind_of(field[2] or "")) for field in found if field]
    names = {tag for tag, _ in tags}
    if any(tag == "0" and kind for tag, kind in tags) and "T" in names:
        return True
    return len(tags) >= _FEWEST_TAGS and "T" in names and len(_TELLING & names) >= 2


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record from `%0` to the next; where there are no types, a blank line parts records.

    The label `%F` is the key. Editors are in `extra`, and so is every other tag, as `endnote-X`
    where it means nothing here. A record without title and abstract is a failure.
    """
    return tagged_papers(lines, Syntax(_split, _begins), _record, source)


def _split(text: str) -> tuple[str, str] | None:
    found = _FIELD.match(text)
    return (found[1], (found[2] or "").strip()) if found else None


def _begins(tag: str, tags: Collection[str], after_blank: bool) -> bool:
    return tag == "0" or (after_blank and ("0" not in tags or tag in tags))


def _record(stated: Tagged) -> Record:
    title = plain(stated.first("T"))
    kind = kind_of(stated.first("0"))
    authors, truncated = people(stated.values("A"))
    year, date = dated(dates_of(stated.first("D"), stated.first("8")))
    links = stated.values("U")
    return Record(
        title=title,
        abstract=plain(stated.together("X", by=" ")),
        key=key_of(stated.first("F")),
        authors=authors,
        authors_truncated=truncated,
        affiliations=tuple(filter(None, map(plain, _apart(stated.values("+"))))),
        year=year,
        date=date,
        venue=_venue(stated, kind),
        doi=first_doi((*stated.values("R"), *(link for link in links if "doi.org/" in link))),
        arxiv_id=first_arxiv_id((*links, *stated.values("R", "J", "M"))),
        pmid=_pmid(stated),
        url=first_address(map(one_line, _apart(links))),
        keywords=keywords_in(_listed(stated.values("K"))),
        kind=kind,
        retracted=titled_as_retracted(title),
        extra=_extra(stated, kind),
        line=stated.line,
    )


def _apart(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from value.split("\n")


def _listed(keywords: list[str]) -> list[str]:
    """EndNote writes one a line; on one line, commas part them."""
    one_line_alone = len(keywords) == 1 and not re.search(r"[;\n]", keywords[0])
    return keywords[0].split(",") if one_line_alone else keywords


def _venue(stated: Tagged, kind: str | None) -> str | None:
    # What stands second for a whole book is its series.
    tags = "J" if kind in WHOLE_BOOKS else "JB"
    return next((name for tag in tags if (name := plain(stated.first(tag)))), None)


def _pmid(stated: Tagged) -> str | None:
    number = stated.first("M")
    if is_pubmed_number(number, stated.first("~")):
        return digits_in(number)
    return first_pmid(stated.values("U"))


def _extra(stated: Tagged, kind: str | None) -> tuple[tuple[str, str], ...]:
    extra = {name: stated.together(*tags) for name, tags in _EXTRA.items()}
    extra["editor"] = " and ".join(people(stated.values("E"))[0])
    extra["translator"] = " and ".join(people(stated.values("H"))[0])
    extra["pages"] = pages(stated.first("P"))
    extra[publisher_field(kind)] = stated.together("I")
    numbers = (number for value in stated.values("@") for number in re.split(r"[;\n]", value))
    extra |= standard_numbers(numbers)
    extra |= beside_doi(stated.values("R"), first_doi(stated.values("R")))
    extra |= beside_url(list(map(one_line, _apart(stated.values("U")))))
    if kind in WHOLE_BOOKS:
        extra["series"] = extra["series"] or stated.together("B")
    elif stated.first("J"):
        extra["endnote-B"] = stated.together("B")
    others = (tag for tag in stated.tags if tag not in _NAMED and tag.isalnum())
    extra |= {f"endnote-{tag}": stated.together(tag) for tag in others}
    return extra_of(extra)
