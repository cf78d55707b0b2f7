"""`ragassist demo`."""

import tempfile
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from ragassist.cli import render
from ragassist.cli.exits import end_with
from ragassist.cli.prose import papers_in
from ragassist.types import Declined

_QUESTION = "Can dense retrieval beat BM25?"


def demo(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="Ask something else.")
    ] = _QUESTION,
) -> None:
    """Answer a question over a sample library, offline.

    Needs no key and no network, and leaves nothing behind. The sample is 44 well-known papers on
    retrieval-augmented generation and grounding. Their bibliographic facts are true; their
    abstracts were written for this demo.

    \b
    Examples:
      ragassist demo
      ragassist demo "How often do citations in generated answers support their sentence?"
    """
    from ragassist.library import Library

    sample = resources.files("ragassist") / "resources" / "sample_library.jsonl"
    with (
        tempfile.TemporaryDirectory(prefix="ragassist-demo-") as folder,
        resources.as_file(sample) as file,
        Library.open(Path(folder) / "library") as library,
    ):
        report = library.add(file)
        typer.echo(f"$ ragassist add {file.name}\n{report.papers} papers\n")
        typer.echo(f'$ ragassist ask "{question}"')
        outcome = render.show_stream(library.stream(question), paper_of=papers_in(library))
        render.show_outcome_end(outcome)
    end_with(outcome.origin, declined=isinstance(outcome, Declined))
    typer.echo("\nThe papers are real, their abstracts were written for this demo.")
    typer.echo("Now your own papers: ragassist add FILE")
