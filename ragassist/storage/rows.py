"""Records and papers as JSON text, and back."""

import dataclasses
import json
from typing import Any

from ragassist.types import Record

_DEFAULTS = {
    field.name: field.default
    for field in dataclasses.fields(Record)
    if field.default is not dataclasses.MISSING
}
# The line is no part of a statement. Listed once: asking the class costs more than the rest.
_STORED = tuple(field.name for field in dataclasses.fields(Record) if field.name != "line")
_LISTS = tuple(name for name, default in _DEFAULTS.items() if default == ())


def record_to_json(record: Record, *, without: tuple[str, ...] = ()) -> str:
    """What a record states, fields left at their default omitted; keys in a fixed order.

    The line is no part of it: the same statement elsewhere in the file is the same statement.
    """
    stated = {
        name: value
        for name in _STORED
        if name not in without and (value := getattr(record, name)) != _DEFAULTS.get(name)
    }
    return json.dumps(stated, ensure_ascii=False, separators=(",", ":"))


def record_from_json(text: str, *, line: int = 0, **beside: Any) -> Record:
    """The record that `record_to_json` wrote; `beside` gives the fields it was told to omit."""
    stated = json.loads(text)
    for name in _LISTS:
        if name in stated:
            stated[name] = tuple(stated[name])
    if "extra" in stated:
        stated["extra"] = tuple(map(tuple, stated["extra"]))
    return Record(line=line, **stated, **beside)
