"""Which service an object came from, told by the names it has; and the papers it holds."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from ragassist.sources.json_shapes import (
    arxiv_dump,
    crossref,
    csl,
    openalex,
    plain,
    semantic_scholar,
    zotero,
)
from ragassist.sources.json_shapes.values import JsonObject
from ragassist.types import Failure, Record

SHOWN = 80
"""How many characters of what was met a failure shows."""

LISTS = frozenset(
    "results data items references papers works records documents entries docs hits "
    "recommendedPapers".split()
)
"""Names under which services and programs put their list of papers."""

CONTAINERS = frozenset({"message", "response", "hits"})
"""Names of objects that hold such a list: Crossref's, Solr's, Elasticsearch's."""

PAPER_NAMES = frozenset({"title", "abstract", "display_name"})
"""What an object has that is one paper: a list in such an object is no list of papers."""

# Objects that hold one paper and what was asked about it.
_WRAPPED = ("data", "message", "citedPaper", "citingPaper", "paper", "_source", "work")


@dataclass(frozen=True, slots=True)
class Shape:
    """One service's objects: its name, names that only they have, and how they are read."""

    name: str
    marks: frozenset[str]
    read: Callable[[JsonObject, int], Record]


# The first that an object has a mark of; their own names before those of CSL, which several share.
_SHAPES = (
    Shape(
        "openalex",
        frozenset({"abstract_inverted_index", "authorships", "primary_location", "display_name"}),
        openalex.record,
    ),
    Shape(
        "semantic-scholar",
        frozenset({"paperId", "externalIds", "corpusId", "corpusid", "s2FieldsOfStudy"}),
        semantic_scholar.record,
    ),
    Shape("arxiv", frozenset({"authors_parsed", "journal-ref", "update_date"}), arxiv_dump.record),
    Shape("zotero", frozenset({"itemType", "creators"}), zotero.record),
    Shape(
        "crossref",
        frozenset(
            "indexed reference-count references-count is-referenced-by-count content-domain "
            "published-print published-online member update-to updated-by".split()
        ),
        crossref.record,
    ),
    Shape(
        "csl",
        frozenset(
            "issued container-title citation-key citationKey citekey citation-label "
            "publisher-place collection-title event-title container-title-short".split()
        ),
        csl.record,
    ),
)
_PLAIN = Shape("plain", frozenset(), plain.record)
_MARKS = frozenset().union(*(shape.marks for shape in _SHAPES))
# An object with one of these pairs names things as CSL does, unless it has one of those.
_LIKE_CSL = (frozenset({"DOI", "title"}), frozenset({"author", "type"}))
_UNLIKE_CSL = frozenset({"authors", "year", "journal"})


def shape_of(names: Collection[str]) -> Shape:
    """The shape of an object with these names; `plain` where nothing tells."""
    if not _MARKS.isdisjoint(names):
        return next(shape for shape in _SHAPES if not shape.marks.isdisjoint(names))
    if _UNLIKE_CSL.isdisjoint(names) and any(pair.issubset(names) for pair in _LIKE_CSL):
        return _SHAPES[-1]
    return _PLAIN


def is_paper(names: Collection[str]) -> bool:
    """Whether an object with these names can be read as a paper."""
    if not PAPER_NAMES.isdisjoint(names):
        return True
    # Of a single work Crossref says what it gives.
    if {"message", "message-type"} <= set(names):
        return True
    # Zotero's API keeps the item's own fields under `data`, Semantic Scholar its citations'.
    return {"library", "data"} <= set(names) or not {"citedPaper", "citingPaper"}.isdisjoint(names)


def papers_in(stated: JsonObject, line: int, source: str, text: str) -> Iterator[Record | Failure]:
    """The paper an object is, or those it holds; a failure where there is none.

    Args:
        line: 1-based, where the object begins.
        text: what it was read from, of which a failure shows the beginning.
    """
    record = shape_of(stated).read(stated, line)
    if record.title or record.abstract:
        yield record
        return
    inner = _inside(stated)
    for one in inner:
        record = shape_of(one).read(one, line)
        if record.title or record.abstract:
            yield record
        else:
            yield without_text(one, line, source, text)
    if not inner:
        yield without_text(stated, line, source, text)


def without_text(stated: JsonObject, line: int, source: str, text: str) -> Failure:
    """The failure of an object with neither title nor abstract; of a note or a file, expected."""
    beside = zotero.is_no_work(stated)
    return Failure(
        source=source,
        line=line,
        reason="a note or a file, no paper" if beside else "neither title nor abstract",
        excerpt=text.strip()[:SHOWN],
        expected=beside,
    )


def _inside(stated: JsonObject) -> list[JsonObject]:
    """The objects of a list or a wrapper that stands where a paper was expected."""
    for name in _WRAPPED:
        if isinstance(inner := stated.get(name), dict):
            return [inner] if is_paper(inner) else _listed(inner)
    return _listed(stated)


def _listed(stated: JsonObject) -> list[JsonObject]:
    lists = (stated[name] for name in stated if name in LISTS)
    found = [entry for one in lists if isinstance(one, list) for entry in one]
    return [entry for entry in found if isinstance(entry, dict)]
