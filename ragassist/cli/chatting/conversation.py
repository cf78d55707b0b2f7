"""What a chat remembers, and how it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from ragassist.cli import render
from ragassist.cli.chatting.quiet import without_echo
from ragassist.cli.chatting.turns import Turn, turn_from_log, turn_of, turn_of_related
from ragassist.cli.chatting.warming import Warmth
from ragassist.cli.look import DIM, STRONG, Piece, say
from ragassist.cli.prose import papers_in
from ragassist.text import one_line
from ragassist.types import Declined, Exchange, Filters, LoggedExchange, Origin, Style

if TYPE_CHECKING:
    from ragassist.library import Library
    from ragassist.related_work.outcome import RelatedWork

_SHOWN_ON_RESUMING = 3
_SHOWN_OF_AN_ANSWER = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What holds for a whole chat.

    Attributes:
        style: of the answers.
        keeps: exchanges are kept in the log.
        model: a model writes, and marks up as Markdown.
    """

    style: Style
    keeps: bool
    model: bool


class Conversation:
    """What was said so far, and what may be said next.

    Attributes:
        filters: which papers may be found by the next question.
        turns: of this conversation, those of an earlier chat that it goes on with among them.
        spent: what made each text of this chat, also those of conversations that were left.
        failed: whether something met an error.
    """

    def __init__(
        self, library: "Library", filters: Filters, manner: Manner, warmth: Warmth
    ) -> None:
        self.library = library
        self.filters = filters
        self.turns: list[Turn] = []
        self.spent: list[Origin] = []
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
        with without_echo():
            outcome = render.show_stream(
                stream, paper_of=self._paper_of, markdown=self._manner.model
            )
        self.spent.append(outcome.origin)
        if isinstance(outcome, Declined):
            render.show_declined(outcome)
            return
        _show_related_end(outcome)
        self.turns.append(turn_of_related(outcome))
        self._say_how_it_ended(outcome.origin)

    def begin_anew(self) -> None:
        """Forget what was said: the next question stands alone, in a conversation of its own."""
        self.turns = []
        self._number = None

    def resume(self, exchanges: Sequence[LoggedExchange]) -> None:
        """Go on with a conversation of the log, and show shortly where it had come to."""
        self.turns = [turn_from_log(exchange, self._paper_of) for exchange in exchanges]
        self._number = exchanges[0].conversation
        left_out = len(self.turns) - _SHOWN_ON_RESUMING
        lead = f"conversation {self._number}"
        lead += f", without its first {left_out}" if left_out > 0 else ""
        say(Piece(text=lead, style=DIM))
        for turn in self.turns[-_SHOWN_ON_RESUMING:]:
            _show_shortly(turn)

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
            style=self._manner.style,
            anew=anew,
        )
        with without_echo():
            outcome = render.show_stream(
                stream,
                self._manner.style.shape,
                paper_of=self._paper_of,
                markdown=self._manner.model,
            )
        render.show_outcome_end(outcome)
        typer.echo()
        self.turns.append(turn_of(outcome))
        self.spent.append(outcome.origin)
        if self._manner.keeps:
            number = self.library.log(outcome, conversation=self._number)
            self._number = self._number or number
        self._say_how_it_ended(outcome.origin)

    def _say_how_it_ended(self, origin: Origin) -> None:
        if origin.interrupted:
            typer.echo("interrupted: the text ends here", err=True)
        if origin.failure:
            self.failed = True
            typer.echo(f"error: the text ends here: {one_line(origin.failure)}", err=True)


def _show_related_end(work: "RelatedWork") -> None:
    say()
    render.show_ledger_line(work.claims)
    if work.references:
        say("\n", Piece(text="References:", style=STRONG))
        render.show_references(work.references)
    if work.uncited:
        ids = ", ".join(paper.paper_id for paper in work.uncited)
        say(Piece(text=f"found, but not cited: {ids}", style=DIM))
    say()


def _show_shortly(turn: Turn) -> None:
    text = one_line(turn.text)
    if len(text) > _SHOWN_OF_AN_ANSWER:
        text = text[: _SHOWN_OF_AN_ANSWER - 1].rstrip() + "…"
    say(Piece(text=f"> {one_line(turn.question)}", style=DIM))
    render.show_text(text, style=DIM)
    say()
