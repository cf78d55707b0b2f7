"""Records of lines under short tags, as RIS, MEDLINE and the Web of Science write them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from ragassist.sources.fields import failure
from ragassist.sources.lines import Line
from ragassist.types import Failure, Record

_LONGEST_RECORD = 32_000_000


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a format marks its fields and its records.

    Attributes:
        split: a line's tag and what follows it; None for a line that begins no field.
        begins: whether a tag begins a record: given the tag, the tags of the record it would end,
            and whether a blank line stands before it.
        ends: the tags that end a record.
        frames: tags of the file, in no record.
        blank_ends: whether what is neither tagged nor indented is outside behind a blank line.
    """

    split: Callable[[str], tuple[str, str] | None]
    begins: Callable[[str, Collection[str], bool], bool]
    ends: frozenset[str] = frozenset()
    frames: frozenset[str] = frozenset()
    blank_ends: bool = False


class Tagged:
    """One record: what stands under which tag.

    Attributes:
        line: 1-based, of its first tag.
        opening: that line.
    """

    __slots__ = ("_by_tag", "_fields", "line", "opening")

    def __init__(self, line: int, opening: str, fields: Iterable[tuple[str, str]]) -> None:
        self.line = line
        self.opening = opening
        self._fields = [(tag, value) for tag, value in fields if value]
        self._by_tag: dict[str, list[str]] = {}
        for tag, value in self._fields:
            self._by_tag.setdefault(tag, []).append(value)

    @property
    def tags(self) -> Iterable[str]:
        """Those that anything stands under, each once."""
        return self._by_tag

    def values(self, *tags: str) -> list[str]:
        """What stands under any of the tags, in the order of the file.

        A value that goes on over several lines keeps their ends.
        """
        there = [tag for tag in tags if tag in self._by_tag]
        if len(there) < 2:
            return self._by_tag[there[0]] if there else []
        return [value for tag, value in self._fields if tag in there]

    def first(self, *tags: str) -> str:
        """The first value of the first tag that has one; empty where none has."""
        return next((self._by_tag[tag][0] for tag in tags if tag in self._by_tag), "")

    def together(self, *tags: str, by: str = "; ") -> str:
        """All values under the tags, each once, as one."""
        values = self.values(*tags)
        return values[0] if len(values) == 1 else by.join(dict.fromkeys(values))


@dataclass(slots=True)
class _Draft:
    """A record being read; without its fields once it is longer than any record is."""

    line: Line
    fields: list[tuple[str, list[str]]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    chars: int = 0

    def begin(self, tag: str, value: str) -> None:
        self._grow(tag + value)
        self.fields.append((tag, [value]))
        self.tags.add(tag)

    def go_on(self, text: str) -> None:
        self._grow(text)
        if self.fields:
            self.fields[-1][1].append(text)

    def done(self, source: str) -> Tagged | Failure:
        if self.chars > _LONGEST_RECORD:
            return failure(source, self.line.number, "longer than a record can be", self.line.text)
        fields = ((tag, "\n".join(lines).strip()) for tag, lines in self.fields)
        return Tagged(self.line.number, self.line.text, fields)

    def _grow(self, text: str) -> None:
        self.chars += len(text) + 1
        if self.chars > _LONGEST_RECORD:
            self.fields.clear()


def tagged_papers(
    lines: Iterable[Line], syntax: Syntax, to_record: Callable[[Tagged], Record], source: str
) -> Iterator[Record | Failure]:
    """The records of a file in order, and a failure for each stretch of text between them.

    Blank lines inside a record are nothing, other lines without a tag go on with the value above.
    A record lasts to its end tag, or to the next that begins; any tag begins one where none is
    open. One without title and abstract is a failure. Memory is bounded by one record.
    """
    for found in _tagged(lines, syntax, source):
        if isinstance(found, Failure):
            yield found
            continue
        record = to_record(found)
        if record.title or record.abstract:
            yield record
        else:
            yield failure(source, found.line, "neither title nor abstract", found.opening)


def _tagged(lines: Iterable[Line], syntax: Syntax, source: str) -> Iterator[Tagged | Failure]:
    reading = _Reading(syntax, source)
    for line in lines:
        if line.text.strip():
            yield from reading.take(line)
            reading.after_blank = False
        else:
            reading.after_blank = True
    yield from reading.close()


class _Reading:
    """Where the reading of a file is: in a record, or in a gap between records."""

    def __init__(self, syntax: Syntax, source: str) -> None:
        self.after_blank = False
        self._syntax = syntax
        self._source = source
        self._draft: _Draft | None = None
        self._in_gap = False

    def take(self, line: Line) -> Iterator[Tagged | Failure]:
        found = self._syntax.split(line.text)
        if found is None:
            yield from self._take_untagged(line)
        elif found[0] in self._syntax.ends:
            yield from self.close()
        elif found[0] not in self._syntax.frames:
            yield from self._take_field(line, *found)

    def close(self) -> Iterator[Tagged | Failure]:
        draft, self._draft, self._in_gap = self._draft, None, False
        if draft is not None:
            yield draft.done(self._source)

    def _take_untagged(self, line: Line) -> Iterator[Failure]:
        is_outside = (
            self._syntax.blank_ends and self.after_blank and not line.text[0].isspace()
        ) or self._draft is None
        if self._draft is not None and not is_outside:
            self._draft.go_on(line.text.strip())
        elif not self._in_gap:
            self._in_gap = True
            reason = "text in no record"
            yield failure(self._source, line.number, reason, line.text, expected=True)

    def _take_field(self, line: Line, tag: str, value: str) -> Iterator[Tagged | Failure]:
        draft = self._draft
        if draft is not None and self._syntax.begins(tag, draft.tags, self.after_blank):
            yield from self.close()
        self._in_gap = False
        self._draft = self._draft or _Draft(line)
        self._draft.begin(tag, value)
