"""What a model writes in the form it was asked for, as claims: sentences, items or rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from ragassist.grounding.claims import ClaimStream, split_claims
from ragassist.types import Claim, Mark, Shape

FINDING = "Finding"
"""Heads the one column of a table that nobody gave columns."""

_SIGN = re.compile(r"(?:[-*+•]|[0-9]{1,2}[.)])\s+")
_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\s*:?-+:?\s*")
_BETWEEN_CELLS = "; "


class Form(Protocol):
    """Text that arrives piece by piece, as the claims that are complete."""

    def feed(self, text: str) -> Iterator[Claim]:
        """The claims that this piece completes."""

    def close(self) -> Iterator[Claim]:
        """The claims that the end completes."""


def form_of(shape: Shape, papers: Mapping[str, str]) -> Form:
    """What reads a text of this shape.

    A model that keeps to no shape is read all the same: its sentences are the items, or the rows
    of a table with one column.

    Args:
        papers: what may be cited, as for `find_citations`.
    """
    if shape == "table":
        return _Table(papers)
    return ClaimStream(papers) if shape == "prose" else _Items(papers)


def itemised(claims: Iterator[Claim], shape: Shape) -> Iterator[Claim]:
    """Sentences of running text as the items or the rows of a shape; as they are for prose."""
    for number, claim in enumerate(claims):
        if shape == "prose":
            yield claim
        else:
            row = ((FINDING, claim.text),) if shape == "table" else ()
            yield replace(claim, paragraph=number, row=row)


def leads_in(claim: Claim) -> bool:
    """Whether a sentence announces the items behind it, and is none itself."""
    return claim.text.endswith(":") and not claim.marks


class _Items:
    """A list: a new item at every sign, and without signs at every sentence."""

    def __init__(self, papers: Mapping[str, str]) -> None:
        self._stream = ClaimStream(papers)
        self._signed = False
        self._item = -1
        self._block = -1

    def feed(self, text: str) -> Iterator[Claim]:
        return map(self._place, self._stream.feed(text))

    def close(self) -> Iterator[Claim]:
        return map(self._place, self._stream.close())

    def _place(self, claim: Claim) -> Claim:
        sign = _SIGN.match(claim.text)
        if sign is not None:
            self._signed = True
        if sign is not None or not self._signed or claim.paragraph != self._block:
            self._item += 1
        self._block = claim.paragraph
        return replace(_without(claim, sign.end() if sign else 0), paragraph=self._item)


def _without(claim: Claim, taken: int) -> Claim:
    marks = tuple(replace(mark, at=max(0, mark.at - taken)) for mark in claim.marks)
    return replace(claim, text=claim.text[taken:], marks=marks)


class _Table:
    """A Markdown table; what stands around it is a row of its own for each sentence."""

    def __init__(self, papers: Mapping[str, str]) -> None:
        self._papers = papers
        self._tail = ""
        self._around = ""
        self._headings: tuple[str, ...] = ()
        self._rows = 0

    def feed(self, text: str) -> Iterator[Claim]:
        *lines, self._tail = (self._tail + text).split("\n")
        for line in lines:
            yield from self._read(line)

    def close(self) -> Iterator[Claim]:
        yield from self._read(self._tail)
        yield from self._sentences()

    def _read(self, line: str) -> Iterator[Claim]:
        if not line.lstrip().startswith("|"):
            self._around += f"{line}\n"
            return
        yield from self._sentences()
        cells = [cell.replace("\\|", "|").strip() for cell in _CELLS.split(line.strip().strip("|"))]
        if all(_RULE.fullmatch(cell) for cell in cells):
            return
        if not self._headings:
            self._headings = tuple(cells)
        elif (claim := self._row(cells)) is not None:
            yield claim

    def _sentences(self) -> Iterator[Claim]:
        text, self._around = self._around, ""
        for claim in split_claims(text, self._papers):
            yield self._numbered(replace(claim, row=((FINDING, claim.text),)))

    def _row(self, cells: list[str]) -> Claim | None:
        row: list[tuple[str, str]] = []
        keys: list[tuple[str, str | None]] = []
        headings = [*self._headings, *[""] * len(cells)]
        for heading, cell in zip(headings, cells, strict=False):
            claims = split_claims(cell, self._papers)
            keys += [(mark.key, mark.paper_id) for claim in claims for mark in claim.marks]
            said = " ".join(claim.text for claim in claims if claim.text)
            # A column that holds nothing but keys is what the marks are for.
            if said or not claims:
                row.append((heading, said))
        text = _BETWEEN_CELLS.join(said for _, said in row if said)
        marks = tuple(Mark(key=key, paper_id=paper, at=len(text)) for key, paper in keys)
        return self._numbered(Claim(text=text, marks=marks, row=tuple(row))) if text else None

    def _numbered(self, claim: Claim) -> Claim:
        self._rows += 1
        return replace(claim, paragraph=self._rows - 1)
