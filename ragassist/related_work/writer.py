"""A related-work text: candidates, themes, a paragraph for each, every sentence checked."""

import dataclasses
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ragassist.answering.keyed import key_passages
from ragassist.answering.reading import Reading
from ragassist.answering.writing import Written, write_checked
from ragassist.errors import ModelMisconfigured, ModelUnavailable, UsageError
from ragassist.grounding.ledger import Ledger, rarity_in
from ragassist.index.lexical import content_words
from ragassist.index.retriever import Retriever
from ragassist.related_work.candidates import TITLE_ONLY, Candidates, find_candidates
from ragassist.related_work.outcome import RelatedWork, Theme
from ragassist.related_work.quoting import quote_papers
from ragassist.related_work.themes import group_papers
from ragassist.storage.catalog import Catalog
from ragassist.storage.filters import any_passes, describe
from ragassist.storage.lookup import find_id
from ragassist.text import one_line
from ragassist.types import Claim, Declined, Filters, Origin, Paper, Usage

if TYPE_CHECKING:
    from ragassist.models.chat import ChatModel

_PROMPT = "related"
_NEAREST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """What the paragraphs are written from.

    Attributes:
        readings: of the papers to write about, by paper_id.
    """

    topic: str
    papers: Mapping[str, Paper]
    readings: Mapping[str, Reading]
    ledger: Ledger
    model: "ChatModel | None"


def write_related(
    topic: str,
    *,
    catalog: Catalog,
    retriever: Retriever,
    model: "ChatModel | None",
    filters: Filters,
    limit: int,
) -> Generator[Claim, None, RelatedWork | Declined]:
    """Write about the papers that bear on a topic, yielding each sentence once it is checked.

    A claim's `paragraph` is the place of its theme. Where the model fails or the user stops it
    (KeyboardInterrupt) behind the first sentence, the text ends there, and its origin says so.

    Args:
        topic: a few words, or the abstract of a draft.
        model: None quotes one sentence of each abstract.
        limit: how many papers to write about at most; at least 1.

    Cost: without a model, no call; with one, as `write_checked` for each theme.

    Raises:
        UsageError: the topic has no word in it, the library no paper, or the limit is below 1.
        ModelMisconfigured, ModelUnavailable: before the first sentence.
    """
    if limit < 1:
        raise UsageError(f"limit={limit!r} must be at least 1")
    topic = one_line(topic)
    if not content_words(topic):
        raise UsageError(f"the topic {topic!r} has no word to search for")
    found = find_candidates(catalog, retriever, topic, filters, limit)
    if not found.readings:
        return _declined(topic, found, _why_not(catalog, filters, found), Origin())
    readings = {reading.passage.paper_id: reading for reading in found.readings}
    papers = [found.papers[paper_id] for paper_id in readings]
    rarity = rarity_in(catalog)
    themes = group_papers(papers, topic, retriever.word_vectors, rarity)
    ledger = Ledger(found.papers, rarity, partial(find_id, catalog))
    sheet = _Sheet(topic=topic, papers=found.papers, readings=readings, ledger=ledger, model=model)
    written = yield from _write_all(sheet, themes)
    if not written.claims and written.declined:
        reason = f"No abstract in the library bears on this topic. Missing: {written.declined}"
        return _declined(topic, found, reason, written.origin)
    return _outcome(topic, themes, written, found)


def _outcome(
    topic: str, themes: tuple[Theme, ...], written: Written, found: Candidates
) -> RelatedWork:
    cited = dict.fromkeys(key for claim in written.claims for key in claim.citations)
    grouped = [paper_id for theme in themes for paper_id in theme.paper_ids]
    return RelatedWork(
        topic=topic,
        themes=themes,
        claims=written.claims,
        references=tuple(found.papers[paper_id] for paper_id in cited if paper_id in found.papers),
        left_out=found.left_out,
        uncited=tuple(found.papers[paper_id] for paper_id in grouped if paper_id not in cited),
        origin=written.origin,
    )


def _write_all(sheet: _Sheet, themes: Sequence[Theme]) -> Generator[Claim, None, Written]:
    """Write a paragraph for each theme; what ends one ends the text."""
    claims: list[Claim] = []
    paragraphs: list[Written] = []
    interrupted, failure = False, ""
    before = _used(sheet.model)
    try:
        for place, theme in enumerate(themes):
            paragraphs.append((yield from _placed(_paragraph(sheet, theme), place, claims)))
            last = paragraphs[-1].origin
            if last.interrupted or last.failure:
                break
    except KeyboardInterrupt:
        interrupted = True
    except (ModelMisconfigured, ModelUnavailable) as error:
        if not claims:
            raise
        failure = str(error)
    origins = [paragraph.origin for paragraph in paragraphs]
    missing = [paragraph.declined for paragraph in paragraphs if paragraph.declined]
    return Written(
        claims=tuple(claims),
        origin=Origin(
            answerer=Origin().answerer if sheet.model is None else sheet.model.name,
            prompts={name: version for one in origins for name, version in one.prompts.items()},
            usage=_used(sheet.model).since(before),
            repairs=sum(origin.repairs for origin in origins),
            interrupted=interrupted or any(origin.interrupted for origin in origins),
            failure=next((origin.failure for origin in origins if origin.failure), failure),
        ),
        declined="; ".join(dict.fromkeys(missing)) or None,
    )


def _placed(
    stream: Generator[Claim, None, Written], place: int, claims: list[Claim]
) -> Generator[Claim, None, Written]:
    """Pass claims on as those of paragraph `place`, and keep them."""
    try:
        while True:
            claims.append(dataclasses.replace(next(stream), paragraph=place))
            try:
                yield claims[-1]
            except KeyboardInterrupt as stopped:
                # What writes knows best how to end, and what it has used.
                stream.throw(stopped)
    except StopIteration as end:
        written: Written = end.value
        return written


def _paragraph(sheet: _Sheet, theme: Theme) -> Generator[Claim, None, Written]:
    if sheet.model is None:
        papers = [sheet.papers[paper_id] for paper_id in theme.paper_ids]
        for claim in quote_papers(papers, sheet.readings):
            yield _checked(claim, sheet.ledger)
        return Written(claims=(), origin=Origin())
    passages = [sheet.readings[paper_id].passage for paper_id in theme.paper_ids]
    years = {paper_id: sheet.papers[paper_id].year for paper_id in theme.paper_ids}
    slots = {"topic": sheet.topic, "theme": theme.name}
    keyed = key_passages(passages, years)
    return (yield from write_checked(sheet.model, _PROMPT, slots, keyed, sheet.ledger))


def _checked(claim: Claim, ledger: Ledger) -> Claim:
    """A quoting claim, held against its abstract by what it quotes.

    Who said it is taken from the record of the paper, where no abstract can bear it out.
    """
    (quote,) = claim.evidence
    said = dataclasses.replace(
        claim,
        text=quote.quote,
        marks=tuple(dataclasses.replace(mark, at=len(quote.quote)) for mark in claim.marks),
    )
    return dataclasses.replace(ledger.check(said), text=claim.text, marks=claim.marks)


def _used(model: "ChatModel | None") -> Usage:
    return Usage() if model is None else model.usage


def _declined(topic: str, found: Candidates, reason: str, origin: Origin) -> Declined:
    nearest = [found.papers[passage.paper_id] for passage in found.passages[:_NEAREST_SHOWN]]
    return Declined(
        question=topic,
        standalone=topic,
        reason=reason,
        nearest=tuple(nearest),
        passages=found.passages,
        origin=origin,
    )


def _why_not(catalog: Catalog, filters: Filters, found: Candidates) -> str:
    if filters and not any_passes(catalog, filters):
        return f"No paper of the library passes the filters: {describe(filters)}."
    if any(left.reason == TITLE_ONLY for left in found.left_out):
        return (
            "Only titles in the library bear on this topic: without an abstract, nothing is sure."
        )
    return "No abstract in the library bears on this topic."
