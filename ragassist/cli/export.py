"""`ragassist export` and `ragassist bib`."""

import json
import sys
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ragassist.cli.exits import FAILED, NOT_MET
from ragassist.cli.files import check_target, write_pieces
from ragassist.cli.options import Author, Category, SourceName, Tag, Year, filters_from
from ragassist.cli.progress import ProgressBars
from ragassist.cli.session import session_of
from ragassist.errors import UnknownPaper, UsageError
from ragassist.text import one_line
from ragassist.types import Filters, LoggedExchange, Paper

if TYPE_CHECKING:
    from ragassist.library import Library

MARK = "% written by ragassist export"
_MOST_TOLD = 5
# Formats whose keys stand in manuscripts; those of others are numbers of services.
_CITED_BY_KEY = frozenset({"bibtex", "csl-json"})
FormatName = Literal["bibtex", "biblatex", "ris", "csl-json", "csv", "jsonl"]
Format = Annotated[
    FormatName | None,
    typer.Option(help="Default: what FILE ends in, else bibtex."),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write there and not on standard output."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that may be your own work.")]


def export(
    context: typer.Context,
    paper_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Ids of papers. Default: all that pass."),
    ] = None,
    format: Format = None,
    year: Year = None,
    category: Category = None,
    author: Author = None,
    source: SourceName = None,
    tag: Tag = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Give papers back as a bibliography: all of them, those that pass, or those named.

    The keys are your own, or the papers' ids where a `.bib` could not hold them. What a source
    stated beyond what ragassist reads is given back where the format has a place for it, LaTeX in
    a `.bib` as you wrote it; JSON lines have a place for everything. Exit code 3, and no file, when
    no paper passes the filters.

    \b
    Examples:
      ragassist export > library.bib
      ragassist export --format ris --year 2020.. --out recent.ris
      ragassist export qin2023tool song2025progco --format csl-json
    """
    filters = filters_from(year, category, author, source, tag)
    if paper_ids and filters:
        raise UsageError("papers are named or filtered, not both: leave out the ids or the filters")
    target = _Target(format, out, force=force)
    with session_of(context).open() as library:
        if filters and next(iter(library.papers(filters)), None) is None:
            typer.echo(_nothing(filters), err=True)
            raise typer.Exit(NOT_MET)
        if paper_ids:
            named = {paper.paper_id: paper for paper in map(library.paper, paper_ids)}
            count = target.write(named.values(), len(named))
        else:
            total = None if filters else library.status().papers
            count = target.write(library.papers(filters), total)
    if not count:
        typer.echo(_nothing(filters), err=True)


def bib(
    context: typer.Context,
    answers: Annotated[
        list[int] | None,
        typer.Argument(metavar="ANSWER", help="Numbers in `ragassist log`. Default: the latest."),
    ] = None,
    format: Format = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Write the bibliography of answers: exactly the papers that they cite, each once.

    A work is written under the key it has now, and found again though its key has become another
    paper's. Exit code 1 when a cited work is not in the library any more; the others are written.
    Exit code 3 when there is nothing to write: the question was declined, or nothing is cited.

    \b
    Examples:
      ragassist bib > refs.bib
      ragassist bib 12 14 --out refs.bib --force
      ragassist bib 12 --format csl-json
    """
    target = _Target(format, out, force=force)
    with session_of(context).open() as library:
        exchanges = _exchanges(library, answers or [])
        cited = dict.fromkeys((e.number, key) for e in exchanges for key in _citations(e))
        papers, gone = _resolved(library, exchanges, cited)
        if papers:
            target.write(papers.values(), len(papers), told={key for _, key in cited})
    if gone:
        raise typer.Exit(FAILED)
    if not papers:
        raise typer.Exit(NOT_MET)


class _Target:
    """Where papers are written to, and as what.

    Raises:
        UsageError: the file's name says no format, or nothing may be written there.
    """

    def __init__(self, format: FormatName | None, out: Path | None, *, force: bool) -> None:
        self._format = _format(format, out)
        if out is not None:
            check_target(out, force=force)
        self._out = out

    def write(self, papers: Iterable[Paper], total: int | None, told: Collection[str] = ()) -> int:
        """Write papers as they come; returns how many. Told on the way where it can be seen.

        BibTeX finds an entry by one key alone: which other keys of yours that is, is told.

        Args:
            told: keys of which the user knows already.
        """
        from ragassist.bibliographies.formats import WRITERS

        other_keys = _OtherKeys(told)
        counted = _Counted(papers, None if self._on_screen() else total)
        noted = other_keys.of(counted) if self._format == "bibtex" else counted
        pieces: Iterable[str] = WRITERS[self._format](noted)
        if self._format in ("bibtex", "biblatex"):
            pieces = chain([f"{MARK}\n\n"], pieces)
        if self._out is None:
            for piece in pieces:
                # Bytes: a bibliography is UTF-8 with its own line endings, wherever it goes.
                typer.echo(piece.encode(), nl=False)
        else:
            write_pieces(self._out, pieces)
            typer.echo(f"{self._out}: {counted.count} {_papers(counted.count)}", err=True)
        other_keys.tell()
        return counted.count

    def _on_screen(self) -> bool:
        return self._out is None and sys.stdout.isatty()


def _format(format: FormatName | None, out: Path | None) -> FormatName:
    from ragassist.bibliographies.formats import WRITERS, format_for

    if format is not None or out is None:
        return format or "bibtex"
    named = format_for(out)
    if named is None:
        raise UsageError(f"{str(out)!r} says no format: --format is one of {', '.join(WRITERS)}")
    return named


class _OtherKeys:
    """The keys that users' own files have for papers which are written under another."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._told: list[str] = []
        self._count = 0

    def of(self, papers: Iterable[Paper]) -> Iterator[Paper]:
        """The papers as they come, looked at on the way."""
        from ragassist.bibliographies.keys import own_key

        for paper in papers:
            written = own_key(paper)
            stated = (place.key for place in paper.provenance if place.reader in _CITED_BY_KEY)
            for key in sorted({key for key in stated if key} - {written, *self._known}):
                self._count += 1
                if len(self._told) < _MOST_TOLD:
                    self._told.append(f"note: {key} is exported as {written}")
            yield paper

    def tell(self) -> None:
        """Say a few of them on standard error, and how many more there are."""
        for line in self._told:
            typer.echo(one_line(line), err=True)
        if more := self._count - len(self._told):
            are = "key is" if more == 1 else "keys are"
            typer.echo(f"note: {more:,} more {are}: --format biblatex keeps them all", err=True)


class _Counted:
    """Papers that are counted as they pass, with a bar on standard error.

    Args:
        total: how many there are; None for no bar.
    """

    def __init__(self, papers: Iterable[Paper], total: int | None) -> None:
        self._papers = papers
        self._total = total
        self.count = 0

    def __iter__(self) -> Iterator[Paper]:
        with ProgressBars() as bars:
            for paper in self._papers:
                yield paper
                self.count += 1
                if self._total is not None:
                    bars.update("writing papers", self.count, self._total)


def _papers(count: int) -> str:
    return "paper" if count == 1 else "papers"


def _nothing(filters: Filters) -> str:
    from ragassist.storage.filters import describe

    if filters:
        return f"no paper of the library passes the filters: {describe(filters)}"
    return "there is no paper in the library"


def _exchanges(library: "Library", numbers: list[int]) -> list[LoggedExchange]:
    """The exchanges of these numbers, in this order; the latest where none is named."""
    if not numbers:
        latest = library.exchanges(limit=1)
        if not latest:
            raise UsageError("nothing is in the log: `ragassist ask` answers a question")
        return list(latest)
    logged = {exchange.number: exchange for exchange in library.exchanges()}
    for number in numbers:
        if number not in logged:
            raise UsageError(f"no exchange {number} in the log: `ragassist log` lists them")
    return [logged[number] for number in numbers]


def _citations(exchange: LoggedExchange) -> list[str]:
    """The ids that an answer cites, in order; where it cites none, that is said."""
    claims = json.loads(exchange.kept).get("claims", [])
    marks = [mark["paper_id"] for claim in claims for mark in claim["marks"]]
    cited = [paper_id for paper_id in marks if paper_id is not None]
    if not exchange.answered:
        typer.echo(f"exchange {exchange.number} was declined: it cites nothing", err=True)
    elif not cited:
        typer.echo(f"the answer of exchange {exchange.number} cites nothing", err=True)
    return cited


def _resolved(
    library: "Library", exchanges: Iterable[LoggedExchange], cited: Iterable[tuple[int, str]]
) -> tuple[dict[str, Paper], bool]:
    """The cited papers by the id they have now, and whether one is gone; both are told of."""
    logged = {exchange.number: exchange for exchange in exchanges}
    papers: dict[str, Paper] = {}
    gone: dict[str, None] = {}
    renamed: dict[str, None] = {}
    for number, paper_id in cited:
        try:
            paper = library.cited_paper(logged[number], paper_id)
        except UnknownPaper as error:
            gone[f"left out: {error}"] = None
            continue
        papers[paper.paper_id] = paper
        if paper.paper_id != paper_id:
            renamed[f"{paper_id} has the key {paper.paper_id} now"] = None
    for line in (*gone, *renamed):
        typer.echo(line, err=True)
    return papers, bool(gone)
