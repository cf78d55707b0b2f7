"""`ragassist add`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.exits import FAILED, INTERRUPTED
from ragassist.cli.keys import of_keys, tell_keys
from ragassist.cli.options import AsJson, Columns, EmbedderName, FormatName, columns_from
from ragassist.cli.session import Session, session_of
from ragassist.errors import UsageError
from ragassist.text import one_line
from ragassist.types import AddReport, Failure, SourceReport

if TYPE_CHECKING:
    from ragassist.library import Library

_LISTED = 10
_DASH = Path("-")
_STDIN = "<stdin>"


def add(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help="Files, folders of files, or - .")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come in and what would fail.")
    ] = False,
    embedder: Annotated[
        EmbedderName | None, typer.Option(help="For a new library; builtin needs no download.")
    ] = None,
    format: FormatName = None,
    columns: Columns = None,
    retry_failed: Annotated[
        bool,
        typer.Option("--retry-failed", help="Read the files again that have `failures`."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List every line that is no paper.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Read papers from files and folders into the library.

    Bibliographies, exports and saved web pages; the format is recognised from the content. Adding
    the same again changes nothing, and adding a changed file changes its papers; what is no longer
    in a file stays in the library, until the file is synced. An interrupted run goes on where it
    was. A paper that was here and is called otherwise afterwards is told of, and its old id still
    finds it. Exit code 1 when a file you named could not be read; the others are kept.

    \b
    Examples:
      ragassist add saved-pages/
      ragassist add refs.jsonl page.txt --dry-run
      ragassist add scopus.csv --columns title="Document Title"
      zcat dump.jsonl.gz | ragassist add -
      ragassist add --retry-failed
    """
    session = session_of(context)
    how = ReadHow(format, columns)
    try:
        with session.open(missing_ok=not retry_failed) as library:
            paths = _meant(library, paths or [], retry_failed=retry_failed)
            if dry_run:
                report = library.preview(*paths, format_name=how.format, columns=how.columns)
            else:
                before = library.languages() if library.exists() else {}
                report = _add(session, library, paths, embedder, how)
                _tell_languages(session, before, library)
    except KeyboardInterrupt:
        session.tell("what was read is kept; run it again to go on")
        raise typer.Exit(INTERRUPTED) from None
    if json:
        shape = as_json.of_report(report, dry_run=dry_run)
        typer.echo(as_json.dumps({**shape, **of_keys(report.keys)}))
    else:
        _show(report, dry_run=dry_run, verbose=verbose)
    tell_keys(session, report.keys, dry_run=dry_run, whole=verbose)
    _end(report, paths)


def _end(report: AddReport, paths: list[Path]) -> None:
    """Say what could not be read, and leave with 1 where it was named, or where nothing came.

    Raises:
        typer.Exit: with the code, where it is not 0.
    """
    named = {*(str(path.resolve()) for path in paths), *(_STDIN for path in paths if path == _DASH)}
    failed = False
    for source in report.sources:
        if source.error is not None:
            typer.echo(f"error: {one_line(source.error)}", err=True)
            read = _STDIN if source.source.startswith(f"{_STDIN}:") else source.source
            failed |= bool({read, str(Path(read).resolve())} & named)
    if failed or not any(source.records for source in report.sources):
        raise typer.Exit(FAILED)


class ReadHow:
    """What `--format` and `--columns` say.

    Raises:
        UsageError: the columns are not understood.
    """

    def __init__(self, format: str | None, columns: list[str] | None) -> None:
        self.format = format
        self.columns = columns_from(columns)


def _meant(library: "Library", paths: list[Path], *, retry_failed: bool) -> list[Path]:
    """The files to read.

    Raises:
        UsageError: none is named, or some are and it was said to read those that failed.
    """
    if not retry_failed and not paths:
        raise UsageError("name the files or folders to add: `ragassist add refs.bib`")
    if not retry_failed:
        return paths
    if paths:
        raise UsageError("--retry-failed reads the files that failed: leave out the paths")
    listed = [Path(source) for source in library.failed_sources()]
    failed = [path for path in listed if path.exists()]
    if gone := [path for path in listed if path not in failed]:
        library.forget_failures(*gone)
        for path in gone:
            typer.echo(f"{one_line(str(path))} is gone: what failed in it is forgotten", err=True)
    if not failed:
        typer.echo("Nothing failed.", err=True)
        raise typer.Exit
    return failed


def _add(
    session: Session, library: "Library", paths: list[Path], embedder: str | None, how: ReadHow
) -> AddReport:
    if library.exists():
        return library.add(*paths, embedder=embedder, format_name=how.format, columns=how.columns)
    report = library.add(
        *paths,
        embedder=embedder or session.settings().embedder,
        format_name=how.format,
        columns=how.columns,
    )
    if library.exists():
        session.tell(f"made a new library in {library.folder}")
    return report


def _tell_languages(session: Session, before: Mapping[str, int], library: "Library") -> None:
    """Say of which languages papers came that are not English's."""
    now = library.languages() if library.exists() else {}
    came = {name: count - before.get(name, 0) for name, count in now.items()}
    if said := render.show_languages({name: count for name, count in came.items() if count > 0}):
        session.tell(f"note: {said}")


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
    typer.echo(f"\nThe library {verb} {render.count(report.papers, 'paper')}, {new} of them new.")


def _show_failures(failures: list[tuple[str, Failure]], *, verbose: bool) -> None:
    listed = failures if verbose else [f for f in failures if not f[1].expected][:_LISTED]
    if listed:
        typer.echo("\nNot read as papers:")
        for path, failure in listed:
            typer.echo(f"  {render.failure_place(path, failure)}")
    surprising = sum(not failure.expected for _, failure in failures)
    if not verbose and surprising > _LISTED:
        typer.echo(f"  and {surprising - _LISTED} more: --verbose lists them")
    if not verbose and len(failures) > surprising:
        left_out = len(failures) - surprising
        are = "is no paper" if left_out == 1 else "are no papers"
        lines = render.count(left_out, "line")
        typer.echo(f"Left out {lines} that {are} by nature: --verbose lists them")


def _line(source: SourceReport) -> str:
    parts = [render.count(source.new_papers, "new paper")]
    others = source.records - source.new_papers - source.unchanged
    if others > 0:
        parts.append(f"{others} more on papers that are here")
    if source.unchanged:
        parts.append(f"{source.unchanged} known already")
    where = f"{render.shortest(source.source)} ({source.reader})"
    return f"{where}: {render.count(source.records, 'record')}: {', '.join(parts)}"
