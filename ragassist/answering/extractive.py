"""Answers without a model: the sentences of the abstracts that bear on the question, cited.

Nothing is rephrased, so every claim is its own evidence.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ragassist.index.lexical import content_words, document_frequencies, occurrences
from ragassist.sentences import split_sentences
from ragassist.storage.catalog import Catalog
from ragassist.types import Claim, Evidence, Passage

MAX_CLAIMS = 5
_MOST_OF_ONE_PAPER = 2
_READ_PASSAGES = 10
_SHORTEST, _LONGEST = 40, 420
# A sentence below this share of the best one's score adds length, not an answer.
_WORTH_READING = 0.55
_SAME_THING = 0.6
# Below, the question is about something else: measured on answerable and unanswerable
# questions, see eval/README.md.
_ENOUGH_EVIDENCE = 0.5
_LEANS_ON_BEFORE = re.compile(
    r"(?:this|these|those|it|its|they|their|such|he|she|here|both|however|moreover|furthermore|"
    r"in addition|additionally|besides|also|thus|therefore|hence|consequently|as a result|"
    r"in contrast|on the other hand|instead|nevertheless|nonetheless|then|meanwhile|similarly|"
    r"for example|for instance|yet|but|and|second|secondly|third|finally|to this end)\b",
    re.IGNORECASE,
)
_SAYS_WHAT_WAS_DONE = re.compile(
    r"\b(?:we|this (?:paper|work|survey|study|article|framework)|our (?:method|approach|results?|"
    r"experiments?|framework|findings?|model)|results? (?:show|demonstrate|indicate|suggest)|"
    r"propos\w+|introduc\w+|present\w*|demonstrat\w+|find that|show that|achiev\w+|enabl\w+|"
    r"improv\w+|outperform\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    passage: Passage
    start: int
    stop: int
    text: str
    words: frozenset[str]
    score: float


def extract_claims(
    catalog: Catalog, question: str, passages: Sequence[Passage]
) -> tuple[Claim, ...]:
    """The sentences that answer, best paper first, a paper's own in the order it wrote them.

    Args:
        passages: best first; the first ten are read.

    Returns:
        One to five claims, each a verbatim sentence with its one citation; none when the
        passages do not bear on the question.
    """
    weights = _word_weights(catalog, question)
    read = list(passages[:_READ_PASSAGES])
    if not weights or evidence_share(weights, read) < _ENOUGH_EVIDENCE:
        return ()
    return tuple(_claim(sentence) for sentence in _pick(_scored(weights, read)))


def evidence_share(weights: Mapping[str, float], passages: Sequence[Passage]) -> float:
    """How much of the question the best passage speaks of, 0 to 1.

    The share of the question's content words, by weight, that stand in its title or text.
    """
    total = sum(weights.values())
    hits = occurrences([f"{p.title}\n{p.text}" for p in passages], list(weights))
    return max((sum(weights[word] for word in words) / total for words in hits), default=0.0)


def _word_weights(catalog: Catalog, question: str) -> dict[str, float]:
    """Inverse document frequency (Robertson & Sparck Jones 1976, as in BM25) of each word."""
    counts, total = document_frequencies(catalog, content_words(question))
    return {
        word: math.log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in counts.items()
    }


def _scored(weights: Mapping[str, float], passages: Sequence[Passage]) -> list[_Sentence]:
    spans = [
        (passage, start, stop)
        for passage in passages
        for start, stop in split_sentences(passage.text)
    ]
    texts = [passage.text[start:stop] for passage, start, stop in spans]
    words_of = occurrences(texts, list(weights))
    titles = dict(
        zip(
            (p.paper_id for p in passages),
            occurrences([p.title for p in passages], list(weights)),
            strict=True,
        )
    )
    best = passages[0].score or 1.0
    total = sum(weights.values())
    sentences = []
    for (passage, start, stop), text, words in zip(spans, texts, words_of, strict=True):
        if not (_SHORTEST <= len(text) <= _LONGEST) or text[-1] not in ".!?\"'”’)":
            continue
        said = sum(weights[word] for word in words) / total
        # What the title says already, the sentence need not repeat to be about it.
        named = sum(weights[word] for word in titles[passage.paper_id] - words) / total
        score = (said + 0.5 * named) * (0.5 + 0.5 * passage.score / best)
        score *= 0.6 if _LEANS_ON_BEFORE.match(text) else 1.0
        score *= 1.15 if _SAYS_WHAT_WAS_DONE.search(text) else 1.0
        score *= 0.5 if text.endswith("?") else 1.0
        sentences.append(
            _Sentence(
                passage=passage,
                start=passage.start + start,
                stop=passage.start + stop,
                text=text,
                words=frozenset(re.findall(r"\w{4,}", text.lower())),
                score=score,
            )
        )
    return sorted(sentences, key=lambda s: (-s.score, s.passage.rank, s.start))


def _pick(sentences: Sequence[_Sentence]) -> list[_Sentence]:
    picked: list[_Sentence] = []
    for sentence in sentences:
        if len(picked) == MAX_CLAIMS or sentence.score < _WORTH_READING * sentences[0].score:
            break
        of_paper = sum(s.passage.paper_id == sentence.passage.paper_id for s in picked)
        if of_paper < _MOST_OF_ONE_PAPER and not any(_alike(sentence, s) for s in picked):
            picked.append(sentence)
    order = {s.passage.paper_id: place for place, s in reversed(list(enumerate(picked)))}
    return sorted(picked, key=lambda s: (order[s.passage.paper_id], s.start))


def _alike(one: _Sentence, other: _Sentence) -> bool:
    shared = len(one.words & other.words)
    return shared > _SAME_THING * max(1, min(len(one.words), len(other.words)))


def _claim(sentence: _Sentence) -> Claim:
    paper_id = sentence.passage.paper_id
    evidence = Evidence(
        paper_id=paper_id, quote=sentence.text, start=sentence.start, stop=sentence.stop
    )
    return Claim(text=sentence.text, citations=(paper_id,), evidence=(evidence,))
