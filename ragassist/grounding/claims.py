"""From running text to claims: sentences, each with the marks that belong to it."""

from collections.abc import Iterator, Mapping

from ragassist.types import Claim


def split_claims(text: str, papers: Mapping[str, str]) -> tuple[Claim, ...]:
    """STUB."""
    raise NotImplementedError


class ClaimStream:
    """STUB."""

    def __init__(self, papers: Mapping[str, str]) -> None:
        raise NotImplementedError

    def feed(self, text: str) -> Iterator[Claim]:
        """STUB."""
        raise NotImplementedError

    def close(self) -> Iterator[Claim]:
        """STUB."""
        raise NotImplementedError
