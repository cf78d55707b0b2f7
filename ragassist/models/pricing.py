"""What a model's tokens cost and how many it reads: from a table that ships, and from the user's.

A table is JSON, in US dollars per million tokens:

    {"models": {"openai:my-model": {"input": 0.2, "output": 0.8, "window": 32768}}}

`cached_input` is what tokens cost that the provider has read just before; `about`, `source` and
`date` say where the figures are from. Everything but `models` may be left out.
"""

import functools
import json
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ragassist.errors import ModelMisconfigured
from ragassist.models.choice import ModelChoice

WINDOW_ASSUMED = 8192
"""Tokens that a model is taken to have of which nothing is known."""

LOCAL_WINDOW_ASSUMED = 4096
"""The same for a model at another server than its maker's.

So many Ollama gives a model by default, and it cuts off what a prompt has beyond them, from its
front and without a word; others refuse it. It is the server that sets it, not the model.
"""

SMALLEST_WINDOW = 1024
"""Tokens; a smaller one has no room for passages."""

_PER = 1_000_000
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_FIGURES = frozenset({"input", "cached_input", "output", "window"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars per million tokens.

    Attributes:
        cached_input: of tokens that the provider has read just before.
    """

    input: float
    output: float
    cached_input: float

    def of(self, *, read: int, written: int, cached: int = 0) -> float:
        """US dollars for a call.

        Args:
            read: tokens of the prompt, the `cached` ones among them.
        """
        fresh = (read - cached) * self.input
        return (fresh + cached * self.cached_input + written * self.output) / _PER


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is known of a model.

    Attributes:
        price: None where it is not known.
        window: tokens that prompt and answer have together.
        window_known: False where it is assumed.
        source: where the price is from, and of when; empty where it is not known.
    """

    price: Price | None
    window: int
    window_known: bool
    source: str


def terms_of(choice: ModelChoice) -> Terms:
    """What the user's table says of a model, or else the shipped one.

    The shipped figures are of OpenAI's own service: what another server asks for a model of the
    same name is its own affair. A dated snapshot costs what its model does.

    Raises:
        ModelMisconfigured: the user's table cannot be read.
    """
    own = {} if choice.prices is None else _read_own(choice.prices.expanduser())
    shipped = {} if choice.elsewhere else _shipped()
    own_figures, own_source = _find(choice, own)
    figures, source = _find(choice, shipped)
    if "input" in own_figures:
        source = own_source
    figures = {**figures, **own_figures}
    window = choice.window or figures.get("window")
    local = choice.elsewhere or choice.provider == "ollama"
    return Terms(
        price=_price(figures),
        window=int(window or (LOCAL_WINDOW_ASSUMED if local else WINDOW_ASSUMED)),
        window_known=window is not None,
        source=source if "input" in figures else "",
    )


def check_window(window: int) -> None:
    """See that passages have room in a window of so many tokens.

    Raises:
        ModelMisconfigured: they have not.
    """
    if window < SMALLEST_WINDOW:
        raise ModelMisconfigured(
            f"a window of {window} tokens has no room for passages: RAGASSIST_MODEL_WINDOW, or "
            f"the window in RAGASSIST_PRICES, must be {SMALLEST_WINDOW} or more"
        )


def _find(choice: ModelChoice, table: dict[str, Any]) -> tuple[dict[str, float], str]:
    models = table.get("models", {})
    name = f"{choice.provider}:{choice.model}"
    figures = models.get(name) or models.get(_SNAPSHOT.sub("", name)) or {}
    return figures, ", ".join(table[key] for key in ("source", "date") if table.get(key))


def _price(figures: dict[str, float]) -> Price | None:
    if "input" not in figures or "output" not in figures:
        return None
    return Price(
        input=figures["input"],
        output=figures["output"],
        cached_input=figures.get("cached_input", figures["input"]),
    )


@functools.cache
def _shipped() -> dict[str, Any]:
    text = (resources.files("ragassist.models") / "prices.json").read_text("utf-8")
    return dict(json.loads(text))


def _read_own(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelMisconfigured(
            f"RAGASSIST_PRICES={str(path)!r} cannot be read: {error.strerror}"
        ) from error
    except ValueError as error:
        raise ModelMisconfigured(f"RAGASSIST_PRICES={str(path)!r} is no JSON: {error}") from error
    models = table.get("models") if isinstance(table, dict) else None
    if not isinstance(models, dict):
        raise _not_a_table(path, 'it has no "models"')
    for name, figures in models.items():
        _check_figures(path, name, figures)
    table.setdefault("source", str(path))
    return {**table, **{key: str(table.get(key, "")) for key in ("source", "date")}}


def _check_figures(path: Path, name: str, figures: object) -> None:
    if not isinstance(figures, dict) or not figures.keys() <= _FIGURES:
        raise _not_a_table(path, f"{name!r} has other figures than {', '.join(sorted(_FIGURES))}")
    if ("input" in figures) != ("output" in figures):
        raise _not_a_table(path, f"{name!r} has a price for input or output alone")
    for figure, value in figures.items():
        right = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        if not right or (figure == "window" and (value < 1 or value != int(value))):
            raise _not_a_table(path, f"the {figure} of {name!r} is {value!r}")


def _not_a_table(path: Path, why: str) -> ModelMisconfigured:
    return ModelMisconfigured(
        f"RAGASSIST_PRICES={str(path)!r} is no table of prices: {why}; such a table is "
        '{"models": {"openai:my-model": {"input": 0.2, "output": 0.8, "window": 32768}}}'
    )
