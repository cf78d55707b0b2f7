"""One question, from finding passages to an answer or to declining."""

import dataclasses
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ragassist.answering.conversation import CONDENSE, condense
from ragassist.answering.critic import CRITIC, LexicalCritic, ModelCritic
from ragassist.answering.extractive import Quoted, extract_claims
from ragassist.answering.forms import itemised
from ragassist.answering.layout import lay_out
from ragassist.answering.prompting import ANSWER, Draft, brief, check_length, draft
from ragassist.answering.searching import Again, Found, Search
from ragassist.answering.writing import Written, write_checked
from ragassist.grounding.ledger import Ledger, rarity_in
from ragassist.index.retriever import Retriever
from ragassist.prompts import load_prompt
from ragassist.storage.catalog import Catalog
from ragassist.storage.filters import any_passes, describe
from ragassist.storage.lookup import find_id
from ragassist.types import (
    PROSE,
    Answer,
    Claim,
    Declined,
    Exchange,
    Filters,
    Origin,
    Paper,
    Style,
    Usage,
)

if TYPE_CHECKING:
    from ragassist.models.chat import ChatModel

_NEAREST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the papers that pass the filters, and what was said before it."""

    text: str
    filters: Filters
    style: Style = PROSE
    earlier: tuple[Exchange, ...] = ()


def answer(
    question: Question,
    catalog: Catalog,
    retriever: Retriever,
    model: "ChatModel | None",
    notify: Callable[[str], None],
) -> Generator[Claim, None, Answer | Declined]:
    """Answer, each sentence yielded as soon as it is checked; return the whole.

    Args:
        notify: told what is searched for, where that is not what was asked.

    Cost: with a model one call, one more for a follow-up, one for each sentence whose citations
    fail (`write_checked`), and up to four where it has to search again (`ModelCritic`, and a new
    text for each time that the model misses something); without one none.

    Raises:
        UsageError: the question has no word in it, or too many, or the library has no paper.
        ModelMisconfigured, ModelUnavailable: as they say; PromptTooLong before anything is asked.
        KeyboardInterrupt: the user stopped it before the first sentence; behind it, the answer so
            far is returned.
    """
    check_length(question.text)
    if model is not None:
        # A question that does not fit is not searched for first, or shown to the model.
        brief(model, question.text, question.style, Found(passages=(), papers={}))
    clock = _Clock()
    before = Usage() if model is None else model.usage
    standalone = condense(question.text, question.earlier, model)
    if question.earlier:
        clock.lap("condense")
    if standalone != question.text:
        notify(f"searching for: {standalone}")
    asked = dataclasses.replace(question, text=standalone)
    search = Search(catalog, retriever, question.filters, notify)
    critic = _critic(catalog, retriever, standalone, model)
    found = search.gather(standalone, critic)
    clock.lap("retrieve")
    check = partial(
        Ledger, weigh=rarity_in(catalog), lookup=partial(find_id, catalog), question=standalone
    )
    if model is None or not found.passages:
        quote = partial(extract_claims, catalog, embed=retriever.word_vectors)
        written = yield from _extract(quote, asked, found, check(found.papers), notify)
    else:
        found, written = yield from _write(model, asked, found, search, check)
    clock.lap("answer")
    if written.origin.interrupted and not written.claims:
        raise KeyboardInterrupt
    origin = dataclasses.replace(written.origin, rounds=found.rounds)
    if model is not None:
        origin = _with_asides(origin, model, before, _asides(question, critic))
    written = dataclasses.replace(written, origin=origin)
    if origin.left_open:
        notify(f"the model says that the passages leave open: {origin.left_open}")
    _tell_of_length(written, question.style, notify)
    if not written.claims:
        reason = _why_not(catalog, question.filters, written)
        return _declined(question, standalone, found, written, reason, clock)
    return _answered(question, standalone, found, written, clock)


def draft_call(
    question: Question, catalog: Catalog, retriever: Retriever, model: "ChatModel"
) -> Draft | None:
    """The call by which `answer` has the model write, not made; None where nothing was found.

    It shows what the first search finds, as the model is shown where nobody has another to
    suggest; whether the model would be asked for one before is in it. What was said before is not
    taken into account.

    Raises:
        UsageError, PromptInvalid, PromptTooLong: as `answer`.
    """
    check_length(question.text)
    search = Search(catalog, retriever, question.filters, lambda _: None)
    found = search.gather(question.text, lambda _: None)
    if not found.passages:
        return None
    words = LexicalCritic(catalog, question.text, retriever.word_vectors)
    asks_first = ModelCritic(model, question.text, words).call(found)
    return draft(model, brief(model, question.text, question.style, found), asks_first)


def _critic(
    catalog: Catalog, retriever: Retriever, question: str, model: "ChatModel | None"
) -> LexicalCritic | ModelCritic:
    words = LexicalCritic(catalog, question, retriever.word_vectors)
    return words if model is None else ModelCritic(model, question, words)


def _asides(question: Question, critic: LexicalCritic | ModelCritic) -> list[str]:
    """The prompts that a model was asked by beside the one for the answer."""
    return [
        *([CONDENSE] if question.earlier else []),
        *([CRITIC] if isinstance(critic, ModelCritic) and critic.was_asked else []),
    ]


def _answered(
    question: Question, standalone: str, found: Found, written: Written, clock: "_Clock"
) -> Answer:
    cited = dict.fromkeys(paper_id for claim in written.claims for paper_id in claim.citations)
    return Answer(
        question=question.text,
        standalone=standalone,
        text=lay_out(written.claims, question.style.shape),
        claims=written.claims,
        references=tuple(found.papers[paper_id] for paper_id in cited if paper_id in found.papers),
        passages=found.passages,
        filters=question.filters,
        style=question.style,
        origin=written.origin,
        timings=clock.laps,
    )


def _declined(
    question: Question,
    standalone: str,
    found: Found,
    written: Written,
    reason: str,
    clock: "_Clock",
) -> Declined:
    return Declined(
        question=question.text,
        standalone=standalone,
        reason=reason,
        nearest=tuple(found.papers[p.paper_id] for p in found.passages[:_NEAREST_SHOWN]),
        passages=found.passages,
        filters=question.filters,
        origin=written.origin,
        timings=clock.laps,
    )


def _with_asides(origin: Origin, model: "ChatModel", before: Usage, asides: list[str]) -> Origin:
    """What finding the passages took counts as well, and its prompts had a say."""
    folder = model.choice.prompts
    prompts = {**origin.prompts, **{name: load_prompt(name, folder).version for name in asides}}
    return dataclasses.replace(origin, prompts=prompts, usage=model.usage.since(before))


def _extract(
    quote: Callable[..., Quoted],
    asked: Question,
    found: Found,
    ledger: Ledger,
    notify: Callable[[str], None],
) -> Generator[Claim, None, Written]:
    quoted = quote(asked.text, found.passages, words=asked.style.words)
    if quoted.papers_left_out:
        papers = len(dict.fromkeys(claim.citations for claim in quoted.claims))
        notify(
            f"{papers} of {papers + quoted.papers_left_out} papers: the others' sentences do not "
            f"fit into {asked.style.words} words"
        )
    claims = []
    for claim in itemised(iter(quoted.claims), asked.style.shape):
        claims.append(ledger.check(claim))
        yield claims[-1]
    return Written(claims=tuple(claims), origin=Origin(shortened=quoted.left_out > 0))


def _write(
    model: "ChatModel",
    asked: Question,
    found: Found,
    search: Search,
    check: Callable[[Mapping[str, Paper]], Ledger],
) -> Generator[Claim, None, tuple[Found, Written]]:
    """Write; where the model misses something, search for that and let it try again."""
    while True:
        told = brief(model, asked.text, asked.style, found)
        ledger = check(found.papers)
        written = yield from write_checked(
            model, ANSWER, told.slots, told.keyed, ledger, asked.style
        )
        if not written.declined or written.claims or not search.may_go_on(found):
            return found, written
        missed = Again(query=written.declined, why="the model misses something")
        further = search.further(found, missed)
        if further is found or not further.rounds[-1].found:
            return further, written
        found = further


def _tell_of_length(written: Written, style: Style, notify: Callable[[str], None]) -> None:
    """A first sentence is shown at any length; that it is too long is said."""
    if style.words is None or not written.claims:
        return
    words = len(written.claims[0].text.split())
    if words > style.words:
        said = "a row" if written.claims[0].row else "one sentence"
        notify(f"{said} of {words} words: longer than the {style.words} asked for")


def _why_not(catalog: Catalog, filters: Filters, written: Written) -> str:
    if filters and not any_passes(catalog, filters):
        return f"No paper of the library passes the filters: {describe(filters)}."
    if written.declined:
        return f"No abstract in the library answers this. Missing: {written.declined}"
    return "No abstract in the library answers this."


class _Clock:
    """Seconds between laps, by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now
