"""Values of JSON objects by the type they ought to have; one of another type is not there."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from ragassist.sources.cleaning import clean_text
from ragassist.text import one_line, strip_controls

JsonObject: TypeAlias = Mapping[str, Any]

LONGEST_KEY = 200
_NOTHING: JsonObject = {}
# Where `clean_text` may have something to do in a printable text.
_MARKUP = ("<", "&", "\\", "$", "~", "`", "''", "  ")
_LABELS = frozenset({"abs", "sec", "sub"})
_SEPARATOR = re.compile("[;,]")


def plain(value: str) -> str:
    """`clean_text` without what could steer a terminal: escapes in JSON may spell anything."""
    return value if _is_plain(value) else clean_text(strip_controls(value))


def _is_plain(value: str) -> bool:
    """Whether a text surely is as `plain` leaves it: most are, and cleaning costs time.

    Printable text has no white space but blanks, no control and no direction characters.
    """
    for mark in _MARKUP:
        if mark in value:
            return False
    at_its_ends = value.strip(" ") == value and value[:3].casefold() not in _LABELS
    return at_its_ends and value.isprintable()


def text(stated: JsonObject, *names: str) -> str | None:
    """The first of the names with a text, cleaned."""
    for name in names:
        value = stated.get(name)
        if isinstance(value, str) and (cleaned := plain(value)):
            return cleaned
    return None


def first_text(stated: JsonObject, *names: str) -> str | None:
    """The first of the names with a text or with a list that begins with one, cleaned."""
    for name in names:
        value = stated.get(name)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str) and (cleaned := plain(first)):
            return cleaned
    return None


def scalar(stated: JsonObject, *names: str) -> str | None:
    """The first of the names with a text or a whole number, on one line and otherwise as it is."""
    for name in names:
        value = stated.get(name)
        if isinstance(value, str) and (line := value if _is_plain(value) else one_line(value)):
            return line
        # A bool is an int, but no number.
        if type(value) is int:
            return str(value)
    return None


def key_of(stated: JsonObject, *names: str) -> str | None:
    """The source's own key, of bounded length."""
    return (scalar(stated, *names) or "")[:LONGEST_KEY].strip() or None


def texts(value: object) -> tuple[str, ...]:
    """A list's texts, cleaned; a text alone is taken apart at commas and semicolons."""
    if isinstance(value, str):
        value = _SEPARATOR.split(value)
    if not isinstance(value, list):
        return ()
    return tuple(cleaned for entry in value if isinstance(entry, str) and (cleaned := plain(entry)))


def within(stated: JsonObject, name: str) -> JsonObject:
    """The object under a name; an empty one where there is none."""
    value = stated.get(name)
    return value if isinstance(value, dict) else _NOTHING


def objects(stated: JsonObject, name: str) -> list[JsonObject]:
    """The objects of the list under a name."""
    value = stated.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def named(entries: Iterable[JsonObject], name: str) -> tuple[str, ...]:
    """What each object has as text under a name; each once, in order."""
    found = (text(entry, name) for entry in entries)
    return tuple(dict.fromkeys(value for value in found if value))


def extra_of(
    stated: Iterable[tuple[str, str | None]], known: Sequence[str] = ()
) -> tuple[tuple[str, str], ...]:
    """What `Work.extra` holds: by name, of a name the first value, nothing without a value."""
    kept: dict[str, str] = {}
    for name, value in stated:
        if value and name not in known:
            kept.setdefault(name, value)
    return tuple(sorted(kept.items()))
