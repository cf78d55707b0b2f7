"""How papers, passages and answers look on a terminal, and as plain text in a pipe."""

import os
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import typer

from ragassist.text import one_line
from ragassist.types import Answer, Claim, Declined, Failure, LoggedExchange, Paper, Passage

if TYPE_CHECKING:
    from ragassist.storage.origins import FieldOrigin

Outcome = TypeVar("Outcome")

_WIDEST = 100
_NARROWEST = 20
_SHOWN_VALUE = 60
_NOT_ENGLISH = "stemming and stop words are those of English and do not help there"


def width() -> int | None:
    """Columns to wrap at; None in a pipe, where lines are left whole."""
    if not sys.stdout.isatty():
        return None
    return max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))


class ProseWriter:
    """Writes claims as they come: sentence by sentence, wrapped, paragraphs parted."""

    def __init__(self) -> None:
        self._columns = width()
        self._column = 0
        self._paragraph: int | None = None

    def write(self, claim: Claim) -> None:
        """Write one claim, its citations and its flag, at once."""
        parted = self._paragraph is not None and claim.paragraph != self._paragraph
        if parted:
            self._say("\n\n")
            self._column = 0
        self._paragraph = claim.paragraph
        from ragassist.answering.prose import as_sentence

        for word in one_line(as_sentence(claim)).split(" "):
            self._word(word)
        sys.stdout.flush()

    def end(self) -> None:
        """End the line, if there is one."""
        if self._paragraph is not None:
            self._say("\n")

    def _word(self, word: str) -> None:
        if self._column and self._columns and self._column + 1 + len(word) > self._columns:
            self._say("\n")
            self._column = 0
        lead = " " if self._column else ""
        self._say(lead + word)
        self._column += len(lead + word)

    def _say(self, text: str) -> None:
        typer.echo(text, nl=False)


def show_stream(stream: Generator[Claim, None, Outcome]) -> Outcome:
    """Write the claims of an answer as they come; returns what the stream returns."""
    writer = ProseWriter()
    try:
        with _waiting():
            claim = next(stream)
        while True:
            try:
                writer.write(claim)
                claim = next(stream)
            except KeyboardInterrupt as stopped:
                # What writes knows best how to end, and still has to say what came of it.
                claim = stream.throw(stopped)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome
    finally:
        writer.end()


@contextmanager
def _waiting() -> Iterator[None]:
    """On a terminal, a word that something is being done; gone when it is."""
    shown = sys.stderr.isatty() and sys.stdout.isatty()
    if shown:
        typer.echo("…", nl=False, err=True)
    try:
        yield
    finally:
        if shown:
            typer.echo("\r \r", nl=False, err=True)


def show_outcome_end(outcome: Answer | Declined, *, ledger: bool = False) -> None:
    """What follows the prose, when all of it is shown; all there is, where it was declined."""
    if isinstance(outcome, Declined):
        show_declined(outcome)
    else:
        _show_answer_end(outcome, ledger=ledger)


def _show_answer_end(answer: Answer, *, ledger: bool) -> None:
    typer.echo()
    _paragraph(ledger_line(answer.claims))
    if ledger:
        show_ledger(answer.claims)
    if answer.references:
        typer.echo("\nReferences:")
        show_references(answer.references)


def ledger_line(claims: Sequence[Claim]) -> str:
    """`Ledger: 7 claims: 6 supported, 1 unsupported`."""
    from ragassist.grounding.ledger import tally

    counts = ", ".join(f"{count} {verdict}" for verdict, count in tally(claims).items())
    noun = "claim" if len(claims) == 1 else "claims"
    return f"Ledger: {len(claims)} {noun}{': ' if counts else ''}{counts}"


def show_ledger(claims: Sequence[Claim]) -> None:
    """Every claim with its verdict, and the quote of each cited paper that bears on it."""
    _paragraph("supported: no fault was found by words and numbers; a contradiction is not seen")
    for number, claim in enumerate(claims, start=1):
        show_claim(number, claim)


def show_claim(number: int, claim: Claim) -> None:
    """One claim of a ledger."""
    typer.echo()
    why = f" ({claim.why})" if claim.why else ""
    _paragraph(f"{number}. {claim.verdict}{why}: {one_line(claim.text)}", hanging=3)
    if claim.first_written:
        _paragraph(f"repaired; first written: {one_line(claim.first_written)}", indent=3)
    quotes = {quote.paper_id: quote for quote in claim.evidence}
    for paper_id in claim.citations:
        quote = quotes.get(paper_id)
        says = (
            "nothing in its abstract bears on this"
            if quote is None
            else f"“{one_line(quote.quote)}” (characters {quote.start} to {quote.stop})"
        )
        _paragraph(f"[{paper_id}] {says}", indent=3, hanging=2)
    for key in claim.invented:
        _paragraph(f"[{one_line(key)}?] is no paper", indent=3, hanging=2)


def show_exchange_line(exchange: LoggedExchange, marked: Iterable[Sequence[str]] = ()) -> None:
    """One line of the log: number, when, what came of it, the question.

    Args:
        marked: the marks of each paper that it cites and that has any.
    """
    when = exchange.asked_at.removesuffix("+00:00").replace("T", " ")
    came = ", ".join(f"{count} {verdict}" for verdict, count in exchange.verdicts.items())
    came = came if exchange.answered else "declined"
    if exchange.interrupted:
        came += ", interrupted"
    marks = Counter(mark for marks in marked for mark in marks)
    came += "".join(f", cites {number} {mark}" for mark, number in sorted(marks.items()))
    columns = width()
    if columns is None:
        typer.echo(f"{exchange.number}\t{when}\t{came}\t{one_line(exchange.question)}")
        return
    lead = f"{exchange.number:4}  {when}  {came}: "
    typer.echo(lead + _cut(one_line(exchange.question), max(columns - len(lead), 20)))


def show_exchange(exchange: LoggedExchange) -> None:
    """An exchange of the log: the question, who answered when, the text."""
    show_exchange_line(exchange)
    typer.echo(f"answered by {exchange.answerer}\n")
    for paragraph in exchange.text.split("\n\n"):
        _paragraph(one_line(paragraph))
        typer.echo()


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
    return " ".join([text, *(f"({mark})" for mark in paper.marks)])


def authors_of(paper: Paper) -> str:
    """Up to three names, then `et al.` where there are more or the source cut the list short."""
    names = [one_line(name) for name in paper.authors[:3]]
    more = paper.authors_truncated or len(paper.authors) > len(names)
    return _listed_names(names) + (" et al." if names and more else "")


def _listed_names(names: Sequence[str]) -> str:
    """Names parted by commas, or by semicolons where one has a comma of its own."""
    return ("; " if any("," in name for name in names) else ", ").join(names)


def show_passage(passage: Passage, *, retracted: Collection[str] = ()) -> None:
    """Rank, score and paper on one line, the text under it.

    Args:
        retracted: ids of papers to be marked so.
    """
    title = one_line(passage.title)
    title += " (retracted)" if passage.paper_id in retracted else ""
    title += "" if passage.text else " (title only)"
    _paragraph(f"{passage.rank}. {passage.score:.3f} [{passage.paper_id}] {title}", hanging=3)
    columns = width()
    text = one_line(passage.text)
    if columns is not None:
        text = textwrap.shorten(text, 3 * (columns - 3), placeholder=" …")
    if text:
        _paragraph(text, indent=3)
    typer.echo()


def show_paper_line(paper: Paper) -> None:
    """One line a paper: id, year, title, marks; parted by tabs in a pipe, cut for a terminal."""
    year = str(paper.year or "")
    title = one_line(paper.title)
    marks = "".join(f" ({mark})" for mark in paper.marks)
    columns = width()
    if columns is None:
        typer.echo("\t".join([paper.paper_id, year, title, *paper.marks]))
        return
    room = max(columns - len(paper.paper_id) - len(marks) - 8, 12)
    typer.echo(f"{paper.paper_id}  {year:4}  {_cut(title, room)}{marks}")


def show_tag_line(papers: int, tag: str) -> None:
    """One line a tag: how many papers, its name; parted by a tab in a pipe."""
    typer.echo(f"{papers}\t{one_line(tag)}" if width() is None else f"{papers:6}  {one_line(tag)}")


def show_paper(paper: Paper) -> None:
    """Everything that is known of a paper, one field a line, its abstract last."""
    from ragassist.papers.language import language_of
    from ragassist.sources.latex_fields import KEPT

    language = language_of(paper.title, paper.abstract)
    fields = (
        ("id", paper.paper_id),
        ("title", paper.title or "(untitled)"),
        ("authors", _listed_names(paper.authors) + (" et al." if paper.authors_truncated else "")),
        ("affiliations", ", ".join(paper.affiliations)),
        ("retracted", "yes, says a source" if paper.retracted else ""),
        ("year", str(paper.year or "")),
        ("date", paper.date or ""),
        ("venue", paper.venue or ""),
        ("doi", paper.doi or ""),
        ("arxiv", paper.arxiv_id or ""),
        ("pmid", paper.pmid or ""),
        ("url", paper.url or ""),
        ("categories", ", ".join(paper.categories)),
        ("keywords", ", ".join(paper.keywords)),
        ("tags", ", ".join(paper.tags)),
        ("kind", paper.kind or ""),
        *(named for named in paper.extra if not named[0].startswith(KEPT)),
        ("language", f"{language}: {_NOT_ENGLISH}" if language else ""),
        ("aliases", ", ".join(paper.aliases)),
    )
    for name, value in fields:
        if value:
            _paragraph(f"{one_line(name) + ':':14}{one_line(value)}", hanging=14)
    for place in paper.provenance:
        typer.echo(f"{'from:':14}{one_line(place.source)}:{place.line} ({place.reader})")
    typer.echo()
    _paragraph(paper.abstract or "(title only: no source has an abstract)")


def show_origins(origins: "Iterable[FieldOrigin]") -> None:
    """Each field of a paper with the places it was taken from."""
    typer.echo()
    for origin in origins:
        places = ", ".join(f"{shortest(p.source)}:{p.line}" for p in origin.places)
        said = _cut(one_line(origin.value), _SHOWN_VALUE)
        _paragraph(f"{one_line(origin.name) + ':':14}{said}  from {places}", hanging=14)


def show_languages(languages: Mapping[str, int]) -> str:
    """`12 papers are not in English (German 8, French 4): …`; empty without any."""
    total = sum(languages.values())
    if not total:
        return ""
    each = ", ".join(f"{name} {count}" for name, count in languages.items())
    are = "paper is" if total == 1 else "papers are"
    return f"{total} {are} not in English ({each}): {_NOT_ENGLISH}"


def failure_place(source: str, failure: Failure) -> str:
    """`refs.bib:12: no title: @article{lee…`; without a line where the whole file is meant."""
    where = f"{shortest(source)}:{failure.line}" if failure.line else shortest(source)
    excerpt = f": {one_line(failure.excerpt)}" if failure.excerpt else ""
    return f"{where}: {one_line(failure.reason)}{excerpt}"


def shortest(path: str) -> str:
    """The path as seen from here, where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):
        return one_line(path)
    return one_line(min(path, relative, key=len))


def count(number: int, noun: str) -> str:
    """`1 paper`, `2 papers`, `2 entries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"


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
