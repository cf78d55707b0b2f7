r"""The objects of a JSON text larger than memory, each with the line it begins in.

Incremental parsers (ijson, measured) stop at the first character that is no JSON and tell no
lines. Here brackets are counted outside of strings, and each object is decoded by itself: one that
is broken costs itself, and the rest is read. Memory is bounded by the longest object.
"""

import json
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ragassist.sources.json_shapes.recognition import CONTAINERS, LISTS, PAPER_NAMES, SHOWN
from ragassist.sources.lines import Line

_LONGEST_OBJECT = 64_000_000
# A string ends with its line at the latest, so that one without an end does not swallow the rest.
_TOKEN = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+(?P<end>"?)|[\[\]{}]')
_REST_OF_STRING = re.compile(r'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+')
_BETWEEN = re.compile(r"[\s,]*+")
_STRAY = re.compile(r'(?:"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|[^"\[\]{}])*+')
_INDENT = re.compile(r"[ \t]*+")
_COLON = re.compile(r"\s*+:")
# Deeper than here no wrapper has its list.
_DEPTH_OF_NAMES = 2
_LONGEST_NAME = 100
# A tab in a string is not JSON, but leaves no doubt about what is meant.
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One object of a JSON text, or what stands where one should.

    Attributes:
        line: 1-based, where it begins.
        value: None where it cannot be read.
        problem: why it cannot, one clause; empty otherwise.
        text: what it was read from; its beginning where it has a value.
        listed: whether it stands in a list, alone or wrapped.
        beside: what the wrapper states before its list, one object for all in it.
    """

    line: int
    value: dict[str, Any] | None
    problem: str = ""
    text: str
    listed: bool
    beside: Mapping[str, Any] = field(default_factory=dict)


def decode(text: str) -> tuple[object, str]:
    """The value of a JSON text, or None and why there is none, one clause."""
    try:
        return _DECODER.decode(text), ""
    except json.JSONDecodeError as error:
        return None, f"not JSON: {error.msg}"
    except RecursionError:
        return None, "not JSON that can be read: nested too deeply"
    except ValueError:
        return None, "not JSON that can be read: a number of too many digits"


def names_in(text: str) -> set[str]:
    """The names of an object's own level, also of one that is broken or cut off."""
    names: set[str] = set()
    depth = 0
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first == '"':
            if depth == 1 and _COLON.match(text, token.end()):
                names.add(token[0].strip('"'))
        else:
            depth += 1 if first in "{[" else -1
    return names


def elements(lines: Iterable[Line]) -> Iterator[Element]:
    """The objects of a JSON text: of arrays, of a wrapper's list, single, one after another.

    Lines that share a number are pieces of one. What is neither an object nor a list of them is
    reported in runs, and so is a text that ends too early. An object that never ends is taken to
    end where, in an indented text, the next of its list begins.
    """
    scanner = _Scanner()
    strings = _Strings()
    previous: Line | None = None
    for line in lines:
        if previous is not None:
            if previous.number == line.number:
                text = strings.without_cut(previous.text)
            else:
                text = f"{strings.whole(previous.text)}\n"
            yield from scanner.feed(previous.number, text, lost=strings.lost)
        previous = line
    if previous is not None:
        yield from scanner.feed(previous.number, strings.whole(previous.text), lost=strings.lost)
        yield from scanner.end(previous.number)


class _Strings:
    """Keeps the strings of a line whole that is given in pieces.

    Attributes:
        lost: the string that the last piece broke off in was too long, and was let go.
    """

    def __init__(self) -> None:
        self.lost = False
        self._held = ""

    def without_cut(self, piece: str) -> str:
        """A piece, and what was held of those before it, without the string it breaks off in."""
        text = self._behind_lost(self._held + piece)
        self._held = ""
        if self.lost:
            # What is escaped by a last backslash comes with the next piece.
            self._held = text
            return ""
        last = next(iter(deque(_TOKEN.finditer(text), maxlen=1)), None)
        if last is None or last["end"] != "":
            return text
        kept, cut = text[: last.start()], text[last.start() :]
        if len(cut) > _LONGEST_OBJECT:
            self.lost = True
        else:
            self._held = cut
        return kept

    def whole(self, piece: str) -> str:
        """The last piece of a line, with what was held of those before it."""
        text = self._behind_lost(self._held + piece)
        text, self._held, self.lost = ("" if self.lost else text), "", False
        return text

    def _behind_lost(self, text: str) -> str:
        """What follows the end of a string that was let go; while there is none, its remnant."""
        if not self.lost:
            return text
        end = _REST_OF_STRING.match(text).end()  # type: ignore[union-attr]
        self.lost = not text.startswith('"', end)
        return text[end:] if self.lost else text[end + 1 :]


@dataclass(slots=True)
class _Open:
    """An object that is being read.

    Attributes:
        indent: what stands before it on its line; None where that is more than blanks.
        is_spread: its first line has its bracket alone, as programs write it that indent.
        brackets: those that are open in it, outermost first.
        parts: its text so far; None once it is known to be a wrapper, or longer than can be.
        names: those of its own level, of an object in no list.
    """

    line: int
    indent: str | None
    listed: bool
    is_spread: bool
    brackets: list[str] = field(default_factory=list)
    parts: list[str] | None = field(default_factory=list)
    size: int = 0
    names: set[str] = field(default_factory=set)
    last_string: str = ""
    in_container: bool = False
    is_wrapper: bool = False
    beside: Mapping[str, Any] = field(default_factory=dict)

    def keep(self, text: str) -> None:
        self.size += len(text)
        if self.parts is not None:
            self.parts.append(text)
            if self.size > _LONGEST_OBJECT:
                self.parts = None

    def let_go(self) -> None:
        self.parts = None

    def element(self, problem: str = "") -> Element:
        text = "".join(self.parts or ())
        value: object = None
        if not problem and self.parts is None:
            problem = f"an object of more than {_LONGEST_OBJECT:,} characters"
        if not problem:
            value, problem = decode(text)
        return Element(
            line=self.line,
            value=value if isinstance(value, dict) else None,
            problem=problem,
            text=text,
            listed=self.listed,
            beside=self.beside,
        )

    def become_wrapper(self, last: str) -> None:
        """Let go of the text, but for what it states up to the list that begins behind `last`."""
        if len(self.brackets) == 1 and self.parts is not None:
            stated, _ = decode("".join((*self.parts, last, "[]}")))
            self.beside = stated if isinstance(stated, dict) else {}
        self.is_wrapper, self.parts = True, None


class _Scanner:
    """Where in a JSON text reading has come.

    Attributes:
        lists: how many are open around the next object.
        open: the object being read, listed or not, or the wrapper around a list that has ended.
        wrapper: what the open list stands in.
    """

    def __init__(self) -> None:
        self.lists = 0
        self.open: _Open | None = None
        self.wrapper: _Open | None = None
        self._number = 0
        self._goes_on = False
        self._has_failed = False
        self._list_indent = ""
        self._last = ""
        self._strayed = False
        self._one_a_line = False
        self._is_loose = False

    def feed(self, number: int, text: str, *, lost: bool = False) -> Iterator[Element]:
        """The objects that end in a line, or in a piece of one.

        Args:
            lost: a string too long to be held follows, and with it an object.
        """
        self._goes_on, self._has_failed = number == self._number, False
        if number != self._number and self.open is not None and self._begins_next(text):
            yield self.open.element("not JSON: it does not end before the next object begins")
            self.open = None
        self._number = number
        at = 0
        while at < len(text):
            if self.open is not None:
                at = self._read(self.open, text, at)
                if self.open is not None and not self.open.brackets:
                    yield from self._close(self.open)
            else:
                at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
                if at < len(text):
                    at = yield from self._step(text, at)
        self._last = text.rstrip()[-1:] or self._last
        if lost and self.open is not None:
            self.open.let_go()

    def end(self, number: int) -> Iterator[Element]:
        """What is still open when the text ends."""
        if self.open is not None and not self.open.is_wrapper:
            yield self.open.element("not JSON: the text ends before it does")
        elif self.lists or self.open is not None:
            yield self._nothing(number, "", "the text ends in the middle of a list")

    def _begins_next(self, text: str) -> bool:
        """Whether a line shows that the open object should have ended before it."""
        own, indent = self.open, _INDENT.match(text)
        if own is None or indent is None or indent[0] != own.indent or own.is_wrapper:
            return False
        if not text.startswith("{", indent.end()):
            return False
        if self._last in "[:":
            # The text is not indented by depth: nothing can be told from it.
            self._is_loose = True
        if own.brackets[-1] == "{":
            return self._last != ":"
        deeper = self.lists > 0 and len(indent[0]) > len(self._list_indent)
        return (deeper or (self._one_a_line and not own.is_spread)) and not self._is_loose

    def _step(self, text: str, at: int) -> Generator[Element, None, int]:
        """Past the next thing between objects; returns where it ends."""
        char = text[at]
        if char == "{":
            self._strayed = False
            return (yield from self._begin(text, at))
        if char == "[":
            self._enter_list(text)
            return at + 1
        if char == "]" and self.lists:
            self.lists -= 1
            if not self.lists:
                self.open, self.wrapper = self.wrapper, None
            return at + 1
        stop = max(_STRAY.match(text, at).end(), at + 1)  # type: ignore[union-attr]
        if not self._strayed:
            self._strayed = True
            yield self._nothing(self._number, text[at:stop], "not a JSON object")
        return stop

    def _enter_list(self, text: str) -> None:
        self.lists += 1
        self._list_indent = _INDENT.match(text)[0]  # type: ignore[index]

    def _nothing(self, line: int, text: str, problem: str) -> Element:
        return Element(line=line, value=None, problem=problem, text=text, listed=self.lists > 0)

    def _begin(self, text: str, at: int) -> Generator[Element, None, int]:
        """Past an object that ends in this line; else it is open from here."""
        blanks = _INDENT.match(text)
        is_first = blanks is not None and blanks.end() == at and not self._goes_on
        indent = blanks[0] if blanks is not None and is_first else None
        # An error counts the text before it: one a line is enough.
        if self.lists and not self._has_failed:
            try:
                value, stop = _DECODER.raw_decode(text, at)
            except (ValueError, RecursionError):
                self._has_failed = True
            else:
                self._one_a_line = self._one_a_line or indent is not None
                shown = text[at : min(stop, at + SHOWN)]
                beside = self.wrapper.beside if self.wrapper else {}
                yield Element(
                    line=self._number, value=value, text=shown, listed=True, beside=beside
                )
                return stop
        self.open = _Open(self._number, indent, self.lists > 0, not text[at + 1 : at + 9].strip())
        if self.wrapper is not None:
            self.open.beside = self.wrapper.beside
        return at

    def _read(self, own: _Open, text: str, at: int) -> int:
        """Past the end of the object, to the list in it if it is a wrapper, else past the text."""
        for token in _TOKEN.finditer(text, at):
            char = text[token.start()]
            if char == '"':
                if not own.listed and len(own.brackets) <= _DEPTH_OF_NAMES:
                    _note_name(own, text, token)
            elif char in "{[":
                if char == "[" and _is_list_of_papers(own):
                    own.become_wrapper(text[at : token.start()])
                    self.open, self.wrapper = None, own
                    self._enter_list(text)
                    return token.end()
                own.brackets.append(char)
                if len(own.brackets) == _DEPTH_OF_NAMES:
                    own.in_container = own.last_string in CONTAINERS
            else:
                own.brackets.pop()
                if not own.brackets:
                    own.keep(text[at : token.end()])
                    return token.end()
        own.keep(text[at:])
        return len(text)

    def _close(self, own: _Open) -> Iterator[Element]:
        self.open = None
        self._one_a_line = self._one_a_line or (own.line == self._number and own.indent is not None)
        if not own.is_wrapper:
            yield own.element()


def _note_name(own: _Open, text: str, token: re.Match[str]) -> None:
    own.last_string = token[0].strip('"') if len(token[0]) < _LONGEST_NAME else ""
    if len(own.brackets) == 1 and _COLON.match(text, token.end()):
        own.names.add(own.last_string)


def _is_list_of_papers(own: _Open) -> bool:
    if own.listed or own.last_string not in LISTS or not PAPER_NAMES.isdisjoint(own.names):
        return False
    depth = len(own.brackets)
    return depth == 1 or (depth == _DEPTH_OF_NAMES and own.in_container)
