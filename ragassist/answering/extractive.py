"""Answers without a model: the sentences of the abstracts that bear on the question, cited.

Nothing is rephrased, so every claim stands word for word in the abstract it cites.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, product

from ragassist.answering.evidence import ENOUGH, Embed, weigh_words
from ragassist.answering.reading import Reading, Sentence, read_passages
from ragassist.answering.rhetoric import (
    asks_for_number,
    emphasis,
    find_turn,
    has_number,
    opening,
)
from ragassist.storage.catalog import Catalog
from ragassist.types import Claim, Mark, Passage

MAX_CLAIMS = 5
_MOST_OF_ONE_PAPER = 2
_MOST_OF_A_LONE_PAPER = 3
# A paper whose evidence is this far below the best one's speaks of something beside the question.
_COMPARABLE = 0.8
# A sentence below this share of the best one's score adds length, not an answer.
_WORTH_READING = 0.7
_SAME_THING = 0.6
# What a figure adds to a sentence when the question asks for one.
_FIGURE = 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A sentence that may be quoted.

    Attributes:
        alone: where in its text it begins to stand alone; None where it leans on the one before.
    """

    sentence: Sentence
    score: float
    alone: int | None

    @property
    def paper_id(self) -> str:
        return self.sentence.passage.paper_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What is quoted.

    Attributes:
        left_out: sentences that the words asked for have no room for.
        papers_left_out: papers none of whose sentences is quoted for that reason.
    """

    claims: tuple[Claim, ...] = ()
    left_out: int = 0
    papers_left_out: int = 0


def extract_claims(
    catalog: Catalog,
    question: str,
    passages: Sequence[Passage],
    embed: Embed,
    *,
    words: int | None = None,
) -> Quoted:
    """The sentences that answer, best paper first, a paper's own in the order it wrote them.

    Args:
        passages: best first.
        embed: of the built-in embedder, whichever the library searches with: what counts as
            enough evidence was measured in its space.
        words: at most so many; a sentence of as many papers as can be goes before a second one of
            the best. Where no sentence is as short, the best one is quoted all the same.

    Returns:
        One to five claims, unchecked, a paragraph for each paper; each is a sentence as it stands,
        without the words that link it to one that is not quoted (it begins with a capital then),
        and cites that paper. None when the passages do not bear on the question.
    """
    asked = weigh_words(catalog, question)
    if asked is None:
        return Quoted()
    readings = read_passages(asked, question, passages, embed)
    best = max((reading.evidence for reading in readings), default=0.0)
    bar = max(ENOUGH, _COMPARABLE * best)
    bearing = [reading for reading in readings if reading.evidence >= bar]
    figures = asks_for_number(question)
    picked = _pick([c for reading in bearing for c in _candidates(reading, figures=figures)])
    kept = picked if words is None else _within(words, picked)
    return Quoted(
        claims=_claims(kept),
        left_out=len(picked) - len(kept),
        papers_left_out=len(_papers(picked)) - len(_papers(kept)),
    )


def _papers(picked: Sequence[_Candidate]) -> list[str]:
    return list(dict.fromkeys(candidate.paper_id for candidate in picked))


def _within(words: int, picked: Sequence[_Candidate]) -> Sequence[_Candidate]:
    """Those of so many words together that speak for most papers, the first ones before others."""
    choices = (list(compress(picked, chosen)) for chosen in product((1, 0), repeat=len(picked)))
    fitting = [choice for choice in choices if choice and _stands(choice, words)]
    # Of equals `max` takes the first, and the choices that keep the best sentence come first.
    return max(fitting, key=lambda choice: len(_papers(choice)), default=picked[:1])


def _stands(choice: Sequence[_Candidate], words: int) -> bool:
    """Whether a choice of sentences is short enough, and none leans on one that is not in it."""
    understood = all(one.alone is not None or _follows(one, choice) for one in choice)
    return understood and sum(len(claim.text.split()) for claim in _claims(choice)) <= words


def _claims(picked: Sequence[_Candidate]) -> tuple[Claim, ...]:
    papers = _papers(picked)
    return tuple(_claim(one, picked, paragraph=papers.index(one.paper_id)) for one in picked)


def _candidates(reading: Reading, *, figures: bool) -> list[_Candidate]:
    turn = find_turn([sentence.text for sentence in reading.sentences])
    return [
        _Candidate(
            sentence=sentence,
            score=sentence.relevance
            * emphasis(sentence.text, before_turn=sentence.place < turn)
            * (_FIGURE if figures and has_number(sentence.text) else 1.0),
            alone=opening(sentence.text),
        )
        for sentence in reading.sentences
        if sentence.quotable
    ]


def _pick(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The sentences to quote in reading order: the paper with the best one first."""
    ranked = sorted(candidates, key=lambda c: (-c.score, c.sentence.passage.rank, c.sentence.place))
    lone = len({candidate.paper_id for candidate in ranked}) == 1
    picked: list[_Candidate] = []
    while len(picked) < MAX_CLAIMS:
        worth = (c for c in ranked if c.score >= _WORTH_READING * ranked[0].score)
        most = _MOST_OF_A_LONE_PAPER if lone else _MOST_OF_ONE_PAPER
        chosen = next((c for c in worth if _adds(c, picked, most)), None)
        if chosen is None:
            break
        picked.append(chosen)
    first = {c.paper_id: place for place, c in reversed(list(enumerate(picked)))}
    return sorted(picked, key=lambda c: (first[c.paper_id], c.sentence.place))


def _adds(candidate: _Candidate, picked: Sequence[_Candidate], most: int) -> bool:
    """Whether a sentence can be read here, and says what none of those picked says."""
    of_paper = sum(other.paper_id == candidate.paper_id for other in picked)
    understood = candidate.alone is not None or _follows(candidate, picked)
    return (
        of_paper < most
        and understood
        and not any(_alike(candidate.sentence.text, other.sentence.text) for other in picked)
    )


def _follows(candidate: _Candidate, picked: Sequence[_Candidate]) -> bool:
    """Whether the sentence before it is quoted, so that what it leans on is there."""
    before = (candidate.paper_id, candidate.sentence.place - 1)
    return any((other.paper_id, other.sentence.place) == before for other in picked)


def _alike(one: str, other: str) -> bool:
    words, others = _long_words(one), _long_words(other)
    return len(words & others) > _SAME_THING * max(1, min(len(words), len(others)))


def _long_words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w{4,}", text.lower()))


def _claim(candidate: _Candidate, picked: Sequence[_Candidate], *, paragraph: int) -> Claim:
    skipped = 0 if _follows(candidate, picked) else candidate.alone or 0
    quote = candidate.sentence.text[skipped:]
    text = _capitalised(quote) if skipped else quote
    paper_id = candidate.paper_id
    mark = Mark(key=paper_id, paper_id=paper_id, at=len(text))
    return Claim(text=text, marks=(mark,), paragraph=paragraph)


def _capitalised(text: str) -> str:
    """The text as a sentence begins; names such as `mRNA` keep their small letter."""
    first = text.split(maxsplit=1)[0]
    return text[0].upper() + text[1:] if first.islower() and first.isalpha() else text
