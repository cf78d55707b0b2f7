"""Ask your own reading list: answers whose every sentence cites a paper.

`Library` is the way in from Python; everything it returns is in `ragassist.types`, everything it
raises in `ragassist.errors`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ragassist.library import Library

__all__ = ["Library"]


def __getattr__(name: str) -> Any:
    # `ragassist --help` imports this package; what Library needs is loaded when it is asked for.
    if name == "Library":
        from ragassist.library import Library

        return Library
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
