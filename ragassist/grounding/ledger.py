"""The ledger: each claim held against the abstracts it cites, by what can be decided without a model."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from ragassist.storage.catalog import Catalog
from ragassist.types import Claim, Paper, Verdict

Weigh = Callable[[Sequence[str]], Mapping[str, float]]


class Ledger:
    """STUB."""

    def __init__(self, papers: Mapping[str, Paper], weigh: Weigh) -> None:
        raise NotImplementedError

    def check(self, claim: Claim) -> Claim:
        """STUB."""
        raise NotImplementedError


def rarity_in(catalog: Catalog) -> Weigh:
    """STUB."""
    raise NotImplementedError


def tally(claims: Iterable[Claim]) -> dict[Verdict, int]:
    """STUB."""
    raise NotImplementedError
