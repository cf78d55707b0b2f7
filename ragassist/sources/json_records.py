"""Reader for JSON that is not line by line: lists of papers, wrapped lists, single papers."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from ragassist.sources.json_shapes import zotero
from ragassist.sources.json_shapes.recognition import (
    SHOWN,
    is_paper,
    papers_in,
    shape_of,
)
from ragassist.sources.json_stream import Element, decode, elements, names_in
from ragassist.sources.lines import Line, lines_in
from ragassist.types import Failure, Record

_LOOKED_AT = 20


def looks_like(head: str) -> bool:
    """Whether it is a list of papers, wrapped or not, or an object over several lines that is one.

    CSL-JSON is left to its own reader, an object a line to that of JSON lines.
    """
    return shape_of_file(head) not in (None, "csl")


def shape_of_file(head: str) -> str | None:
    """The shape of the first paper in JSON that is not line by line; None where there is none."""
    lines = lines_in(head)
    if not lines or lines[0].lstrip()[0] not in "[{" or _is_line_by_line(lines):
        return None
    found = elements(Line(number, line) for number, line in enumerate(lines, 1))
    # `[2024-01-01] {"title": …}` is a line of a log.
    in_list = lines[0].lstrip().startswith("[")
    for element in islice(found, _LOOKED_AT):
        if (element.listed or not in_list) and is_paper(names := _names(element)):
            return shape_of(names).name
    return None


def _names(element: Element) -> set[str]:
    return names_in(element.text) if element.value is None else set(element.value)


def _is_line_by_line(lines: list[str]) -> bool:
    if any(element.listed for element in elements([Line(1, lines[0])])):
        return False
    if not decode(lines[0])[1]:
        return True
    return all(line.startswith("{") for line in lines[:_LOOKED_AT])


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """The papers of a list under no name or a usual one (`results`, `items`), in their order.

    Each is read as the shape that its names tell. What is neither an object nor a list of them,
    and an object with neither title nor abstract, is a failure, and costs nothing else. Memory is
    flat: a list may be larger.
    """
    beside: Mapping[str, Any] = {}
    collections: zotero.Collections | None = None
    for element in elements(lines):
        if element.beside is not beside:
            beside = element.beside
            collections = zotero.collections_in(beside)
        if element.value is not None:
            value = collections.file(element.value) if collections else element.value
            yield from papers_in(value, element.line, source, element.text)
        else:
            yield Failure(
                source=source,
                line=element.line,
                reason=element.problem,
                excerpt=element.text.strip()[:SHOWN],
            )
