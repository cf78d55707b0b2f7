"""`ragassist chat`: questions and follow-ups, one after the other."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ragassist.cli import render
from ragassist.cli.exits import FAILED
from ragassist.cli.options import (
    Author,
    Category,
    Extractive,
    NoLog,
    SourceName,
    Tag,
    Year,
    filters_from,
)
from ragassist.cli.session import HISTORY_NAME, session_of
from ragassist.errors import RagassistError
from ragassist.text import one_line
from ragassist.types import Answer, Declined, Exchange, Filters

if TYPE_CHECKING:
    from ragassist.library import Library

_PROMPT = "> "
_HELP = """\
Ask in your own words; a follow-up may lean on what was said before.
  /sources   the papers of the last answer
  /show ID   all that is known of a paper
  /why N     the evidence for sentence N of the last answer
  /help      this
  /quit      leave (or Ctrl-D); Ctrl-C stops an answer"""


def chat(
    context: typer.Context,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    tag: Tag = None,
    extractive: Extractive = False,
    no_log: NoLog = False,
) -> None:
    """Ask questions one after the other, with follow-ups.

    Answers are those of `ask`. A follow-up ("and what about its limits?") is searched for as the
    question it stands for, which is shown. On a terminal lines are edited and kept as history; in
    a pipe every line is a question, and the exit code is 1 when one could not be answered for an
    error.

    \b
    Examples:
      ragassist chat
      ragassist chat --year 2022.. --category CL
      ragassist chat < questions.txt
    """
    filters = filters_from(year, category, author, source, tag)
    session = session_of(context)
    keeps = session.settings().log and not no_log
    with session.open(writes=True, extractive=extractive) as library:
        # A mistake in the folder's name is said now, not after the first question.
        papers = library.status().papers
        conversation = Conversation(library, filters, keeps=keeps)
        if sys.stdin.isatty():
            typer.echo(f"{papers} papers. /help says what can be typed.", err=True)
            lines = _typed(library.folder / HISTORY_NAME if keeps else None)
        else:
            lines = _piped()
        for line in lines:
            if not conversation.hear(line):
                break
    if conversation.failed and not sys.stdin.isatty():
        raise typer.Exit(FAILED)


class Conversation:
    """What was said so far, and what the next line does.

    Attributes:
        failed: whether a question met an error.
    """

    def __init__(self, library: "Library", filters: Filters, *, keeps: bool) -> None:
        self._library = library
        self._filters = filters
        self._keeps = keeps
        self._earlier: list[Exchange] = []
        self._last: Answer | Declined | None = None
        self._number: int | None = None
        self.failed = False

    def hear(self, line: str) -> bool:
        """Answer a line; False where it ends the conversation."""
        line = one_line(line)
        word, _, rest = line.partition(" ")
        try:
            if word in {"/quit", "/exit"}:
                return False
            if word.startswith("/"):
                self._obey(word, rest.strip())
            elif line:
                self._answer(line)
        except RagassistError as error:
            self.failed = True
            typer.echo(f"error: {one_line(str(error))}", err=True)
        except KeyboardInterrupt:
            typer.echo("\ninterrupted", err=True)
        return True

    def _obey(self, word: str, rest: str) -> None:
        if word == "/sources":
            self._show_sources()
        elif word == "/show" and rest:
            render.show_paper(self._library.paper(rest))
        elif word == "/why" and rest:
            self._show_why(rest)
        elif word == "/help":
            typer.echo(_HELP)
        else:
            self.failed = True
            needs = {"/show": " needs a paper's ID", "/why": " needs a sentence's number"}
            says = needs.get(word, " is not known: /help lists what is")
            typer.echo(f"{word}{says}", err=True)

    def _answer(self, question: str) -> None:
        stream = self._library.stream(question, filters=self._filters, earlier=self._earlier)
        outcome = render.show_stream(stream)
        render.show_outcome_end(outcome)
        typer.echo()
        self._last = outcome
        said = outcome.text if isinstance(outcome, Answer) else ""
        self._earlier.append(Exchange(question=outcome.standalone, said=said))
        if self._keeps:
            number = self._library.log(outcome, conversation=self._number)
            self._number = self._number or number
        if outcome.origin.interrupted:
            typer.echo("interrupted: the text ends here", err=True)
        if outcome.origin.failure:
            self.failed = True
            typer.echo(f"error: the text ends here: {outcome.origin.failure}", err=True)

    def _show_sources(self) -> None:
        if self._last is None:
            typer.echo("nothing was asked yet", err=True)
        elif isinstance(self._last, Declined):
            render.show_references(self._last.nearest)
        else:
            render.show_references(self._last.references)

    def _show_why(self, which: str) -> None:
        claims = self._last.claims if isinstance(self._last, Answer) else ()
        if not claims:
            typer.echo("there is no answer to look into yet", err=True)
        elif which.isdecimal() and 1 <= int(which) <= len(claims):
            render.show_claim(int(which), claims[int(which) - 1])
        else:
            typer.echo(f"no sentence {which}: the last answer has 1 to {len(claims)}", err=True)


def _piped() -> Iterator[str]:
    """The lines of standard input, each shown, so that the output can be read by itself."""
    for line in sys.stdin:
        if line.strip():
            typer.echo(f"{_PROMPT}{one_line(line)}")
            yield line


def _typed(history: Path | None) -> Iterator[str]:
    """The lines typed at the prompt, until Ctrl-D; Ctrl-C forgets the line."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory

    commands = ["/help", "/sources", "/show", "/why", "/quit"]
    kept: History = InMemoryHistory()
    if history is not None and _private(history):
        kept = FileHistory(str(history))
    # Only what begins a line is completed: `WORD` mode takes the slash into the word.
    completer = WordCompleter(commands, WORD=True)
    prompt: PromptSession[str] = PromptSession(
        history=kept, completer=completer, complete_while_typing=False
    )
    while True:
        try:
            yield prompt.prompt(_PROMPT)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _private(path: Path) -> bool:
    """Make the file readable by its user alone; False where it cannot be written."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError:
        return False
    return True
