"""`ragassist sync`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.exits import FAILED, INTERRUPTED, REFUSED
from ragassist.cli.keys import of_keys, tell_keys
from ragassist.cli.options import AsJson, Columns, EmbedderName, FormatName, columns_from
from ragassist.cli.session import Session, session_of
from ragassist.text import one_line

if TYPE_CHECKING:
    from ragassist.library import Library
    from ragassist.syncing import SyncedSource, SyncReport

_LISTED = 10


def sync(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Files, or folders of files.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would come, change and go; do nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove without asking.")] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Remove without asking, also where a file looks cut off or cannot all be read.",
        ),
    ] = False,
    embedder: Annotated[
        EmbedderName | None, typer.Option(help="For a new library; builtin needs no download.")
    ] = None,
    format: FormatName = None,
    columns: Columns = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List every paper that came, changed or went.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Make the library equal to a file that is exported again and again.

    Takes in what the file gained and changed, and removes what it lost: a paper goes when no other
    file has it. That is asked about first; in a pipe it is left undone, with exit code 2, unless
    you say --yes. Until then papers that another file has, too, stay as they are. A file that did
    not change costs a moment.

    A file may be met half-written. One that changes while it is read is read again, and one that
    lost something and was written just now only once it has been left alone for half a second. Not
    even --yes removes anything of a file that lost more than half of its entries, or its last three
    or more, or its last one and the end of the line with it: look with --dry-run, then say --force.
    Where something in a file cannot be read that could be before, nothing of that file is removed
    without --force, and the exit code is 1.

    A file that was moved, its content as it was, is known again at its new place. Of a file that
    is gone nothing is removed: `ragassist remove --source FILE` does that.

    \b
    Examples:
      ragassist sync refs.bib
      ragassist sync refs.bib --dry-run
      ragassist sync zotero/*.bib --yes
    """
    session = session_of(context)
    stated = columns_from(columns)
    try:
        with session.open(missing_ok=True) as library:
            if dry_run:
                report = library.preview_sync(
                    *paths, force=force, format_name=format, columns=stated
                )
            else:
                new = not library.exists()
                report = library.sync(
                    *paths,
                    remove=yes or force,
                    force=force,
                    embedder=embedder or (session.settings().embedder if new else None),
                    format_name=format,
                    columns=stated,
                )
                if new and library.exists():
                    session.tell(f"made a new library in {library.folder}")
                report = report if yes else _confirm(library, report)
    except KeyboardInterrupt:
        session.tell("interrupted: what was read is kept; run it again to go on")
        raise typer.Exit(INTERRUPTED) from None
    if json:
        shape = as_json.of_sync(report, dry_run=dry_run)
        typer.echo(as_json.dumps({**shape, **of_keys(report.keys)}))
    else:
        _show(report, dry_run=dry_run, verbose=verbose)
    tell_keys(session, report.keys, dry_run=dry_run, whole=verbose)
    _end(session, report, yes=yes, dry_run=dry_run)


def _confirm(library: "Library", report: "SyncReport") -> "SyncReport":
    """Ask about what is waiting, where there is somebody to ask."""
    if not report.waiting or not sys.stdin.isatty():
        return report
    typer.echo("In no file any more:", err=True)
    for paper_id in report.waiting:
        paper = library.paper(paper_id)
        typer.echo(f"  {one_line(f'[{paper_id}] {render.describe(paper)}')}", err=True)
    for source in report.sources:
        if source.doubt:
            typer.echo(f"CAUTION: {_doubted(source)}", err=True)
    if not typer.confirm(f"Remove {render.count(len(report.waiting), 'paper')}?", err=True):
        return report
    return library.finish_sync(report)


def _show(report: "SyncReport", *, dry_run: bool, verbose: bool) -> None:
    for source in report.sources:
        if source.error is None or source.records:
            typer.echo(f"{render.shortest(source.source)} ({source.reader}): {_counts(source)}")
            _show_ids(source, verbose=verbose or dry_run)
    verb = "would have" if dry_run else "has"
    typer.echo(f"The library {verb} {render.count(report.papers, 'paper')}.")


def _counts(source: "SyncedSource") -> str:
    entries = render.count(source.records, "entry")
    if source.error is not None:
        entries += " before the error"
    changes = (
        ("added", source.added),
        ("changed", source.changed),
        ("replaced", source.replaced),
        ("removed", source.removed),
        ("no longer here but in another file", source.left),
        ("to be removed", source.waiting),
    )
    stated = [f"{len(ids):,} {what}" for what, ids in changes if ids]
    return ", ".join([entries, *(stated or ["nothing changed"])])


def _show_ids(source: "SyncedSource", *, verbose: bool) -> None:
    lines = [
        *(f"+ {paper_id}" for paper_id in source.added),
        *(f"~ {_renamed(source, paper_id)}" for paper_id in source.changed),
        *(
            f"> {paper_id} is another work now (it was {title!r})"
            for paper_id, title in source.replaced.items()
        ),
        *(f"- {paper_id}" for paper_id in source.removed),
        *(f"= {_left(source, paper_id)}" for paper_id in source.left),
        *(f"? {paper_id}" for paper_id in source.waiting),
    ]
    listed = lines if verbose else lines[:_LISTED]
    for line in listed:
        typer.echo(f"  {one_line(line)}")
    if len(lines) > len(listed):
        typer.echo(f"  and {len(lines) - len(listed):,} more: --verbose lists them")
    failures = [failure for failure in source.failures if not failure.expected]
    for failure in failures[: None if verbose else _LISTED]:
        typer.echo(f"  ! {render.failure_place(source.source, failure)}")
    if not verbose and len(failures) > _LISTED:
        typer.echo(f"  and {len(failures) - _LISTED:,} more: `ragassist failures` lists them")


def _renamed(source: "SyncedSource", paper_id: str) -> str:
    former = source.former.get(paper_id)
    return paper_id if former is None else f"{former} → {paper_id}"


def _left(source: "SyncedSource", paper_id: str) -> str:
    former = source.former.get(paper_id)
    if former is None:
        return f"{paper_id} (another file has it)"
    return f"{former} (another file has it, here as {paper_id})"


def _end(session: Session, report: "SyncReport", *, yes: bool, dry_run: bool) -> None:
    """Say what was not done, and leave with the code for it.

    Raises:
        typer.Exit: with the code, where it is not 0.
    """
    failed = False
    for source in report.sources:
        if source.error is not None:
            failed = True
            typer.echo(f"error: {one_line(source.error)}; nothing of it was removed", err=True)
        elif source.missing:
            failed = True
            session.tell(_held(source))
    doubted = [source for source in report.sources if source.doubt]
    if dry_run or yes:
        for source in doubted:
            session.tell(f"{_doubted(source)}; `--force` removes them")
    if failed:
        raise typer.Exit(FAILED)
    if yes and doubted and not dry_run:
        raise typer.Exit(REFUSED)
    if report.waiting and not dry_run and not sys.stdin.isatty():
        papers = render.count(len(report.waiting), "paper")
        session.tell(
            f"{papers} in no file any more: nothing was removed; the same with --dry-run lists "
            f"them, `{'--force' if doubted else '--yes'}` removes them"
        )
        raise typer.Exit(REFUSED)


def _held(source: "SyncedSource") -> str:
    first = render.failure_place(source.source, source.suspects[0])
    entries = render.count(source.missing, "entry")
    return (
        f"{render.shortest(source.source)}: {entries} that it had cannot be found, and "
        f"{len(source.suspects)} in it cannot be read that may be among them ({first}): nothing "
        "was removed; mend the file and sync it again, or say `--force` to remove all that cannot "
        "be found"
    )


def _doubted(source: "SyncedSource") -> str:
    papers = render.count(len(source.waiting), "paper")
    return (
        f"{render.shortest(source.source)}: {source.doubt}; is it written to its end? {papers} "
        "would go with them"
    )
