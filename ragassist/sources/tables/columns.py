"""What the columns of exporters mean, by their headings."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_NOT_ALNUM = re.compile(r"[\W_]+")

_HEADINGS = {
    "title": "title, article title, document title, item title, paper title, primary title",
    "abstract": "abstract, abstract note, abstract text, abstracts, summary",
    "authors": "author full names, authors, author, author/s, author names, authors full names, "
    "creators",
    "year": "year, publication year, pub year, published year, year published, year of publication",
    "date": "publication date, date published, published date, date, published, cover date",
    "month": "month, publication month",
    "day": "day, publication day",
    "early": "early access date",
    "group_authors": "group authors, group author, corporate authors, corporate author",
    "venue": "source title, publication title, journal, journal title, journal name, journal/book, "
    "venue, book title, publication, publication name, container title, proceedings title, "
    "secondary title, conference, conference name, conference title, source",
    "doi": "doi, item doi, digital object identifier, doi link",
    "arxiv_id": "arxiv id, arxiv, arxiv number",
    "pmid": "pmid, pubmed id",
    "url": "url, article url, link, doi link, source url, pdf link",
    "key": "citation key, citekey, bibtex key, bibtex citation key, key, identifier, _id, id, "
    "paper id",
    "kind": "kind, document type, item type, entry type, entrytype, publication type, "
    "document identifier, content type, reference type, bibliography type, type",
    "keywords": "author keywords, keywords, keyword, key words, automatic tags, index keywords",
    "tags": "manual tags, tags, groups, collections",
    "categories": "categories, keywords plus, wos categories, "
    "web of science categories, web of science index categories, research areas, ieee terms, "
    "mesh terms, mesh headings, fields of study",
    "affiliations": "affiliations, author affiliations, addresses",
    "retracted": "retracted, is retracted",
    "included": "included, asreview label, label included",
    "note": "extra, notes",
    "volume": "volume, journal volume",
    "number": "issue, number, issue number, journal issue",
    "pages": "pages, page numbers, pagination",
    "page_start": "page start, start page, beginning page, first page",
    "page_end": "page end, end page, ending page, last page",
    "eid": "art. no., article number, article no",
    "publisher": "publisher",
    "issn": "issn, issns, print issn",
    "isbn": "isbn, isbns",
    "langid": "language, language of original document",
    "pmcid": "pmcid",
    "series": "series, book series title",
    "edition": "edition",
    "location": "place, publisher location",
    "editor": "editors, editor, book editors",
    "shortjournal": "abbreviated source title, journal abbreviation, journal iso abbreviation",
    "scopus": "eid",
    "wos": "ut (unique wos id), unique wos id, accession number",
    "lens": "lens id",
}
# Web of Science heads the columns of its tab-delimited files with the tags of its other formats.
_WOS_TAGS = {
    "title": "ti",
    "abstract": "ab",
    "authors": "af, au",
    "year": "py",
    "date": "pd",
    "early": "ea",
    "group_authors": "ca",
    "venue": "so",
    "doi": "di",
    "pmid": "pm",
    "kind": "dt, pt",
    "keywords": "de",
    "categories": "id, wc",
    "affiliations": "c3",
    "volume": "vl",
    "number": "is",
    "page_start": "bp",
    "page_end": "ep",
    "eid": "ar",
    "publisher": "pu",
    "location": "pi",
    "issn": "sn",
    "isbn": "bn",
    "langid": "la",
    "series": "se",
    "editor": "be",
    "shortjournal": "ji",
    "wos": "ut",
}

FIELDS = tuple(
    "title abstract authors year date venue doi arxiv_id pmid url key kind keywords tags "
    "categories affiliations note volume number pages publisher issn isbn editor".split()
)
"""What a column can be said to hold."""


def normalised(heading: str) -> str:
    """A heading without case, blanks and punctuation: `Author/s` is `authors`."""
    return _NOT_ALNUM.sub("", unicodedata.normalize("NFKC", heading).casefold())


def _by_heading(stated: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """By normalised heading: the field, and how early among its headings this one comes."""
    return {
        normalised(heading): (field, place)
        for field, headings in reversed(list(stated.items()))
        for place, heading in enumerate(headings.split(","))
    }


_KNOWN = _by_heading(_HEADINGS)
_KNOWN_TAGS = _by_heading(_WOS_TAGS)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table.

    Attributes:
        headings: as they stand, in order.
        of: where a field's columns are, the most telling first.
        missing: headings that were asked for and are not there.
        exporter: `ragassist`, `zotero`, or empty where that does not matter.
    """

    headings: tuple[str, ...]
    of: Mapping[str, tuple[int, ...]]
    missing: tuple[str, ...] = ()
    exporter: str = ""

    @property
    def understood(self) -> int:
        """How many columns have a meaning."""
        return sum(map(len, self.of.values()))

    @property
    def has_papers(self) -> bool:
        """Whether there is a column of titles or of abstracts, and none missing."""
        return ("title" in self.of or "abstract" in self.of) and not self.missing


def columns_of(headings: Sequence[str], chosen: Mapping[str, str]) -> Columns:
    """What a row means as a header.

    Args:
        chosen: a heading by field, which goes before what the headings say.
    """
    names = [normalised(heading) for heading in headings]
    known = _KNOWN_TAGS if {"pt", "ti"} <= set(names) else _KNOWN
    places: dict[str, list[tuple[int, int]]] = {}
    for index, name in enumerate(names):
        if name in known:
            field, place = known[name]
            places.setdefault(field, []).append((place, index))
    of = {field: tuple(index for _, index in sorted(found)) for field, found in places.items()}
    missing = []
    for field, heading in chosen.items():
        if normalised(heading) in names:
            of[field] = (names.index(normalised(heading)),)
        else:
            missing.append(heading)
    return Columns(
        tuple(heading.strip() for heading in headings), of, tuple(missing), _exporter(set(names))
    )


def _exporter(names: set[str]) -> str:
    if {"kind", "extra", "retracted", "arxivid"} <= names:
        return "ragassist"
    return "zotero" if {"itemtype", "abstractnote"} <= names else ""
