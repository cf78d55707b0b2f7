"""What an article in JATS, the XML of PubMed Central and of publishers, says of itself."""

from collections.abc import Iterator

from ragassist.sources.fields import (
    dated,
    doi_in,
    extra_of,
    first_arxiv_id,
    pages,
    people,
    plain,
    titled_as_retracted,
)
from ragassist.sources.identifiers import beside_doi
from ragassist.sources.xml import Element, child, children, name_of, text_at, text_of
from ragassist.types import Record

# The first that is there says when it was published.
_DATE_TYPES = ("ppub", "print", "collection", "epub-ppub", "epub", "electronic", "pub")
_NOT_PUBLISHED = frozenset({"pmc-release", "received", "accepted", "retracted", "corrected"})
_OTHER_ABSTRACTS = frozenset({"graphical", "teaser", "toc", "web-summary", "executive-summary"})


def record(article: Element, line: int) -> Record:
    """The record of an `article`; its body is not looked at."""
    journal = child(article, "front", "journal-meta")
    meta = child(article, "front", "article-meta")
    ids = {one.get("pub-id-type"): plain(text_of(one)) for one in children(meta, "article-id")}
    title = _title(meta)
    authors, truncated = people(_names(meta, "author"))
    year, date = dated(_dates(meta))
    titles = ("journal-title-group", "journal-title"), ("journal-title",)
    venue = next((name for path in titles if (name := plain(text_at(journal, *path)))), None)
    doi = doi_in(ids.get("doi", ""))
    return Record(
        title=title,
        abstract=_abstract(meta),
        authors=authors,
        authors_truncated=truncated,
        affiliations=tuple(dict.fromkeys(filter(None, _affiliations(meta)))),
        year=year,
        date=date,
        venue=venue,
        doi=doi,
        arxiv_id=first_arxiv_id((doi or "",)),
        pmid=ids.get("pmid"),
        keywords=tuple(dict.fromkeys(filter(None, _keywords(meta)))),
        kind="article-journal" if journal is not None else None,
        retracted=titled_as_retracted(title),
        extra=extra_of(
            {
                "volume": text_at(meta, "volume"),
                "number": text_at(meta, "issue"),
                "pages": pages(text_at(meta, "fpage").strip(), text_at(meta, "lpage").strip()),
                "eid": text_at(meta, "elocation-id"),
                "issn": "; ".join(map(text_of, children(journal, "issn"))),
                "publisher": text_at(journal, "publisher", "publisher-name"),
                "editor": " and ".join(people(_names(meta, "editor"))[0]),
                "langid": article.get("{http://www.w3.org/XML/1998/namespace}lang") or "",
                "pmcid": _pmcid(ids),
                **beside_doi([ids.get("doi", "")], doi),
            }
        ),
        line=line,
    )


def _pmcid(ids: dict[str | None, str]) -> str:
    number = ids.get("pmc") or ids.get("pmcid") or ""
    return f"PMC{number}" if number.isdigit() else number


def _title(meta: Element | None) -> str:
    group = child(meta, "title-group")
    subtitles = map(text_of, children(group, "subtitle"))
    return ": ".join(filter(None, map(plain, (text_at(group, "article-title"), *subtitles))))


def _names(meta: Element | None, role: str) -> Iterator[str]:
    for contributor in children(meta, "contrib-group", "contrib"):
        if contributor.get("contrib-type", "author") != role:
            continue
        name = child(contributor, "name")
        name = child(contributor, "name-alternatives", "name") if name is None else name
        if name is not None:
            yield _name(name)
        else:
            whole = child(contributor, "string-name")
            yield text_of(child(contributor, "collab") if whole is None else whole)


def _name(name: Element) -> str:
    given = f"{text_at(name, 'given-names')} {text_at(name, 'suffix')}".strip()
    return ", ".join(filter(None, (text_at(name, "surname"), given)))


def _affiliations(meta: Element | None) -> Iterator[str]:
    stated = children(meta, "aff") + children(meta, "contrib-group", "aff")
    for affiliation in stated:
        label = text_at(affiliation, "label")
        yield plain(text_of(affiliation)).removeprefix(label).lstrip("^* ")


def _dates(meta: Element | None) -> list[str]:
    stated = {one.get("pub-type") or one.get("date-type"): one for one in _pub_dates(meta)}
    ordered = [stated.pop(name) for name in _DATE_TYPES if name in stated]
    return [_date(one) for one in (*ordered, *stated.values())]


def _pub_dates(meta: Element | None) -> list[Element]:
    kept = [one for one in children(meta, "pub-date") if one.get("pub-type") not in _NOT_PUBLISHED]
    return [one for one in kept if one.get("date-type") not in _NOT_PUBLISHED]


def _date(element: Element) -> str:
    parts = (text_at(element, name).strip() for name in ("year", "month", "day"))
    return " ".join(filter(None, parts))


def _abstract(meta: Element | None) -> str:
    """The article's own abstract, its sections under their titles."""
    stated = children(meta, "abstract")
    typed = [one for one in stated if one.get("abstract-type") in _OTHER_ABSTRACTS]
    own = [one for one in stated if one not in typed]
    plainest = sorted(own, key=lambda one: one.get("abstract-type") is not None)
    whole = next(iter(plainest or typed), None)
    return plain(" ".join(filter(None, _sections(whole))))


def _sections(whole: Element | None) -> Iterator[str]:
    for part in whole if whole is not None else ():
        if name_of(part) == "sec":
            label = plain(text_at(part, "title")).rstrip(":.")
            text = " ".join(plain(text_of(one)) for one in part if name_of(one) != "title")
            yield f"{label}: {text}" if label and text else text
        elif name_of(part) != "title":
            yield plain(text_of(part))
    if whole is not None and not len(whole):
        yield plain(text_of(whole))


def _keywords(meta: Element | None) -> Iterator[str]:
    for group in children(meta, "kwd-group"):
        yield from (plain(text_of(keyword)) for keyword in children(group, "kwd"))
