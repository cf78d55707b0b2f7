"""How much of a claim stands in an abstract: the share of its words, rare ones counting most."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ragassist.index.lexical import QUESTION_WORDS, content_words
from ragassist.sentences import split_sentences
from ragassist.storage.schema import TOKENIZER
from ragassist.types import Paper

Weigh = Callable[[Sequence[str]], Mapping[str, float]]

# Words of a claim that tell of the paper rather than of what it found.
_OF_PAPERS = frozenset("al author authors et study studies work works".split())
# A longer quote must say this much more of the claim than a shorter one.
_WORTH_A_SENTENCE = 0.05
_MOST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A paper as claims are held against it.

    Attributes:
        spans: the sentences of its abstract.
        said: the stems of each.
        known: the stems of its title, authors and year, which a claim need not take from the
            abstract.
    """

    spans: tuple[tuple[int, int], ...]
    said: tuple[frozenset[str], ...]
    known: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """The content words of a claim: the stems of each, and its share; shares add up to 1."""

    stems: Mapping[str, frozenset[str]]
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The sentence, or the two, of an abstract that say most of a claim.

    Attributes:
        start, stop: of the quote; the shorter one where a second sentence hardly adds to it.
        words: those of the claim that stand in the one or two sentences, or are known.
        share: of the claim, 0 to 1.
    """

    start: int
    stop: int
    words: frozenset[str]
    share: float


def read_source(paper: Paper) -> Source:
    """Take a paper apart."""
    spans = tuple(split_sentences(paper.abstract))
    known = " ".join([paper.title, *paper.authors, str(paper.year or ""), paper.date or ""])
    *said, about = stems([*(paper.abstract[start:stop] for start, stop in spans), known])
    return Source(spans=spans, said=tuple(said), known=about)


def word_claim(text: str, weigh: Weigh) -> Worded:
    """Weigh the content words of a claim; there may be none."""
    words = [word for word in content_words(text) if word not in QUESTION_WORDS | _OF_PAPERS]
    words = words[:_MOST_WORDS]
    stemmed = {w: s for w, s in zip(words, stems(words), strict=True) if s}
    weights = weigh(list(stemmed)) if stemmed else {}
    total = sum(weights.values())
    return Worded(
        stems=stemmed,
        shares={w: weights[w] / total if total else 1 / len(stemmed) for w in stemmed},
    )


def best_window(worded: Worded, source: Source) -> Window:
    """The window that says most of a claim, ties to the first; of a source with an abstract."""
    sentences = [
        (span, _words_in(worded, said | source.known))
        for span, said in zip(source.spans, source.said, strict=True)
    ]
    pairs = [
        (
            (source.spans[i][0], source.spans[j][1]),
            _words_in(worded, source.said[i] | source.said[j] | source.known),
        )
        for i, j in pairwise(range(len(source.spans)))
    ]
    single = max(sentences, key=lambda window: share_of(worded, window[1]))
    widest = max([single, *pairs], key=lambda window: share_of(worded, window[1]))
    share = share_of(worded, widest[1])
    near = share_of(worded, single[1]) >= share - _WORTH_A_SENTENCE
    (start, stop), _ = single if near else widest
    return Window(start=start, stop=stop, words=widest[1], share=share)


def share_of(worded: Worded, words: Iterable[str]) -> float:
    """The share of the claim that these of its words make up."""
    return sum(worded.shares[word] for word in sorted(words))


def stems(texts: Sequence[str]) -> list[frozenset[str]]:
    """The stems of each text, as searching cuts them."""
    found: list[set[str]] = [set() for _ in texts]
    memory = sqlite3.connect(":memory:")
    try:
        memory.execute(f"CREATE VIRTUAL TABLE texts USING fts5 (body, tokenize = '{TOKENIZER}')")
        memory.execute("CREATE VIRTUAL TABLE tokens USING fts5vocab (texts, instance)")
        memory.executemany("INSERT INTO texts (rowid, body) VALUES (?, ?)", enumerate(texts))
        for stem, row in memory.execute("SELECT term, doc FROM tokens"):
            found[row].add(stem)
    finally:
        memory.close()
    return [frozenset(its) for its in found]


def _words_in(worded: Worded, said: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word, its in worded.stems.items() if its <= said)
