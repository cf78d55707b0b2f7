"""Whether what was found is enough to answer from, and what to search for where it is not.

After SIM-RAG (Yang et al. 2025, arXiv:2505.02811), which asks a critic before every answer; here
the model is asked only where the words of the question say that something is missing.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ragassist.answering.evidence import ENOUGH, Asked, Embed, credited, weigh_words
from ragassist.answering.reading import read_passages
from ragassist.answering.searching import Again, Found, clean_query, is_tried
from ragassist.errors import ModelUnavailable
from ragassist.prompts import Prompt, load_prompt
from ragassist.storage.catalog import Catalog
from ragassist.text import one_line
from ragassist.types import Passage

if TYPE_CHECKING:
    from ragassist.models.chat import ChatModel

CRITIC = "critic"
"""The prompt by which a model says what to search for."""

# Of a question's words, by weight, the passages together have to speak of so many.
_COVERED = 0.75
_STANDS_FOR = 0.5
_LONGEST_QUERY = 200
_MOST_SHOWN = 8


class LexicalCritic:
    """Judges by the words of the question: which of them no passage speaks of.

    Args:
        embed: of the built-in embedder.
    """

    def __init__(self, catalog: Catalog, question: str, embed: Embed) -> None:
        self._question = question
        self._embed = embed
        self._asked = weigh_words(catalog, question)

    def __call__(self, found: Found) -> Again | None:
        """Search for the words that are missing, as far as the library knows them at all."""
        if self._asked is None:
            return None
        missing = missing_words(self._asked, found.passages, self._embed)
        sought = [word for word in missing if word not in self._asked.unknown]
        if not sought:
            return None
        return Again(query=" ".join(sought), why=f"no passage speaks of {_listed(sought)}")

    def is_thin(self, found: Found) -> str:
        """Why what was found may not do, and more may be found; empty where that is not so."""
        if self._asked is None:
            return ""
        missing = missing_words(self._asked, found.passages, self._embed)
        if missing and self._asked.unknown.issuperset(missing):
            # No other words find what no paper of the library names.
            return ""
        if missing:
            return f"no passage speaks of {_listed(missing)}"
        readings = read_passages(self._asked, self._question, found.passages, self._embed)
        best = max((reading.evidence for reading in readings), default=0.0)
        return "no passage bears much on the question" if best < ENOUGH else ""


class ModelCritic:
    """Asks a model for another query, where the words say that the evidence is thin.

    Attributes:
        was_asked: whether it came to that.
    """

    def __init__(self, model: "ChatModel", question: str, words: LexicalCritic) -> None:
        self.was_asked = False
        self._model = model
        self._question = question
        self._words = words

    def __call__(self, found: Found) -> Again | None:
        """The model's query; the missing words where it has none to give, or fails."""
        asked = self.call(found)
        if asked is None:
            return None
        self.was_asked = True
        prompt, slots = asked
        why = slots["missing"]
        try:
            reply = one_line(self._model.complete(prompt, slots)).strip("\"'`*- ")
        except ModelUnavailable:
            return self._words(found)
        if reply.upper().startswith("ENOUGH"):
            return None
        query = clean_query(reply)
        if not query or len(query) > _LONGEST_QUERY or is_tried(query, found):
            return self._words(found)
        return Again(query=query, why=why)

    def call(self, found: Found) -> tuple[Prompt, dict[str, str]] | None:
        """What the model would be asked, with the slots filled; None where it would not be."""
        why = self._words.is_thin(found)
        if not why:
            return None
        slots = {
            "question": self._question,
            "missing": why,
            "tried": "\n".join(f"- {round_.query}" for round_ in found.rounds),
            "titles": "\n".join(f"- {one_line(p.title)}" for p in found.passages[:_MOST_SHOWN]),
        }
        return load_prompt(CRITIC, self._model.choice.prompts), slots


def missing_words(asked: Asked, passages: Sequence[Passage], embed: Embed) -> list[str]:
    """The question's words that no passage speaks of, where they are a good part of it."""
    texts = [f"{passage.title}\n{passage.text}" for passage in passages]
    if not texts:
        return []
    said = credited(asked, texts, embed).max(axis=0)
    missing = [
        word for word, credit in zip(asked.shares, said, strict=True) if credit < _STANDS_FOR
    ]
    return missing if sum(asked.shares[word] for word in missing) > 1 - _COVERED else []


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:3]) + (" …" if len(words) > 3 else "")
