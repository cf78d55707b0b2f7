from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.answering.reading import Reading, Sentence
from ragassist.related_work.quoting import quote_papers
from ragassist.sentences import split_sentences
from ragassist.types import Claim, Mark, Paper, Passage


def paper_of(abstract: str, title: str = "Clocks of the Sea") -> Paper:
    return Paper(
        paper_id="wren2021clocks",
        title=title,
        abstract=abstract,
        authors=("Ada Wren", "Max Hale"),
        year=2021,
    )


def quoted(paper: Paper, relevance: Sequence[float] = ()) -> Claim:
    spans = split_sentences(paper.abstract)
    passage = Passage(
        paper_id=paper.paper_id,
        title=paper.title,
        start=0,
        stop=len(paper.abstract),
        text=paper.abstract,
        rank=1,
        score=1.0,
        bm25=None,
        similarity=None,
    )
    sentences = tuple(
        Sentence(passage=passage, place=n, start=start, stop=stop, relevance=bears)
        for n, ((start, stop), bears) in enumerate(
            zip(spans, [*relevance, *np.full(len(spans), 0.5)], strict=False)
        )
    )
    reading = Reading(passage=passage, sentences=sentences, evidence=0.5)
    (claim,) = quote_papers([paper], {paper.paper_id: reading})
    return claim


def test_a_paper_is_named_and_quoted_letter_by_letter() -> None:
    abstract = "Tides are old. We present clocks that tell the tides of the northern sea."
    claim = quoted(paper_of(abstract))
    assert claim.text == (
        "Wren and Hale (2021): “We present clocks that tell the tides of the northern sea.”"
    )
    assert claim.marks == (Mark(key="wren2021clocks", paper_id="wren2021clocks", at=20),)
    (evidence,) = claim.evidence
    assert abstract[evidence.start : evidence.stop] == evidence.quote


@pytest.mark.parametrize(
    ("abstract", "said"),
    [
        # What was made comes before what else was done, found, or given away.
        (
            "Sea clocks have received much attention in recent years. "
            "To this end, we propose SeaClock, a clock that the tide winds by itself. "
            "We further describe how to repair such a clock in heavy weather. "
            "Our code is available at https://example.org/clocks, under a free licence.",
            "we propose SeaClock, a clock that the tide winds by itself.",
        ),
        # Without a `we`: the sentence that has the name, not how things are.
        (
            "Most clocks stop at sea, although sailors need them there more than anywhere. "
            "Telling the time at sea is difficult for everybody who has tried it. "
            "Clocks is a framework for telling the time on board of any ship.",
            "Clocks is a framework for telling the time on board of any ship.",
        ),
        # Nothing stands alone: then what leans on the sentence before it.
        (
            "It is wound by the tide and needs no hand to do so.",
            "It is wound by the tide and needs no hand to do so.",
        ),
    ],
)
def test_the_sentence_says_what_the_paper_does(abstract: str, said: str) -> None:
    (evidence,) = quoted(paper_of(abstract, title="Clocks: Time at Sea")).evidence
    assert evidence.quote == said


def test_of_two_that_do_the_same_the_one_on_the_topic_is_quoted() -> None:
    abstract = (
        "We present clocks for the northern sea and its ports. "
        "We present drums for the southern sea and its ports."
    )
    assert "drums" in quoted(paper_of(abstract), (0.1, 0.9)).text
    assert "clocks" in quoted(paper_of(abstract), (0.9, 0.1)).text


@given(
    st.lists(
        st.sampled_from(
            "We propose however, To this end, this clocks tides “so” 水 et al. 3.5 ? ! . . .".split(
                " "
            )
        ),
        max_size=40,
    ).map(" ".join)
)
def test_evidence_is_what_stands_in_the_abstract(words: str) -> None:
    abstract = f"{words} The clocks that we built are wound by the tide alone."
    claim = quoted(paper_of(abstract))
    (evidence,) = claim.evidence
    assert abstract[evidence.start : evidence.stop] == evidence.quote
    assert claim.text == f"Wren and Hale (2021): “{evidence.quote}”"
