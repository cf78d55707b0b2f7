"""How the cost of something grows with its size, on a machine of any speed and load."""

import time
from collections.abc import Callable

_ROUNDS = 3
_FACTOR = 4
# Linear cost grows by 4 and quadratic by 16, each give or take what else the machine does.
_ALLOWED = 9
# Below this the clock's own steps are most of what is measured.
_LEAST_S = 0.002


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Four times the size takes about four times the processor time, not sixteen times."""
    once, more = (
        min(_spent_s(work, size * factor) for _ in range(_ROUNDS)) for factor in (1, _FACTOR)
    )

    assert more <= _ALLOWED * max(once, _LEAST_S)


def _spent_s(work: Callable[[int], object], size: int) -> float:
    began = time.process_time()
    work(size)
    return time.process_time() - began
