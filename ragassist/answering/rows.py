"""The rows of a model's tables, as claims."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ragassist.grounding.claims import split_claims
from ragassist.types import Claim, Mark

_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\s*:?-+:?\s*")
_BETWEEN_CELLS = "; "
_FOR_KEYS = frozenset(
    "sources source references reference refs ref citations citation cited keys key".split()
)
_NOT_WORD = re.compile(r"[\W_]+")
# What a cell for keys says where there are none.
_NOTHING = frozenset({"", "none", "na"})
_ENDS = re.compile(r"[.!?。！？][\"”’)*_]*\Z")
# A heading is a few words; what is longer says something.
_LONGEST_HEADING_WORDS = 10

Keys = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A cell: what it says, and the keys it cites, each with its paper or None."""

    said: str
    keys: Keys


_EMPTY = _Cell(said="", keys=())


class Rows:
    """Tables that arrive line by line; each row but those of headings is a claim.

    Which columns are for keys is told by their headings and by the first row; what else stands in
    one goes into brackets behind the last cell. All rows of a table have the same headings.
    """

    def __init__(self, papers: Mapping[str, str]) -> None:
        self._papers = papers
        self._heads: tuple[_Cell, ...] = ()
        self._for_keys: frozenset[int] | None = None
        self._held: tuple[_Cell, ...] | None = None
        self._begun = False

    def feed(self, line: str) -> Iterator[Claim]:
        """The rows that this line completes: a line that may be headings waits for the next."""
        written = line.strip().removeprefix("|")
        written = written if written.endswith("\\|") else written.removesuffix("|")
        raw = [cell.replace("\\|", "|").strip() for cell in _CELLS.split(written)]
        if all(_RULE.fullmatch(cell) for cell in raw):
            held, self._held = self._held, None
            if held is not None:
                yield from self._head(held)
            return
        yield from self._release()
        cells = tuple(map(self._cell, raw))
        if not self._begun or not any(cell.keys for cell in cells):
            self._held = cells
        else:
            yield from self._row(cells)
        self._begun = True

    def close(self) -> Iterator[Claim]:
        """What the end of a table completes; the next line may begin another."""
        yield from self._release()
        self._begun = False

    def _release(self) -> Iterator[Claim]:
        """A line that no rule follows is a row, unless it has to be the headings."""
        held, self._held = self._held, None
        if held is None:
            return
        heads = len(held) != len(self._heads) and not any(cell.keys for cell in held)
        if heads:
            yield from self._head(held)
        else:
            if len(held) != len(self._heads):
                self._set_heads((_EMPTY,) * len(held))
            yield from self._row(held)

    def _head(self, cells: tuple[_Cell, ...]) -> Iterator[Claim]:
        """Take headings; where they say something that is to be checked, they are a row too."""
        if any(map(_states, cells)):
            self._set_heads(tuple(c if _is_for_keys(c) else _EMPTY for c in cells))
            yield from self._row([_EMPTY if _is_for_keys(cell) else cell for cell in cells])
        else:
            self._set_heads(cells)

    def _set_heads(self, cells: tuple[_Cell, ...]) -> None:
        self._heads = cells
        self._for_keys = None

    def _cell(self, raw: str) -> _Cell:
        claims = split_claims(raw, self._papers)
        keys = tuple((mark.key, mark.paper_id) for claim in claims for mark in claim.marks)
        return _Cell(said=" ".join(claim.text for claim in claims if claim.text), keys=keys)

    def _row(self, cells: Sequence[_Cell]) -> Iterator[Claim]:
        if self._for_keys is None:
            self._for_keys = frozenset(self._columns_for_keys(cells))
        shown = [*cells, *[_EMPTY] * (len(self._heads) - len(cells))]
        row: list[tuple[str, str]] = []
        asides: list[str] = []
        for place, cell in enumerate(shown):
            if place < len(self._heads) and place not in self._for_keys:
                row.append((_name(self._heads[place]), cell.said))
            elif _letters(cell) not in _NOTHING:
                asides.append(cell.said)
        if row and asides:
            heading, said = row[-1]
            row[-1] = (heading, f"{said} ({_BETWEEN_CELLS.join(asides)})".strip())
        text = _BETWEEN_CELLS.join(said for _, said in row if said)
        marks = [Mark(key=key, paper_id=of, at=len(text)) for key, of in self._keys(shown)]
        if text:
            yield Claim(text=text, marks=tuple(marks), row=tuple(row))

    def _keys(self, cells: Sequence[_Cell]) -> Iterator[tuple[str, str | None]]:
        """The keys of the cells, and of the headings of those that say something."""
        for place, cell in enumerate(cells):
            yield from cell.keys
            if cell.said and place < len(self._heads):
                yield from self._heads[place].keys

    def _columns_for_keys(self, first: Sequence[_Cell]) -> Iterator[int]:
        for place, head in enumerate(self._heads):
            only_keys = place < len(first) and first[place].keys and not first[place].said
            if only_keys or _is_for_keys(head):
                yield place


def _is_for_keys(head: _Cell) -> bool:
    return _letters(head) in _FOR_KEYS


def _letters(cell: _Cell) -> str:
    return _NOT_WORD.sub("", cell.said.casefold())


def _name(head: _Cell) -> str:
    return head.said or ", ".join(paper_id or f"{key}?" for key, paper_id in head.keys)


def _states(cell: _Cell) -> bool:
    """Whether a heading is a statement."""
    words = len(cell.said.split())
    return bool(cell.said) and (
        bool(cell.keys)
        or words > _LONGEST_HEADING_WORDS
        or (words > 1 and bool(_ENDS.search(cell.said)))
    )
