"""Which papers of a library bear on a topic."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ragassist.answering.evidence import ENOUGH, Embed, weigh_words
from ragassist.answering.reading import Reading, read_passages
from ragassist.answering.searching import Found, find
from ragassist.index.lexical import content_words, document_frequencies
from ragassist.index.retriever import Retriever
from ragassist.related_work.outcome import LeftOut
from ragassist.storage.catalog import Catalog
from ragassist.types import Filters, Paper, Passage

# Below this share of the best paper's relevance, papers share words with the topic rather than
# work on it: set by eye on 25 topics over two libraries, of 44 and of 229 papers.
_COMPARABLE = 0.55
# An abstract of up to so many characters is read whole; of a longer one, the passage found.
_READ_WHOLE = 6_000
_FEWEST_SEARCHED = 24

_JOINED = re.compile(r"\s*[,;/]\s*|\s+(?:and|or|&)\s+")
_FEW_WORDS = 12
_MOST_PARTS = 4
_IN_FEW = 0.2

TITLE_ONLY = "title only: there is no abstract to hold a sentence against"
NOTHING_TO_QUOTE = "no complete sentence in its abstract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What a library has on a topic.

    Attributes:
        readings: of the papers to write about, most relevant first; none when no paper bears on
            the topic.
        papers: of everything that was found, by paper_id.
        passages: everything that was found, best first.
        left_out: papers that bear on the topic and are not among the readings.
    """

    readings: tuple[Reading, ...]
    papers: Mapping[str, Paper]
    passages: tuple[Passage, ...]
    left_out: tuple[LeftOut, ...]


def find_candidates(
    catalog: Catalog, retriever: Retriever, topic: str, filters: Filters, limit: int
) -> Candidates:
    """The papers that bear on a topic: a few words, or a draft's whole abstract.

    A paper's relevance is the mean of its retrieval score and of its evidence (`read_passages`).
    The best paper must bear on the topic as an answer must on a question, or none does; of the
    others, those with a comparable relevance are taken. One sentence never speaks of all of a long
    topic, so likeness as a whole can show that the best paper bears on it.

    Where no paper bears on a short topic that joins several ("hallucination and grounding"), those
    are taken that bear on one of them, as long as that one is no word that many papers hold.

    Args:
        limit: how many papers to write about at most.
    """
    whole = _bearing(catalog, retriever, topic, filters, limit)
    if whole.readings:
        return whole
    parts = [
        _bearing(catalog, retriever, part, filters, limit)
        for part in _parts(topic)
        if _is_specific(catalog, part)
    ]
    return _joined([part for part in parts if part.readings], limit) or whole


def _bearing(
    catalog: Catalog, retriever: Retriever, topic: str, filters: Filters, limit: int
) -> Candidates:
    found = find(catalog, retriever, topic, filters, max(2 * limit, _FEWEST_SEARCHED))
    whole = [_widened(passage, found.papers[passage.paper_id]) for passage in found.passages]
    asked = weigh_words(catalog, topic)
    embed = retriever.word_vectors
    readings = [] if asked is None else read_passages(asked, topic, whole, embed)
    relevance = {
        reading.passage.paper_id: (reading.evidence + reading.passage.score) / 2
        for reading in readings
    }
    readings.sort(key=lambda r: (-relevance[r.passage.paper_id], r.passage.paper_id))
    best = max(relevance.values(), default=0.0)
    bearing = [r for r in readings if relevance[r.passage.paper_id] >= _COMPARABLE * best]
    if not _any_bears(readings, topic, embed):
        bearing = []
    return Candidates(
        readings=tuple(bearing[:limit]),
        papers=found.papers,
        passages=found.passages,
        left_out=(*_unreadable(found, set(relevance)), *_beyond(found.papers, bearing, limit)),
    )


def _joined(parts: Sequence[Candidates], limit: int) -> Candidates | None:
    """The candidates of all the parts in turn, the best of each first; None of no part."""
    if not parts:
        return None
    turns = zip_longest(*(part.readings for part in parts))
    readings = {r.passage.paper_id: r for turn in turns for r in reversed(turn) if r is not None}
    papers = {paper_id: paper for part in parts for paper_id, paper in part.papers.items()}
    bearing = list(readings.values())
    left = {one.paper.paper_id: one for part in parts for one in part.left_out}
    return Candidates(
        readings=tuple(bearing[:limit]),
        papers=papers,
        passages=tuple(passage for part in parts for passage in part.passages),
        left_out=(
            *(one for paper_id, one in left.items() if paper_id not in readings),
            *_beyond(papers, bearing, limit),
        ),
    )


def _parts(topic: str) -> list[str]:
    """What "and" or a comma joins in a short topic; nothing of any other."""
    pieces = [piece for piece in _JOINED.split(topic) if content_words(piece)]
    return pieces[:_MOST_PARTS] if len(pieces) > 1 and len(topic.split()) <= _FEW_WORDS else []


def _is_specific(catalog: Catalog, part: str) -> bool:
    """Whether a word of it stands in few enough papers to say what they are about."""
    counts, chunks = document_frequencies(catalog, content_words(part))
    return any(0 < count <= max(1, _IN_FEW * chunks) for count in counts.values())


def _widened(passage: Passage, paper: Paper) -> Passage:
    if len(paper.abstract) > _READ_WHOLE:
        return passage
    text = paper.abstract
    return dataclasses.replace(passage, start=0, stop=len(text), text=text)


def _any_bears(readings: Sequence[Reading], topic: str, embed: Embed) -> bool:
    if not readings:
        return False
    wholes = [f"{reading.passage.title}\n{reading.passage.text}" for reading in readings]
    vectors = embed([topic, *wholes])
    likest = float((vectors[1:] @ vectors[0]).max())
    return max(likest, *(reading.evidence for reading in readings)) >= ENOUGH


def _unreadable(found: Found, read: set[str]) -> list[LeftOut]:
    best = max((passage.score for passage in found.passages), default=0.0)
    papers = [
        found.papers[passage.paper_id]
        for passage in found.passages
        if passage.paper_id not in read and passage.score >= _COMPARABLE * best
    ]
    return [
        LeftOut(paper=paper, reason=NOTHING_TO_QUOTE if paper.abstract else TITLE_ONLY)
        for paper in papers
    ]


def _beyond(papers: Mapping[str, Paper], bearing: Sequence[Reading], limit: int) -> list[LeftOut]:
    reason = f"less relevant than the first {limit}"
    return [
        LeftOut(paper=papers[reading.passage.paper_id], reason=reason)
        for reading in bearing[limit:]
    ]
