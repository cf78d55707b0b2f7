"""Reader for JSON lines: an object a line, in any shape that services and programs write."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from ragassist.sources.json_shapes.recognition import (
    SHOWN,
    is_paper,
    papers_in,
    shape_of,
)
from ragassist.sources.json_stream import decode, names_in
from ragassist.sources.lines import LONGEST_LINE, Line, lines_in
from ragassist.types import Failure, Record

_LINES_LOOKED_AT = 20
_TOO_LONG = f"longer than {LONGEST_LINE:,} characters: no record of a paper is"


def looks_like(head: str) -> bool:
    """Whether one of the first lines is a JSON object with what a paper has."""
    return any(map(_is_paper, lines_in(head)[:_LINES_LOOKED_AT]))


def _is_paper(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    stated, problem = decode(line)
    # Cut off, or of a nesting or a number that `json` refuses: its names can still be seen.
    names = names_in(line) if problem else set(stated) if isinstance(stated, dict) else set()
    nested = stated.get("metadata") if isinstance(stated, dict) else None
    return is_paper(names) or "text" in names or (isinstance(nested, dict) and is_paper(nested))


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """One record a line, read as the shape that its names tell.

    A line that is no JSON object, or has neither title nor abstract, is a failure; blank lines
    are nothing. Of a name given twice the last holds. Values of the wrong type are left out, never
    guessed at. A line may also hold one page of a service's answer, with its papers in a list.
    Lines that share a number are pieces of one; a line of more than 32 million characters is a
    failure.
    """
    for line, is_whole in _joined(lines):
        if not line.text or line.text.isspace():
            continue
        stated, problem = decode(line.text) if is_whole else (None, _TOO_LONG)
        if isinstance(stated, dict):
            record = shape_of(stated).read(stated, line.number)
            if record.title or record.abstract:
                yield record
            else:
                yield from papers_in(stated, line.number, source, line.text)
        else:
            yield Failure(
                source=source,
                line=line.number,
                reason=problem or "not a JSON object",
                excerpt=line.text.strip()[:SHOWN],
            )


def _joined(lines: Iterable[Line]) -> Iterator[tuple[Line, bool]]:
    """Each line, and whether it is all there; of one that is too long the first piece is."""
    for _, pieces in groupby(lines, attrgetter("number")):
        yield _whole(pieces)


def _whole(pieces: Iterator[Line]) -> tuple[Line, bool]:
    first = next(pieces)
    kept, size = [first.text], len(first.text)
    for piece in pieces:
        size += len(piece.text)
        if size <= LONGEST_LINE:
            kept.append(piece.text)
    is_whole = size <= LONGEST_LINE
    if len(kept) == 1:
        return first, is_whole
    return Line(first.number, "".join(kept) if is_whole else first.text), is_whole
