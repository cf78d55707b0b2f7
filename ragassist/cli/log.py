"""`ragassist log`."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.keys import marks_now, moved_since
from ragassist.cli.look import DIM, Piece, say, tell, width
from ragassist.cli.options import AsJson
from ragassist.cli.session import HISTORY_NAME, session_of
from ragassist.errors import UsageError
from ragassist.text import one_line
from ragassist.types import LoggedExchange

if TYPE_CHECKING:
    from ragassist.library import Library


def log(
    context: typer.Context,
    named: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]", help="Show this exchange whole.")
    ] = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="How many of the latest.")
    ] = 20,
    conversation: Annotated[
        int | None,
        typer.Option(metavar="ID", help="The whole of the conversation this exchange is of."),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS", help="Exchanges with all of these words, or beginnings; best first."
        ),
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget all of it, and what was typed in chats.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List what was asked and answered, the latest last.

    Questions and answers of `ask` and `chat` are kept in the library's folder, and nowhere else, as
    is what you typed in chats, for the arrow keys. `--no-log` keeps one out, RAGASSIST_LOG=false
    all of them. `ragassist chat --conversation` goes on with the conversation of an exchange. Times
    are local on a terminal; in a pipe, where an exchange is one line (number, conversation, time,
    what came of it, question), they are UTC. What an answer says stays as
    it was; which of the papers that it cites are retracted or title only today is said beside it.

    \b
    Examples:
      ragassist log
      ragassist log 12
      ragassist log --conversation 12
      ragassist log --search "dense retriev"
      ragassist log -n 500 --json
      ragassist log --clear
    """
    number = _number(named)
    asked = _Asked(number=number, conversation=conversation, search=search)
    if clear and (asked.named or json):
        raise UsageError("--clear forgets the whole log: leave the number and --json out")
    if asked.named > 1:
        raise UsageError("a number, --conversation or --search: one of them")
    with session_of(context).open() as library:
        if clear:
            (library.folder / HISTORY_NAME).unlink(missing_ok=True)
            typer.echo(f"{_count(library.clear_log())} forgotten, and what was typed in chats")
            return
        kept = _read(library, asked, limit)
        whole = number is not None or conversation is not None
        moved = [note for one in kept for note in moved_since(library, one)] if whole else []
        marked = {exchange.number: marks_now(library, exchange) for exchange in kept}
    if json:
        shapes = [{**as_json.of_exchange(one), "marked": marked[one.number]} for one in kept]
        typer.echo(as_json.dumps({"exchanges": shapes}))
        return
    _show(kept, marked, whole=whole, searched=search or "")
    for note in moved:
        tell(one_line(note))
    if not kept:
        typer.echo("Nothing is in the log." if search is None else "Nothing in the log has that.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Which exchanges are wanted; the latest where nothing says."""

    number: int | None
    conversation: int | None
    search: str | None

    @property
    def named(self) -> int:
        """How many of them are said."""
        return sum(one is not None for one in (self.number, self.conversation, self.search))


def _number(named: list[str] | None) -> int | None:
    if not named:
        return None
    if len(named) == 1 and named[0].isdecimal():
        return int(named[0])
    words = " ".join(named)
    raise UsageError(
        f"{words!r} is no number of an exchange: `ragassist log --search {shlex.quote(words)}` "
        "looks for words"
    )


def _show(
    kept: tuple[LoggedExchange, ...],
    marked: Mapping[int, Mapping[str, Sequence[str]]],
    *,
    whole: bool,
    searched: str,
) -> None:
    if kept and not whole and width() is not None:
        say(Piece(text=render.EXCHANGE_HEAD, style=DIM))
    for exchange in kept:
        if whole:
            render.show_exchange(exchange)
            for paper_id, marks in marked[exchange.number].items():
                say(one_line(f"[{paper_id}] {' '.join(f'({mark})' for mark in marks)}"))
        else:
            cited = marked[exchange.number].values()
            render.show_exchange_line(exchange, cited, searched=searched)


def _read(library: "Library", asked: _Asked, limit: int) -> tuple[LoggedExchange, ...]:
    if asked.number is not None:
        return (library.exchange(asked.number),)
    if asked.conversation is not None:
        return library.conversation(asked.conversation)
    if asked.search is not None:
        return library.search_log(asked.search, limit=limit)
    return library.exchanges(limit=limit)


def _count(number: int) -> str:
    return f"{number} exchange{'' if number == 1 else 's'}"
