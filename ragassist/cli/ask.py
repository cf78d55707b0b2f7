"""`ragassist ask` and `ragassist search`."""

from typing import TYPE_CHECKING, Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.exits import end_with
from ragassist.cli.options import (
    As,
    AsJson,
    Author,
    Category,
    Extractive,
    NoCache,
    NoLog,
    Question,
    SourceName,
    Tag,
    WholeLedger,
    Words,
    Year,
    filters_from,
)
from ragassist.cli.prose import papers_in
from ragassist.cli.session import session_of
from ragassist.errors import UsageError
from ragassist.types import Declined, Style

if TYPE_CHECKING:
    from ragassist.answering.prompting import Draft


def ask(
    context: typer.Context,
    question: Question,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    tag: Tag = None,
    shape: As = "prose",
    words: Words = None,
    extractive: Extractive = False,
    ledger: WholeLedger = False,
    show_prompt: Annotated[
        bool,
        typer.Option(
            "--show-prompt",
            help="Print what the model would be told to write the answer from, as the first "
            "search finds it, and what --dry-run prints; do not ask it.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Print what the answer would take, what it may take at most with repairs and "
            "further searches, and whether one is likely; do not ask.",
        ),
    ] = False,
    no_log: NoLog = False,
    no_cache: NoCache = False,
    json: AsJson = False,
) -> None:
    """Answer a question from the abstracts, every sentence cited and checked.

    A model writes where one is configured (RAGASSIST_MODEL); else the sentences are the abstracts'
    own. Before one is shown it is held against the abstracts it cites, by its words and numbers,
    and carries a flag where that fails; whether it contradicts them is not seen. Exit code 3 when
    no abstract answers the question; the nearest papers are listed then.

    \b
    Examples:
      ragassist ask "How do language models learn to use external tools?"
      ragassist ask what limits self-training --year 2022.. --category CL --ledger
      ragassist ask "..." --json | jq -r '.answer.claims[].citations[]'
    """
    filters = filters_from(year, category, author, source, tag)
    style = Style(shape=shape, words=words)
    session = session_of(context)
    remember = not (no_log or no_cache)
    asked = " ".join(question)
    if show_prompt or dry_run:
        if extractive:
            raise UsageError("--extractive asks no model, so there is no prompt to show")
        with session.open() as library:
            draft = library.draft(asked, filters=filters, style=style)
        _show_draft(draft, whole=show_prompt, json=json)
        return
    with session.open(writes=True, extractive=extractive, remember=remember) as library:
        if json:
            outcome = library.ask(asked, filters=filters, style=style)
        else:
            stream = library.stream(asked, filters=filters, style=style)
            outcome = render.show_stream(
                stream,
                shape,
                paper_of=papers_in(library),
                markdown=session.settings().model is not None and not extractive,
            )
        if session.settings().log and not no_log:
            library.log(outcome)
    if json:
        typer.echo(as_json.dumps(as_json.of_outcome(outcome)))
    else:
        render.show_outcome_end(outcome, ledger=ledger)
    end_with(outcome.origin, declined=isinstance(outcome, Declined))


def _show_draft(draft: "Draft | None", *, whole: bool, json: bool) -> None:
    if json:
        typer.echo(as_json.dumps({"draft": None if draft is None else as_json.of_draft(draft)}))
    elif draft is None:
        typer.echo("No passage was found: no model would be asked.")
    else:
        render.show_draft(draft, whole=whole)


def search(
    context: typer.Context,
    question: Question,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many papers.")] = 10,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    tag: Tag = None,
    json: AsJson = False,
) -> None:
    """List the passages that bear most on a question, best first.

    \b
    Examples:
      ragassist search "slot filling with noisy input" --author Dong
      ragassist search "prompt learning" -n 5 --year 2023
    """
    filters = filters_from(year, category, author, source, tag)
    with session_of(context).open() as library:
        passages = library.search(" ".join(question), filters=filters, top_k=limit)
        retracted = library.retracted([passage.paper_id for passage in passages])
    if json:
        shapes = [
            {
                **as_json.of_passage(passage),
                "title_only": not passage.text,
                "retracted": passage.paper_id in retracted,
            }
            for passage in passages
        ]
        typer.echo(as_json.dumps({"question": " ".join(question), "passages": shapes}))
        return
    if not passages:
        typer.echo("No passage was found.")
    for passage in passages:
        render.show_passage(passage, retracted=retracted)
