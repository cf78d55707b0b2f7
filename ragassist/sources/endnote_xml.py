"""Reader for the XML that EndNote exports, and others for it."""

import re
from collections.abc import Iterable, Iterator

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
from ragassist.sources.lines import Line
from ragassist.sources.xml import (
    Element,
    child,
    children,
    name_of,
    records,
    root_name,
    text_at,
    text_of,
)
from ragassist.text import one_line
from ragassist.types import Failure, Record

_SIGNS = ("<ref-type", "<contributors", "<titles", "<source-app")
_SEVERAL = re.compile(r"[;\r\n]+")

# BibLaTeX's name by EndNote's; other elements that hold only text are `endnote-name` in `extra`.
_NAMES = {
    "volume": "volume", "number": "number", "edition": "edition", "pub-location": "location",
    "language": "langid", "notes": "note", "num-vols": "volumes", "work-type": "type",
    "access-date": "urldate",
}  # fmt: skip
# What has a field of its own, or is of the program and the machine it ran on.
_TAKEN = frozenset(
    "database source-app rec-number foreign-keys ref-type contributors auth-address titles "
    "periodical alt-periodical pages dates isbn publisher electronic-resource-num urls keywords "
    "abstract label modified-date".split()
).union(_NAMES)


def looks_like(head: str) -> bool:
    """Whether XML begins with records as EndNote has them."""
    return root_name(head) in ("xml", "records") and any(sign in head for sign in _SIGNS)


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record an element `record`; its label is the key.

    Editors are in `extra`, and so is every other element, as `endnote-name` where it means
    nothing here. A record without title and abstract, or one that is not well-formed, is a failure.
    """
    yield from records(lines, {"record": _record}, source)


def _record(stated: Element, line: int) -> Record:
    title = _joined(text_at(stated, "titles", "title"))
    type_ = child(stated, "ref-type")
    kind = None if type_ is None else kind_of(type_.get("name") or text_of(type_))
    authors, truncated = people(_names(stated, "authors"))
    year, date = dated(_dates(stated))
    number = _joined(text_at(stated, "electronic-resource-num"))
    links = list(_links(stated))
    return Record(
        title=title,
        abstract=_joined(text_at(stated, "abstract")),
        key=key_of(text_at(stated, "label")),
        authors=authors,
        authors_truncated=truncated,
        affiliations=tuple(filter(None, map(_joined, _parts(stated, "auth-address", r"[\r\n]+")))),
        year=year,
        date=date,
        venue=_venue(stated, kind),
        doi=first_doi((number, *(link for link in links if "doi.org/" in link))),
        arxiv_id=first_arxiv_id((number, *links, text_at(stated, "accession-num"))),
        pmid=_pmid(stated, links),
        url=first_address(links),
        keywords=keywords_in(_keywords(stated)),
        kind=kind,
        retracted=titled_as_retracted(title),
        extra=_extra(stated, kind),
        line=line,
    )


def _joined(text: str) -> str:
    return plain(one_line(text))


def _parts(stated: Element, name: str, between: str) -> list[str]:
    return re.split(between, text_at(stated, name))


def _names(stated: Element, role: str) -> Iterator[str]:
    for author in children(stated, "contributors", role, "author"):
        # Some write several into one, a line each.
        yield from re.split(r"[\r\n]+(?=\s*[^\W\d_][^\r\n]*,)", text_of(author).strip())


def _dates(stated: Element) -> tuple[str, ...]:
    year = _joined(text_at(stated, "dates", "year"))
    day = _joined(text_at(stated, "dates", "pub-dates", "date"))
    return dates_of(year, day)


def _links(stated: Element) -> Iterator[str]:
    for group in ("related-urls", "web-urls", "text-urls", "pdf-urls", "url"):
        for place in children(stated, "urls", group):
            for url in children(place, "url") or [place]:
                yield from filter(None, map(one_line, re.split(r"[\r\n]+", text_of(url))))


def _keywords(stated: Element) -> Iterator[str]:
    for keyword in children(stated, "keywords", "keyword"):
        yield from re.split(r"[\r\n]+", text_of(keyword).strip())


def _venue(stated: Element, kind: str | None) -> str | None:
    paths = [("periodical", "full-title"), ("titles", "secondary-title"), ("titles", "alt-title")]
    # What stands second for a whole book is its series.
    names = (_joined(text_at(stated, *path)) for path in paths if kind not in WHOLE_BOOKS)
    return next(filter(None, names), None)


def _pmid(stated: Element, links: Iterable[str]) -> str | None:
    number = _joined(text_at(stated, "accession-num"))
    if is_pubmed_number(number, _joined(text_at(stated, "remote-database-name"))):
        return digits_in(number)
    return first_pmid(links)


def _extra(stated: Element, kind: str | None) -> tuple[tuple[str, str], ...]:
    extra = {own: _joined(text_at(stated, name)) for name, own in _NAMES.items()}
    for own, role in (("editor", "secondary-authors"), ("translator", "translated-authors")):
        extra[own] = " and ".join(people(_names(stated, role))[0])
    extra["pages"] = pages(_joined(text_at(stated, "pages")))
    extra[publisher_field(kind)] = _joined(text_at(stated, "publisher"))
    extra |= standard_numbers(_SEVERAL.split(text_at(stated, "isbn")))
    stated_doi = text_at(stated, "electronic-resource-num")
    extra |= beside_doi([stated_doi], first_doi([stated_doi]))
    extra |= beside_url(list(_links(stated)))
    extra["shorttitle"] = _joined(text_at(stated, "titles", "short-title"))
    extra["series"] = _series(stated, kind)
    extra["shortjournal"] = _short_journal(stated, kind)
    for part in stated:
        if (name := name_of(part)) not in _TAKEN:
            extra[f"endnote-{name}"] = _joined(text_of(part))
    return extra_of(extra)


def _series(stated: Element, kind: str | None) -> str:
    second = _joined(text_at(stated, "titles", "secondary-title"))
    return _joined(text_at(stated, "titles", "tertiary-title")) or (
        second if kind in WHOLE_BOOKS else ""
    )


def _short_journal(stated: Element, kind: str | None) -> str:
    paths = [("periodical", "abbr-1"), ("alt-periodical", "abbr-1"), ("titles", "alt-title")]
    shorts = (_joined(text_at(stated, *path)) for path in paths)
    return next((short for short in shorts if short and short != _venue(stated, kind)), "")
