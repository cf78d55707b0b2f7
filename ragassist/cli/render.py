"""How papers, passages and answers look on a terminal, and as plain text in a pipe."""

import os
import sys
import textwrap
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import typer

from ragassist.cli.look import (
    ALARM,
    DIM,
    STRONG,
    Flow,
    Piece,
    address_of,
    cut,
    say,
    width,
    wrapped,
)
from ragassist.cli.prose import PaperOf, ProseWriter
from ragassist.text import fold, one_line, strip_controls
from ragassist.types import (
    Answer,
    Claim,
    Declined,
    Failure,
    LoggedExchange,
    Origin,
    Paper,
    Passage,
    Shape,
)

if TYPE_CHECKING:
    from ragassist.answering.prompting import Draft
    from ragassist.related_work.outcome import RelatedWork
    from ragassist.storage.origins import FieldOrigin

Outcome = TypeVar("Outcome", bound="Answer | Declined | RelatedWork")

NEAREST = "Nearest papers:"
_SHOWN_VALUE = 60
_LOG_INDENT = 6
_SNIPPET_LEAD = 4
_BORNE_OUT = ("supported", "partial", "unjudged")
_NOT_ENGLISH = "stemming and stop words are those of English and do not help there"


def show_stream(
    stream: Generator[Claim, None, Outcome],
    shape: Shape = "prose",
    *,
    paper_of: PaperOf | None = None,
    markdown: bool = False,
) -> Outcome:
    """Write the claims of an answer as they come; returns what the stream returns.

    Args:
        paper_of, markdown: as for `ProseWriter`.
    """
    writer = ProseWriter(shape=shape, paper_of=paper_of, markdown=markdown)
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
        if why := why_cut_off(outcome.origin):
            writer.cut_off(why)
        return outcome
    finally:
        writer.end()


def show_claims(
    claims: Iterable[Claim], shape: Shape, *, paper_of: PaperOf | None, markdown: bool, why: str
) -> None:
    """Write claims that are there, as `show_stream` writes those that come.

    Args:
        why: they end before all was said, as `why_cut_off` puts it; empty where they do not.
    """
    writer = ProseWriter(shape=shape, paper_of=paper_of, markdown=markdown)
    for claim in claims:
        writer.write(claim)
    if why:
        writer.cut_off(why)
    writer.end()


def why_cut_off(origin: Origin) -> str:
    """Why a text ends before all was said, in a few words; empty where it does not."""
    if origin.interrupted:
        return "interrupted"
    return origin.failure or ("as many words as were asked for" if origin.shortened else "")


@contextmanager
def _waiting() -> Iterator[None]:
    """On a terminal, a word that something is being done; gone when it is."""
    shown = sys.stderr.isatty() and sys.stdout.isatty()
    if shown:
        # What is told meanwhile is written over it.
        typer.echo("…\r", nl=False, err=True)
    try:
        yield
    finally:
        if shown:
            typer.echo(" \r", nl=False, err=True)


def show_outcome_end(outcome: Answer | Declined, *, ledger: bool = False) -> None:
    """What follows the prose, when all of it is shown; all there is, where it was declined."""
    if isinstance(outcome, Declined):
        show_declined(outcome)
        return
    typer.echo()
    show_ledger_line(outcome.claims, outcome.origin)
    if ledger:
        show_ledger(outcome.claims)
    show_reference_list(outcome.references)


def show_reference_list(
    papers: Sequence[Paper], *, heading: str = "References:", numbered: bool = False
) -> None:
    """Papers under their heading; nothing without any."""
    if papers:
        say("\n", Piece(text=heading, style=STRONG))
        show_references(papers, numbered=numbered)


def show_ledger_line(claims: Sequence[Claim], origin: Origin) -> None:
    """The ledger line: faint while nothing is wrong."""
    from ragassist.answering.prose import is_flagged

    stands_out = any(map(is_flagged, claims)) or origin.interrupted or origin.failure
    _paragraph(ledger_line(claims, origin), style=STRONG if stands_out else DIM)


def ledger_line(claims: Sequence[Claim], origin: Origin | None = None) -> str:
    """`Ledger: 7 claims: 6 supported, 1 unsupported (incomplete)`."""
    from ragassist.grounding.ledger import tally

    counts = ", ".join(f"{count} {verdict}" for verdict, count in tally(claims).items())
    noun = "claim" if len(claims) == 1 else "claims"
    ends = " (incomplete)" if origin is not None and why_cut_off(origin) else ""
    return f"Ledger: {len(claims)} {noun}{': ' if counts else ''}{counts}{ends}"


def numbered(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims that have a number: a heading and what leads in a list claim nothing."""
    return tuple(claim for claim in claims if not _only_leads(claim))


def _only_leads(claim: Claim) -> bool:
    leads = claim.text.startswith("#") or claim.text.rstrip("*_ ").endswith(":")
    return claim.verdict == "unjudged" and not claim.marks and leads


def show_ledger(claims: Sequence[Claim]) -> None:
    """Every claim with its verdict, and the quote of each cited paper that bears on it."""
    _paragraph("supported: no fault was found by words and numbers; a contradiction is not seen")
    for number, claim in enumerate(numbered(claims), start=1):
        typer.echo()
        show_claim(number, claim, places=True)


def show_claim(number: int, claim: Claim, *, places: bool = False) -> None:
    """One claim of a ledger, and what the papers that it cites say.

    Args:
        places: where in the abstracts the quotes stand is said as well.
    """
    show_verdict(number, claim)
    if claim.first_written:
        _paragraph(f"repaired; first written: {one_line(claim.first_written)}", indent=3)
    quotes = {quote.paper_id: quote for quote in claim.evidence}
    bears_out = claim.verdict in _BORNE_OUT
    for paper_id in claim.citations:
        quote = quotes.get(paper_id)
        says = "nothing in its abstract bears on this"
        if quote is not None:
            lead = "" if bears_out else "nearest sentence: "
            place = f" (characters {quote.start} to {quote.stop})" if places else ""
            says = f"{lead}“{one_line(quote.quote)}”{place}"
        _paragraph(f"[{paper_id}] {says}", indent=3, hanging=2)
    for key in claim.invented:
        _paragraph(f"[{one_line(key)}] names no paper", indent=3, hanging=2)


def show_verdict(number: int, claim: Claim) -> None:
    """One claim of a ledger with its verdict, and no more."""
    why = f" ({claim.why})" if claim.why else ""
    from ragassist.answering.prose import is_flagged

    flow = Flow(hanging=3)
    verdict = Piece(text=f"{claim.verdict}{why}", style=ALARM if is_flagged(claim) else STRONG)
    flow.put([Piece(text=f"{number}. "), verdict, Piece(text=f": {one_line(claim.text)}")])
    flow.new_line()


EXCHANGE_HEAD = " No.  asked (local time)  what came of it"


def show_exchange_line(
    exchange: LoggedExchange, marked: Iterable[Sequence[str]] = (), *, searched: str = ""
) -> None:
    """An exchange of the log, short: number, when, what came of it, conversation, question.

    In a pipe that is one line, parted by tabs, with the time in UTC; on a terminal it is two.

    Args:
        marked: the marks of each paper that it cites and that has any.
        searched: words that were looked for; where they stand is shown, on a terminal.
    """
    question = one_line(exchange.question)
    marks = Counter(mark for marks in marked for mark in marks)
    cites = "".join(f", cites {number} {mark}" for mark, number in sorted(marks.items()))
    came = _what_came_of(exchange) + cites
    columns = width()
    if columns is None:
        when = exchange.asked_at.removesuffix("+00:00").replace("T", " ")
        fields = (str(exchange.number), str(exchange.conversation), when, came, question)
        typer.echo("\t".join(fields))
        return
    _show_exchange_head(exchange, cites)
    room = columns - _LOG_INDENT
    say(" " * _LOG_INDENT, cut(question, room))
    if found := _snippet(exchange.text, searched, room):
        say(" " * _LOG_INDENT, Piece(text=found, style=DIM))


def show_exchange(exchange: LoggedExchange) -> None:
    """An exchange of the log: the question, who answered when, the text."""
    if width() is None:
        show_exchange_line(exchange)
    else:
        _show_exchange_head(exchange)
        _paragraph(one_line(exchange.question), indent=_LOG_INDENT)
    typer.echo(f"answered by {exchange.answerer}\n")
    for line in exchange.text.split("\n"):
        if line:
            _paragraph(one_line(line))
        else:
            typer.echo()
    typer.echo()


def _show_exchange_head(exchange: LoggedExchange, cites: str = "") -> None:
    when = datetime.fromisoformat(exchange.asked_at).astimezone()
    within = f", conversation {exchange.conversation}"
    within = within if exchange.conversation != exchange.number else ""
    text = f"{when:%Y-%m-%d %H:%M}   {_what_came_of(exchange)}{cites}{within}"
    room = (width() or 0) - _LOG_INDENT
    said = wrapped(text, room).replace("\n", "\n" + " " * _LOG_INDENT)
    say(Piece(text=f"{exchange.number:4}  ", style=STRONG), Piece(text=said, style=DIM))


def _what_came_of(exchange: LoggedExchange) -> str:
    came = ", ".join(f"{count} {verdict}" for verdict, count in exchange.verdicts.items())
    came = came if exchange.answered else "declined"
    return f"{came}, interrupted" if exchange.interrupted else came


def _snippet(text: str, searched: str, room: int) -> str:
    """Where the first of the words stands, with what is around it; empty where none does."""
    words = one_line(text).split(" ")
    wanted = tuple(fold(word) for word in searched.split())
    for place, word in enumerate(words):
        if wanted and fold(word).lstrip("([“\"'*_").startswith(wanted):
            start = max(place - _SNIPPET_LEAD, 0)
            return cut(("… " if start else "") + " ".join(words[start:]), room)
    return ""


def show_declined(declined: Declined) -> None:
    """Why there is no answer, and the papers that came nearest."""
    _paragraph(declined.reason)
    show_reference_list(declined.nearest, heading=NEAREST)


def show_references(papers: Iterable[Paper], *, numbered: bool = False) -> None:
    """One entry a paper: its id, then who, when and what; its number in front, where wanted."""
    for number, paper in enumerate(papers, start=1):
        flow = Flow(hanging=4)
        link = address_of(paper)
        key = Piece(text=paper.paper_id, link=link)
        lead = Piece(text=f"{number} [" if numbered else "[")
        flow.put([lead, key, Piece(text="] "), *_described(paper, link)])
        flow.new_line()


def describe(paper: Paper) -> str:
    """`Yujia Qin et al. (2023). Tool Learning with Foundation Models.`, of what is known."""
    return "".join(piece.text for piece in _described(paper, None))


def _described(paper: Paper, link: str | None) -> list[Piece]:
    who = authors_of(paper)
    when = f"({paper.year})" if paper.year is not None else ""
    lead = " ".join(part for part in (who, when) if part)
    title = one_line(paper.title) or "(untitled)"
    pieces = [Piece(text=f"{lead.removesuffix('.')}. ")] if lead else []
    pieces += [Piece(text=title, link=link), Piece(text="" if title[-1] in ".?!" else ".")]
    if paper.venue:
        pieces.append(Piece(text=f" {one_line(paper.venue)}."))
    return [*pieces, *(Piece(text=f" ({mark})", style=STRONG) for mark in paper.marks)]


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
    key = cut(paper.paper_id, columns // 3)
    room = max(columns - len(key) - len(marks) - 8, 12)
    typer.echo(f"{key}  {year:4}  {cut(title, room)}{marks}")


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
        said = f"{one_line(place.source)}:{place.line} ({place.reader})"
        _paragraph(f"{'from:':14}{said}", hanging=14)
    typer.echo()
    _paragraph(paper.abstract or "(title only: no source has an abstract)")


def show_origins(origins: "Iterable[FieldOrigin]") -> None:
    """Each field of a paper with the places it was taken from."""
    typer.echo()
    for origin in origins:
        places = ", ".join(f"{shortest(p.source)}:{p.line}" for p in origin.places)
        said = cut(one_line(origin.value), _SHOWN_VALUE)
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


def show_hanging(lead: str, text: str) -> None:
    """A paragraph behind what leads it in, its other lines under the first."""
    _paragraph(f"{lead}{text}", hanging=len(lead))


def show_text(text: str, *, style: str = "") -> None:
    """A paragraph in one style."""
    _paragraph(text, style=style)


def _paragraph(text: str, *, indent: int = 0, hanging: int = 0, style: str = "") -> None:
    columns = width()
    if columns is None:
        typer.echo(" " * indent + text)
        return
    say(Piece(text=wrapped(text, columns, indent=indent, hanging=hanging), style=style))


def show_draft(draft: "Draft", *, whole: bool) -> None:
    """What a call of the model would take, and with `whole` all that the model would be told."""
    if whole:
        for role, text in draft.messages:
            typer.echo(f"--- {role}\n{strip_controls(text)}\n")
        typer.echo("---")
    estimate = draft.estimate
    counted = "" if estimate.counted_with != "estimate" else ", estimated"
    most = "price not known" if estimate.most_usd is None else f"at most ${estimate.most_usd:.4f}"
    facts = [
        f"{draft.model}, prompt {draft.version}: {count(estimate.prompt_tokens, 'token')}{counted}",
        f"an answer of at most {count(estimate.most_answer_tokens, 'token')}; {most}",
        f"{count(len(draft.papers), 'passage')}: {', '.join(draft.papers.values())}",
    ]
    if draft.left_out:
        facts.append(f"{count(draft.left_out, 'passage')} left out: the model's window is full")
    if draft.doubt is not None:
        facts.append(
            f"thin ({draft.doubt.why}): the model would first be asked what to search for: "
            f"{count(draft.doubt.prompt_tokens, 'token')} more; the passages may change then"
        )
    in_all = draft.at_most
    usd = "" if in_all.usd is None else f", ${in_all.usd:.4f}"
    facts.append(
        f"with all repairs and further searches at most {count(in_all.calls, 'call')}, "
        f"{count(in_all.prompt_tokens, 'token')} read, {in_all.answer_tokens:,} written{usd}"
    )
    for fact in facts:
        typer.echo(fact)
