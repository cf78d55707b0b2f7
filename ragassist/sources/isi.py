"""Reader for the field-tagged export of the Web of Science (`FN`, `PT`, … `ER`)."""

import re
from collections.abc import Collection, Iterable, Iterator

from ragassist.sources.fields import (
    dated,
    digits_in,
    extra_of,
    first_arxiv_id,
    first_doi,
    keywords_in,
    pages,
    people,
    plain,
    titled_as_retracted,
)
from ragassist.sources.identifiers import beside_doi
from ragassist.sources.lines import Line, lines_in
from ragassist.sources.tagged import Syntax, Tagged, tagged_papers
from ragassist.types import Failure, Record

_LINES_LOOKED_AT = 10
_FIELD = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|\s*$)", re.DOTALL)
_BEGINS = re.compile(r"FN .*(?:ISI|Web of Science|Clarivate|Thomson)|PT [A-Z]\s*$")
_RETRACTED = "retracted publication"

_KIND_OF_DOCUMENT = {
    "proceedings paper": "paper-conference", "meeting abstract": "paper-conference",
    "book chapter": "chapter", "book": "book", "data paper": "article-journal",
}  # fmt: skip
_KIND_OF_TYPE = {"J": "article-journal", "B": "book", "C": "paper-conference", "P": "patent"}

# What has a name of its own in `extra`; tags that none of this mentions are kept as `isi-XX`.
_EXTRA = {
    "volume": ("VL",), "number": ("IS",), "publisher": ("PU",), "location": ("PI",),
    "langid": ("LA",), "issn": ("SN",), "eissn": ("EI",), "isbn": ("BN",), "series": ("SE",),
    "editor": ("BE", "ED"), "eventtitle": ("CT",), "eventdate": ("CY",), "venue": ("CL",),
    "shortjournal": ("J9", "JI"), "eid": ("AR",), "pubstate": ("EA",),
}  # fmt: skip
# The last of these lists what the paper cites.
_NAMED = frozenset("PT AU AF CA GP TI SO AB DE PY PD DI PM BP EP PS C1 ER CR".split()).union(
    *_EXTRA.values()
)


def looks_like(head: str) -> bool:
    """Whether one of the first lines is the file's own, or begins a record."""
    return any(map(_BEGINS.match, lines_in(head)[:_LINES_LOOKED_AT]))


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record from `PT` to `ER`, to the next `PT`, or to the end.

    Keywords are the authors', or those the Web of Science makes where there are none. The works
    that a paper cites are left out; every other tag that means nothing here is in `extra`, as
    `isi-XX`. A record without title and abstract is a failure.
    """
    syntax = Syntax(_split, _begins, frozenset({"ER"}), frozenset({"FN", "VR", "EF"}))
    return tagged_papers(lines, syntax, _record, source)


def _split(text: str) -> tuple[str, str] | None:
    found = _FIELD.match(text)
    return (found[1], (found[2] or "").strip()) if found else None


def _begins(tag: str, _tags: Collection[str], _after_blank: bool) -> bool:
    return tag == "PT"


def _record(stated: Tagged) -> Record:
    title = plain(stated.first("TI"))
    authors, truncated = people(_authors(stated))
    issued = " ".join(stated.first("PY", "PD").split())
    year, date = dated((f"{issued} {stated.first('PD')}", issued, stated.first("PD")))
    if year is None:
        year, date = dated(stated.values("EA"))
    document = stated.first("DT").lower()
    return Record(
        title=title,
        abstract=plain(stated.together("AB", by=" ")),
        authors=authors,
        authors_truncated=truncated,
        affiliations=tuple(dict.fromkeys(_affiliations(stated))),
        year=year,
        date=date,
        venue=plain(stated.first("SO")) or None,
        doi=first_doi(stated.values("DI")),
        arxiv_id=first_arxiv_id(stated.values("DI", "SO", "AR")),
        pmid=digits_in(stated.first("PM")),
        keywords=keywords_in(_unwrapped(stated.values("DE") or stated.values("ID"))),
        kind=_kind(document, stated.first("PT")),
        retracted=_RETRACTED in document or titled_as_retracted(title),
        extra=_extra(stated),
        line=stated.line,
    )


def _authors(stated: Tagged) -> list[str]:
    """The people, and groups that signed with them; who organised the book where nobody signed."""
    names = "\n".join(filter(None, (stated.first("AF", "AU"), stated.together("CA", by="\n"))))
    return _entries(names or stated.first("GP"))


def _entries(value: str) -> list[str]:
    return value.split("\n")


def _unwrapped(values: list[str]) -> list[str]:
    return [value.replace("\n", " ") for value in values]


def _affiliations(stated: Tagged) -> Iterator[str]:
    """The addresses, without the names in brackets of who is there."""
    for value in stated.values("C1"):
        for entry in _entries(value):
            if address := plain(re.sub(r"^\[[^\]]*\]", "", entry)):
                yield address


def _kind(document: str, type_letter: str) -> str | None:
    for name in document.split(";"):
        if kind := _KIND_OF_DOCUMENT.get(name.strip()):
            return kind
    return _KIND_OF_TYPE.get(type_letter)


def _extra(stated: Tagged) -> tuple[tuple[str, str], ...]:
    extra = {name: stated.first(*tags) for name, tags in _EXTRA.items()}
    extra |= beside_doi(stated.values("DI"), first_doi(stated.values("DI")))
    extra["pmid"] = "" if digits_in(stated.first("PM")) else stated.first("PM")
    extra["pages"] = pages(stated.first("BP"), stated.first("EP")) or pages(stated.first("PS"))
    extra |= {f"isi-{tag}": stated.together(tag) for tag in stated.tags if tag not in _NAMED}
    extra["editor"] = " and ".join(people(_entries(extra["editor"]))[0])
    return extra_of(extra)
