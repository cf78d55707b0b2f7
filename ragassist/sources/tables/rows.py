"""Rows of a table whose cells may be quoted and hold line ends.

Python's own `csv` module has one limit of field length for the whole process, and a quote that is
never closed costs it the rest of the file. Here it costs its row.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ragassist.sources.lines import Line

DELIMITERS = ",;\t|"

_MOST_LINES = 20_000
_LONGEST_ROW = 64_000_000
# Rows that are read again after a quote without an end: beyond, quotes mean nothing in this file.
_LINES_AGAIN = 50_000
_SHARE_AGAIN = 10
_QUOTE = re.compile('""?')
_OPENING = re.compile(r' *+"')


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        line: 1-based, where it begins.
        cells: their texts; line ends within are newlines.
        problem: why it cannot be read, one clause; empty otherwise.
    """

    line: int
    cells: tuple[str, ...]
    problem: str = ""


def rows(lines: Iterable[Line], delimiter: str) -> Iterator[Row]:
    """The rows that are not blank; memory is bounded by the longest."""
    yield from _Rows(lines, delimiter)


class _Rows:
    def __init__(self, lines: Iterable[Line], delimiter: str) -> None:
        self._lines = iter(lines)
        self._delimiter = delimiter
        self._end = re.compile(rf" *+(?:{re.escape(delimiter)}|\Z)")
        self._again: deque[Line] = deque()
        self._read = self._read_again = 0

    def __iter__(self) -> Iterator[Row]:
        while (line := self._next()) is not None:
            if line.text.strip():
                yield self._row(line)

    def _next(self) -> Line | None:
        if self._again:
            return self._again.popleft()
        self._read += 1
        return next(self._lines, None)

    def _row(self, first: Line) -> Row:
        if '"' not in first.text or self._read_again > _LINES_AGAIN + _SHARE_AGAIN * self._read:
            return Row(first.number, tuple(first.text.split(self._delimiter)))
        cells: list[str] = []
        text, at = first.text, 0
        followed_by: list[Line] = []
        while at >= 0:
            opening = _OPENING.match(text, at)
            if opening is None:
                cell, at = self._bare(text, at)
            else:
                found = self._quoted(text, opening.end(), followed_by)
                if found is None:
                    self._again.extendleft(reversed(followed_by))
                    self._read_again += len(followed_by)
                    return Row(first.number, (first.text,), "a quote in it is not closed")
                cell, text, at = found
            cells.append(cell)
        return Row(first.number, tuple(cells))

    def _bare(self, text: str, at: int) -> tuple[str, int]:
        """A cell without quotes around it, and where the next begins; -1 when it was the last."""
        stop = text.find(self._delimiter, at)
        return (text[at:], -1) if stop < 0 else (text[at:stop], stop + 1)

    def _quoted(self, text: str, at: int, followed_by: list[Line]) -> tuple[str, str, int] | None:
        """The cell, the line that it ends in, and where the next begins; None without an end."""
        begins = at - 1
        stop, following, stray = self._closing(text, at, continued=False)
        if stop < 0 and stray:
            # `"Green" chemistry`: quotes within a cell that has none around it.
            cell, following = self._bare(text, begins)
            return cell, text, following
        parts = []
        size = 0
        while stop < 0:
            parts.append(text[at:])
            size += len(text)
            line = self._next()
            if line is not None:
                followed_by.append(line)
            if line is None or stray or size > _LONGEST_ROW or len(followed_by) > _MOST_LINES:
                return None
            text, at = line.text, 0
            stop, following, stray = self._closing(text, at, continued=True)
            if stop < 0 and stray:
                return None
        parts.append(text[at:stop])
        return "\n".join(parts).replace('""', '"'), text, following

    def _closing(self, text: str, at: int, *, continued: bool) -> tuple[int, int, bool]:
        """Where a quoted cell ends, where the next begins (-1 for none), and whether that is odd.

        A quote that neither ends the cell nor is doubled was meant literally; not so in a later
        line, where it begins a cell: then the row should have ended before.
        """
        stray = False
        for quote in _QUOTE.finditer(text, at):
            if len(quote[0]) == 2:
                continue
            if ends := self._end.match(text, quote.end()):
                last = ends.end() == len(text) and not ends[0].endswith(self._delimiter)
                return quote.end() - 1, -1 if last else ends.end(), False
            before = text[quote.start() - 1] if quote.start() else self._delimiter
            if self._delimiter == "\t" or (continued and before == self._delimiter):
                return -1, -1, True
            stray = True
        return -1, -1, stray and not continued
