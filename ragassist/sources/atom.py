"""Reader for the Atom feeds of arXiv: answers of its API, and its daily lists."""

import re
from collections.abc import Iterable, Iterator

from ragassist.sources.fields import (
    arxiv_id_in,
    dated,
    doi_in,
    extra_of,
    failure,
    people,
    plain,
    says_withdrawn,
)
from ragassist.sources.lines import Line
from ragassist.sources.xml import Element, children, records, root_name, text_at, text_of
from ragassist.text import one_line
from ragassist.types import Failure, Record

_ERROR = "/api/errors"
# What the daily lists put before the abstract.
_ANNOUNCED = re.compile(r"arXiv:\S+ Announce Type: \S+ (?:Abstract: )?")


def looks_like(head: str) -> bool:
    """Whether XML begins as a feed, or an entry of one, that speaks of arXiv."""
    return root_name(head) in ("feed", "entry") and "arxiv" in head.lower()


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record an entry.

    The date is that of the first version. An entry by which arXiv reports an error is a failure,
    and so is one without title and abstract, or one that is not well-formed; of one that is cut
    off what is there is read as well.
    """

    def outcome(entry: Element, line: int) -> Record | Failure:
        if _ERROR not in text_at(entry, "id"):
            return _record(entry, line)
        message = plain(text_at(entry, "summary"))
        return failure(source, line, "an error that arXiv reports", message)

    yield from records(lines, {"entry": outcome}, source)


def _record(entry: Element, line: int) -> Record:
    names = [text_at(author, "name") for author in children(entry, "author")]
    listed = re.split(r", ", text_at(entry, "creator")) if not names else []
    authors, truncated = people((*names, *listed))
    year, date = dated((text_at(entry, "published"), text_at(entry, "updated")))
    address = _link(entry, "alternate") or text_at(entry, "id").strip()
    summary = text_at(entry, "summary") or text_at(entry, "content")
    abstract = _ANNOUNCED.sub("", plain(summary), count=1)
    comment = text_at(entry, "comment")
    affiliations = (plain(text_of(one)) for one in children(entry, "author", "affiliation"))
    categories = (one.get("term") or "" for one in children(entry, "category"))
    primary = (one.get("term") or "" for one in children(entry, "primary_category"))
    return Record(
        title=plain(text_at(entry, "title")),
        abstract=abstract,
        authors=authors,
        authors_truncated=truncated,
        affiliations=tuple(dict.fromkeys(filter(None, affiliations))),
        year=year,
        date=date,
        venue=plain(text_at(entry, "journal_ref")) or None,
        doi=doi_in(text_at(entry, "doi")) or doi_in(_link(entry, "related", "doi")),
        arxiv_id=arxiv_id_in(text_at(entry, "id")) or arxiv_id_in(address),
        url=one_line(address) if "//" in address else None,
        categories=tuple(dict.fromkeys(filter(None, map(plain, (*primary, *categories))))),
        kind="article",
        retracted=says_withdrawn(comment) or says_withdrawn(abstract),
        extra=extra_of({"note": comment}),
        line=line,
    )


def _link(entry: Element, relation: str, title: str | None = None) -> str:
    links = (
        one.get("href") or ""
        for one in children(entry, "link")
        if one.get("rel", "alternate") == relation and one.get("title") == title
    )
    return next(links, "")
