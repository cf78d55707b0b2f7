"""The command line: one Typer app, and the one place where an error becomes a line and a code."""

import gc
import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from ragassist.cli import (
    add,
    ask,
    chat,
    demo,
    duplicates,
    evaluate,
    export,
    log,
    papers,
    related,
    sync,
    upkeep,
)
from ragassist.cli.exits import FAILED
from ragassist.cli.session import Session
from ragassist.errors import RagassistError

app = typer.Typer(
    name="ragassist",
    # Rich's help costs three times the start of everything else.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def start(
    context: typer.Context,
    library: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the library. Default: RAGASSIST_LIBRARY, else .ragassist/ here or "
            "in a folder above.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 (its callback answers)
        bool, typer.Option("--version", help="Print the version.", callback=lambda v: _version(v))
    ] = False,
) -> None:
    """Ask your own reading list: every sentence of an answer cites a paper.

    \b
    Start with:
      ragassist demo
      ragassist add saved-pages/ refs.jsonl
      ragassist ask "How do language models learn to use external tools?"

    Exit codes: 0 fine, 1 failed, 2 wrong usage or configuration, 3 the library does not answer, or
    a gate is not met.
    """
    context.obj = Session(library)


for command in (
    add.add, sync.sync, ask.ask, chat.chat, ask.search, related.related, export.export, export.bib,
    papers.papers, papers.tags, papers.show, papers.remove, duplicates.duplicates,
    duplicates.merge, duplicates.keep_both, log.log, upkeep.status, upkeep.failures, upkeep.doctor,
    upkeep.reindex, demo.demo,
):  # fmt: skip
    app.command()(command)
app.add_typer(evaluate.app, name="eval")


def main() -> None:
    """Run the command line on `sys.argv` and exit."""
    # Started with a stream closed (`>&-`), Python has none: what is written goes nowhere.
    sys.stdout = sys.stdout or io.StringIO()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a letter shows `?`; nothing is worth a traceback.
            stream.reconfigure(errors="replace")
    # What Chroma's import makes lives as long as the process: looking through it for garbage, again
    # and again, is a twentieth of the time a question takes.
    gc.set_threshold(50_000)
    try:
        app(prog_name="ragassist")
    except RagassistError as error:
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does.
        sys.stderr.close()
        sys.exit(FAILED)
    except OSError as error:
        _fail(
            f"{error.strerror or error}: {error.filename!r}" if error.filename else str(error),
            FAILED,
        )


def _fail(message: str, code: int) -> None:
    from ragassist.cli.look import tell
    from ragassist.text import one_line

    tell(f"error: {one_line(message)}")
    sys.exit(code)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"ragassist {version('ragassist')}")
        raise typer.Exit
