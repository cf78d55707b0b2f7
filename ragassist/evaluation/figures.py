"""A mean with its interval: what every measurement here ends in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLES = 2000
_SEED = 0
_OUTSIDE = 0.05
# Of random numbers held in memory at a time, however many questions there are.
_DRAWN_AT_ONCE = 1_000_000

Share = tuple[float, float]
"""What one question adds to a rate, numerator and denominator; `(0, 0)` adds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean and its 95 % interval.

    Attributes:
        mean: None where there was nothing to measure, that is where n is 0.
        low, high: None there too, and where a single question tells nothing of the spread.
        n: how many were observed: questions, claims, citations or quotes.
        questions: how many questions these belong to; it is they that are drawn for the interval.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int
    questions: int


def rate(shares: Sequence[Share]) -> Figure:
    """All numerators by all denominators of a rate, 0 to 1.

    The interval is that of `difference`. Where every question has the same 0 or 1, drawing them
    again shows no spread: there it is the exact one of as many questions, which for 0 of n ends
    at 1 - .025^(1/n) (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404).
    """
    figure = difference(shares)
    if figure.mean is None or 0 < figure.mean < 1:
        return figure
    margin = 1 - float((_OUTSIDE / 2) ** (1 / figure.questions))
    return Figure(
        mean=figure.mean,
        low=1 - margin if figure.mean else 0.0,
        high=1.0 if figure.mean else margin,
        n=figure.n,
        questions=figure.questions,
    )


def difference(shares: Sequence[Share]) -> Figure:
    """All numerators by all denominators, of any size and sign.

    The interval is the percentile bootstrap (Efron 1979, doi:10.1214/aos/1176344552), 2,000
    samples, fixed seed. Whole questions are drawn, since the claims of one answer stand or fall
    together (Field & Welsh 2007, doi:10.1111/j.1467-9868.2007.00593.x).
    """
    counted = [share for share in shares if share[1]]
    if not counted:
        return Figure(mean=None, low=None, high=None, n=0, questions=0)
    low, high = _interval(counted) if len(counted) > 1 else (None, None)
    above, below = (sum(column) for column in zip(*counted, strict=True))
    return Figure(mean=above / below, low=low, high=high, n=round(below), questions=len(counted))


def _interval(shares: Sequence[Share]) -> tuple[float, float]:
    import numpy as np

    above, below = np.array(shares, np.float64).T
    chance = np.random.default_rng(_SEED)
    at_once = max(1, _DRAWN_AT_ONCE // len(shares))
    means: list[NDArray[np.float64]] = []
    for done in range(0, _SAMPLES, at_once):
        drawn = chance.integers(0, len(shares), (min(at_once, _SAMPLES - done), len(shares)))
        means.append(above[drawn].sum(axis=1) / below[drawn].sum(axis=1))
    outside = 100 * _OUTSIDE / 2
    low, high = np.percentile(np.concatenate(means), [outside, 100 - outside])
    return float(low), float(high)
