"""What a stream of claims returns."""

from collections.abc import Generator

from ragassist.library import Library
from ragassist.related_work.outcome import RelatedWork
from ragassist.types import Claim, Declined

Stream = Generator[Claim, None, RelatedWork | Declined]


def drain(stream: Stream) -> RelatedWork | Declined:
    try:
        while True:
            next(stream)
    except StopIteration as end:
        outcome: RelatedWork | Declined = end.value
        return outcome


def write(library: Library, topic: str, *, limit: int = 12) -> RelatedWork:
    work = drain(library.related(topic, limit=limit))
    assert isinstance(work, RelatedWork)
    return work


def declined(library: Library, topic: str) -> Declined:
    outcome = drain(library.related(topic))
    assert isinstance(outcome, Declined)
    return outcome


def quote_of(claim: Claim) -> str:
    """What stands between a claim's outermost quotation marks."""
    return claim.text[claim.text.index("“") + 1 : claim.text.rindex("”")]
