"""STUB."""

from collections.abc import Iterable, Iterator

from ragassist.sources.lines import Line
from ragassist.types import Failure, Record


def looks_like(head: str) -> bool:
    """STUB."""
    return False and bool(head)


def read(lines: Iterable[Line], source: str) -> Iterator[Record | Failure]:
    """STUB."""
    raise NotImplementedError
