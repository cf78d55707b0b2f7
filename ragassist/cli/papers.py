"""`ragassist papers`, `tags`, `show` and `remove`."""

import dataclasses
import sys
from enum import StrEnum
from typing import Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.options import AsJson, Author, Category, SourceName, Tag, Year, filters_from
from ragassist.cli.session import session_of


class MissingField(StrEnum):
    """What a paper may lack; a class, since an option that is repeated takes no `Literal`."""

    ABSTRACT = "abstract"
    YEAR = "year"
    DOI = "doi"
    AUTHORS = "authors"


def papers(
    context: typer.Context,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    tag: Tag = None,
    missing: Annotated[
        list[MissingField] | None,
        typer.Option(help="Only papers of which this is not known (repeat for all of several)."),
    ] = None,
    json: AsJson = False,
) -> None:
    """List the papers of the library: id, year, title.

    \b
    Examples:
      ragassist papers --year 2023 --author Qin
      ragassist papers --missing abstract --tag "to read"
      ragassist papers | cut -f1
    """
    filters = filters_from(year, category, author, source, tag)
    with session_of(context).open() as library:
        found = library.papers(filters, missing=[field.value for field in missing or ()])
        if json:
            for piece in as_json.stream("papers", map(as_json.of_paper, found)):
                typer.echo(piece, nl=False)
            return
        for paper in found:
            render.show_paper_line(paper)


def tags(context: typer.Context, json: AsJson = False) -> None:
    """List tags, collections and keywords, the most frequent first: papers, name.

    \b
    Examples:
      ragassist tags
      ragassist ask "what limits slot filling?" --tag dialogue
    """
    with session_of(context).open() as library:
        counted = library.tags()
    if json:
        typer.echo(as_json.dumps({"tags": [dataclasses.asdict(tag) for tag in counted]}))
        return
    for tag in counted:
        render.show_tag_line(tag.papers, tag.tag)


def show(
    context: typer.Context,
    paper_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A paper's id, an earlier id, its own key, DOI or arXiv ID."
        ),
    ],
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Say which record each field was taken from.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show all that is known of a paper, and where it was read.

    \b
    Examples:
      ragassist show qin2023tool
      ragassist show arXiv:2304.08354 --provenance
    """
    with session_of(context).open() as library:
        paper = library.paper(paper_id)
        origins = library.origins(paper.paper_id) if provenance else ()
    if json:
        shape = {**as_json.of_paper(paper), "abstract": paper.abstract}
        if provenance:
            shape["fields"] = [dataclasses.asdict(origin) for origin in origins]
        typer.echo(as_json.dumps({"paper": shape}))
        return
    render.show_paper(paper)
    if provenance:
        render.show_origins(origins)


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
