"""What `ragassist doctor` checks."""

import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ragassist.cli.session import Session
from ragassist.errors import LibraryNotFound, RagassistError
from ragassist.library import Library
from ragassist.tokens import token_counter

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: its state, and what it says or what to do."""

    name: str
    state: State
    says: str


def check_all(session: Session) -> Iterator[Check]:
    """Check the machine, then the library if there is one; reads every stored vector back."""
    yield from _check_machine()
    yield from _check_privacy(session)
    try:
        with session.open() as library:
            yield from _check_library(library)
    except LibraryNotFound as error:
        yield Check("library", "warning", str(error))
    except RagassistError as error:
        yield Check("library", "failed", str(error))


def _check_machine() -> Iterator[Check]:
    from importlib.metadata import version

    yield Check(
        "versions",
        "ok",
        f"ragassist {version('ragassist')}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, chromadb {version('chromadb')}",
    )
    counter, _ = token_counter()
    if counter == "estimate":
        says = (
            "tiktoken's table is not on this machine, so tokens are estimated at four characters "
            "each; it is never downloaded unasked (set TIKTOKEN_CACHE_DIR to a folder that has it)"
        )
        yield Check("tokens", "warning", says)
    else:
        yield Check("tokens", "ok", f"counted exactly with {counter}")


def _check_privacy(session: Session) -> Iterator[Check]:
    tracing = session.settings().langsmith_tracing
    if tracing:
        says = "LangSmith tracing is switched on in your environment; ragassist does not use it yet"
        yield Check("privacy", "warning", says)
    else:
        yield Check("privacy", "ok", "no text leaves this machine; Chroma's telemetry is off")


def _check_library(library: Library) -> Iterator[Check]:
    for finding in library.examine():
        state: State = "failed" if finding.problem else "ok"
        yield Check(finding.name, state, finding.problem or finding.says)
