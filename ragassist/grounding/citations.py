"""Where a text cites: read tolerantly, held against what may be cited strictly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ragassist.types import Claim, Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Citing:
    """One bracket that cites, `text[start:stop]`: its keys in order, each with its paper or None."""

    start: int
    stop: int
    papers: tuple[tuple[str, str | None], ...]


def find_citations(text: str, papers: Mapping[str, str]) -> list[Citing]:
    """STUB."""
    raise NotImplementedError


def write_claim(
    claim: Claim,
    mark: Callable[[Sequence[Mark]], str],
    escape: Callable[[str], str] = lambda text: text,
) -> str:
    """STUB."""
    raise NotImplementedError
