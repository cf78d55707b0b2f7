"""What a model writes in the form it was asked for, as claims: sentences, items or rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from ragassist.answering.markup import Kind, Markup
from ragassist.answering.rows import Rows
from ragassist.grounding.claims import ClaimStream
from ragassist.types import Claim, Shape

FINDING = "Finding"
"""Heads the one column of a table that nobody gave columns."""

_SIGN = re.compile(r"(?:[-*+•]|[0-9]{1,2}[.)])\s+")
_STOPPED = re.compile(r"[.!?:;,…。！？][\"'”’)*_`]*\Z")


class Form(Protocol):
    """Text that arrives piece by piece, as the claims that are complete."""

    def feed(self, text: str) -> Iterator[Claim]:
        """The claims that this piece completes."""

    def close(self) -> Iterator[Claim]:
        """The claims that the end completes."""


def form_of(shape: Shape, papers: Mapping[str, str]) -> Form:
    """What reads a text of which this shape is wanted.

    A model that keeps to no shape is read all the same: sentences are the items of a list or the
    rows of a table with one column, and the items of a list are the sentences of a paragraph. A
    table is one in every shape, and a block of code one claim that begins with its fence.

    Args:
        papers: what may be cited, as for `find_citations`.
    """
    return _Reader(papers, shape)


def in_place_of(claim: Claim, text: str, papers: Mapping[str, str]) -> tuple[Claim, ...]:
    """What a text says that is to take the place of one claim; nothing where it cannot.

    The place of a row is taken by one row with as many cells, or by sentences, each a row.
    """
    form = form_of("table" if claim.row else "prose", papers)
    claims = (*form.feed(text), *form.close())
    if not claim.row or all(_is_found(one) for one in claims):
        return claims
    if len(claims) != 1 or len(claims[0].row) != len(claim.row):
        return ()
    cells = zip(claim.row, claims[0].row, strict=True)
    row = tuple((heading, said) for (heading, _), (_, said) in cells)
    return (replace(claims[0], row=row),)


def is_code(claim: Claim) -> bool:
    """Whether a claim is a block of code, which keeps its lines."""
    return claim.text.startswith(("```", "~~~"))


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


def _is_found(claim: Claim) -> bool:
    return [heading for heading, _ in claim.row] == [FINDING]


class _Reader:
    """Marked-up text as claims, its sentences placed as the shape wants them."""

    def __init__(self, papers: Mapping[str, str], shape: Shape) -> None:
        self._papers = papers
        self._markup = Markup()
        self._stream = ClaimStream(papers)
        self._rows = Rows(papers)
        self._shape = shape
        self._paragraph = -1
        self._block: int | None = None
        self._signed = False
        self._before: Claim | None = None

    def feed(self, text: str) -> Iterator[Claim]:
        for kind, part in self._markup.feed(text):
            yield from self._read(kind, part)

    def close(self) -> Iterator[Claim]:
        for kind, part in self._markup.close():
            yield from self._read(kind, part)
        yield from self._end_of_text()
        yield from map(self._apart, self._rows.close())

    def _read(self, kind: Kind, part: str) -> Iterator[Claim]:
        if kind == "text":
            yield from map(self._apart, self._rows.close())
            yield from map(self._placed, self._stream.feed(part))
            return
        yield from self._end_of_text()
        if kind == "row":
            yield from map(self._apart, self._rows.feed(part))
        else:
            yield from map(self._apart, self._rows.close())
            yield self._apart(Claim(text=part))

    def _end_of_text(self) -> Iterator[Claim]:
        stream, self._stream = self._stream, ClaimStream(self._papers)
        yield from map(self._placed, stream.close())
        self._block = None

    def _apart(self, claim: Claim) -> Claim:
        self._paragraph += 1
        self._before = None
        return replace(claim, paragraph=self._paragraph)

    def _placed(self, claim: Claim) -> Claim:
        sign = _SIGN.match(claim.text)
        bare = _without(claim, sign.end() if sign else 0)
        block, self._block = self._block, claim.paragraph
        goes_on = claim.paragraph == block
        if self._shape == "table":
            return self._apart(replace(bare, row=((FINDING, bare.text),)))
        if self._shape == "prose":
            return self._in_prose(bare, goes_on=goes_on, signed=sign is not None)
        self._signed = self._signed or sign is not None
        # Without signs every sentence is an item.
        if sign is not None or not self._signed or not goes_on:
            self._paragraph += 1
        return replace(bare, paragraph=self._paragraph)

    def _in_prose(self, claim: Claim, *, goes_on: bool, signed: bool) -> Claim:
        """The items of a list are the sentences of a paragraph, that of what leads them in."""
        before = self._before
        joins = signed and before is not None and (self._signed or leads_in(before))
        if not goes_on:
            self._signed = signed
        if not goes_on and not joins:
            self._paragraph += 1
        self._before = claim
        if self._signed and not _STOPPED.search(claim.text):
            claim = replace(claim, text=f"{claim.text}.")
        return replace(claim, paragraph=self._paragraph)


def _without(claim: Claim, taken: int) -> Claim:
    marks = tuple(replace(mark, at=max(0, mark.at - taken)) for mark in claim.marks)
    return replace(claim, text=claim.text[taken:], marks=marks)
