"""One block as key and fields, as its author meant them where that can be told."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ragassist.sources.bibtex.blocks import CLOSED_EARLY, TOO_LONG, UNCLOSED, Block

_SPACE = re.compile(r"\s*")
# Between fields; a comment there runs to the end of its line, as biber has it.
_BETWEEN = re.compile(r"(?:[\s,;]|%[^\n]*)*+")
_KEY_ENDS = re.compile(r"[,=]")
_NAME = re.compile(r'([^\s=,{}"#%;]+)\s*=\s*')
_BARE = re.compile(r'[^,;#{}"\n=%]+')
_VALUE_ENDS = re.compile(r'\s*(?:[,;#%]|$|[^\s=,{}"#%;]+\s*=)')
_QUOTE_OR_BRACE = re.compile(r'["{}]')
_BRACE = re.compile(r"[{}]")
_UNESCAPED_BRACE = re.compile(r"(?<!\\)[{}]")
# A value that has swallowed the field behind it; the parts of a name may be written so too.
_FIELD = r'(?!family|given|prefix|suffix)[A-Za-z][\w-]*\s*=\s*(?:[{"]|\d+\s*(?:,|$))'
_NEXT_FIELD = re.compile(rf",\s*{_FIELD}")
_NEXT_LINE_IS_FIELD = re.compile(rf",[ \t]*\n\s*{_FIELD}")
_SHORT = frozenset({"author", "booktitle", "journal", "journaltitle", "title", "year"})
_LONGEST_KEY = 200


class Unreadable(Exception):
    """What an entry holds is no entry; the message is the clause that says why."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A name in a value that stands for what `@string` says, whatever the case of its letters."""

    name: str


# What `#` joins; one text alone is the value of nearly every field.
Value = tuple[str | Macro, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is written.

    Attributes:
        kind: its type, in lower case.
        key: None where it has none.
        line: 1-based, of its `@`.
        fields: by their names in lower case; of a field given twice the first, as in BibTeX.
        excerpt: its first characters.
        is_closed: whether its last brace is there; else more may have stood behind its fields.
    """

    kind: str
    key: str | None
    line: int
    fields: Mapping[str, Value]
    excerpt: str = ""
    is_closed: bool = True


def parse(block: Block) -> Entry:
    r"""The entry that a block holds.

    Forgiven: a missing key, commas forgotten or too many, `;` for `,`, quotation marks inside
    quoted values, a last brace that is missing, `\{` and `\}` that do not pair up.

    Raises:
        Unreadable: a value is not closed, or text stands where none can: what is missing from the
            fields nobody can tell.
    """
    if block.trouble in (CLOSED_EARLY, TOO_LONG):
        raise Unreadable(block.trouble)
    try:
        return _entry(block, _BRACE)
    except Unreadable:
        # To BibTeX an escaped brace is a brace; where that leaves one open, it was none.
        if "\\{" in block.text or "\\}" in block.text:
            return _entry(block, _UNESCAPED_BRACE)
        raise


def parse_strings(block: Block) -> list[tuple[str, Value]]:
    """The names, in lower case, that an `@string` defines, with what they stand for.

    Raises:
        Unreadable: a value is not closed.
    """
    if block.trouble in (CLOSED_EARLY, TOO_LONG):
        raise Unreadable(block.trouble)
    return list(_Text(block.text, _BRACE).fields(0))


def parse_preamble(block: Block) -> str:
    """What a preamble says in all, macros left out; empty where it cannot be read."""
    if block.trouble:
        return ""
    try:
        return "".join(part for part in _Text(block.text, _BRACE).value() if isinstance(part, str))
    except Unreadable:
        return ""


def _entry(block: Block, braces: re.Pattern[str]) -> Entry:
    key, position = _key(block.text)
    text = block.text
    is_closed = block.trouble != UNCLOSED
    if braces is _UNESCAPED_BRACE and block.trouble == UNCLOSED:
        # Counted so, the brace that BibTeX has for a value's was the last.
        text = text.rstrip()
        is_closed = text.endswith("}")
        text = text.removesuffix("}")
    fields: dict[str, Value] = {}
    for name, value in _Text(text, braces).fields(position):
        if _swallowed(value, _NEXT_FIELD if block.trouble else _NEXT_LINE_IS_FIELD, name):
            raise Unreadable(f"the brace that opens {name!r} is not closed")
        fields.setdefault(name, value)
    return Entry(block.kind, key, block.line, fields, block.excerpt, is_closed)


def _swallowed(value: Value, next_field: re.Pattern[str], name: str) -> bool:
    """Whether a value holds fields; where the braces pair up, only what is short cannot."""
    if name not in _SHORT and next_field is _NEXT_LINE_IS_FIELD:
        return False
    texts = (part for part in value if isinstance(part, str) and "=" in part)
    return any(next_field.search(text) for text in texts)


def _key(text: str) -> tuple[str | None, int]:
    """The key, and where the fields begin."""
    end = _KEY_ENDS.search(text)
    stated = text[: end.start() if end else None]
    position = len(stated)
    words = stated.split()
    if end is not None and end[0] == "=":
        # `{title = ...` or, with the comma forgotten, `{key title = ...`.
        name = words.pop() if words else ""
        position = stated.rindex(name)
    key = " ".join(words).strip("{}\"' ")
    return key[:_LONGEST_KEY] or None, position


class _Text:
    """The text of an entry, read field by field."""

    def __init__(self, text: str, braces: re.Pattern[str]) -> None:
        self._text = text
        self._braces = braces

    def fields(self, position: int) -> Iterator[tuple[str, Value]]:
        """Names, in lower case, and values, from a position on."""
        text = self._text
        while True:
            position = _end(_BETWEEN, text, position)
            if position == len(text):
                return
            named = _NAME.match(text, position)
            if named is None:
                position = self._past_word(position)
                continue
            name = named[1].lower()
            value, position = self._value(name, named.end())
            if not _VALUE_ENDS.match(text, position):
                found = text[position : position + 40].split()
                raise Unreadable(f"text follows the value of {name!r}: {' '.join(found[:4])!r}")
            yield name, value

    def value(self) -> Value:
        """The value that the text is."""
        return self._value("preamble", _end(_SPACE, self._text, 0))[0]

    def _past_word(self, position: int) -> int:
        """Where the next field may be: a word without a value is passed over."""
        comma = self._text.find(",", position)
        word = self._text[position : comma if comma >= 0 else None]
        if not word.strip(")} \n\t").replace(" ", "").isalnum():
            found = " ".join(word.split())[:40]
            raise Unreadable(f"text stands where a field should: {found!r}" if found else "")
        return position + len(word)

    def _value(self, name: str, position: int) -> tuple[Value, int]:
        parts: list[str | Macro] = []
        while True:
            opening = self._text[position : position + 1]
            if opening == "{":
                end = self._closing_brace(name, position)
                parts.append(self._text[position + 1 : end])
                position = end + 1
            elif opening == '"':
                end = self._closing_quote(name, position)
                parts.append(self._text[position + 1 : end])
                position = end + 1
            else:
                part, position = self._bare(position)
                parts.append(part)
            after = _end(_SPACE, self._text, position)
            if not self._text.startswith("#", after):
                return tuple(parts), position
            position = _end(_SPACE, self._text, after + 1)

    def _closing_brace(self, name: str, position: int) -> int:
        depth = 0
        for brace in self._braces.finditer(self._text, position):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                return brace.start()
        raise Unreadable(f"the brace that opens {name!r} is not closed")

    def _closing_quote(self, name: str, position: int) -> int:
        depth = 0
        for found in _QUOTE_OR_BRACE.finditer(self._text, position + 1):
            if found[0] == "{":
                depth += 1
            elif found[0] == "}":
                depth = max(0, depth - 1)
            # Inside a value people write `\"o` and "so called" words, which BibTeX refuses.
            elif depth == 0 and _VALUE_ENDS.match(self._text, found.end()):
                return found.start()
        raise Unreadable(f"the quotation mark that opens {name!r} is not closed")

    def _bare(self, position: int) -> tuple[str | Macro, int]:
        """A number, a macro, or words that lack their braces (`year = in press`)."""
        found = _BARE.match(self._text, position)
        if found is None:
            return "", position
        words, end = found[0].split(), found.end()
        if self._text.startswith("=", end) and len(words) > 1:
            # The comma before the next field was forgotten.
            end = position + found[0].rindex(words.pop())
        if len(words) == 1 and not words[0].isdigit():
            return Macro(words[0]), end
        return " ".join(words), end


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
