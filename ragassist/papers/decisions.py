"""What the user has decided about which records are one work."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ragassist.papers.keys import handles
from ragassist.types import Record


@dataclass(frozen=True, slots=True)
class Decisions:
    """Pairs of handles, each pair under both.

    Attributes:
        same: what carries one handle and what carries the other is one work, unless that joins
            what is kept apart.
        apart: they are two, unless an identifier joins them.
    """

    same: Mapping[str, frozenset[str]] = field(default_factory=dict)
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def keeps_apart(self, one: Record, other: Record) -> bool:
        """Whether these two were said to be two works."""
        if not self.apart:
            return False
        there = handles(other).keys()
        return any(not self.apart[h].isdisjoint(there) for h in handles(one) if h in self.apart)
