"""`ragassist ask` and `ragassist search`."""

from typing import Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.options import (
    AsJson,
    Author,
    Category,
    Question,
    SourceName,
    Year,
    filters_from,
)
from ragassist.cli.session import session_of
from ragassist.types import Declined

_DECLINED = 3


def ask(
    context: typer.Context,
    question: Question,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    json: AsJson = False,
) -> None:
    """Answer a question from the abstracts, every sentence cited.

    The sentences are the abstracts' own. Exit code 3 when no abstract answers the question; the
    nearest papers are listed then.

    \b
    Examples:
      ragassist ask "How do language models learn to use external tools?"
      ragassist ask what limits self-training --year 2022.. --category CL
      ragassist ask "..." --json | jq -r '.answer.claims[].citations[]'
    """
    filters = filters_from(year, category, author, source)
    with session_of(context).open() as library:
        outcome = library.ask(" ".join(question), filters=filters)
    if json:
        typer.echo(as_json.dumps(as_json.of_outcome(outcome)))
    elif isinstance(outcome, Declined):
        render.show_declined(outcome)
    else:
        render.show_answer(outcome)
    if isinstance(outcome, Declined):
        raise typer.Exit(_DECLINED)


def search(
    context: typer.Context,
    question: Question,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many papers.")] = 10,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    json: AsJson = False,
) -> None:
    """List the passages that bear most on a question, best first.

    \b
    Examples:
      ragassist search "slot filling with noisy input" --author Dong
      ragassist search "prompt learning" -n 5 --year 2023
    """
    filters = filters_from(year, category, author, source)
    with session_of(context).open() as library:
        passages = library.search(" ".join(question), filters=filters, top_k=limit)
    if json:
        shape = {
            "question": " ".join(question),
            "passages": [as_json.of_passage(p) for p in passages],
        }
        typer.echo(as_json.dumps(shape))
        return
    if not passages:
        typer.echo("No passage was found.")
    for passage in passages:
        render.show_passage(passage)
