"""The notes in which a RIS export carries what RIS has no tag for, as they are read back.

`[ragassist] name: value` is what else is stated; `[ragassist tag] value` and the like are tags,
categories, and keywords that are tags as well. Nobody begins a note of their own like this.
"""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple
from urllib.parse import unquote

from ragassist.sources.latex_fields import KEPT
from ragassist.text import one_line

Meaning = Literal["", "tag", "category", "keyword"]

_OWN = re.compile(r"\[ragassist(?: (tag|category|keyword))?\] (.*)", re.DOTALL)


class OwnNote(NamedTuple):
    """One such note; `name` is empty for tags, categories and keywords."""

    meaning: str
    name: str
    value: str


def field_note(name: str, value: str) -> str:
    """The note for what else is stated; what parts name and value is escaped in the name."""
    escaped = one_line(name).replace("%", "%25").replace(":", "%3A")
    return f"[ragassist] {escaped}: {value}"


def list_note(meaning: Meaning, value: str) -> str:
    """The note for one tag, category, or keyword that is a tag as well."""
    return f"[ragassist {meaning}] {value}"


def own_note(note: str) -> OwnNote | None:
    """What a note of an export says; None for everybody else's."""
    found = _OWN.fullmatch(note)
    if found is None:
        return None
    meaning, said = found[1] or "", one_line(found[2])
    if meaning:
        return OwnNote(meaning, "", said)
    name, colon, value = said.partition(": ")
    return OwnNote("", unquote(name), value) if colon else None


def own_values(notes: Iterable[str], meaning: Meaning) -> list[str]:
    """The tags, categories or keywords that notes of an export hold, each once."""
    said = filter(None, map(own_note, notes))
    return list(dict.fromkeys(note.value for note in said if note.meaning == meaning))


def own_fields(notes: Iterable[str]) -> dict[str, str]:
    """What else was stated, by name, the first value of each; never anybody's own LaTeX."""
    fields: dict[str, str] = {}
    for note in filter(None, map(own_note, notes)):
        if note.name and not note.name.startswith(KEPT):
            fields.setdefault(note.name, note.value)
    return fields
