"""`ragassist papers`, `show` and `remove`."""

import sys
from typing import Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.options import AsJson, Author, Category, SourceName, Year, filters_from
from ragassist.cli.session import session_of


def papers(
    context: typer.Context,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    json: AsJson = False,
) -> None:
    """List the papers of the library: id, year, title.

    \b
    Examples:
      ragassist papers --year 2023 --author Qin
      ragassist papers | cut -f1
    """
    filters = filters_from(year, category, author, source)
    with session_of(context).open() as library:
        found = library.papers(filters)
        if json:
            for piece in as_json.stream("papers", map(as_json.of_paper, found)):
                typer.echo(piece, nl=False)
            return
        for paper in found:
            render.show_paper_line(paper)


def show(
    context: typer.Context,
    paper_id: Annotated[
        str, typer.Argument(metavar="ID", help="A paper's id, an earlier id, or its own key.")
    ],
    json: AsJson = False,
) -> None:
    """Show all that is known of a paper, and where it was read.

    \b
    Example:
      ragassist show qin2023tool
    """
    with session_of(context).open() as library:
        paper = library.paper(paper_id)
    if json:
        shape = {**as_json.of_paper(paper), "abstract": paper.abstract}
        typer.echo(as_json.dumps({"paper": shape}))
    else:
        render.show_paper(paper)


def remove(
    context: typer.Context,
    paper_ids: Annotated[list[str], typer.Argument(metavar="ID", help="Ids of papers.")],
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask first, as it does on a terminal.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Take papers out of the library.

    The files they were read from stay as they are; adding those again brings the papers back.

    \b
    Example:
      ragassist remove qin2023tool song2025progco
    """
    with session_of(context).open() as library:
        if not yes and sys.stdin.isatty():
            for paper_id in paper_ids:
                render.show_paper_line(library.paper(paper_id))
            typer.confirm("Remove?", abort=True, err=True)
        removed = library.remove(*paper_ids)
    if json:
        typer.echo(as_json.dumps({"removed": [paper.paper_id for paper in removed]}))
    else:
        for paper in removed:
            typer.echo(f"removed {paper.paper_id}")
