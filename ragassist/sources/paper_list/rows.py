"""The lines of a saved paper list as rows: not blank, tidied, and bounded in length."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ragassist.sources.lines import Line
from ragassist.sources.paper_list.shapes import Kind, Shape, glued_stamp, shape_of

MAX_ABSTRACT_CHARS = 30_000
"""Longer text is reported, not read: no abstract is, and memory stays bounded."""

_CUT_CHARS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line that is not blank, white space collapsed, cut when too long to be read."""

    number: int
    text: str
    shape: Shape
    follows_directly: bool
    too_long: bool = False

    @property
    def kind(self) -> Kind:
        """The kind of its shape."""
        return self.shape.kind


def rows_of(lines: Iterable[Line]) -> Iterator[Row]:
    """The lines that are not blank, one at a time; one line may make two rows."""
    directly = False
    for line in lines:
        if len(line.text) > MAX_ABSTRACT_CHARS * 2:
            text, too_long = line.text[: MAX_ABSTRACT_CHARS * 2].strip(), True
        else:
            text, too_long = " ".join(line.text.split()), False
        if not text and not too_long:
            directly = False
            continue
        if too_long or len(text) > MAX_ABSTRACT_CHARS:
            cut = " ".join(text[:_CUT_CHARS].split())
            yield Row(line.number, cut, Shape(Kind.PROSE), directly, too_long=True)
        else:
            yield from _unglued(line.number, text, directly)
        directly = True


def _unglued(number: int, text: str, directly: bool) -> Iterator[Row]:
    start = glued_stamp(text)
    if start is None:
        yield Row(number, text, shape_of(text), directly)
        return
    body = text[:start].rstrip()
    yield Row(number, body, shape_of(body), directly)
    yield Row(number, text[start:], shape_of(text[start:]), follows_directly=True)
