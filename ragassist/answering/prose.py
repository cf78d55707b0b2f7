"""One claim as a sentence: citations behind what they bear out, a flag behind what failed."""

from collections.abc import Sequence

from ragassist.grounding.citations import write_claim
from ragassist.types import Claim, Mark

_PASSES = ("supported", "unjudged")


def as_sentence(claim: Claim) -> str:
    """One claim with its citations in brackets, and its flag where it has one.

    `BM25 is hard to beat. [thakur2021beir]`; behind an invented key stands that it names no paper.
    """
    sentence = write_claim(claim, in_brackets)
    return f"{sentence} {flag(claim)}" if is_flagged(claim) else sentence


def in_brackets(marks: Sequence[Mark]) -> str:
    """What stands at one place of a sentence: `[a, b (retracted)]`, `[P9 (no such paper)]`."""
    keys = (
        f"{mark.key} (no such paper)"
        if mark.paper_id is None
        else " ".join([mark.paper_id, *(f"({note})" for note in mark.notes)])
        for mark in marks
    )
    return f"[{', '.join(dict.fromkeys(keys))}]"


def is_flagged(claim: Claim) -> bool:
    """Whether a reader must be warned: the check found something wrong."""
    return claim.verdict not in _PASSES


def flag(claim: Claim) -> str:
    """`(!unsupported: 42 stands in no cited abstract)`."""
    return f"(!{claim.verdict}{': ' if claim.why else ''}{claim.why})"
