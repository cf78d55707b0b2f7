"""What has been asked of a model, what it cost, and what it may cost yet."""

from dataclasses import dataclass

from ragassist.errors import CostLimitReached, ModelMisconfigured
from ragassist.models.choice import ModelChoice
from ragassist.models.pricing import Price
from ragassist.types import Usage

_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a call would take.

    Attributes:
        prompt_tokens: of its messages; counted or estimated, as `counted_with` says.
        most_answer_tokens: the most it lets the model write, thoughts included.
        most_usd: what it costs at most; None where the price is not known.
        counted_with: the name of tiktoken's table, or `estimate`.
    """

    prompt_tokens: int
    most_answer_tokens: int
    most_usd: float | None
    counted_with: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Of one call: how many were read, how many of these the provider had read before, written."""

    read: int
    cached: int = 0
    written: int


class Account:
    """The calls of one model, added up.

    Args:
        price: None where it is not known.

    Raises:
        ModelMisconfigured: there is a limit, and no price to hold against it.
    """

    def __init__(self, choice: ModelChoice, price: Price | None) -> None:
        if choice.max_cost_usd is not None and price is None:
            raise ModelMisconfigured(
                f"RAGASSIST_MAX_COST is set, and the price of {choice.name} is not known: unset "
                "it, or name a file in RAGASSIST_PRICES with "
                f'{{"models": {{"{choice.name}": {{"input": 0.15, "output": 0.6}}}}}} '
                "(USD per million tokens; 0 for a model of your own)"
            )
        self._price = price
        self._limit = choice.max_cost_usd
        self._usage = Usage()
        self._reserved: list[float] = []

    @property
    def usage(self) -> Usage:
        """All calls so far."""
        return self._usage

    def begin(self, most_usd: float) -> None:
        """Count a call that is made now, and keep what it may cost for it, until it has ended.

        Raises:
            CostLimitReached: with those under way it might pass the limit.
        """
        self._check(most_usd)
        self._reserved.append(most_usd)
        self._add(Usage(calls=1, cost_usd=None if self._price is None else 0.0))

    def end(self, most_usd: float) -> None:
        """Let go of what was kept for a call."""
        self._reserved.remove(most_usd)

    def check_again(self, most_usd: float) -> None:
        """See that a call under way may be made once more.

        Raises:
            CostLimitReached: what its tries took leaves too little for another.
        """
        self._check(most_usd, counted=True)

    def _check(self, most_usd: float, *, counted: bool = False) -> None:
        if self._limit is None:
            return
        spent = self._usage.cost_usd or 0.0
        under_way = sum(self._reserved) - (most_usd if counted else 0.0)
        if round(spent + under_way + most_usd - self._limit, _DIGITS) <= 0:
            return
        others = f", ${under_way:.4f} may be by what is under way" if under_way > 0 else ""
        raise CostLimitReached(
            f"RAGASSIST_MAX_COST={self._limit:g} stops here: ${spent:.4f} is spent{others}, and "
            f"the next call may cost ${most_usd:.4f}; raise it, or lower "
            "RAGASSIST_MAX_ANSWER_TOKENS"
        )

    def book(self, tokens: Tokens) -> None:
        """Count what a call took, as the provider says."""
        self._add(
            Usage(
                input_tokens=tokens.read,
                output_tokens=tokens.written,
                cost_usd=self._cost(tokens),
            )
        )

    def book_estimated(self, tokens: Tokens) -> None:
        """Count what a call took whose tokens the provider did not say."""
        self.book(tokens)
        self._add(Usage(estimates=1))

    def book_cached(self) -> None:
        """Count a reply that was known already."""
        self._add(Usage(cached_replies=1))

    def _cost(self, tokens: Tokens) -> float | None:
        if self._price is None:
            return None
        return self._price.of(read=tokens.read, written=tokens.written, cached=tokens.cached)

    def _add(self, more: Usage) -> None:
        sofar = self._usage
        known = sofar.cost_usd is not None and more.cost_usd is not None
        cost = (sofar.cost_usd or 0.0) + (more.cost_usd or 0.0)
        self._usage = Usage(
            calls=sofar.calls + more.calls,
            input_tokens=sofar.input_tokens + more.input_tokens,
            output_tokens=sofar.output_tokens + more.output_tokens,
            cached_replies=sofar.cached_replies + more.cached_replies,
            estimates=sofar.estimates + more.estimates,
            cost_usd=round(cost, _DIGITS) if known else None,
        )
