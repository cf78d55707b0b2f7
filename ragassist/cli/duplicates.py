"""`ragassist duplicates`, `merge` and `keep-both`."""

from typing import Annotated

import typer

from ragassist.cli import as_json, render
from ragassist.cli.options import AsJson
from ragassist.cli.session import session_of


def duplicates(context: typer.Context, json: AsJson = False) -> None:
    """List papers that may be one work, pair by pair, with what speaks for and against it.

    One paper already is what states one DOI, arXiv ID or PMID, unless titles and authors or years
    are of different works; and what has one title, first author, and years at most one apart, or
    two where one is a preprint, unless identifiers, volume and pages, or two keys in one file with
    two years or venues say otherwise. Listed is what was left apart for such a reason, and what
    looks alike for less: a title with a word or a subtitle more, other years or authors. Decide
    with `merge` and `keep-both`; decided pairs are not listed again.

    \b
    Examples:
      ragassist duplicates
      ragassist duplicates --json | jq -r '.duplicates[].papers | map(.paper_id) | join(" ")'
    """
    with session_of(context).open() as library:
        pairs = library.duplicates()
    if json:
        shapes = [
            {"papers": [as_json.of_paper(p.one), as_json.of_paper(p.other)], "why": p.why}
            for p in pairs
        ]
        typer.echo(as_json.dumps({"duplicates": shapes}))
        return
    for pair in pairs:
        typer.echo(pair.why)
        render.show_references((pair.one, pair.other))
        typer.echo()
    if not pairs:
        typer.echo("No two papers look like one.")


def merge(
    context: typer.Context,
    paper_ids: Annotated[
        list[str], typer.Argument(metavar="ID ID...", help="Papers that are one work.")
    ],
    json: AsJson = False,
) -> None:
    """Have papers be one from now on, however often their files are read again.

    All their ids find it. `keep-both` undoes it.

    \b
    Example:
      ragassist merge qin2023tool qin2024tool
    """
    with session_of(context).open() as library:
        paper = library.merge(*paper_ids)
    if json:
        typer.echo(as_json.dumps({"paper": as_json.of_paper(paper)}))
    else:
        typer.echo("one paper now:")
        render.show_references([paper])


def keep_both(
    context: typer.Context,
    one: Annotated[str, typer.Argument(metavar="ID")],
    other: Annotated[str, typer.Argument(metavar="ID")],
    json: AsJson = False,
) -> None:
    """Have two papers be two from now on, however much alike they look.

    Of a paper that was merged from two by its title, name the ids or keys that the two had: they
    are parted again.

    \b
    Example:
      ragassist keep-both lee2020owls lee2021owls
    """
    with session_of(context).open() as library:
        papers = library.keep_both(one, other)
    if json:
        typer.echo(as_json.dumps({"papers": [as_json.of_paper(paper) for paper in papers]}))
    else:
        typer.echo("two papers:")
        render.show_references(papers)
