"""Claims as the text of an answer: running prose, bullets, a numbered list, or a table."""

from collections.abc import Iterable

from ragassist.answering.forms import is_code, leads_in
from ragassist.answering.prose import as_sentence, flag, in_brackets, is_flagged
from ragassist.text import one_line, strip_controls
from ragassist.types import Claim, Shape

_SOURCES = "Sources"


class Layout:
    """An answer as Markdown, laid out claim by claim.

    What `add` returns, put together, is the whole: plain sentences and paragraphs are Markdown
    as they are.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._before: Claim | None = None
        self._item = 0

    def add(self, claim: Claim) -> str:
        """The claim with its citations and its flag, and what parts it from the one before."""
        before, self._before = self._before, claim
        if claim.row:
            return self._row(claim, before)
        if is_code(claim):
            return ("\n\n" if before else "") + _code(claim)
        sentence = one_line(as_sentence(claim))
        if before is None:
            return self._sign(claim) + sentence
        if claim.paragraph == before.paragraph:
            return f" {sentence}"
        listed = self._shape in {"bullets", "list"} and not (
            leads_in(before) or before.row or is_code(before)
        )
        return ("\n" if listed else "\n\n") + self._sign(claim) + sentence

    def _sign(self, claim: Claim) -> str:
        if self._shape not in {"bullets", "list"} or leads_in(claim):
            return ""
        self._item += 1
        return f"{self._item}. " if self._shape == "list" else "- "

    def _row(self, claim: Claim, before: Claim | None) -> str:
        lead = "" if before is None else "\n"
        if before is None or _headings(before) != _headings(claim):
            heads = [*_headings(claim), _SOURCES]
            lead += "\n" if before is not None else ""
            lead += f"{_line(heads)}\n{_line('---' for _ in heads)}\n"
        sources = in_brackets(claim.marks) if claim.marks else ""
        if is_flagged(claim):
            sources = f"{sources} {flag(claim)}".strip()
        return lead + _line([*(said for _, said in claim.row), sources])


def lay_out(claims: Iterable[Claim], shape: Shape = "prose") -> str:
    """All the claims in this shape, as Markdown."""
    layout = Layout(shape)
    return "".join(map(layout.add, claims))


def _code(claim: Claim) -> str:
    lines = [strip_controls(claim.text)]
    lines += [in_brackets(claim.marks)] if claim.marks else []
    lines += [flag(claim)] if is_flagged(claim) else []
    return "\n".join(lines)


def _headings(claim: Claim) -> list[str]:
    return [heading for heading, _ in claim.row]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(one_line(cell).replace('|', chr(92) + '|') for cell in cells)} |"
