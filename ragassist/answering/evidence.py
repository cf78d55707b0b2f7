"""Whether passages bear on a question: how much of it a sentence speaks of, in which words.

Two measures, each blind where the other sees. The share of the question's words that stand in one
sentence, rare words counting most, knows names but not synonyms; the similarity of meaning knows
paraphrase, and finds every paper of a neighbouring field alike.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragassist.index.acronyms import long_forms
from ragassist.index.lexical import (
    QUESTION_WORDS,
    compounds,
    content_words,
    document_frequencies,
    occurrences,
)
from ragassist.storage.catalog import Catalog

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Credits = NDArray[np.float32]

# Both were set on the dev questions of eval/questions with the token table that ships, and must be
# set anew with another table: see eval/README.md.
ENOUGH = 0.42
# From here up two words of the table are forms or synonyms of each other ("bigger" and "larger"
# .58); below they are neighbours ("legal" and "medical" .17).
_SAME_MEANING = 0.5
_A_SLIP = 0.8
_SHORTEST_MISSPELT = 6
_MOST_WORDS = 64
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def evidence(share: Credits, similarity: Credits) -> Credits:
    """How strongly texts bear on a question, 0 to 1: the mean of both; `ENOUGH` answers it.

    Args:
        share: of the question's words, by weight, that a sentence and its title speak of.
        similarity: cosine of question and text in the built-in embedder's space, same shape.
    """
    return np.asarray((share + np.maximum(similarity, 0)) / 2, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The content words of a question, each with its share of the question; they add up to 1.

    Attributes:
        phrases: for each word, what else says it: the long forms of an acronym.
        unknown: the words that stand nowhere in the library.
    """

    shares: dict[str, float]
    phrases: dict[str, tuple[str, ...]]
    unknown: frozenset[str]


def weigh_words(catalog: Catalog, question: str) -> Asked | None:
    """Weigh a question's words by inverse document frequency (Robertson & Sparck Jones 1976).

    A word unknown to the library weighs most: what it names, no paper here is about. A hyphenated
    word that the library knows as such counts whole, not by its parts.

    Returns:
        None where the question names nothing.
    """
    words = [word for word in content_words(question) if word not in QUESTION_WORDS][:_MOST_WORDS]
    if not words:
        return None
    words = _with_compounds(catalog, question, words)
    phrases = long_forms(catalog, words)
    counts, chunks = document_frequencies(
        catalog, [*words, *(phrase for forms in phrases.values() for phrase in forms)]
    )
    weights = {}
    for word in words:
        count = max(counts[form] for form in (word, *phrases.get(word, ())))
        weights[word] = math.log(1 + (chunks - count + 0.5) / (count + 0.5))
    total = sum(weights.values())
    return Asked(
        shares={word: weight / total for word, weight in weights.items()},
        phrases=phrases,
        unknown=frozenset(word for word in words if not counts[word]),
    )


def _with_compounds(catalog: Catalog, question: str, words: list[str]) -> list[str]:
    whole = compounds(question)
    counts, _ = document_frequencies(catalog, list(whole))
    known = [phrase for phrase in whole if counts[phrase]]
    parts = {part for phrase in known for part in whole[phrase]}
    return [word for word in words if word not in parts] + known


def spoken(asked: Asked, texts: Sequence[str]) -> Credits:
    """Which words of the question stand in each text, shape (texts, words): 1 or 0.

    A word stands there in any form of its stem, and as the long form of an acronym.
    """
    phrases = [phrase for forms in asked.phrases.values() for phrase in forms]
    found = occurrences(texts, [*asked.shares, *phrases])
    table = [
        [not here.isdisjoint((word, *asked.phrases.get(word, ()))) for word in asked.shares]
        for here in found
    ]
    return np.array(table, dtype=np.float32).reshape(len(texts), len(asked.shares))


def meant(asked: Asked, texts: Sequence[str], embed: Embed, *, read: Sequence[int]) -> Credits:
    """How near the likest word of each text comes to each of the question's, 0 to 1.

    0 where none means the same; a word the library does not know may have a slip of the pen.

    Args:
        read: which of the texts are searched for such words; all texts are credited for them.
            A word costs as much to embed as a sentence.
    """
    said = [_vocabulary(text) for text in texts]
    vocabulary = sorted(set().union(*(said[row] for row in read)))
    table = np.zeros((len(texts), len(asked.shares)), dtype=np.float32)
    for column, likest in enumerate(_likest(asked, vocabulary, embed)):
        for row, words in enumerate(said):
            table[row, column] = max((likest[word] for word in likest.keys() & words), default=0.0)
    return table


def credited(asked: Asked, texts: Sequence[str], embed: Embed) -> Credits:
    """How well each text speaks of each word of the question, itself or in other words, 0 to 1."""
    said = spoken(asked, texts)
    if said.min() == 0:
        said = np.maximum(said, meant(asked, texts, embed, read=range(len(texts))))
    return said


def shares_of(asked: Asked, credit: Credits) -> NDArray[np.float32]:
    """The share of the question that each row speaks of, shape (rows,), 0 to 1."""
    return credit @ np.array(list(asked.shares.values()), dtype=np.float32)


def _vocabulary(text: str) -> frozenset[str]:
    words = set()
    for word in _WORD.findall(text.lower()):
        words.add(word)
        if "-" in word:
            words.update(word.split("-"))
    return frozenset(word for word in words if len(word) > 2 and word not in QUESTION_WORDS)


def _likest(asked: Asked, vocabulary: Sequence[str], embed: Embed) -> list[dict[str, float]]:
    """For each word of the question, which of the vocabulary stand for it, and how well."""
    words = list(asked.shares)
    likest: list[dict[str, float]] = [{} for _ in words]
    if not vocabulary:
        return likest
    likeness = embed(words) @ embed(vocabulary).T
    for row, column in zip(*np.nonzero(likeness >= _SAME_MEANING), strict=True):
        likest[row][vocabulary[column]] = min(float(likeness[row, column]), 1.0)
    for row, word in enumerate(words):
        if word in asked.unknown and len(word) >= _SHORTEST_MISSPELT:
            likest[row].update((w, _A_SLIP) for w in vocabulary if _one_slip_apart(word, w))
    return likest


def _one_slip_apart(one: str, other: str) -> bool:
    """Whether one letter more, less, other, or two neighbours swapped make one of the other."""
    if abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:])
    )
