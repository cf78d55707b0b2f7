"""A paragraph without a model: what each paper says of itself, in its own words."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping

from ragassist.answering.reading import Reading, Sentence
from ragassist.answering.rhetoric import emphasis, find_turn, opening
from ragassist.bibliographies.people import introduce, own_name
from ragassist.types import Claim, Evidence, Mark, Paper

# What a sentence counts for beside its bearing on the topic: the paper bears on it anyhow.
_BESIDE_RELEVANCE = 0.6
# A sentence that leans on the one before is quoted where no other can be.
_LEANING, _CUT_SHORT, _LENGTHY = 0.5, 0.85, 0.8
_MADE, _NAMED, _AND_THEN, _SCENE = 1.5, 1.3, 0.6, 0.7
_EACH_LATER = 0.95
_LONG = 350
_SAYS_WHAT_WAS_MADE = re.compile(
    r"\b(?:we|this (?:paper|work|article|study|survey)|the authors) (?:\w+ ){0,2}"
    r"(?:propose|introduce|present|develop|design|construct|create|contribute|investigate|explore|"
    r"review|survey|describe|release|formulate|establish|offer|train)(?:e?d|s)?\b"
    r"|\b(?:we|the authors) (?:have )?(?:buil[dt]|stud(?:y|ied)|show)\b"
    r"|\b(?:called|named|dubbed|termed|short for)\b"
    r"|\bis (?:a|an) (?:\w+[ -]){0,4}(?:method|model|framework|benchmark|dataset|system|survey)\b",
    re.IGNORECASE,
)
_SAYS_HOW_THINGS_ARE = re.compile(
    r"^(?:most|many|much|some|few|typical|conventional|today)\b"
    r"|\b(?:is|are|remains?) (?:\w+ )?(?:expensive|costly|difficult|hard|challenging|crucial|"
    r"essential|necessary|important|prone|limited|vital|critical)\b|\bnecessitates?\b",
    re.IGNORECASE,
)
_SAYS_WHAT_ELSE = re.compile(
    r".{0,50}\b(?:furthermore|first|firstly|second|secondly|third|finally|additionally|moreover|"
    r"then|the same|alternatively|regarding|unlike)\b|.*\b(?:we|authors) (?:also|further)\b",
    re.IGNORECASE | re.DOTALL,
)


def quote_papers(papers: Iterable[Paper], readings: Mapping[str, Reading]) -> Iterator[Claim]:
    """One claim a paper: who, when, and the sentence of the abstract that says best what it does.

    The sentence stands between typographic quotation marks, letter by letter as in the abstract;
    words that link it to the sentence before are left off. The claim cites where it names.

    Args:
        readings: by paper_id, of every paper.
    """
    for paper in papers:
        evidence = _telling_sentence(readings[paper.paper_id])
        who = introduce(paper)
        yield Claim(
            text=f"{who}: “{evidence.quote}”",
            marks=(Mark(key=paper.paper_id, paper_id=paper.paper_id, at=len(who)),),
            evidence=(evidence,),
        )


def _telling_sentence(reading: Reading) -> Evidence:
    turn = find_turn([sentence.text for sentence in reading.sentences])
    name = own_name(reading.passage.title)
    quotable = [sentence for sentence in reading.sentences if sentence.quotable]
    best = max(quotable, key=lambda sentence: (_weight(sentence, turn, name), -sentence.place))
    skipped = opening(best.text) or 0
    return Evidence(
        paper_id=best.passage.paper_id,
        quote=best.text[skipped:],
        start=best.passage.start + best.start + skipped,
        stop=best.passage.start + best.stop,
    )


def _weight(sentence: Sentence, turn: int, name: str) -> float:
    """How well a sentence stands for its paper; the factors were set by eye."""
    start = opening(sentence.text)
    before_turn = sentence.place < turn
    factors = (
        (_LEANING, start is None),
        (_CUT_SHORT, bool(start)),
        (_LENGTHY, len(sentence.text) > _LONG),
        (_MADE, _SAYS_WHAT_WAS_MADE.search(sentence.text)),
        (_NAMED, name and name in sentence.text),
        (_AND_THEN, _SAYS_WHAT_ELSE.match(sentence.text[start or 0 :])),
        (_SCENE, before_turn or _SAYS_HOW_THINGS_ARE.search(sentence.text)),
    )
    told = emphasis(sentence.text, before_turn=before_turn)
    told *= math.prod(factor for factor, holds in factors if holds)
    later = max(0, sentence.place - turn)
    return (_BESIDE_RELEVANCE + sentence.relevance) * told * _EACH_LATER**later
