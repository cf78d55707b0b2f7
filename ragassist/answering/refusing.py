"""Where a text of a model says, in the form that was asked for, that there is nothing to say."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ragassist.text import one_line
from ragassist.types import Claim

NO_ANSWER = "NO_ANSWER"
NO_SUPPORT = "NO_SUPPORT"
# Models wrap a token in the marks of Markdown, and escape its underscore.
_MARKDOWN = "*_`#>|\"' \t\r\n"
# Within a line only the token as it was asked for is one.
_BEGINS = re.compile(r"[*_`#>\"'\s+•–—-]*NO\\?_ANSWER(?!\w)(?P<missing>.*)", re.DOTALL)
_ENDS = re.compile(
    r"(?<!\w)NO\\?_ANSWER(?!\w)[*_`\"']*"
    r"(?:(?:\s*[:–—]|\s-\s)(?P<missing>.*)|[.!?]*[*_`\"')]*\Z)",
    re.DOTALL,
)


def without_refusals(pieces: Iterable[str], refused: Callable[[str], None]) -> Iterator[str]:
    """A text as it comes, without the lines that begin with NO_ANSWER.

    The first words of a line are held back until they cannot be the token.

    Args:
        refused: told what stands behind the token, and so is said to be missing.
    """
    held = ""
    begins = True
    for piece in pieces:
        for part in piece.splitlines(keepends=True):
            if not begins:
                yield part
                begins = part.endswith("\n")
                continue
            held += part
            ends = held.endswith("\n")
            if held.strip() and may_be(NO_ANSWER, held) and not ends:
                begins = True
                continue
            yield from _settled(held, refused)
            held, begins = "", ends or not held.strip()
    if held:
        yield from _settled(held, refused)


def _settled(line: str, refused: Callable[[str], None]) -> Iterator[str]:
    missing = behind(NO_ANSWER, line)
    if missing is None:
        yield line
    else:
        refused(first_line(missing))
        yield "\n\n"


def taken_apart(claim: Claim) -> tuple[str | None, Claim | None]:
    """What a claim says is missing, if it refuses; and what it claims, if anything.

    A sentence or a cell refuses that begins with the token, and so does a sentence that cites
    nothing and comes to the token at its end or before a colon.
    """
    if len(claim.row) > 1:
        return _row_apart(claim)
    met = _BEGINS.fullmatch(claim.text) or (None if claim.marks else _ENDS.search(claim.text))
    return (first_line(met["missing"] or ""), None) if met else (None, claim)


def _row_apart(claim: Claim) -> tuple[str | None, Claim | None]:
    """The cells that refuse are emptied; a row that cites nothing then says no more than they."""
    met = [_BEGINS.fullmatch(said) for _, said in claim.row]
    if not any(met):
        return None, claim
    row = tuple(
        (head, "" if one else said) for (head, said), one in zip(claim.row, met, strict=True)
    )
    text = "; ".join(said for _, said in row if said)
    missing = next(filter(None, (first_line(one["missing"]) for one in met if one)), text)
    if not (text and claim.marks):
        return missing, None
    marks = tuple(replace(mark, at=len(text)) for mark in claim.marks)
    return missing, replace(claim, text=text, row=row, marks=marks)


def may_be(token: str, text: str) -> bool:
    """Whether a text begins with a token, or may yet when more of it has come."""
    return token.startswith(_bare(text)[: len(token)])


def behind(token: str, text: str) -> str | None:
    """What follows the token that a text begins with; None where it does not.

    `NO_ANSWER`, `NO ANSWER` and `No_Answer` are one token; "No answer can be given" is text.
    """
    plain = _unmarked(text)
    rest = plain[len(token) :]
    begins = _bare(plain).startswith(token) and not rest[:1].isalnum()
    ends = not rest.strip() or not rest[0].isspace()
    return rest if begins and (ends or plain.startswith(token)) else None


def first_line(text: str) -> str:
    """The first line that says something, without marks of Markdown around it."""
    return one_line(text.lstrip(_MARKDOWN + ":-–—").partition("\n")[0]).rstrip(_MARKDOWN)


def _bare(text: str) -> str:
    return _unmarked(text).upper().replace(" ", "_")


def _unmarked(text: str) -> str:
    return text.lstrip(f"{_MARKDOWN}-").replace("\\", "")
