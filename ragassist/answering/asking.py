"""One question, from finding passages to an answer or to declining."""

import dataclasses
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from ragassist.answering.conversation import CONDENSE, condense
from ragassist.answering.extractive import extract_claims
from ragassist.answering.keyed import key_passages
from ragassist.answering.prose import as_prose
from ragassist.answering.writing import Written, write_checked
from ragassist.errors import UnknownPaper
from ragassist.grounding.ledger import Ledger, rarity_in
from ragassist.index.retriever import Retriever
from ragassist.models import ChatModel
from ragassist.prompts import load_prompt
from ragassist.storage.catalog import Catalog
from ragassist.storage.filters import any_passes, describe
from ragassist.storage.lookup import find_id
from ragassist.storage.papers import papers_by_id
from ragassist.types import (
    Answer,
    Claim,
    Declined,
    Exchange,
    Filters,
    Origin,
    Paper,
    Passage,
    Usage,
)

PASSAGES = 10
_NEAREST_SHOWN = 3
_RETRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the papers that pass the filters, and what was said before it."""

    text: str
    filters: Filters
    earlier: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Passages, best first, and the papers they are of."""

    passages: tuple[Passage, ...]
    papers: Mapping[str, Paper]


def answer(
    question: Question,
    catalog: Catalog,
    retriever: Retriever,
    model: ChatModel | None,
    notify: Callable[[str], None],
) -> Generator[Claim, None, Answer | Declined]:
    """Answer, each sentence yielded as soon as it is checked; return the whole.

    Args:
        notify: told what is searched for, where that is not what was asked.

    Cost: with a model one call, one more for a follow-up, and one for each sentence whose
    citations fail (`write_checked`); without one none.

    Raises:
        UsageError: the question has no word in it, or the library no paper.
        ModelMisconfigured, ModelUnavailable: as they say.
        KeyboardInterrupt: the user stopped it before the first sentence; behind it, the answer so
            far is returned.
    """
    clock = _Clock()
    before = Usage() if model is None else model.usage
    standalone = condense(question.text, question.earlier, model)
    if question.earlier:
        clock.lap("condense")
    if standalone != question.text:
        notify(f"searching for: {standalone}")
    found = find(catalog, retriever, standalone, question.filters)
    clock.lap("retrieve")
    ledger = Ledger(found.papers, rarity_in(catalog), partial(find_id, catalog))
    if model is None or not found.passages:
        written = yield from _extract(catalog, retriever, standalone, found, ledger)
    else:
        written = yield from _write(model, standalone, found, ledger)
    clock.lap("answer")
    origin = written.origin
    if origin.interrupted and not written.claims:
        raise KeyboardInterrupt
    if model is not None:
        origin = _with_condensing(origin, question, model, before)
    written = dataclasses.replace(written, origin=origin)
    if not written.claims:
        reason = _why_not(catalog, question.filters, written)
        return _declined(question, standalone, found, written, reason, clock)
    return _answered(question, standalone, found, written, clock)


def _answered(
    question: Question, standalone: str, found: Found, written: Written, clock: "_Clock"
) -> Answer:
    cited = dict.fromkeys(paper_id for claim in written.claims for paper_id in claim.citations)
    return Answer(
        question=question.text,
        standalone=standalone,
        text=as_prose(written.claims),
        claims=written.claims,
        references=tuple(found.papers[paper_id] for paper_id in cited if paper_id in found.papers),
        passages=found.passages,
        filters=question.filters,
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


def _with_condensing(origin: Origin, question: Question, model: ChatModel, before: Usage) -> Origin:
    """What making the question stand alone took counts as well, and its prompt had a say."""
    prompts = dict(origin.prompts)
    if question.earlier:
        prompts[CONDENSE] = load_prompt(CONDENSE, model.choice.prompts).version
    return dataclasses.replace(origin, prompts=prompts, usage=model.usage.since(before))


def find(
    catalog: Catalog,
    retriever: Retriever,
    question: str,
    filters: Filters,
    top_k: int = PASSAGES,
) -> Found:
    """The passages that bear most on a question, at most one a paper, with their papers."""
    for _ in range(_RETRIES):
        passages = retriever.find(question, filters, top_k)
        # Another process may remove a paper between its being found and its being read.
        with suppress(UnknownPaper):
            papers = papers_by_id(catalog, [passage.paper_id for passage in passages])
            return Found(passages=passages, papers=papers)
    return Found(passages=(), papers={})


def _extract(
    catalog: Catalog, retriever: Retriever, question: str, found: Found, ledger: Ledger
) -> Generator[Claim, None, Written]:
    claims = []
    for claim in extract_claims(catalog, question, found.passages, retriever.word_vectors):
        claims.append(ledger.check(claim))
        yield claims[-1]
    return Written(claims=tuple(claims), origin=Origin())


def _write(
    model: ChatModel, question: str, found: Found, ledger: Ledger
) -> Generator[Claim, None, Written]:
    years = {paper_id: paper.year for paper_id, paper in found.papers.items()}
    keyed = key_passages(found.passages, years)
    return (yield from write_checked(model, "answer", {"question": question}, keyed, ledger))


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
