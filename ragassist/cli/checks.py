"""What `ragassist doctor` checks."""

import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ragassist.cli.session import Session
from ragassist.errors import LibraryNotFound, ModelMisconfigured, RagassistError
from ragassist.library import Library
from ragassist.models.chat import ChatModel
from ragassist.models.choice import ModelChoice
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
    settings = session.settings()
    model = session.model_choice()
    if model is None:
        says = "no model is configured, and no text leaves this machine; Chroma's telemetry is off"
    else:
        says = (
            f"{model.name}: your questions and the passages found for them go to {model.where}; "
            "nothing else leaves this machine, Chroma's telemetry is off"
        )
    yield Check("privacy", "ok", says)
    if model is not None:
        yield from _check_model(model)
    kept = "kept in the library" if settings.log else "not kept (RAGASSIST_LOG)"
    yield Check("log", "ok", f"questions and answers are {kept}")
    if settings.langsmith_tracing:
        says = "LangSmith tracing is switched on in your environment"
        if model is None:
            says += "; without a model there is nothing for it to trace"
        else:
            says += ": it sends every prompt, with your papers, to LangSmith"
        yield Check("tracing", "warning", says)


def window_line(window: int, *, known: bool) -> str:
    """How many tokens a model has, and where that is assumed, what to do."""
    if known:
        return f"{window} tokens"
    return (
        f"{window} tokens, assumed: set RAGASSIST_MODEL_WINDOW to what the server gives the model, "
        f"such as RAGASSIST_MODEL_WINDOW={4 * window}"
    )


def _check_model(choice: ModelChoice) -> Iterator[Check]:
    """Whether the model can be set up; nothing is sent to it."""
    try:
        model = ChatModel(choice)
        model.prepare()
    except ModelMisconfigured as error:
        yield Check("model", "failed", str(error))
        return
    yield Check("model", "ok", f"{choice.name} can be set up; it was not asked anything")
    known = model.terms.window_known
    line = window_line(model.terms.window, known=known)
    yield Check("window", "ok" if known else "warning", line)


def _check_library(library: Library) -> Iterator[Check]:
    for finding in library.examine():
        state: State = "failed" if finding.problem else "ok"
        yield Check(finding.name, state, finding.problem or finding.says)
