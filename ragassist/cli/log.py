"""`ragassist log`."""

from typing import Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.options import AsJson
from ragassist.cli.session import session_of
from ragassist.errors import UsageError


def log(
    context: typer.Context,
    number: Annotated[
        int | None, typer.Argument(metavar="[NUMBER]", help="Show this exchange whole.")
    ] = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="How many of the latest.")
    ] = 20,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget every exchange, without asking.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List what was asked and answered, the latest last.

    Questions and answers of `ask` and `chat` are kept in the library, and nowhere else. `--no-log`
    keeps one out, RAGASSIST_LOG=false all of them.

    \b
    Examples:
      ragassist log
      ragassist log 12
      ragassist log -n 500 --json
      ragassist log --clear
    """
    with session_of(context).open() as library:
        if clear:
            typer.echo(f"{_count(library.clear_log())} forgotten")
            return
        if number is None:
            kept = library.exchanges(limit=limit)
        else:
            kept = tuple(one for one in library.exchanges() if one.number == number)
    if number is not None and not kept:
        raise UsageError(f"no exchange {number} in the log: `ragassist log` lists them")
    if json:
        shape = {"exchanges": [as_json.of_exchange(exchange) for exchange in kept]}
        typer.echo(as_json.dumps(shape))
    elif number is not None:
        render.show_exchange(kept[0])
    else:
        for exchange in kept:
            render.show_exchange_line(exchange)
        if not kept:
            typer.echo("Nothing is in the log.")


def _count(number: int) -> str:
    return f"{number} exchange{'' if number == 1 else 's'}"
