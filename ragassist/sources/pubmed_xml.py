"""Reader for the XML of PubMed, and of PubMed Central and publishers (JATS)."""

from collections.abc import Callable, Iterable, Iterator

from ragassist.sources import jats, pubmed
from ragassist.sources.lines import Line
from ragassist.sources.xml import Element, records, root_name
from ragassist.types import Failure, Record

_READERS: dict[str, Callable[[Element, int], Record | Failure]] = {
    "PubmedArticle": pubmed.article_record,
    "PubmedBookArticle": pubmed.book_record,
    "article": jats.record,
}
_JATS_SIGNS = ("<article-meta", "<journal-meta", "JATS", "//NLM//DTD", "dtd-version")
_JATS_ROOTS = frozenset({"article", "articles", "pmc-articleset"})


def looks_like(head: str) -> bool:
    """Whether XML begins with articles of PubMed, or with an article as JATS has it."""
    root = root_name(head)
    if root is None:
        return False
    if root in _JATS_ROOTS:
        return any(sign in head for sign in _JATS_SIGNS)
    return "<PubmedArticle" in head or "<PubmedBookArticle" in head


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record an article; several documents in one file are read one after the other.

    Keywords are the authors' and the MeSH headings. An article that is not well-formed, or has
    neither title nor abstract, is a failure, and of one that is cut off what is there is read; a
    file that declares entities is refused.
    """
    yield from records(lines, _READERS, source)
