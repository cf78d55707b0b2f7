"""Answers as they come: sentence by sentence, with what a model marks up as Markdown."""

import functools
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ragassist.cli.look import (
    ALARM,
    STRONG,
    Flow,
    Piece,
    address_of,
    cells_of,
    say,
    width,
    words_of,
)
from ragassist.text import one_line
from ragassist.types import Claim, Paper, Shape

if TYPE_CHECKING:
    from ragassist.library import Library

PaperOf = Callable[[str], Paper | None]
"""The paper of an id, for its address; None where there is none any more."""

_BRACKET = re.compile(r"(\[[^\[\]]*\])")
_SIGN = re.compile(r"(?:[-*+•]|\d{1,2}[.)]) ")
_HEADING = re.compile(r"#{1,6} +")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+)(?<=[^\s*])\*(?![\w*])")
_LEAST_CELL = 14
# Rows to come may have more to say than the first.
_WANTED_CELL = 18
_GAP = "  "
_SOURCES = "Sources"


def papers_in(library: "Library") -> PaperOf:
    """Finds papers of a library by their ids, each once."""
    return functools.cache(library.find_paper)


class ProseWriter:
    """Writes claims as they come: sentence by sentence, wrapped, paragraphs parted.

    In a pipe it writes Markdown as it is.

    Args:
        paper_of: finds what citations link to; None for no links.
        markdown: the claims are a model's, who marks up as Markdown; what abstracts say is shown
            letter by letter.
    """

    def __init__(
        self, *, shape: Shape = "prose", paper_of: PaperOf | None = None, markdown: bool = False
    ) -> None:
        from ragassist.answering.layout import Layout

        self._layout = Layout(shape)
        self._paper_of = paper_of
        self._markdown = markdown
        self._flow = Flow()
        self._begun = False
        self._in_list = False
        self._headings: list[str] = []
        self._widths: list[int] = []

    def write(self, claim: Claim) -> None:
        """Write one claim, its citations and its flag, at once."""
        from ragassist.answering.forms import is_code

        laid_out = self._layout.add(claim)
        try:
            if width() is None or is_code(claim):
                say(laid_out, end="")
            elif claim.row:
                self._row(claim)
            else:
                self._sentence(claim, laid_out)
        finally:
            # Also where Ctrl-C comes in the middle: some of it may be seen.
            self._begun = True
        sys.stdout.flush()

    def cut_off(self, why: str) -> None:
        """Say, where the text stands, that it ends before all was said; nothing without a text."""
        if not self._begun:
            return
        said = Piece(text=f"[cut off here: {one_line(why)}]", style=STRONG)
        if width() is None:
            say("\n\n", said, end="")
        else:
            self._flow.new_line()
            self._flow.put([said])

    def end(self) -> None:
        """End the line, if there is one."""
        if self._begun:
            say()

    def _sentence(self, claim: Claim, laid_out: str) -> None:
        self._headings = []
        text = laid_out.lstrip()
        lead = laid_out[: len(laid_out) - len(text)]
        sign = _SIGN.match(text)
        if "\n" in lead:
            # The items of one list stand close together, whoever wrote the signs.
            empty = 0 if sign and self._in_list else lead.count("\n") - 1
            self._flow.new_line(empty=empty, hanging=len(sign.group()) if sign else 0)
            self._in_list = bool(sign)
        elif not self._begun and sign:
            self._flow = Flow(hanging=len(sign.group()))
            self._in_list = True
        self._flow.put(self.pieces(claim, text))

    def pieces(self, claim: Claim, text: str) -> Iterator[Piece]:
        """A claim that is laid out as text, in pieces."""
        from ragassist.answering.prose import flag, is_flagged

        warning = one_line(flag(claim)) if is_flagged(claim) else ""
        yield from self._said(claim, text.removesuffix(warning))
        if warning:
            yield Piece(text=warning, style=ALARM)

    def _said(self, claim: Claim, text: str) -> Iterator[Piece]:
        heading = _HEADING.match(text) if self._markdown else None
        style = STRONG if heading else ""
        inline = _Inline(text, style) if self._markdown else None
        for part in _BRACKET.split(text[heading.end() :] if heading else text):
            if cited := self._cited(claim, part):
                yield from cited
            elif inline is not None:
                yield from inline.pieces(part)
            else:
                yield Piece(text=part, style=style)

    def _cited(self, claim: Claim, part: str) -> list[Piece]:
        """The citations of a bracket, each linked; nothing where it is no citation."""
        from ragassist.answering.prose import in_brackets

        marks = {one_line(in_brackets([mark]))[1:-1]: mark for mark in claim.marks}
        written = part[1:-1].split(", ")
        if part[:1] != "[" or not marks.keys() >= set(written):
            return []
        pieces = [Piece(text="[")]
        for number, said in enumerate(written):
            pieces += [Piece(text=", ")] if number else []
            paper_id = marks[said].paper_id
            if paper_id is None:
                pieces.append(Piece(text=said, style=ALARM))
            else:
                pieces.append(Piece(text=paper_id, link=self._link(paper_id)))
                pieces.append(Piece(text=said.removeprefix(paper_id), style=STRONG))
        return [*pieces, Piece(text="]")]

    def _link(self, paper_id: str) -> str | None:
        paper = self._paper_of(paper_id) if self._paper_of else None
        return None if paper is None else address_of(paper)

    def _row(self, claim: Claim) -> None:
        """A row of a table; how wide its columns are, its first row says: others are to come."""
        from ragassist.answering.prose import flag, in_brackets, is_flagged

        headings = [*(one_line(heading) for heading, _ in claim.row), _SOURCES]
        cells = [list(self._said(claim, one_line(said))) for _, said in claim.row]
        sources = self._cited(claim, in_brackets(claim.marks)) if claim.marks else []
        if is_flagged(claim):
            sources += [Piece(text=" "), Piece(text=one_line(flag(claim)), style=ALARM)]
        is_new = headings != self._headings
        self._headings = headings
        heads = [[Piece(text=heading, style=STRONG)] for heading in headings]
        row = [*cells, sources]
        fitted = _widths(heads, row, width() or 0, [] if is_new else self._widths)
        stacked = fitted == [] and self._widths == []
        self._widths = fitted
        if self._begun:
            say("\n" if is_new or stacked else "")
        if not fitted:
            _stack(headings, row)
            return
        if is_new:
            say(*_line(heads, fitted))
        say(*_line(row, fitted), end="")


class _Inline:
    """Bold and emphasis of a sentence, across the citations that part it."""

    def __init__(self, text: str, style: str) -> None:
        # One mark without its other half has it in another sentence: it is dropped.
        self._paired = text.count("**") % 2 == 0
        self._bold = False
        self._style = style

    def pieces(self, part: str) -> Iterator[Piece]:
        for number, run in enumerate(part.split("**")):
            if number and self._paired:
                self._bold = not self._bold
            style = STRONG if self._bold else self._style
            for place, said in enumerate(_EMPHASIS.split(run)):
                emphasis = f"{style} italic".strip() if place % 2 else style
                if said:
                    yield Piece(text=said, style=emphasis)


def _stack(headings: list[str], cells: list[list[Piece]]) -> None:
    """A row that is too wide for the terminal, one column below the other."""
    for number, (heading, cell) in enumerate(zip(headings, cells, strict=True)):
        if number:
            say()
        flow = Flow(hanging=2)
        flow.put([Piece(text=f"{heading}: " if heading else "", style=STRONG), *cell])


def _widths(
    heads: list[list[Piece]], row: list[list[Piece]], columns: int, before: list[int]
) -> list[int]:
    """How wide each column of a table is; empty where the terminal is too narrow for it.

    None is narrower than its longest word. What is left goes to those that have the most to say.

    Args:
        before: the widths of the row above, which stay where they do.
    """
    longest = [max(map(_longest, pair)) for pair in zip(heads, row, strict=True)]
    if before and all(map(int.__ge__, before, longest)):
        return before
    wanted = [max(map(cells_of, pair)) for pair in zip(heads, row, strict=True)]
    least = [max(word, min(want, _LEAST_CELL)) for word, want in zip(longest, wanted, strict=True)]
    spare = columns - len(_GAP) * (len(row) - 1) - sum(least)
    if spare < 0:
        return []
    more = [max(want, _WANTED_CELL, has + 1) - has for want, has in zip(wanted, least, strict=True)]
    return [has + spare * share // sum(more) for has, share in zip(least, more, strict=True)]


def _longest(cell: list[Piece]) -> int:
    return max(map(cells_of, words_of(cell)), default=0)


def _line(cells: list[list[Piece]], widths: list[int]) -> list[Piece | str]:
    """The lines of a row, every cell wrapped in its column; no newline at the end."""
    wrapped = [_wrap(cell, room) for cell, room in zip(cells, widths, strict=True)]
    out: list[Piece | str] = []
    for line in range(max(map(len, wrapped))):
        out += ["\n"] if line else []
        blank = ""
        for cell, room in zip(wrapped, widths, strict=True):
            pieces, taken = cell[line] if line < len(cell) else ([], 0)
            out += [blank, *pieces] if pieces else []
            blank = " " * (room - taken) + _GAP if pieces else blank + " " * room + _GAP
    return out


def _wrap(cell: list[Piece], room: int) -> list[tuple[list[Piece], int]]:
    """The lines of a cell, each with the columns it takes."""
    lines: list[tuple[list[Piece], int]] = []
    for word in words_of(cell):
        taken = cells_of(word)
        if lines and lines[-1][1] + 1 + taken <= room:
            pieces, before = lines[-1]
            lines[-1] = ([*pieces, Piece(text=" "), *word], before + 1 + taken)
        else:
            lines.append((word, taken))
    return lines
