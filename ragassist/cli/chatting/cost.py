"""What a chat cost."""

from ragassist.types import Usage


def cost_lines(last: Usage | None, whole: Usage) -> list[str]:
    """What the last text cost, and all of them together.

    Args:
        last: None where nothing was asked yet.
    """
    if last is None:
        return ["nothing was asked yet"]
    return [f"last answer: {_line(last)}", f"this chat:   {_line(whole)}"]


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
