"""Telling what became of keys that may stand in somebody's manuscript."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragassist.cli.session import Session
from ragassist.errors import UnknownPaper
from ragassist.text import one_line
from ragassist.types import KeyNote, LoggedExchange

if TYPE_CHECKING:
    from ragassist.library import Library

_TOLD = 5


def tell_keys(session: Session, notes: Sequence[KeyNote], *, dry_run: bool, whole: bool) -> None:
    """Say on standard error which papers are called otherwise, and which keys are no ids.

    Args:
        whole: all of them, else a few and how many more there are.
    """
    renamed = [note for note in notes if note.source is None]
    refused = [note for note in notes if note.source is not None]
    for kind in (renamed, refused):
        told = kind if whole else kind[:_TOLD]
        for note in told:
            session.tell(one_line(f"note: {_says(note, dry_run=dry_run)}"))
        if more := len(kind) - len(told):
            session.tell(
                f"note: {_more(more, is_paper=kind is renamed)}: --verbose or --json lists them"
            )


def _more(number: int, *, is_paper: bool) -> str:
    if number == 1:
        return "1 more paper is called otherwise" if is_paper else "1 more key is no id"
    what = "papers are called otherwise" if is_paper else "keys are no ids"
    return f"{number:,} more {what}"


def of_keys(notes: Sequence[KeyNote]) -> dict[str, Any]:
    """The shape of these notes: of papers that were there, and of keys of what came."""
    return {
        "renamed": [
            {"old": note.key, "paper_id": note.paper_id, "why": note.why}
            for note in notes
            if note.source is None
        ],
        "keys_refused": [
            {"source": note.source, "key": note.key, "paper_id": note.paper_id, "why": note.why}
            for note in notes
            if note.source is not None
        ],
    }


def moved_since(library: "Library", exchange: LoggedExchange) -> list[str]:
    """What to know of the ids in an old answer: works called otherwise now, and works gone."""
    notes = []
    for paper_id in _cited(exchange):
        try:
            paper = library.cited_paper(exchange, paper_id)
        except UnknownPaper as error:
            notes.append(f"note: {error}")
            continue
        if paper.paper_id != paper_id:
            notes.append(f"note: {paper_id} in it is called {paper.paper_id} now")
    return notes


def marks_now(library: "Library", exchange: LoggedExchange) -> dict[str, tuple[str, ...]]:
    """The papers that an old answer cites and that are marked today, by the ids in it."""
    marked = {}
    for paper_id in _cited(exchange):
        try:
            marks = library.cited_paper(exchange, paper_id).marks
        except UnknownPaper:
            continue
        if marks:
            marked[paper_id] = marks
    return marked


def _cited(exchange: LoggedExchange) -> list[str]:
    """The ids in an old answer, in order, each once."""
    claims = json.loads(exchange.kept).get("claims", [])
    marks = [mark["paper_id"] for claim in claims for mark in claim["marks"]]
    return list(dict.fromkeys(filter(None, marks)))


def _says(note: KeyNote, *, dry_run: bool) -> str:
    if note.source is None:
        called = "would then be called" if dry_run else "is now called"
        return f"{note.key} {called} {note.paper_id} ({note.why})"
    is_here = "would be" if dry_run else "is"
    return f"{note.key!r} of {Path(note.source).name} {is_here} {note.paper_id} here ({note.why})"
