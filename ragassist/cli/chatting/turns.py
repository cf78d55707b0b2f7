"""What was asked in a conversation and what came of it, answered now or read from the log."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from ragassist.cli.prose import PaperOf
from ragassist.types import (
    Answer,
    Claim,
    Declined,
    Evidence,
    Filters,
    LoggedExchange,
    Mark,
    Origin,
    Paper,
    Shape,
)

if TYPE_CHECKING:
    from ragassist.related_work.outcome import RelatedWork

_ALL = Filters()

Kind = Literal["answer", "declined", "related"]

_OF_A_CLAIM = frozenset(field.name for field in dataclasses.fields(Claim))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question, or one topic of related work, and what came of it.

    Attributes:
        question: as it was typed; the topic of related work.
        standalone: as it was searched for.
        text: of the answer, as Markdown; the reason for declining.
        references: the cited papers, in order; the nearest ones where it was declined.
        filters: which papers could be found.
        asked_on: ISO 8601, the day, UTC.
    """

    kind: Kind
    question: str
    standalone: str
    text: str
    claims: tuple[Claim, ...] = ()
    references: tuple[Paper, ...] = ()
    shape: Shape = "prose"
    origin: Origin
    filters: Filters = _ALL
    asked_on: str = ""


def turn_of(outcome: Answer | Declined) -> Turn:
    """The turn that ended so."""
    if isinstance(outcome, Declined):
        return Turn(
            kind="declined",
            question=outcome.question,
            standalone=outcome.standalone,
            text=outcome.reason,
            references=outcome.nearest,
            origin=outcome.origin,
            filters=outcome.filters,
            asked_on=_today(),
        )
    return Turn(
        kind="answer",
        question=outcome.question,
        standalone=outcome.standalone,
        text=outcome.text,
        claims=outcome.claims,
        references=outcome.references,
        shape=outcome.style.shape,
        origin=outcome.origin,
        filters=outcome.filters,
        asked_on=_today(),
    )


def turn_of_related(work: "RelatedWork", filters: Filters) -> Turn:
    """The turn that wrote about a topic."""
    from ragassist.answering.layout import lay_out

    return Turn(
        kind="related",
        question=work.topic,
        standalone=work.topic,
        text=lay_out(work.claims),
        claims=work.claims,
        references=work.references,
        origin=work.origin,
        filters=filters,
        asked_on=_today(),
    )


def turn_from_log(exchange: LoggedExchange, paper_of: PaperOf) -> Turn:
    """A turn of an earlier chat; papers that are gone since are not among its references."""
    kept: dict[str, Any] = json.loads(exchange.kept)
    claims = tuple(_claim(stated) for stated in kept.get("claims", ()))
    cited = dict.fromkeys(paper_id for claim in claims for paper_id in claim.citations)
    origin = kept["origin"]
    return Turn(
        kind="answer" if exchange.answered else "declined",
        question=exchange.question,
        standalone=kept["standalone"],
        text=exchange.text,
        claims=claims,
        references=_found(cited, paper_of),
        shape=cast(Shape, kept.get("style", {}).get("shape", "prose")),
        origin=Origin(
            answerer=exchange.answerer,
            interrupted=bool(origin["interrupted"]),
            failure=origin["failure"],
            shortened=bool(origin.get("shortened")),
        ),
        filters=_filters(kept.get("filters", {})),
        asked_on=exchange.asked_at[:10],
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _filters(stated: Mapping[str, Any]) -> Filters:
    known = {field.name for field in dataclasses.fields(Filters)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in stated.items()
        if name in known
    }
    return Filters(**values)


def _found(paper_ids: Iterable[str], paper_of: PaperOf) -> tuple[Paper, ...]:
    found = map(paper_of, paper_ids)
    return tuple(paper for paper in found if paper is not None)


def _claim(stated: Mapping[str, Any]) -> Claim:
    known = {name: value for name, value in stated.items() if name in _OF_A_CLAIM}
    known["marks"] = tuple(Mark(**mark) for mark in stated["marks"])
    known["evidence"] = tuple(Evidence(**quote) for quote in stated["evidence"])
    known["row"] = tuple((heading, said) for heading, said in stated.get("row", ()))
    return Claim(**known)
