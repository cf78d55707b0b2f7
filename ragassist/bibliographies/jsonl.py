"""JSON lines: one paper a line with all that is known of it, as `ragassist add` reads it back."""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from typing import Any

from ragassist.types import Paper, Work

_NAMES = tuple(field.name for field in dataclasses.fields(Work))


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """One object a line: `_id`, then what `Work` names; what nobody states is not there.

    `extra` is an object of its own.
    """
    for paper in papers:
        yield json.dumps(_shape(paper), ensure_ascii=False) + "\n"


def _shape(paper: Paper) -> dict[str, Any]:
    shape: dict[str, Any] = {"_id": paper.paper_id}
    for name in _NAMES:
        value = getattr(paper, name)
        if value not in (None, "", (), False):
            shape[name] = dict(value) if name == "extra" else value
    return shape
