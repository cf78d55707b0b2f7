"""`ragassist chat`: questions and follow-ups, one after the other."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragassist.cli.exits import FAILED
from ragassist.cli.look import cut, in_lines, tell
from ragassist.cli.options import (
    As,
    Author,
    Category,
    Extractive,
    NoCache,
    NoLog,
    SourceName,
    Tag,
    Words,
    Year,
    filters_from,
)
from ragassist.cli.session import HISTORY_NAME, session_of
from ragassist.errors import RagassistError, UsageError
from ragassist.text import one_line
from ragassist.types import LoggedExchange, Style

if TYPE_CHECKING:
    from ragassist.cli.chatting.conversation import Conversation
    from ragassist.cli.chatting.warming import Warmth
    from ragassist.library import Library


def chat(
    context: typer.Context,
    go_on: Annotated[
        bool, typer.Option("--continue", "-c", help="Go on with the latest conversation.")
    ] = False,
    number: Annotated[
        int | None,
        typer.Option(
            "--conversation", metavar="ID", help="Go on with this one; `log` has the numbers."
        ),
    ] = None,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    tag: Tag = None,
    shape: As = "prose",
    words: Words = None,
    extractive: Extractive = False,
    no_log: NoLog = False,
    no_cache: NoCache = False,
) -> None:
    """Ask questions one after the other, with follow-ups.

    Answers are those of `ask`. A follow-up ("and what about its limits?") is searched for as the
    question it stands for, which is shown. On a terminal lines are edited, completed and kept as
    history, and /help lists the commands; in a pipe every line is a question or a command, and the
    exit code is 1 when one met an error.

    \b
    Examples:
      ragassist chat
      ragassist chat --year 2022.. --category CL
      ragassist chat --continue
      ragassist chat < questions.txt
    """
    filters = filters_from(year, category, author, source, tag)
    if go_on and number is not None:
        raise UsageError("--continue is the latest conversation: leave it or --conversation out")
    session = session_of(context)
    settings = session.settings()
    remember = not (no_log or no_cache)
    with session.open(writes=True, extractive=extractive, remember=remember) as library:
        # A mistake in the folder's name is said now, not after the first question.
        papers = library.count()
        earlier = _earlier(library, number) if go_on or number is not None else ()

        from ragassist.cli.chatting.conversation import Conversation, Manner
        from ragassist.cli.chatting.warming import Warmth, needed

        model = None if extractive else settings.model
        manner = Manner(
            style=Style(shape=shape, words=words),
            keeps=settings.log and not no_log,
            model=model is not None,
        )
        warmth = Warmth(needed(model=manner.model, vectors=library.asks_chroma()))
        conversation = Conversation(library, filters, manner, warmth)
        if earlier:
            conversation.resume(earlier)
        typed = sys.stdin.isatty()
        lines = _piped()
        if typed:
            history = library.folder / HISTORY_NAME if manner.keeps else None
            toolbar = _Toolbar(conversation, papers, model)
            lines = _typed(library, history, toolbar, warmth)
        for line in lines:
            if not _hear(conversation, line):
                break
        warmth.cancel()
    if conversation.failed and not typed:
        raise typer.Exit(FAILED)


def _earlier(library: "Library", number: int | None) -> tuple[LoggedExchange, ...]:
    found = library.conversation(number)
    if not found:
        raise UsageError("nothing is in the log: there is no conversation to go on with")
    return found


def _hear(conversation: "Conversation", line: str) -> bool:
    """Do what a line says; False where it ends the chat."""
    from ragassist.cli.chatting.commands import obey

    line = one_line(line)
    try:
        if line.startswith("/"):
            return obey(conversation, line)
        if line:
            conversation.ask(line)
    except RagassistError as error:
        conversation.failed = True
        tell(f"error: {one_line(str(error))}")
    except KeyboardInterrupt:
        typer.echo("\ninterrupted", err=True)
    return True


class _Toolbar:
    """The line under the prompt: how many papers there are, who answers, what is filtered."""

    def __init__(self, conversation: "Conversation", papers: int, model: str | None) -> None:
        self._conversation = conversation
        self._papers = papers
        self._model = one_line(model or "extractive")

    def __call__(self) -> str:
        from ragassist.cli.chatting.conditions import as_typed
        from ragassist.cli.chatting.cost import in_dollars

        now = self._conversation
        cost = now.library.spent.cost_usd
        parts = [
            f"{self._papers:,} paper{'' if self._papers == 1 else 's'}",
            self._model,
            *_wishes(now),
            in_dollars(cost) if cost else "",
            "" if now.turns else "/help",
        ]
        columns = shutil.get_terminal_size().columns
        if now.filters:
            passing = f" ({now.passing:,})"
            filters = cut(f"filter {one_line(as_typed(now.filters))}", columns - len(passing))
            parts.insert(2, f"{filters}{passing}")
        return in_lines(filter(None, parts), columns)


def _wishes(conversation: "Conversation") -> tuple[str, ...]:
    """How answers are wanted, where that was said."""
    style = conversation.style
    return (
        "" if style.shape == "prose" else f"as {style.shape}",
        "" if style.words is None else f"{style.words} words",
        "" if conversation.shows_references else "no references",
    )


def _piped() -> Iterator[str]:
    """The lines of standard input, each shown, so that the output can be read by itself."""
    for line in sys.stdin:
        if line.strip():
            typer.echo(f"> {one_line(line)}")
            yield line


def _typed(
    library: "Library", history: Path | None, toolbar: _Toolbar, warmth: "Warmth"
) -> Iterator[str]:
    from ragassist.cli.chatting.commands import COMMANDS
    from ragassist.cli.chatting.prompt import Prompt

    commands = {
        f"{name} " if command.takes else name: command.says for name, command in COMMANDS.items()
    }
    prompt = Prompt(library, history, commands, toolbar, on_ready=warmth.start)
    return prompt.lines()
