"""What a chat remembers, and how it is asked."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from ragassist.cli import render
from ragassist.cli.chatting.conditions import as_typed
from ragassist.cli.chatting.quiet import without_echo
from ragassist.cli.chatting.turns import Turn, turn_from_log, turn_of, turn_of_related
from ragassist.cli.chatting.warming import Warmth
from ragassist.cli.look import DIM, Piece, cut, say, tell, width
from ragassist.cli.prose import papers_in
from ragassist.text import one_line
from ragassist.types import Declined, Exchange, Filters, LoggedExchange, Style, Usage

if TYPE_CHECKING:
    from ragassist.library import Library

_SHOWN_ON_RESUMING = 3
_SHOWN_IN_A_PIPE = 160
EXTRACTIVE = "extractive"
"""Who answers where no model does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What holds for a whole chat.

    Attributes:
        style: of the answers, until another is wished for.
        keeps: exchanges are kept in the log.
        model: a model writes, and marks up as Markdown.
    """

    style: Style
    keeps: bool
    model: bool


class Conversation:
    """What was said so far, and what may be said next.

    Attributes:
        filters: which papers may be found by the next question; `narrow` changes them.
        passing: how many papers pass them; None without any.
        style: of the next answer.
        shows_references: behind each answer.
        turns: of this conversation, those of an earlier chat that it goes on with among them.
        spent_last: what the last text took, also one that failed; None before the first.
        failed: whether something met an error.
    """

    def __init__(
        self, library: "Library", filters: Filters, manner: Manner, warmth: Warmth
    ) -> None:
        self.library = library
        self.narrow(filters)
        self.style = manner.style
        self.shows_references = True
        self.turns: list[Turn] = []
        self.spent_last: Usage | None = None
        self.failed = False
        self._manner = manner
        self._warmth = warmth
        self._number: int | None = None
        self._paper_of = papers_in(library)

    @property
    def last(self) -> Turn | None:
        """The last turn; None before the first."""
        return self.turns[-1] if self.turns else None

    @property
    def last_question(self) -> Turn | None:
        """The last turn that was a question; None before the first."""
        asked = [turn for turn in self.turns if turn.kind != "related"]
        return asked[-1] if asked else None

    def narrow(self, filters: Filters) -> None:
        """From now on only papers that pass are found."""
        self.filters = filters
        self.passing = self.library.count(filters) if filters else None

    def ask(self, question: str) -> None:
        """Answer a question, sentence by sentence, and remember it."""
        self._answer(question, self._earlier())

    def retry(self) -> bool:
        """Ask the last question again, as what it was a follow-up of; False before the first."""
        last = self.last_question
        if last is None:
            return False
        place = max(number for number, turn in enumerate(self.turns) if turn is last)
        say(Piece(text=f"again: {one_line(last.question)}", style=DIM), err=True)
        self._answer(last.question, self._earlier(self.turns[:place]), anew=True)
        return True

    def write_related(self, topic: str) -> None:
        """Write about a topic, paragraph by paragraph, and remember it."""
        self._warmth.wait()
        stream = self.library.related(topic, filters=self.filters)
        with without_echo(), self._counting():
            outcome = render.show_stream(
                stream, paper_of=self._paper_of, markdown=self._manner.model
            )
        if isinstance(outcome, Declined):
            render.show_declined(outcome)
            return
        turn = turn_of_related(outcome, self.filters)
        self.turns.append(turn)
        self._show_end(turn)
        if outcome.uncited:
            ids = ", ".join(paper.paper_id for paper in outcome.uncited)
            render.show_text(f"found, but not cited: {ids}", style=DIM)
            say()
        self._say_how_it_ended(turn)

    def show_last(self) -> None:
        """Show the last turn again, as wide as the terminal is now; there is one."""
        turn = self.turns[-1]
        render.show_claims(
            turn.claims,
            turn.shape,
            paper_of=self._paper_of,
            markdown=turn.origin.answerer != EXTRACTIVE,
            why=render.why_cut_off(turn.origin),
        )
        self._show_end(turn)

    def begin_anew(self) -> None:
        """Forget what was said: the next question stands alone, in a conversation of its own."""
        self.turns = []
        self._number = None

    def resume(self, exchanges: Sequence[LoggedExchange]) -> None:
        """Go on with a conversation of the log, and show where it had come to.

        The filter of its last question holds on, where none was asked for.
        """
        self.turns = [turn_from_log(exchange, self._paper_of) for exchange in exchanges]
        self._number = exchanges[0].conversation
        *before, last = self.turns
        if not self.filters:
            self.narrow(last.filters)
        said = f"Going on with conversation {self._number}"
        said += f": {render.count(len(before), 'earlier exchange')}" if before else ""
        said += f"; filter {one_line(as_typed(self.filters))}" if self.filters else ""
        render.show_text(said, style=DIM)
        for turn in before[-_SHOWN_ON_RESUMING:]:
            line = f"> {one_line(turn.question)}  {one_line(turn.text)}"
            say(Piece(text=cut(line, width() or _SHOWN_IN_A_PIPE), style=DIM))
        say(Piece(text=f"> {one_line(last.question)}", style=DIM))
        self.show_last()

    def _earlier(self, turns: Sequence[Turn] | None = None) -> tuple[Exchange, ...]:
        """What a follow-up may lean on."""
        return tuple(
            Exchange(question=turn.standalone, said=turn.text if turn.kind == "answer" else "")
            for turn in (self.turns if turns is None else turns)
            if turn.kind != "related"
        )

    def _answer(self, question: str, earlier: tuple[Exchange, ...], *, anew: bool = False) -> None:
        self._warmth.wait()
        stream = self.library.stream(
            question,
            filters=self.filters,
            earlier=earlier,
            style=self.style,
            anew=anew,
        )
        with without_echo(), self._counting():
            outcome = render.show_stream(
                stream,
                self.style.shape,
                paper_of=self._paper_of,
                markdown=self._manner.model,
            )
        turn = turn_of(outcome)
        self._show_end(turn)
        self.turns.append(turn)
        if self._manner.keeps:
            number = self.library.log(outcome, conversation=self._number)
            self._number = self._number or number
        self._say_how_it_ended(turn)

    @contextmanager
    def _counting(self) -> Iterator[None]:
        before = self.library.spent
        try:
            yield
        finally:
            self.spent_last = self.library.spent.since(before)

    def _show_end(self, turn: Turn) -> None:
        """What follows the text, when all of it is shown; all there is, where it was declined."""
        if turn.kind == "declined":
            render.show_text(turn.text)
            render.show_reference_list(turn.references, heading=render.NEAREST, numbered=True)
        else:
            typer.echo()
            render.show_ledger_line(turn.claims, turn.origin)
            if self.shows_references:
                render.show_reference_list(turn.references, numbered=True)
        typer.echo()

    def _say_how_it_ended(self, turn: Turn) -> None:
        """On standard error, where that is another place than the mark behind the text."""
        self.failed = self.failed or bool(turn.origin.failure)
        if turn.claims and sys.stdout.isatty():
            return
        if turn.origin.interrupted:
            tell("interrupted: the text ends here")
        if turn.origin.failure:
            tell(f"error: the text ends here: {one_line(turn.origin.failure)}")
