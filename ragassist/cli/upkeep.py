"""`ragassist status`, `failures`, `doctor` and `reindex`."""

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.exits import FAILED
from ragassist.cli.options import AsJson, EmbedderName
from ragassist.cli.session import Session, session_of
from ragassist.errors import ModelMisconfigured
from ragassist.text import one_line

if TYPE_CHECKING:
    from ragassist.models.probing import Probed

_JSON = {
    "schema": "yes, held to a schema by the server",
    "text": "yes, as text: the server takes no schema",
    "no": "no: the reply was none",
}
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


def doctor(
    context: typer.Context,
    model: Annotated[
        bool,
        typer.Option("--model", help="Make one tiny call to the chat model, and no other check."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Check this machine and every vector of the library, or the chat model.

    Says what would leave the machine, too: nothing does, unless --model asks the model for one
    short sentence. Exit code 1 when a check fails; each says what to do.

    \b
    Examples:
      ragassist doctor
      ragassist doctor --model
    """
    session = session_of(context)
    if model:
        _check_model(session, json=json)
        return
    from ragassist.cli.checks import check_all

    checks = list(check_all(session))
    ok = all(check.state != "failed" for check in checks)
    if json:
        shape = [{"name": c.name, "state": c.state, "says": c.says} for c in checks]
        typer.echo(as_json.dumps({"ok": ok, "checks": shape}))
    else:
        for check in checks:
            typer.echo(f"{_MARKS[check.state]:6} {check.name}: {one_line(check.says)}")
    if not ok:
        raise typer.Exit(FAILED)


def _check_model(session: Session, *, json: bool) -> None:
    from ragassist.models.probing import probe_model

    choice = session.model_choice()
    if choice is None:
        raise ModelMisconfigured(
            "no model is configured, and answers are the abstracts' own sentences: set "
            "RAGASSIST_MODEL=provider:model, such as openai:gpt-4o-mini"
        )
    try:
        probed = probe_model(choice, session.tell)
    except KeyboardInterrupt:
        session.tell("interrupted")
        raise
    if json:
        typer.echo(as_json.dumps({"ok": not probed.error, "model": dataclasses.asdict(probed)}))
    else:
        for name, value in _found_out(probed):
            typer.echo(f"{name + ':':10} {one_line(value)}")
    if probed.error:
        raise typer.Exit(FAILED)


def _found_out(probed: "Probed") -> Iterator[tuple[str, str]]:
    yield "model", probed.model
    yield "where", probed.where
    if probed.error:
        yield "FAILED", probed.error
    else:
        yield (
            "latency",
            f"{probed.first_word_s:.2f} s to the first word, {probed.whole_s:.2f} s in all",
        )
        yield "streaming", f"yes, {probed.pieces} pieces" if probed.streams else "no, one piece"
        yield "JSON", _JSON[probed.json]
    from ragassist.cli.checks import window_line

    yield "window", window_line(probed.window, known=probed.window_known)
    if probed.price is None:
        yield "price", "not known: RAGASSIST_PRICES names a file that says it"
        return
    yield (
        "price",
        f"${probed.price.input:g} read, ${probed.price.output:g} written, per million tokens "
        f"({probed.price_source})",
    )
    if probed.usage.cost_usd is not None:
        yield "this call", f"${probed.usage.cost_usd:.6f}"


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
