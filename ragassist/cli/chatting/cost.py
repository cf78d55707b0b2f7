"""What a chat cost."""

from collections.abc import Sequence

from ragassist.types import Origin, Usage


def spent_on(origins: Sequence[Origin]) -> Usage:
    """What made several texts, put together; its cost is None where one is not known."""
    usages = [origin.usage for origin in origins]
    costs = [usage.cost_usd for usage in usages]
    known = [cost for cost in costs if cost is not None]
    return Usage(
        calls=sum(usage.calls for usage in usages),
        input_tokens=sum(usage.input_tokens for usage in usages),
        output_tokens=sum(usage.output_tokens for usage in usages),
        cached_replies=sum(usage.cached_replies for usage in usages),
        estimates=sum(usage.estimates for usage in usages),
        cost_usd=sum(known) if len(known) == len(costs) else None,
    )


def cost_lines(origins: Sequence[Origin]) -> list[str]:
    """What the last text cost, and all of them together."""
    if not origins:
        return ["nothing was asked yet"]
    return [
        f"last answer: {_line(origins[-1].usage)}",
        f"this chat:   {_line(spent_on(origins))}",
    ]


def in_dollars(usd: float) -> str:
    """`$0.0042`; a cent and more with fewer digits."""
    return f"${usd:.2f}" if usd >= 1 else f"${usd:.4f}"


def _line(usage: Usage) -> str:
    if not usage.calls and not usage.cached_replies:
        return "no model was called"
    calls = f"{usage.calls} call{'' if usage.calls == 1 else 's'}"
    if usage.cached_replies:
        calls += f", {usage.cached_replies} from the cache"
    tokens = f"{usage.input_tokens:,} tokens read, {usage.output_tokens:,} written"
    cost = "price not known" if usage.cost_usd is None else in_dollars(usage.cost_usd)
    return f"{calls}, {tokens}, {cost}"
