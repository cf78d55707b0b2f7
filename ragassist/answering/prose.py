"""Claims as running text: citations behind what they bear out, a flag behind what failed."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from ragassist.grounding.citations import write_claim
from ragassist.types import Claim, Mark

_PASSES = ("supported", "unjudged")


def as_prose(claims: Iterable[Claim]) -> str:
    """All the claims, paragraphs parted by an empty line."""
    paragraphs = groupby(claims, key=lambda claim: claim.paragraph)
    return "\n\n".join(" ".join(as_sentence(claim) for claim in group) for _, group in paragraphs)


def as_sentence(claim: Claim) -> str:
    """One claim with its citations in brackets, and its flag where it has one.

    `BM25 is hard to beat. [thakur2021beir]`; an invented key is shown with a question mark.
    """
    sentence = write_claim(claim, in_brackets)
    return f"{sentence} {flag(claim)}" if is_flagged(claim) else sentence


def in_brackets(marks: Sequence[Mark]) -> str:
    """What stands at one place of a sentence: `[a, b]`, an invented key as `[P9?]`."""
    keys = (f"{mark.key}?" if mark.paper_id is None else mark.paper_id for mark in marks)
    return f"[{', '.join(dict.fromkeys(keys))}]"


def is_flagged(claim: Claim) -> bool:
    """Whether a reader must be warned: the check found something wrong."""
    return claim.verdict not in _PASSES


def flag(claim: Claim) -> str:
    """`(!unsupported: 42 stands in no cited abstract)`."""
    return f"(!{claim.verdict}{': ' if claim.why else ''}{claim.why})"
