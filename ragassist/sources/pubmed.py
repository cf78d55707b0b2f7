"""What PubMed's XML says of an article and of a book or its chapter."""

from collections.abc import Iterable, Iterator

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
from ragassist.sources.xml import Element, child, children, text_at, text_of
from ragassist.text import title_key
from ragassist.types import Record

_KIND_OF = {
    "preprint": "article", "dataset": "dataset", "technical report": "report",
    "newspaper article": "article-newspaper", "academic dissertation": "thesis",
    "journal article": "article-journal",
}  # fmt: skip
_RETRACTED = "retracted publication"
_UNTITLED = "[Not Available]."


def article_record(article: Element, line: int) -> Record:
    """The record of a `PubmedArticle`."""
    citation = child(article, "MedlineCitation")
    stated = child(citation, "Article")
    journal = child(stated, "Journal")
    issue = child(journal, "JournalIssue")
    title = plain(text_at(stated, "ArticleTitle"))
    vernacular = plain(text_at(stated, "VernacularTitle"))
    if title in ("", _UNTITLED) and vernacular:
        title, vernacular = vernacular, ""
    listed = child(stated, "AuthorList")
    authors, truncated = people(_names(listed))
    year, date = dated(_dates(issue, stated))
    types = [text_of(name) for name in children(stated, "PublicationTypeList", "PublicationType")]
    venue = plain(text_at(journal, "Title") or text_at(journal, "ISOAbbreviation")) or None
    ids = _ids(child(article, "PubmedData", "ArticleIdList"))
    doi = _location_doi(stated) or doi_in(ids.get("doi", ""))
    stated_dois = (*_location_dois(stated), ids.get("doi", ""))
    return Record(
        title=title,
        abstract=_abstract(stated) or _abstract(citation),
        authors=authors,
        authors_truncated=truncated or _is_incomplete(listed),
        affiliations=_affiliations(listed),
        year=year,
        date=date,
        venue=venue,
        doi=doi,
        arxiv_id=first_arxiv_id((doi or "", venue or "")),
        pmid=plain(text_at(citation, "PMID")) or ids.get("pubmed"),
        keywords=_keywords(citation),
        kind=_kind(types),
        retracted=_is_retracted(citation, types, title),
        extra=extra_of(
            {
                "volume": text_at(issue, "Volume"),
                "number": text_at(issue, "Issue"),
                "pages": _pages(stated),
                "issn": text_at(journal, "ISSN"),
                "langid": text_at(stated, "Language"),
                "location": text_at(citation, "MedlineJournalInfo", "Country"),
                "shortjournal": text_at(journal, "ISOAbbreviation"),
                "pmcid": ids.get("pmc", ""),
                "mesh": "; ".join(_mesh_headings(citation)),
                "medline-PS": "; ".join(people(_subjects(citation))[0]),
                "origtitle": vernacular,
                **beside_doi(stated_dois, doi),
            }
        ),
        line=line,
    )


def book_record(article: Element, line: int) -> Record:
    """The record of a `PubmedBookArticle`: of the chapter where it has a title, else the book."""
    stated = child(article, "BookDocument")
    book = child(stated, "Book")
    book_title = plain(text_at(book, "BookTitle"))
    chapter = plain(text_at(stated, "ArticleTitle"))
    chapter = "" if title_key(chapter) == title_key(book_title) else chapter
    lists = {_type(listed): listed for listed in children(book, "AuthorList")}
    lists |= {_type(listed): listed for listed in children(stated, "AuthorList")}
    listed = lists.get("authors")
    authors, truncated = people(_names(listed))
    year, date = dated([_date(child(book, "PubDate")), _date(child(stated, "ContributionDate"))])
    data_ids = _ids(child(article, "PubmedBookData", "ArticleIdList"))
    ids = {**data_ids, **_ids(child(stated, "ArticleIdList"))}
    return Record(
        title=chapter or book_title,
        abstract=_abstract(stated),
        authors=authors,
        authors_truncated=truncated or _is_incomplete(listed),
        affiliations=_affiliations(listed),
        year=year,
        date=date,
        venue=book_title if chapter and book_title else None,
        doi=doi_in(ids.get("doi", "")) or _location_doi(stated) or _location_doi(book),
        pmid=plain(text_at(stated, "PMID")) or ids.get("pubmed"),
        keywords=_keywords(stated),
        kind="chapter" if chapter else "book",
        extra=extra_of(
            {
                "publisher": text_at(book, "Publisher", "PublisherName"),
                "location": text_at(book, "Publisher", "PublisherLocation"),
                "isbn": "; ".join(map(text_of, children(book, "Isbn"))),
                "series": text_at(book, "CollectionTitle"),
                "edition": text_at(book, "Edition"),
                "volume": text_at(book, "Volume"),
                "langid": text_at(stated, "Language"),
                "pages": _pages(stated),
                "editor": " and ".join(people(_names(lists.get("editors")))[0]),
                "bookaccession": ids.get("bookaccession", ""),
            }
        ),
        line=line,
    )


def _type(listed: Element) -> str:
    stated: str = listed.get("Type", "authors")
    return stated


def _names(listed: Element | None) -> Iterator[str]:
    for author in children(listed, "Author"):
        if author.get("ValidYN") == "N":
            continue
        yield text_at(author, "CollectiveName") or _person(author)


def _subjects(citation: Element | None) -> Iterator[str]:
    """Whom it is about, as obituaries are: not its authors."""
    return map(_person, children(citation, "PersonalNameSubjectList", "PersonalNameSubject"))


def _person(named: Element) -> str:
    given = text_at(named, "ForeName") or text_at(named, "Initials")
    given = f"{given} {text_at(named, 'Suffix')}".strip()
    return ", ".join(filter(None, (text_at(named, "LastName"), given)))


def _is_incomplete(listed: Element | None) -> bool:
    return listed is not None and listed.get("CompleteYN") == "N"


def _affiliations(listed: Element | None) -> tuple[str, ...]:
    stated = children(listed, "Author", "AffiliationInfo", "Affiliation")
    return tuple(dict.fromkeys(filter(None, (plain(text_of(one)) for one in stated))))


def _abstract(stated: Element | None) -> str:
    """The abstract, its sections under their labels; of other abstracts the first."""
    whole = child(stated, "Abstract")
    whole = child(stated, "OtherAbstract") if whole is None else whole
    sections = []
    for section in children(whole, "AbstractText"):
        label = section.get("Label") or ""
        text = plain(text_of(section))
        sections.append(f"{label}: {text}" if label and text and label != "UNLABELLED" else text)
    return plain(" ".join(sections))


def _dates(issue: Element | None, stated: Element | None) -> list[str]:
    return [_date(child(issue, "PubDate")), *map(_date, children(stated, "ArticleDate"))]


def _date(element: Element | None) -> str:
    parts = (text_at(element, name).strip() for name in ("Year", "Month", "Day"))
    return " ".join(filter(None, parts)) or text_at(element, "MedlineDate")


def _ids(listed: Element | None) -> dict[str, str]:
    return {one.get("IdType", ""): plain(text_of(one)) for one in children(listed, "ArticleId")}


def _location_doi(stated: Element | None) -> str | None:
    return next(filter(None, map(doi_in, _location_dois(stated))), None)


def _location_dois(stated: Element | None) -> list[str]:
    return [
        text_of(place)
        for place in children(stated, "ELocationID")
        if place.get("EIdType") == "doi" and place.get("ValidYN") != "N"
    ]


def _pages(stated: Element | None) -> str:
    place = child(stated, "Pagination")
    first, last = text_at(place, "StartPage").strip(), text_at(place, "EndPage").strip()
    return pages(first, last) or pages(text_at(place, "MedlinePgn").strip())


def _keywords(citation: Element | None) -> tuple[str, ...]:
    own = (plain(text_of(one)) for one in children(citation, "KeywordList", "Keyword"))
    headings = children(citation, "MeshHeadingList", "MeshHeading", "DescriptorName")
    subjects = (plain(text_of(one)) for one in headings)
    return tuple(dict.fromkeys(filter(None, (*own, *subjects))))


def _mesh_headings(citation: Element | None) -> Iterator[str]:
    """As MEDLINE writes them: `Occupational Health/*history`."""
    for heading in children(citation, "MeshHeadingList", "MeshHeading"):
        marked = (("*" if one.get("MajorTopicYN") == "Y" else "", one) for one in heading)
        yield "/".join(mark + text_of(one) for mark, one in marked)


def _kind(types: Iterable[str]) -> str | None:
    stated = {name.strip().lower() for name in types}
    return next((kind for name, kind in _KIND_OF.items() if name in stated), None)


def _is_retracted(citation: Element | None, types: Iterable[str], title: str) -> bool:
    notices = children(citation, "CommentsCorrectionsList", "CommentsCorrections")
    return (
        any(name.strip().lower() == _RETRACTED for name in types)
        or any(notice.get("RefType") == "RetractionIn" for notice in notices)
        or titled_as_retracted(title)
    )
