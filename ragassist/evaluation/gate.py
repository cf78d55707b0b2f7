"""A gate: the bounds that a run has to keep to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from ragassist.errors import UsageError
from ragassist.evaluation.figures import Figure, Share
from ragassist.evaluation.lines import parse, read_lines
from ragassist.evaluation.metrics import METRICS
from ragassist.evaluation.outcomes import Outcome

Side = Literal["at_most", "at_least"]
# A mean is a quotient: 1/20 may come out a hair beside .05.
_NOISE = 1e-9
_Limit = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What one metric has to be: `at_most` or `at_least` the limit, 0 to 1."""

    metric: str
    side: Side
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Whether a run keeps to a bound.

    Attributes:
        mean: of the metric; None where it was not measured, and then the bound is not met: what
            nobody measured is not known to be right.
        failing: ids of the questions that pull the mean the wrong way, where it is not met.
    """

    bound: Bound
    mean: float | None
    met: bool
    failing: tuple[str, ...] = ()


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    at_most: _Limit | None = None
    at_least: _Limit | None = None

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("give one of `at_most` and `at_least`")
        return self


class _Gate(RootModel[dict[str, _Entry]]):
    pass


def read_gate(path: Path) -> tuple[Bound, ...]:
    """The bounds of a JSON file, `{"metric": {"at_most": 0.05}, "other": {"at_least": 1}}`.

    Raises:
        UsageError: it is not that, names a metric that does not exist, or bounds nothing.
    """
    text = "".join(line for _, line in read_lines(path))
    entries = parse(text, _Gate, str(path)).root
    unknown = [name for name in entries if name not in METRICS]
    if unknown:
        known = ", ".join(METRICS)
        raise UsageError(f"{path}: there is no metric {unknown[0]!r}; there are {known}")
    if not entries:
        raise UsageError(f"{path}: a gate without a bound holds nothing back")
    return tuple(_bound(name, entry) for name, entry in entries.items())


def rule(
    bounds: Sequence[Bound], figures: Mapping[str, Figure], outcomes: Sequence[Outcome]
) -> tuple[Ruling, ...]:
    """Hold the figures of a run against each bound; its outcomes tell which questions fail."""
    return tuple(_rule(bound, figures[bound.metric].mean, outcomes) for bound in bounds)


def _rule(bound: Bound, mean: float | None, outcomes: Sequence[Outcome]) -> Ruling:
    if mean is None:
        return Ruling(bound=bound, mean=None, met=False)
    beyond = mean - bound.limit if bound.side == "at_most" else bound.limit - mean
    if beyond <= _NOISE:
        return Ruling(bound=bound, mean=mean, met=True)
    metric = METRICS[bound.metric]
    failing = tuple(
        outcome.question.id for outcome in outcomes if _pulls(bound.side, metric(outcome))
    )
    return Ruling(bound=bound, mean=mean, met=False, failing=failing)


def _pulls(side: Side, share: Share) -> bool:
    above, below = share
    return above > 0 if side == "at_most" else above < below


def _bound(name: str, entry: _Entry) -> Bound:
    if entry.at_most is not None:
        return Bound(metric=name, side="at_most", limit=entry.at_most)
    assert entry.at_least is not None
    return Bound(metric=name, side="at_least", limit=entry.at_least)
