"""Finding what an answer is written from, and searching again where that is thin."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ragassist.errors import UnknownPaper, UsageError
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
_BEST_KEPT_AHEAD = 5


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
            found = self.further(found, again)
            if not found.rounds[-1].found:
                break
        return found

    def may_go_on(self, found: Found) -> bool:
        """Whether another round is allowed, and there is a library to search."""
        return bool(found.passages) and len(found.rounds) < MOST_ROUNDS

    def further(self, found: Found, again: Again) -> Found:
        """One more round: its new papers stand behind the best of the rounds before."""
        self._notify(f"searching again ({again.why}): {again.query}")
        try:
            more = find(self._catalog, self._retriever, again.query, self._filters)
        except UsageError:
            # What to search for came from a model, or holds no word.
            more = Found(passages=(), papers={})
        new = [p for p in more.passages if p.paper_id not in found.papers][:_MOST_NEW]
        this = Round(query=again.query, why=again.why, found=tuple(p.paper_id for p in new))
        return Found(
            passages=_reranked(found.passages, new),
            papers={**found.papers, **{p.paper_id: more.papers[p.paper_id] for p in new}},
            rounds=(*found.rounds, this),
        )


def _reranked(before: Sequence[Passage], new: Sequence[Passage]) -> tuple[Passage, ...]:
    merged = [*before[:_BEST_KEPT_AHEAD], *new, *before[_BEST_KEPT_AHEAD:]]
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(merged, start=1))
