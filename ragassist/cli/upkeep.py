"""`ragassist status`, `failures`, `doctor` and `reindex`."""

from typing import Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.exits import FAILED
from ragassist.cli.options import AsJson, EmbedderName
from ragassist.cli.session import session_of
from ragassist.text import one_line

_MARKS = {"ok": "ok", "warning": "note", "failed": "FAILED"}


def status(context: typer.Context, json: AsJson = False) -> None:
    """Show what the library holds, and what is pending.

    \b
    Example:
      ragassist status --json
    """
    with session_of(context).open() as library:
        state = library.status()
        languages = library.languages()
    if json:
        shape = {**as_json.of_status(state), "languages": dict(languages)}
        typer.echo(as_json.dumps(shape))
        return
    megabytes = 1e6
    lines = (
        ("library", state.folder),
        ("papers", f"{state.papers}, {state.title_only} of them title only"),
        ("chunks", f"{state.chunks}, {state.pending} pending"),
        ("embedder", state.embedder or "none yet"),
        ("index", state.generation or "none yet"),
        ("failures", f"{state.failures}; `ragassist failures` lists them"),
        (
            "on disk",
            f"{state.catalog_bytes / megabytes:.1f} MB catalog, "
            f"{state.index_bytes / megabytes:.1f} MB index",
        ),
    )
    for name, value in lines:
        typer.echo(f"{name + ':':10} {one_line(value)}")
    for path, reader, records in state.sources:
        read_at = state.read_at.get(path, "").removesuffix("+00:00").replace("T", " ")
        said = [reader, render.count(records, "record"), f"read {read_at} UTC" if read_at else ""]
        gone = " IS GONE: `ragassist remove --source` forgets it" if as_json.is_gone(path) else ""
        typer.echo(f"{'source:':10} {one_line(path)} ({', '.join(filter(None, said))}){gone}")
    if languages:
        typer.echo(render.show_languages(languages))


def failures(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is no paper by nature: headers, counters.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List what could not be read when each file was last read: where, why, what it looks like.

    Mend the file and read it again: `ragassist add --retry-failed` reads all that are listed.

    \b
    Examples:
      ragassist failures
      ragassist failures --json | jq -r '.failures[].source'
    """
    with session_of(context).open() as library:
        listed = [one for one in library.failures() if everything or not one.expected]
    if json:
        typer.echo(as_json.dumps({"failures": [as_json.of_failure(one) for one in listed]}))
        return
    for one in listed:
        typer.echo(render.failure_place(one.source, one))


def doctor(context: typer.Context, json: AsJson = False) -> None:
    """Check this machine and every vector of the library.

    Says what would leave the machine, too: nothing does. Exit code 1 when a check fails; each
    says what to do.

    \b
    Example:
      ragassist doctor
    """
    from ragassist.cli.checks import check_all

    checks = list(check_all(session_of(context)))
    ok = all(check.state != "failed" for check in checks)
    if json:
        shape = [{"name": c.name, "state": c.state, "says": c.says} for c in checks]
        typer.echo(as_json.dumps({"ok": ok, "checks": shape}))
    else:
        for check in checks:
            typer.echo(f"{_MARKS[check.state]:6} {check.name}: {one_line(check.says)}")
    if not ok:
        raise typer.Exit(FAILED)


def reindex(
    context: typer.Context,
    embedder: Annotated[EmbedderName | None, typer.Option(help="Change to this embedder.")] = None,
) -> None:
    """Make the vector index anew, or with another embedder.

    It is made from the catalog, where every vector is kept. The index in use serves until the
    new one is complete. Killed, it goes on where it was.

    \b
    Examples:
      ragassist reindex
      ragassist reindex --embedder minilm
    """
    with session_of(context).open() as library:
        library.reindex(embedder=embedder)
        state = library.status()
    typer.echo(f"{state.chunks} chunks indexed with {state.embedder}")
