"""Asking again where that may help: twice at most, and never without saying so."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ragassist.models.choice import ModelChoice
from ragassist.models.failures import (
    EmptyReply,
    in_words,
    is_worth_another_try,
    retry_after_s,
    trouble,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

MOST_TRIES = 3
"""Of one call."""

_LONGEST_WAIT_S = 60.0
_FIRST_WAIT_S = 0.5
# So much of a wait is left to chance, so that those who failed together do not return together.
_JITTER = 0.25

T = TypeVar("T")


def persist(
    attempt: Callable[[], T],
    choice: ModelChoice,
    notify: Callable[[str], None],
    *,
    tries: int = MOST_TRIES,
) -> T:
    """What an attempt returns, made up to three times where it fails in a way that may pass.

    Between two lie the seconds that the server asks for (`Retry-After`), at most a minute; without
    a word from it half a second, doubled, give or take. A longer wait is not waited for.

    Args:
        notify: told before each wait.
        tries: at most so many.

    Raises:
        Exception: of the last attempt. A KeyboardInterrupt ends a wait.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_attempt

    def tell(state: "RetryCallState") -> None:
        wait_s = state.next_action.sleep if state.next_action else 0.0
        met, wait = _met(state), in_words(wait_s)
        if isinstance(met, EmptyReply):
            # An attempt is empty once, whatever else may fail behind it.
            notify(f"{trouble(met, choice)}, trying once more in {wait}")
            return
        count = f"{state.attempt_number} of {tries - 1}"
        notify(f"{trouble(met, choice)}, trying again in {wait} ({count})")

    def may_pass(error: BaseException) -> bool:
        waits_s = retry_after_s(error) or 0.0
        return is_worth_another_try(error, choice) and waits_s <= _LONGEST_WAIT_S

    retrying = Retrying(
        retry=retry_if_exception(may_pass),
        stop=stop_after_attempt(tries),
        wait=_wait_s,
        before_sleep=tell,
        reraise=True,
    )
    return retrying(attempt)


def _wait_s(state: "RetryCallState") -> float:
    asked_for = retry_after_s(_met(state))
    by_chance = random.uniform(0, _JITTER)
    if asked_for is not None:
        return float(asked_for * (1 + by_chance))
    return float(_FIRST_WAIT_S * 2 ** (state.attempt_number - 1) * (1 - by_chance))


def _met(state: "RetryCallState") -> BaseException:
    error = state.outcome.exception() if state.outcome else None
    return error or RuntimeError("nothing failed")
