"""Which papers of a library bear on a topic."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ragassist.answering.asking import Found, find
from ragassist.answering.evidence import ENOUGH, Embed, weigh_words
from ragassist.answering.reading import Reading, read_passages
from ragassist.index.lexical import content_words
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
    others, those with a comparable relevance are taken. Of a topic that joins several with "and" or
    a comma it is enough to bear on one. One sentence never speaks of all of a long topic, so
    likeness as a whole can show that the best paper bears on it.

    Args:
        limit: how many papers to write about at most.
    """
    found = find(catalog, retriever, topic, filters, max(2 * limit, _FEWEST_SEARCHED))
    whole = [_widened(passage, found.papers[passage.paper_id]) for passage in found.passages]
    embed = retriever.word_vectors
    readings = _read(catalog, topic, whole, embed)
    relevance = {
        reading.passage.paper_id: (reading.evidence + reading.passage.score) / 2
        for reading in readings
    }
    readings.sort(key=lambda r: (-relevance[r.passage.paper_id], r.passage.paper_id))
    if not any(_bears(_read(catalog, part, whole, embed), part, embed) for part in _parts(topic)):
        readings = []
    best = max(relevance.values(), default=0.0)
    bearing = [r for r in readings if relevance[r.passage.paper_id] >= _COMPARABLE * best]
    return Candidates(
        readings=tuple(bearing[:limit]),
        papers=found.papers,
        passages=found.passages,
        left_out=(*_unreadable(found, set(relevance)), *_beyond(found, bearing, limit)),
    )


def _widened(passage: Passage, paper: Paper) -> Passage:
    if len(paper.abstract) > _READ_WHOLE:
        return passage
    text = paper.abstract
    return dataclasses.replace(passage, start=0, stop=len(text), text=text)


def _parts(topic: str) -> list[str]:
    """A short topic, and what "and" or a comma joins in it: papers may work on one part alone."""
    pieces = [piece for piece in _JOINED.split(topic) if content_words(piece)]
    return [topic] if len(topic.split()) > _FEW_WORDS else [topic, *pieces[:_MOST_PARTS]]


def _read(catalog: Catalog, topic: str, passages: Sequence[Passage], embed: Embed) -> list[Reading]:
    asked = weigh_words(catalog, topic)
    return [] if asked is None else read_passages(asked, topic, passages, embed)


def _bears(readings: Sequence[Reading], topic: str, embed: Embed) -> bool:
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


def _beyond(found: Found, bearing: Sequence[Reading], limit: int) -> list[LeftOut]:
    reason = f"less relevant than the {limit} papers asked for"
    return [
        LeftOut(paper=found.papers[reading.passage.paper_id], reason=reason)
        for reading in bearing[limit:]
    ]
