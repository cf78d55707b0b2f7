"""Finding what an answer is written from, and searching again where that is thin."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from ragassist.answering.evidence import (
    Embed,
    shares_of,
    spoken,
    weigh_words,
)
from ragassist.answering.reading import read_passages
from ragassist.errors import UnknownPaper, UsageError
from ragassist.index.lexical import QUESTION_WORDS, content_words
from ragassist.index.retriever import Retriever
from ragassist.storage.catalog import Catalog
from ragassist.storage.papers import papers_by_id
from ragassist.types import Filters, Paper, Passage, Round

PASSAGES = 10
MOST_ROUNDS = 3
"""Searches for one question at most: the first, and two more."""

_RETRIES = 3
# Of a further round so many new papers are taken in, behind the best of the rounds before.
_MOST_NEW = 5
_BEST_KEPT_AHEAD = 7
# Less bears on nothing, whatever else was found.
_SOME = 0.2
# A query of words that passages speak of already has to be spoken of by so much together.
_TOGETHER = 0.75
_CITATION = re.compile(r"[\[【［〔(][^\[\]()]{0,60}?\b[Pp][0-9]+\b[^\[\]()]{0,60}[\]】］〕)]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Passages, best first, the papers they are of, and the searches that found them."""

    passages: tuple[Passage, ...]
    papers: Mapping[str, Paper]
    rounds: tuple[Round, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What to search for next, and why, in a few words."""

    query: str
    why: str


Critic = Callable[[Found], Again | None]
"""Judges whether what was found is enough: None if it is, or nothing better is known to try."""


def find(
    catalog: Catalog,
    retriever: Retriever,
    question: str,
    filters: Filters,
    top_k: int = PASSAGES,
) -> Found:
    """The passages that bear most on a question, at most one a paper, with their papers.

    Raises:
        UsageError: as `Retriever.find` does.
    """
    for _ in range(_RETRIES):
        passages = retriever.find(question, filters, top_k)
        # Another process may remove a paper between its being found and its being read.
        with suppress(UnknownPaper):
            ids = [passage.paper_id for passage in passages]
            return Found(
                passages=passages,
                papers=papers_by_id(catalog, ids),
                rounds=(Round(query=question, why="", found=tuple(ids)),),
            )
    return Found(passages=(), papers={})


class Search:
    """The searches for one question.

    Args:
        notify: told of every search but the first.
    """

    def __init__(
        self,
        catalog: Catalog,
        retriever: Retriever,
        filters: Filters,
        notify: Callable[[str], None],
    ) -> None:
        self._catalog = catalog
        self._retriever = retriever
        self._filters = filters
        self._notify = notify

    def gather(self, question: str, critic: Critic) -> Found:
        """Search until the critic is content, a round brings nothing, or the rounds are used up.

        Raises:
            UsageError: the question has no word in it, or the library no paper.
        """
        found = find(self._catalog, self._retriever, question, self._filters)
        while self.may_go_on(found) and (again := critic(found)) is not None:
            rounds = len(found.rounds)
            found = self.further(found, again)
            if len(found.rounds) == rounds or not found.rounds[-1].found:
                break
        return found

    def may_go_on(self, found: Found) -> bool:
        """Whether another round is allowed, and there is a library to search."""
        return bool(found.passages) and len(found.rounds) < MOST_ROUNDS

    def further(self, found: Found, again: Again) -> Found:
        """One more round: its new papers stand behind the best of the rounds before.

        A search always finds something. A paper is taken in if it speaks of a word of the query
        that no passage speaks of yet, of nearly all of them where there is no such word, or bears
        on the question as much as some passage does that is there.

        Returns:
            What was found as it is, without a round, where the query names nothing or has been
            searched for.
        """
        query = clean_query(again.query)
        if not query or is_tried(query, found):
            return found
        self._notify(f"searching again ({again.why}): {query}")
        try:
            more = find(self._catalog, self._retriever, query, self._filters)
        except UsageError:
            # What to search for came from a model.
            more = Found(passages=(), papers={})
        fresh = [p for p in more.passages if p.paper_id not in found.papers]
        new = self._bearing(query, found, fresh)[:_MOST_NEW]
        this = Round(query=query, why=again.why, found=tuple(p.paper_id for p in new))
        return Found(
            passages=_reranked(found.passages, new),
            papers={**found.papers, **{p.paper_id: more.papers[p.paper_id] for p in new}},
            rounds=(*found.rounds, this),
        )

    def _bearing(self, query: str, found: Found, fresh: Sequence[Passage]) -> list[Passage]:
        embed = self._retriever.word_vectors
        bearing = self._speaking(query, found, fresh) | self._as_good(found, fresh, embed)
        return [passage for passage in fresh if passage.paper_id in bearing]

    def _speaking(self, query: str, found: Found, fresh: Sequence[Passage]) -> frozenset[str]:
        """The papers that speak of what the query adds."""
        asked = weigh_words(self._catalog, query)
        if asked is None or not fresh:
            return frozenset()
        # By their very stems: what merely means much the same found nothing before either.
        said = spoken(asked, [_whole(passage) for passage in [*found.passages, *fresh]])
        before, new = said[: len(found.passages)], said[len(found.passages) :]
        wanted = before.max(axis=0) == 0
        speaks = new[:, wanted].any(axis=1)
        if not wanted.any():
            speaks = shares_of(asked, new) >= _TOGETHER
        return frozenset(
            p.paper_id for p, does in zip(fresh, np.atleast_1d(speaks), strict=True) if does
        )

    def _as_good(self, found: Found, fresh: Sequence[Passage], embed: Embed) -> frozenset[str]:
        """The papers that bear on the question as much as the weakest that was found for it."""
        question = found.rounds[0].query
        asked = weigh_words(self._catalog, question)
        if asked is None or not fresh:
            return frozenset()
        readings = read_passages(asked, question, [*found.passages, *fresh], embed)
        evidence = {reading.passage.paper_id: reading.evidence for reading in readings}
        least = min((evidence.get(p.paper_id, 0.0) for p in found.passages), default=0.0)
        return frozenset(
            p.paper_id for p in fresh if evidence.get(p.paper_id, 0.0) >= max(least, _SOME)
        )


def clean_query(query: str) -> str:
    """What to search for, without citations and single letters; empty where it names nothing."""
    words = [w for w in _CITATION.sub(" ", query).split() if len(w.strip("\"'`*.,;:?!()[]-")) > 1]
    cleaned = " ".join(words)
    return cleaned if _named(cleaned) else ""


def is_tried(query: str, found: Found) -> bool:
    """Whether the same words have been searched for, in whatever order."""
    return any(_named(query) == _named(round_.query) for round_ in found.rounds)


def _named(query: str) -> frozenset[str]:
    return frozenset(word for word in content_words(query) if word not in QUESTION_WORDS)


def _whole(passage: Passage) -> str:
    return f"{passage.title}\n{passage.text}"


def _reranked(before: Sequence[Passage], new: Sequence[Passage]) -> tuple[Passage, ...]:
    merged = [*before[:_BEST_KEPT_AHEAD], *new, *before[_BEST_KEPT_AHEAD:]]
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(merged, start=1))
