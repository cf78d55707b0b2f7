"""Where the entries of a BibTeX file begin and end: lines in, one block at a time out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ragassist.sources.lines import Line

# Types that begin an entry even where no key follows; others must look like an entry.
KNOWN_TYPES = frozenset(
    "article artwork audio bibnote book bookinbook booklet collection comment commentary "
    "conference customa customb dataset electronic image inbook incollection inproceedings "
    "inreference jurisdiction legal legislation letter manual mastersthesis misc movie music "
    "mvbook mvcollection mvproceedings mvreference online patent performance periodical phdthesis "
    "preamble preprint proceedings reference report review set software softwaremodule "
    "softwareversion standard string suppbook suppcollection suppperiodical techreport thesis "
    "unpublished video webpage www xdata".split()
)
_ENTRY = r"@[ \t]*([A-Za-z][\w+.:-]*)[ \t]*([{(])"
_START = re.compile(_ENTRY)
_AT_LINE_START = re.compile(rf"[ \t]*{_ENTRY}")
_TYPE_ALONE = re.compile(r"[ \t]*@[ \t]*([A-Za-z][\w+.:-]*)[ \t]*$")
_KEY_FOLLOWS = re.compile(r'\s*[^\s,={}"()]{1,200}\s*(?:,|$)')
_FIELD_FOLLOWS = re.compile(r"[\s,}]{0,100}[^\W\d][\w.:+-]{1,40}\s*=\s*[{\"\w]")
_BRACE = re.compile(r"[{}]")
_PARENTHESIS = re.compile(r'[{}()"]')
_GROUPS = re.compile(
    r"\s*(?:jabref-meta:\s*(?:groupstree|grouping):|BibDesk Static Groups\s*\{)", re.IGNORECASE
)
_LOOKED_BACK = 100
_LONGEST_BLOCK = 32_000_000
_SHOWN = 80

CLOSED_EARLY = "it has a closing brace too many"
UNCLOSED = "its closing brace is missing"
TOO_LONG = "it is longer than 32 million characters"


@dataclass(slots=True)
class Block:
    """One `@type{...}`.

    Attributes:
        kind: the type, in lower case.
        line: 1-based, of its `@`.
        opening: `{` or `(`.
        text: what stands between the delimiters, or up to where the block was given up.
        trouble: why it was given up; empty where it was closed.
        excerpt: its first characters.
    """

    kind: str
    line: int
    opening: str = "{"
    text: str = ""
    trouble: str = ""

    @property
    def excerpt(self) -> str:
        """The first characters, on one line."""
        return " ".join(f"@{self.kind}{self.opening}{self.text[:_SHOWN]}".split())[:_SHOWN]

    @property
    def ends(self) -> str:
        """The first and the last characters, on one line: where one that is not closed ends."""
        if len(self.excerpt) < _SHOWN and len(self.text) <= _SHOWN:
            return self.excerpt
        half = _SHOWN // 2 - 2
        last = " ".join(self.text[-_SHOWN:].split())
        return f"{self.excerpt[:half]} \u2026 {last[-half:]}"


def split(lines: Iterable[Line]) -> Iterator[Block]:
    """Everything between `@type{` and its closing brace; in order.

    Of comments only those in which a reference manager keeps its groups.

    A block that another begins inside of, at the start of a line, is given up there, and so is
    one that the file ends in. What stands between blocks is a comment, and so are lines between
    them that begin with `%`. What is commented out between balanced braces stays so, entries too.
    Linear in the text; holds one block, or one comment, at a time.
    """
    splitter = _Splitter()
    for line in _with_type_and_brace(lines):
        yield from splitter.feed(line)
    yield from splitter.end()


def _with_type_and_brace(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, `@article` and a `{` on the next as one."""
    waiting: Line | None = None
    for line in lines:
        if waiting is not None:
            if line.text.lstrip().startswith(("{", "(")):
                yield Line(waiting.number, f"{waiting.text.rstrip()} {line.text.lstrip()}")
                waiting = None
                continue
            yield waiting
            waiting = None
        if "@" in line.text and _TYPE_ALONE.match(line.text):
            waiting = line
        else:
            yield line
    if waiting is not None:
        yield waiting


@dataclass(slots=True)
class _Open:
    """A block whose end has not been met.

    Attributes:
        lines: of a comment, those behind its first; read again where it is never closed.
    """

    block: Block
    depth: int = 0
    in_quotes: bool = False
    size: int = 0
    pieces: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def is_comment(self) -> bool:
        return self.block.kind == "comment"

    def add(self, text: str) -> None:
        self.size += len(text) + 1
        if self.size <= _LONGEST_BLOCK:
            self.pieces.append(text)
        elif not self.block.trouble:
            self.block.trouble = TOO_LONG

    @property
    def is_of_groups(self) -> bool:
        """Whether it is a comment in which a reference manager keeps its groups."""
        return self.is_comment and bool(self.pieces) and bool(_GROUPS.match(self.pieces[0]))

    def done(self, trouble: str = "") -> Block:
        self.block.text = "\n".join(self.pieces)
        self.block.trouble = self.block.trouble or trouble
        return self.block

    def end_in(self, text: str, position: int) -> int | None:
        """Where in a line the closing delimiter stands."""
        if self.block.opening == "(":
            return self._end_in_parentheses(text, position)
        # Most lines of an entry close nothing but their own value.
        if position == 0 and text.count("}") <= self.depth:
            self.depth += text.count("{") - text.count("}")
            return None
        for brace in _BRACE.finditer(text, position):
            if brace[0] == "{":
                self.depth += 1
            elif self.depth == 0:
                return brace.start()
            else:
                self.depth -= 1
        return None

    def _end_in_parentheses(self, text: str, position: int) -> int | None:
        for found in _PARENTHESIS.finditer(text, position):
            if found[0] == "{":
                self.depth += 1
            elif found[0] == "}":
                self.depth = max(0, self.depth - 1)
            elif self.depth == 0 and found[0] == '"' and not self.is_comment:
                self.in_quotes = not self.in_quotes
            elif self.depth == 0 and found[0] == ")" and not self.in_quotes:
                return found.start()
        return None


class _Splitter:
    def __init__(self) -> None:
        self._open: _Open | None = None
        # Closed, and given out once what follows does not say that this was too early.
        self._held: _Open | None = None
        self._comments_hold_entries = True

    def feed(self, line: Line) -> Iterator[Block]:
        """The blocks that are certain after one more line."""
        if self._open is not None and self._begins_anew(line.text):
            given_up, self._open = self._open, None
            if not given_up.is_comment:
                yield given_up.done(UNCLOSED)
        elif self._open is None and line.text.lstrip().startswith("%"):
            yield from self._release()
            return
        if self._open is not None and self._open.is_comment:
            self._open.lines.append(line)
        yield from self._scan(line)
        if self._open is not None and self._open.is_comment and self._open.block.trouble:
            yield from self._without_comment()

    def end(self) -> Iterator[Block]:
        """What is left when the lines have ended."""
        if self._open is not None and self._open.is_comment:
            yield from self._without_comment()
        yield from self._release()
        if self._open is not None and not self._open.is_comment:
            yield self._open.done(UNCLOSED)

    def _without_comment(self) -> Iterator[Block]:
        """What stands in a comment that is never closed, and may be the rest of the file."""
        lines = self._open.lines if self._open is not None else []
        self._open = None
        # Else a file of unclosed comments would be read again from each of them.
        self._comments_hold_entries = False
        for line in lines:
            yield from self.feed(line)

    def _begins_anew(self, text: str) -> bool:
        """Whether the open block is given up here, because another begins."""
        if "@" not in text or self._open is None:
            return False
        if self._open.is_comment and self._comments_hold_entries:
            return False
        found = _AT_LINE_START.match(text)
        return found is not None and _is_certain(found)

    def _scan(self, line: Line) -> Iterator[Block]:
        position = 0
        while position <= len(line.text):
            if self._open is None:
                start = _next_start(line.text, position)
                between = line.text[position : start.start() if start else None]
                if not self._goes_on(between):
                    if start or between.strip(" \t,}"):
                        yield from self._release()
                    if start is None:
                        return
                    self._open = _Open(Block(start[1].lower(), line.number, start[2]))
                    position = start.end()
            position = self._read_on(line.text, position)

    def _release(self) -> Iterator[Block]:
        if self._held is not None:
            yield self._held.done()
            self._held = None

    def _goes_on(self, between: str) -> bool:
        """Whether fields follow a block that was closed: then it was closed too early."""
        if self._held is None or self._held.is_comment or not _FIELD_FOLLOWS.match(between):
            return False
        self._open, self._held = self._held, None
        self._open.block.trouble = CLOSED_EARLY
        return True

    def _read_on(self, text: str, position: int) -> int:
        """Add to the open block what is its own; where it ends, or behind the line."""
        assert self._open is not None
        is_lost = self._open.block.trouble == CLOSED_EARLY
        end = None if is_lost else self._open.end_in(text, position)
        self._open.add(text[position:end])
        if end is None:
            return len(text) + 1
        is_kept = not self._open.is_comment or self._open.is_of_groups
        self._held, self._open = (self._open if is_kept else None), None
        return end + 1


def _next_start(text: str, position: int) -> re.Match[str] | None:
    if "@" not in text:
        return None
    starts = _START.finditer(text, position)
    return next((start for start in starts if _may_start(start, position)), None)


def _may_start(start: re.Match[str], position: int) -> bool:
    """Whether a block begins there, and no e-mail address or decorator in a comment."""
    text = start.string
    before = start.start() - 1
    while before >= max(position, start.start() - _LOOKED_BACK) and text[before].isspace():
        before -= 1
    if before < position or text[before] in "})":
        return start[2] == "{" or _is_certain(start)
    return before < start.start() - 1 and _is_keyed(start)


def _is_certain(start: re.Match[str]) -> bool:
    return start[1].lower() in KNOWN_TYPES or _is_keyed(start)


def _is_keyed(start: re.Match[str]) -> bool:
    return _KEY_FOLLOWS.match(start.string, start.end()) is not None
