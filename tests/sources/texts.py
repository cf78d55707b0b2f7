"""Texts as readers take them, and what they make of them."""

from collections.abc import Iterable, Iterator, Sequence

from hypothesis import strategies as st

from ragassist.sources.lines import Line
from ragassist.types import Failure, Record


def lines_of(text: str) -> Iterator[Line]:
    return (Line(number, line) for number, line in enumerate(text.split("\n"), 1))


def records_of(outcome: Iterable[Record | Failure]) -> list[Record]:
    """The records alone."""
    return [found for found in outcome if isinstance(found, Record)]


def only_record(outcome: Iterable[Record | Failure]) -> Record:
    """The one record that there is; there is nothing else."""
    [found] = outcome
    assert isinstance(found, Record)
    return found


def torn(text: str) -> st.SearchStrategy[str]:
    """Lines of a text, in any order, left out and said twice, with anything between them."""
    lines = st.sampled_from(text.split("\n")) | st.text(max_size=40)
    return st.lists(lines, max_size=30).map("\n".join)


def assert_papers_and_failures(outcome: Iterable[Record | Failure]) -> None:
    for found in outcome:
        assert isinstance(found, Failure) or found.title or found.abstract


def json_values(
    texts: st.SearchStrategy[str], names: Sequence[str], most: int = 6
) -> st.SearchStrategy[object]:
    """Whatever may stand where a service or a program ought to have something else.

    Args:
        names: of the objects among it.
        most: so many values, inside one another or side by side.
    """
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=3)
        ),
        max_leaves=most,
    )
