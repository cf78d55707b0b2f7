r"""What `@preamble` defines, kept beside the entries that use it.

Sorting by a title that begins with `\noop{b}` works only where `\noop` is defined, and that is done
in the file itself: a bibliography made of such entries alone would stop TeX.
"""

import dataclasses
import re
from collections.abc import Iterator

from ragassist.sources.latex_fields import KEPT, is_whole
from ragassist.text import one_line
from ragassist.types import Record

PREAMBLE = f"{KEPT}preamble"
"""Where in `extra` the preambles stand that define commands of what a source wrote."""

_APART = " # "
_DEFINED = re.compile(
    r"\\(?:(?:re)?new|provide)(?:robust)?command\*?\s*\{?\s*\\([a-zA-Z@]+)"
    r"|\\DeclareRobustCommand\*?\s*\{?\s*\\([a-zA-Z@]+)"
    r"|\\(?:[egx]?def|let)\s*\\([a-zA-Z@]+)"
)
_COMMAND = re.compile(r"\\([a-zA-Z@]+)")
_LONGEST = 4000


def preambles_in(stated: str) -> Iterator[str]:
    """The preambles that stand in one text, each in braces, parted by `#`; without the braces."""
    pieces = ""
    for piece in stated.split(_APART) if 0 < len(stated) <= _LONGEST else ():
        pieces = f"{pieces}{_APART}{piece}" if pieces else piece
        if is_whole(pieces):
            if pieces.startswith("{") and is_whole(pieces[1:-1]):
                yield pieces[1:-1]
            pieces = ""


class Preambles:
    """The preambles of a file that define commands, up to four thousand characters of them."""

    def __init__(self) -> None:
        self._stated = ""
        self._defined: frozenset[str] = frozenset()

    def learn(self, preamble: str) -> None:
        """Keep what a preamble says, where it defines a command."""
        text = one_line(preamble)
        names = {name for found in _DEFINED.findall(text) for name in found if name}
        stated = _APART.join(filter(None, (self._stated, f"{{{text}}}")))
        if names and is_whole(text) and len(stated) <= _LONGEST:
            self._stated = stated
            self._defined |= names

    def beside(self, record: Record) -> Record:
        """The record; where what its source wrote uses such a command, with the preambles."""
        if not self._defined or not any(map(self._uses, record.extra)):
            return record
        extra = sorted((*record.extra, (PREAMBLE, self._stated)))
        return dataclasses.replace(record, extra=tuple(extra))

    def _uses(self, stated: tuple[str, str]) -> bool:
        name, value = stated
        return name.startswith(KEPT) and not self._defined.isdisjoint(_COMMAND.findall(value))
