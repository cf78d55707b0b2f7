"""How papers, passages and answers look on a terminal, and as plain text in a pipe."""

import shutil
import sys
import textwrap
from collections.abc import Iterable

import typer

from ragassist.text import one_line
from ragassist.types import Answer, Declined, Paper, Passage

_WIDEST = 100
_NARROWEST = 20


def width() -> int | None:
    """Columns to wrap at; None in a pipe, where lines are left whole."""
    if not sys.stdout.isatty():
        return None
    return max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))


def show_answer(answer: Answer) -> None:
    """The claims, a paragraph for what each paper says, then the references."""
    for paragraph in answer.text.split("\n\n"):
        _paragraph(one_line(paragraph))
        typer.echo()
    typer.echo("References:")
    show_references(answer.references)


def show_declined(declined: Declined) -> None:
    """Why there is no answer, and the papers that came nearest."""
    _paragraph(declined.reason)
    if declined.nearest:
        typer.echo("\nNearest papers:")
        show_references(declined.nearest)


def show_references(papers: Iterable[Paper]) -> None:
    """One entry a paper: its id, then who, when and what."""
    for paper in papers:
        _paragraph(f"[{paper.paper_id}] {describe(paper)}", hanging=4)


def describe(paper: Paper) -> str:
    """`Yujia Qin et al. (2023). Tool Learning with Foundation Models.`, of what is known."""
    who = authors_of(paper)
    when = f"({paper.year})" if paper.year is not None else ""
    lead = " ".join(part for part in (who, when) if part)
    title = one_line(paper.title) or "(untitled)"
    text = f"{lead.removesuffix('.')}. {title}" if lead else title
    text += "" if text[-1] in ".?!" else "."
    if paper.venue:
        text += f" {one_line(paper.venue)}."
    return text if paper.abstract else f"{text} (title only)"


def authors_of(paper: Paper) -> str:
    """Up to three names, then `et al.` where there are more or the source cut the list short."""
    names = [one_line(name) for name in paper.authors[:3]]
    more = paper.authors_truncated or len(paper.authors) > len(names)
    return ", ".join(names) + (" et al." if names and more else "")


def show_passage(passage: Passage) -> None:
    """Rank, score and paper on one line, the text under it."""
    title = one_line(passage.title)
    _paragraph(f"{passage.rank}. {passage.score:.3f} [{passage.paper_id}] {title}", hanging=3)
    columns = width()
    text = one_line(passage.text)
    if columns is not None:
        text = textwrap.shorten(text, 3 * (columns - 3), placeholder=" …")
    if text:
        _paragraph(text, indent=3)
    typer.echo()


def show_paper_line(paper: Paper) -> None:
    """One line a paper: id, year, title; parted by tabs in a pipe, cut to fit a terminal."""
    year = str(paper.year or "")
    title = one_line(paper.title)
    columns = width()
    if columns is None:
        typer.echo(f"{paper.paper_id}\t{year}\t{title}")
        return
    room = max(columns - len(paper.paper_id) - 8, 12)
    typer.echo(f"{paper.paper_id}  {year:4}  {_cut(title, room)}")


def show_paper(paper: Paper) -> None:
    """Everything that is known of a paper, one field a line, its abstract last."""
    fields = (
        ("id", paper.paper_id),
        ("title", paper.title or "(untitled)"),
        ("authors", ", ".join(paper.authors) + (" et al." if paper.authors_truncated else "")),
        ("affiliations", ", ".join(paper.affiliations)),
        ("year", str(paper.year or "")),
        ("date", paper.date or ""),
        ("venue", paper.venue or ""),
        ("doi", paper.doi or ""),
        ("arxiv", paper.arxiv_id or ""),
        ("pmid", paper.pmid or ""),
        ("url", paper.url or ""),
        ("categories", ", ".join(paper.categories)),
        ("keywords", ", ".join(paper.keywords)),
        ("aliases", ", ".join(paper.aliases)),
    )
    for name, value in fields:
        if value:
            _paragraph(f"{name + ':':14}{one_line(value)}", hanging=14)
    for place in paper.provenance:
        typer.echo(f"{'from:':14}{one_line(place.source)}:{place.line} ({place.reader})")
    typer.echo()
    _paragraph(paper.abstract or "(title only: no source has an abstract)")


def _paragraph(text: str, *, indent: int = 0, hanging: int = 0) -> None:
    columns = width()
    if columns is None:
        typer.echo(" " * indent + text)
        return
    wrapped = textwrap.wrap(
        text,
        columns,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
    )
    typer.echo("\n".join(wrapped))


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"
