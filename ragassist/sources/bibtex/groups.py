"""Groups that a reference manager lists in a comment, by the keys or a keyword of what is in them.

JabRef did so up to version 3 (now it names an entry's groups in the entry), BibDesk does.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice

from ragassist.sources.bibtex.blocks import Block
from ragassist.sources.lines import Line
from ragassist.types import Failure, Record

# The first lines of files that may end in a list of groups.
_LINES_LOOKED_AT = 10
_HEADER = re.compile(
    r"\s*%*\s*this (?:bibtex )?file was created (?:using|with) (?:BibDesk|JabRef)"
    r"|\s*%\s*encoding: ?[\w-]+\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_MOST_HELD = 50_000

_JABREF = re.compile(r"\s*jabref-meta:\s*(?:groupstree|grouping):", re.IGNORECASE)
_KEYWORD_NODE = re.compile(r"\d+ KeywordGroup:(.*)", re.DOTALL)
# Behind a name: how it goes with the group around it, the field, what is searched for in it,
# whether case counts, whether it is a regular expression.
_KEYWORD_PARTS = 6
_TREE_NODE = re.compile(r"\d+ ExplicitGroup:(.*)", re.DOTALL)
_END_OF_PART = re.compile(r"((?:[^\\;]|\\.)*);", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

_PLIST_DICT = re.compile(r"<dict>(.*?)</dict>", re.DOTALL)
_PLIST_PAIR = re.compile(r"<key>([^<]*)</key>\s*<string>([^<]*)</string>")


def has_header(head: str) -> bool:
    """Whether a text begins with the comment that JabRef or BibDesk puts first."""
    return _HEADER.match(head) is not None


def may_have_groups(lines: Iterable[Line]) -> tuple[bool, Iterator[Line]]:
    """Whether the first lines are those of a program that lists groups; and all the lines."""
    remaining = iter(lines)
    first = list(islice(remaining, _LINES_LOOKED_AT))
    return any(_HEADER.match(line.text) for line in first), chain(first, remaining)


class Groups:
    """Entries of a file until the groups they are in are known, which stand behind them.

    At most 50,000 are held: beyond, they are given out without.
    """

    def __init__(self, *, hold: bool) -> None:
        self._hold = hold
        self._held: list[Record | Failure] = []
        self._of: dict[str, dict[str, None]] = {}
        self._by_keyword: dict[str, dict[str, None]] = {}

    def learn(self, block: Block) -> None:
        """Take in the groups that a comment lists."""
        for name, keys in _listed(block.text):
            for key in keys:
                self._of.setdefault(key.casefold(), {})[name] = None
        for name, keyword in _searched(block.text):
            self._by_keyword.setdefault(keyword.casefold(), {})[name] = None

    def add(self, found: Record | Failure) -> Iterator[Record | Failure]:
        """What can be given out now."""
        self._held.append(found)
        if not self._hold or len(self._held) > _MOST_HELD:
            self._hold = False
            yield from self.rest()

    def rest(self) -> Iterator[Record | Failure]:
        """All that is held, with its groups among its tags."""
        held, self._held = self._held, []
        return map(self._grouped, held)

    def _grouped(self, found: Record | Failure) -> Record | Failure:
        if isinstance(found, Failure):
            return found
        names = dict(self._of.get((found.key or "").casefold(), {}))
        for keyword in found.keywords if self._by_keyword else ():
            names |= self._by_keyword.get(keyword.casefold(), {})
        return replace(found, tags=tuple(dict.fromkeys((*found.tags, *names)))) if names else found


def _listed(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each group's name, and the keys of what is in it."""
    if jabref := _JABREF.match(text):
        yield from _of_jabref(text[jabref.end() :])
    else:
        for group in _PLIST_DICT.findall(text):
            stated = {
                name.strip(): html.unescape(value) for name, value in _PLIST_PAIR.findall(group)
            }
            name, keys = stated.get("group name", ""), stated.get("keys", "").split(",")
            if name.strip():
                yield " ".join(name.split()), [key.strip() for key in keys if key.strip()]


def _searched(text: str) -> Iterator[tuple[str, str]]:
    """Groups of JabRef that hold whatever has a keyword: their names, and the keyword."""
    jabref = _JABREF.match(text)
    tree = re.sub(r"[\r\n]", "", text[jabref.end() :]) if jabref else ""
    for node in _parts(tree):
        found = _KEYWORD_NODE.fullmatch(node)
        parts = _parts(found[1]) if found else []
        if len(parts) < _KEYWORD_PARTS or parts[2].lower() != "keywords" or parts[5] == "1":
            continue
        if (name := parts[0].strip()) and (keyword := parts[3].strip()):
            yield name, keyword


def _of_jabref(tree: str) -> Iterator[tuple[str, list[str]]]:
    # Lines are broken wherever they are long.
    for node in _parts(re.sub(r"[\r\n]", "", tree)):
        if explicit := _TREE_NODE.fullmatch(node):
            # Behind the name stands how it goes with the group around it.
            name, _, *keys = (*_parts(explicit[1]), "")
            if name.strip():
                yield name.strip(), [key.strip() for key in keys if key.strip()]


def _parts(text: str) -> list[str]:
    """What semicolons end, a backslash before any of them or of others undone once."""
    return [_ESCAPED.sub(r"\1", part) for part in _END_OF_PART.findall(text)] or [""]
