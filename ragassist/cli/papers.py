"""`ragassist papers`, `tags`, `show` and `remove`."""

import dataclasses
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.exits import NOT_MET, REFUSED
from ragassist.cli.options import AsJson, Author, Category, SourceName, Tag, Year, filters_from
from ragassist.cli.session import Session, session_of
from ragassist.errors import UsageError
from ragassist.types import Filters, Paper

if TYPE_CHECKING:
    from ragassist.library import Library


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
    retracted: Annotated[
        bool, typer.Option("--retracted", help="Only papers that a source marks as retracted.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List the papers of the library: id, year, title.

    Different filters must all hold. Exit code 3 when no paper passes them.

    \b
    Examples:
      ragassist papers --year 2023 --author Qin
      ragassist papers --missing abstract --tag "to read"
      ragassist papers --retracted
      ragassist papers | cut -f1
    """
    filters = filters_from(year, category, author, source, tag)
    with session_of(context).open() as library:
        listed = _Listed(
            paper
            for paper in library.papers(filters, missing=[field.value for field in missing or ()])
            if paper.retracted or not retracted
        )
        if json:
            for piece in as_json.stream("papers", map(as_json.of_paper, listed)):
                typer.echo(piece, nl=False)
        else:
            for paper in listed:
                render.show_paper_line(paper)
    if not listed.count and (filters or missing or retracted):
        typer.echo(_none_passes(filters, missing or [], retracted=retracted), err=True)
        raise typer.Exit(NOT_MET)


def _none_passes(filters: Filters, missing: Sequence[MissingField], *, retracted: bool) -> str:
    from ragassist.storage.filters import describe

    asked = [describe(filters), *(f"without {field.value}" for field in missing)]
    asked.append("retracted" if retracted else "")
    return f"No paper of the library passes the filters: {', '.join(filter(None, asked))}."


class _Listed:
    """Papers that are counted as they pass."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._papers = papers
        self.count = 0

    def __iter__(self) -> Iterator[Paper]:
        for paper in self._papers:
            self.count += 1
            yield paper


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
    name: Annotated[
        list[str],
        typer.Argument(
            metavar="ID",
            help="A paper's id, an earlier id, its own key, DOI, arXiv ID or PMID; or words of "
            "its title.",
        ),
    ],
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Say which record each field was taken from.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show all that is known of a paper, and where it was read.

    What is no id is looked for in the titles: where it stands in one alone, that paper is meant.
    Several words that are an id each show each of these papers.

    \b
    Examples:
      ragassist show qin2023tool
      ragassist show qin2023tool song2025progco
      ragassist show tool learning with foundation models
      ragassist show arXiv:2304.08354 --provenance
    """
    with session_of(context).open() as library:
        papers = _named(library, name)
        origins = [library.origins(paper.paper_id) if provenance else () for paper in papers]
    if json:
        shapes = []
        for paper, fields in zip(papers, origins, strict=True):
            shape = {**as_json.of_paper(paper), "abstract": paper.abstract}
            if provenance:
                shape["fields"] = [dataclasses.asdict(origin) for origin in fields]
            shapes.append(shape)
        shown = {"paper": shapes[0]} if len(shapes) == 1 else {"papers": shapes}
        typer.echo(as_json.dumps(shown))
        return
    for place, (paper, fields) in enumerate(zip(papers, origins, strict=True)):
        if place:
            typer.echo()
        render.show_paper(paper)
        if provenance:
            render.show_origins(fields)


def _named(library: "Library", words: Sequence[str]) -> list[Paper]:
    """The paper that words name together; else those that they name each."""
    together = " ".join(words)
    if len(words) > 1 and library.find_paper(together) is None:
        each = [library.find_paper(word) for word in words]
        found = {paper.paper_id: paper for paper in each if paper is not None}
        if None not in each:
            return list(found.values())
    return [library.paper_named(together)]


def remove(
    context: typer.Context,
    paper_ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Ids of papers.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Instead: what was read from this file and is in no other."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the papers that would go; do nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask first, as it does on a terminal.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Take papers out of the library.

    The files they were read from stay as they are; adding those again brings the papers back. With
    --source a file is forgotten that need not be there any more: papers that another file has stay.
    That is asked about first; in a pipe it is left undone, with exit code 2, unless you say --yes.

    \b
    Examples:
      ragassist remove qin2023tool song2025progco
      ragassist remove --source old/refs.bib --dry-run
      ragassist remove --source old/refs.bib --yes
    """
    if (source is None) == (not paper_ids):
        raise UsageError("name papers by their ids, or a file with --source, not both")
    session = session_of(context)
    with session.open() as library:
        if source is None:
            going = [library.paper(paper_id) for paper_id in paper_ids or ()]
        else:
            going = list(library.papers_only_in(source))
        asks = not (yes or dry_run)
        if asks and source is not None and not sys.stdin.isatty():
            _refuse(session, source, going)
        if asks and sys.stdin.isatty():
            for paper in going:
                render.show_paper_line(paper)
            typer.confirm(_question(source, going), abort=True, err=True)
        left: tuple[str, ...] = ()
        if source is not None and not dry_run:
            left = library.remove_source(source).left
        elif not dry_run:
            going = list(library.remove(*(paper_ids or ())))
    _show_removed(going, left, dry_run=dry_run, json=json)


def _refuse(session: Session, source: str, going: Sequence[Paper]) -> None:
    session.tell(
        f"{render.count(len(going), 'paper')} in no other file than {source}: nothing was removed; "
        "the same with --dry-run lists them, `--yes` removes them"
    )
    raise typer.Exit(REFUSED)


def _question(source: str | None, going: Sequence[Paper]) -> str:
    if source is None:
        return "Remove?"
    return f"Forget {source} and remove {render.count(len(going), 'paper')}?"


def _show_removed(
    going: Sequence[Paper], left: Sequence[str], *, dry_run: bool, json: bool
) -> None:
    ids = [paper.paper_id for paper in going]
    if json:
        typer.echo(as_json.dumps({"dry_run": dry_run, "removed": ids, "left": list(left)}))
        return
    for paper_id in ids:
        typer.echo(f"{'would remove' if dry_run else 'removed'} {paper_id}")
    for paper_id in left:
        typer.echo(f"kept {paper_id} (another file has it)")
