"""`ragassist log`."""

from typing import Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.keys import marks_now, moved_since
from ragassist.cli.options import AsJson
from ragassist.cli.session import HISTORY_NAME, session_of
from ragassist.errors import UsageError
from ragassist.text import one_line


def log(
    context: typer.Context,
    number: Annotated[
        int | None, typer.Argument(metavar="[NUMBER]", help="Show this exchange whole.")
    ] = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="How many of the latest.")
    ] = 20,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget all of it, and what was typed in chats.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List what was asked and answered, the latest last.

    Questions and answers of `ask` and `chat` are kept in the library's folder, and nowhere else, as
    is what you typed in chats, for the arrow keys. `--no-log` keeps one out, RAGASSIST_LOG=false
    all of them. Times are UTC. What an answer says stays as it was; which of the papers that it
    cites are retracted or title only today is said beside it.

    \b
    Examples:
      ragassist log
      ragassist log 12
      ragassist log -n 500 --json
      ragassist log --clear
    """
    if clear and (number is not None or json):
        raise UsageError("--clear forgets the whole log: leave the number and --json out")
    with session_of(context).open() as library:
        if clear:
            (library.folder / HISTORY_NAME).unlink(missing_ok=True)
            typer.echo(f"{_count(library.clear_log())} forgotten, and what was typed in chats")
            return
        one = None if number is None else library.exchange(number)
        kept = (one,) if one else library.exchanges(limit=limit)
        moved = moved_since(library, one) if one else []
        marked = {exchange.number: marks_now(library, exchange) for exchange in kept}
    if json:
        shapes = [{**as_json.of_exchange(one), "marked": marked[one.number]} for one in kept]
        typer.echo(as_json.dumps({"exchanges": shapes}))
    elif one is not None:
        render.show_exchange(one)
        for paper_id, marks in marked[one.number].items():
            typer.echo(one_line(f"[{paper_id}] {' '.join(f'({mark})' for mark in marks)}"))
        for note in moved:
            typer.echo(one_line(note), err=True)
    else:
        for exchange in kept:
            render.show_exchange_line(exchange, marked[exchange.number].values())
        if not kept:
            typer.echo("Nothing is in the log.")


def _count(number: int) -> str:
    return f"{number} exchange{'' if number == 1 else 's'}"
