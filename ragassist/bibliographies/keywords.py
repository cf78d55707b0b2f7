"""What a paper is about, as formats list it that know no difference between kinds of keywords."""

from collections.abc import Iterable


def each_once(terms: Iterable[str]) -> tuple[str, ...]:
    """The terms in order; of those that differ in case alone the first."""
    kept: dict[str, str] = {}
    for term in terms:
        kept.setdefault(term.casefold(), term)
    return tuple(kept.values())
