"""`ragassist related`."""

import contextlib
import dataclasses
import sys
import textwrap
from collections.abc import Generator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ragassist.cli import as_json, render
from ragassist.cli.exits import NOT_MET, end_with
from ragassist.cli.files import check_target, write_text
from ragassist.cli.look import width
from ragassist.cli.options import (
    AsJson,
    Author,
    Category,
    Extractive,
    NoCache,
    SourceName,
    Tag,
    WholeLedger,
    Year,
    filters_from,
)
from ragassist.cli.session import session_of
from ragassist.errors import UsageError
from ragassist.types import Claim, Declined

if TYPE_CHECKING:
    from ragassist.related_work.outcome import RelatedWork

_SHOWN_IDS = 8


def related(
    context: typer.Context,
    topic: Annotated[
        list[str],
        typer.Argument(metavar="TOPIC", help="A few words, or the abstract of your draft."),
    ],
    papers: Annotated[int, typer.Option("-n", "--papers", min=1, help="How many at most.")] = 12,
    format: Annotated[
        Literal["markdown", "latex", "plain"],
        typer.Option(help="Markdown for Pandoc, LaTeX with natbib, or plain text."),
    ] = "plain",
    bib: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write exactly the cited papers there as BibTeX."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the text there and not on standard output."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that may be your own work.")
    ] = False,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    tag: Tag = None,
    extractive: Extractive = False,
    ledger: WholeLedger = False,
    no_cache: NoCache = False,
    json: AsJson = False,
) -> None:
    """Write a related-work summary: the papers on a topic by theme, every sentence cited.

    A model writes a paragraph for each theme where one is configured (RAGASSIST_MODEL); else each
    paper is quoted with a sentence of its abstract. Every sentence is held against the abstracts
    it cites, and carries a flag where that fails. The text alone is on standard output. Exit code 3
    when no abstract bears on the topic; the nearest papers are listed then.

    \b
    Examples:
      ragassist related "tool learning with language models"
      ragassist related dense retrieval --format latex --bib refs.bib > related.tex
      ragassist related "hallucination" -n 20 --year 2022.. --format markdown --out related.md
    """
    from ragassist.related_work.formats import format_text

    _check_files(bib, out, force=force)
    filters = filters_from(year, category, author, source, tag)
    session = session_of(context)
    with session.open(writes=True, extractive=extractive, remember=not no_cache) as library:
        stream = library.related(" ".join(topic), filters=filters, limit=papers)
        outcome = _drain(stream, shown=sys.stderr.isatty() and not extractive)
    if isinstance(outcome, Declined):
        _show_declined(outcome, json=json)
        raise typer.Exit(NOT_MET)
    text = format_text(outcome, format)
    if out is not None:
        write_text(out, text)
        typer.echo(f"{out}: written", err=True)
    if json:
        typer.echo(as_json.dumps(of_related(outcome, text)))
    elif out is None:
        typer.echo(_wrapped(text) if format == "plain" else text, nl=False)
    if bib is not None:
        _write_bibliography(bib, outcome)
    with contextlib.redirect_stdout(sys.stderr):
        _show_notes(outcome, ledger=ledger)
    end_with(outcome.origin, declined=False)


def of_related(work: "RelatedWork", text: str) -> dict[str, Any]:
    """The shape of `related`; `as_json` documents it."""
    return {
        "topic": work.topic,
        "related": {
            "text": text,
            "themes": [dataclasses.asdict(theme) for theme in work.themes],
            "claims": [as_json.of_claim(claim) for claim in work.claims],
        },
        "references": [as_json.of_paper(paper) for paper in work.references],
        "left_out": [
            {"paper_id": left.paper.paper_id, "reason": left.reason} for left in work.left_out
        ],
        "uncited": [paper.paper_id for paper in work.uncited],
        "origin": dataclasses.asdict(work.origin),
    }


def _check_files(bib: Path | None, out: Path | None, *, force: bool) -> None:
    from ragassist.related_work.bibliography import MARK

    if bib is not None:
        check_target(bib, force=force, ours=MARK)
    if out is not None:
        check_target(out, force=force)
    if bib is not None and out is not None and bib.resolve() == out.resolve():
        raise UsageError(f"--bib and --out are both {str(out)!r}: name two files")


def _drain(
    stream: Generator[Claim, None, "RelatedWork | Declined"], *, shown: bool
) -> "RelatedWork | Declined":
    """What a stream returns; told meanwhile, on standard error, how far it is."""
    paragraph = -1
    try:
        while True:
            claim = next(stream)
            if shown and claim.paragraph != paragraph:
                paragraph = claim.paragraph
                typer.echo(f"paragraph {paragraph + 1} …", err=True)
    except StopIteration as end:
        outcome: RelatedWork | Declined = end.value
        return outcome


def _write_bibliography(path: Path, work: "RelatedWork") -> None:
    from ragassist.related_work.bibliography import to_bibtex

    write_text(path, to_bibtex(work.references))
    count = len(work.references)
    typer.echo(f"{path}: {count} {'entry' if count == 1 else 'entries'}", err=True)


def _show_declined(declined: Declined, *, json: bool) -> None:
    if not json:
        with contextlib.redirect_stdout(sys.stderr):
            render.show_declined(declined)
        return
    shape = {
        "topic": declined.question,
        "declined": {
            "reason": declined.reason,
            "nearest": [paper.paper_id for paper in declined.nearest],
        },
        "references": [as_json.of_paper(paper) for paper in declined.nearest],
        "origin": dataclasses.asdict(declined.origin),
    }
    typer.echo(as_json.dumps(shape))


def _wrapped(text: str) -> str:
    """Plain text as wide as the terminal; in a pipe its lines are left whole."""
    columns = width()
    if columns is None:
        return text
    lines = (
        textwrap.fill(line, columns, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )
    return "\n".join(lines)


def _show_notes(work: "RelatedWork", *, ledger: bool) -> None:
    typer.echo(render.ledger_line(work.claims))
    if ledger:
        render.show_ledger(work.claims)
        typer.echo()
    if retracted := [paper.paper_id for paper in work.references if paper.retracted]:
        typer.echo(f"retracted: {_some(retracted)}")
    if work.uncited:
        typer.echo(f"found, but not cited: {_some([paper.paper_id for paper in work.uncited])}")
    for reason, left in groupby(work.left_out, key=lambda left: left.reason):
        typer.echo(f"left out: {_some([one.paper.paper_id for one in left])} ({reason})")


def _some(paper_ids: list[str]) -> str:
    more = len(paper_ids) - _SHOWN_IDS
    return ", ".join(paper_ids[:_SHOWN_IDS]) + (f" and {more} more" if more > 0 else "")
