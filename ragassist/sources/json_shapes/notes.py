"""Zotero's field *Extra*, which CSL calls `note`: lines of `Name: value` among free text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ragassist.sources.json_shapes import identifiers
from ragassist.sources.json_shapes.values import plain
from ragassist.text import one_line, strip_controls

_LINE = re.compile(r"\{?:?([A-Za-z][\w. -]{0,40}?):\s*(.*)")
_KEYS = frozenset({"citation key", "bibtex", "citationkey"})
_KNOWN = _KEYS | {"doi", "pmid", "pmcid", "arxiv", "arxiv id"}
_TEX = "tex."


@dataclass(frozen=True, slots=True)
class Note:
    """What such a field says.

    Attributes:
        named: value by name in lower case; those that begin with `tex.` are meant for BibTeX.
        rest: everything else, on one line.
    """

    named: Mapping[str, str]
    rest: str | None

    @property
    def key(self) -> str | None:
        """The citation key that Better BibTeX pinned here."""
        return next((self.named[name] for name in sorted(_KEYS & self.named.keys())), None)

    @property
    def arxiv_id(self) -> str | None:
        """`arXiv: 2301.00001 [cs]`, without its version."""
        stated = self.named.get("arxiv") or self.named.get("arxiv id")
        return identifiers.arxiv_id_in(f"arXiv:{stated}") if stated else None

    @property
    def extra(self) -> list[tuple[str, str]]:
        """The fields meant for BibTeX, by their names there."""
        return [
            (name.removeprefix(_TEX), value)
            for name, value in self.named.items()
            if name.startswith(_TEX) and len(name) > len(_TEX)
        ]


_SILENT = Note({}, None)


def read_note(value: object) -> Note:
    """Take a field apart; of a name given twice the first holds."""
    if not value or not isinstance(value, str):
        return _SILENT
    named: dict[str, str] = {}
    rest = []
    for line in strip_controls(value).splitlines():
        found = _LINE.fullmatch(line.strip())
        name = found[1].lower() if found else ""
        if found and (name in _KNOWN or name.startswith(_TEX)) and (stated := one_line(found[2])):
            named.setdefault(name, stated)
        else:
            rest.append(line)
    return Note(named, plain(" ".join(rest)) or None)
