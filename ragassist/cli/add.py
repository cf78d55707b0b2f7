"""`ragassist add`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.exits import FAILED, INTERRUPTED
from ragassist.cli.options import AsJson, EmbedderName
from ragassist.cli.session import Session, session_of
from ragassist.text import one_line
from ragassist.types import AddReport, Failure, SourceReport

if TYPE_CHECKING:
    from ragassist.library import Library

_LISTED = 10


def add(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="Files, or folders of files.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come in and what would fail.")
    ] = False,
    embedder: Annotated[
        EmbedderName | None, typer.Option(help="For a new library; builtin needs no download.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List every line that is no paper.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Read papers from files and folders into the library.

    Saved web pages that list papers, and JSON lines with title and abstract. The format is
    recognised from the content. Adding the same again changes nothing, and adding a changed file
    changes its papers; what is no longer in a file stays in the library. An interrupted run goes
    on where it was. Exit code 1 when a file you named could not be read; the others are kept.

    \b
    Examples:
      ragassist add saved-pages/
      ragassist add refs.jsonl page.txt --dry-run
    """
    session = session_of(context)
    try:
        with session.open(missing_ok=True) as library:
            report = library.preview(*paths) if dry_run else _add(session, library, paths, embedder)
    except KeyboardInterrupt:
        session.tell("what was read is kept; run it again to go on")
        raise typer.Exit(INTERRUPTED) from None
    if json:
        typer.echo(as_json.dumps(as_json.of_report(report, dry_run=dry_run)))
    else:
        _show(report, dry_run=dry_run, verbose=verbose)
    named = {str(path.resolve()) for path in paths}
    for source in report.sources:
        if source.error is not None:
            typer.echo(f"error: {one_line(source.error)}", err=True)
    if any(s.error is not None and str(Path(s.source).resolve()) in named for s in report.sources):
        raise typer.Exit(FAILED)
    if not any(source.records for source in report.sources):
        raise typer.Exit(FAILED)


def _add(
    session: Session, library: "Library", paths: list[Path], embedder: str | None
) -> AddReport:
    if library.exists():
        return library.add(*paths, embedder=embedder)
    report = library.add(*paths, embedder=embedder or session.settings().embedder)
    if library.exists():
        session.tell(f"made a new library in {library.folder}")
    return report


def _show(report: AddReport, *, dry_run: bool, verbose: bool) -> None:
    for source in report.sources:
        if source.error is None or source.records:
            typer.echo(_line(source))
    if dry_run:
        typer.echo()
        for paper, is_new in report.brought:
            typer.echo("new    " if is_new else "known  ", nl=False)
            render.show_paper_line(paper)
    _show_failures([(s.source, f) for s in report.sources for f in s.failures], verbose=verbose)
    if not any(source.records for source in report.sources):
        return
    new = sum(source.new_papers for source in report.sources)
    verb = "would have" if dry_run else "has"
    typer.echo(f"\nThe library {verb} {_count(report.papers, 'paper')}, {new} of them new.")


def _show_failures(failures: list[tuple[str, Failure]], *, verbose: bool) -> None:
    listed = failures if verbose else [f for f in failures if not f[1].expected][:_LISTED]
    if listed:
        typer.echo("\nNot read as papers:")
        for path, failure in listed:
            typer.echo(f"  {_place(path, failure)}")
    surprising = sum(not failure.expected for _, failure in failures)
    if not verbose and surprising > _LISTED:
        typer.echo(f"  and {surprising - _LISTED} more: --verbose lists them")
    if not verbose and len(failures) > surprising:
        lines = _count(len(failures) - surprising, "line")
        typer.echo(f"Left out {lines} of page headers and counters: --verbose lists them")


def _line(source: SourceReport) -> str:
    parts = [_count(source.new_papers, "new paper")]
    others = source.records - source.new_papers - source.unchanged
    if others > 0:
        parts.append(f"{others} more on papers that are here")
    if source.unchanged:
        parts.append(f"{source.unchanged} known already")
    where = f"{_shortest(source.source)} ({source.reader})"
    return f"{where}: {_count(source.records, 'record')}: {', '.join(parts)}"


def _place(source: str, failure: Failure) -> str:
    excerpt = f": {one_line(failure.excerpt)}" if failure.excerpt else ""
    return f"{_shortest(source)}:{failure.line}: {failure.reason}{excerpt}"


def _shortest(path: str) -> str:
    """The path as seen from here, where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):
        return one_line(path)
    return one_line(min(path, relative, key=len))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
