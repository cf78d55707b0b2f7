"""Reading passages for a question: how much each bears on it, and each of its sentences."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragassist.answering.evidence import Asked, Embed, evidence, meant, shares_of, spoken
from ragassist.sentences import split_sentences
from ragassist.types import Passage

_SHORTEST, _LONGEST = 25, 450
_CLOSED = re.compile(r"[.!?。！？][\"'”’)\]」』）]*$")
# In so many sentences, beside the titles, other wordings of the question are looked for.
_TELLING = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a passage.

    Attributes:
        place: from 0, among the sentences of its passage.
        start, stop: into the passage's text.
        relevance: how strongly it bears on the question, 0 to 1.
    """

    passage: Passage
    place: int
    start: int
    stop: int
    relevance: float

    @property
    def text(self) -> str:
        """The whole sentence."""
        return self.passage.text[self.start : self.stop]

    @property
    def quotable(self) -> bool:
        """Whether it is complete, and neither a fragment nor a wall of text."""
        return _is_quotable(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A passage as read for one question: its sentences in order, its evidence, 0 to 1."""

    passage: Passage
    sentences: tuple[Sentence, ...]
    evidence: float


def read_passages(
    asked: Asked, question: str, passages: Sequence[Passage], embed: Embed
) -> list[Reading]:
    """Read the passages that have a sentence to quote, in the order given.

    A passage's evidence is the share of the question that its title and one sentence speak of
    together, and the similarity of the whole: words strewn over an abstract prove little.

    Cost: 40 µs a sentence, and as much for each word of the titles and the telling sentences.
    """
    spans = [split_sentences(passage.text) for passage in passages]
    kept = [
        (passage, found)
        for passage, found in zip(passages, spans, strict=True)
        if any(_is_quotable(passage.text[start:stop]) for start, stop in found)
    ]
    if not kept:
        return []
    owner = np.repeat(np.arange(len(kept)), [len(found) for _, found in kept])
    sentences = [passage.text[start:stop] for passage, found in kept for start, stop in found]
    share, likeness, whole = _weigh(asked, question, [p for p, _ in kept], owner, sentences, embed)
    relevance = evidence(share.mean(axis=0), likeness).tolist()
    readings = []
    for index, (passage, found) in enumerate(kept):
        rows = np.flatnonzero(owner == index)
        bears = evidence(share[1, rows].max(), whole[index])
        read = tuple(
            Sentence(passage=passage, place=n, start=start, stop=stop, relevance=relevance[row])
            for n, ((start, stop), row) in enumerate(zip(found, rows, strict=True))
        )
        readings.append(Reading(passage=passage, sentences=read, evidence=float(bears)))
    return readings


def _weigh(
    asked: Asked,
    question: str,
    passages: Sequence[Passage],
    owner: NDArray[np.intp],
    sentences: Sequence[str],
    embed: Embed,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return shares, shape (2, sentences), and similarities of sentences and of passages.

    The first row of shares is the sentence's alone, the second together with its title's.
    """
    titles = [passage.title for passage in passages]
    texts = [*titles, *sentences]
    wholes = [f"{passage.title}\n{passage.text}" for passage in passages]
    titled = [f"{titles[index]}\n{text}" for index, text in zip(owner, sentences, strict=True)]
    vectors = embed([question, *wholes, *titled])
    likeness = vectors[1:] @ vectors[0]
    whole, single = likeness[: len(passages)], likeness[len(passages) :]
    said = spoken(asked, texts)
    order = np.argsort(-evidence(_shares(asked, said, owner)[1], single), kind="stable")
    telling = [len(titles) + int(row) for row in order[:_TELLING]]
    said = np.maximum(said, meant(asked, texts, embed, read=[*range(len(titles)), *telling]))
    return _shares(asked, said, owner), single, whole


def _shares(
    asked: Asked, credit: NDArray[np.float32], owner: NDArray[np.intp]
) -> NDArray[np.float32]:
    titles = len(credit) - len(owner)
    of_title, alone = credit[:titles], credit[titles:]
    joint = np.maximum(alone, of_title[owner])
    return np.stack([shares_of(asked, alone), shares_of(asked, joint)])


def _is_quotable(text: str) -> bool:
    return _SHORTEST <= len(text) <= _LONGEST and bool(_CLOSED.search(text))
