"""Finding out what a configured model can do, by one tiny call."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ragassist.errors import RagassistError
from ragassist.models.chat import ChatModel
from ragassist.models.choice import ModelChoice
from ragassist.models.pricing import Price, Terms, terms_of
from ragassist.models.structured import Unfit, read_reply
from ragassist.prompts import load_prompt
from ragassist.types import Usage

PROBE = "probe"
"""The prompt of the call."""

Json = Literal["schema", "text", "no"]


class Greeting(BaseModel):
    """What the model is asked for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reached: bool
    greeting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What one call showed.

    Attributes:
        where: as `ModelChoice.where`.
        error: why it failed; empty where it did not.
        first_word_s, whole_s: seconds; None where it failed.
        streams: the reply came in several pieces.
        json: the reply was JSON as asked for; `schema` where the server was told its form and took
            it.
    """

    model: str
    where: str
    error: str
    window: int
    window_known: bool
    price: Price | None
    price_source: str
    usage: Usage
    first_word_s: float | None = None
    whole_s: float | None = None
    pieces: int = 0
    streams: bool = False
    json: Json = "no"


def probe_model(choice: ModelChoice, notify: Callable[[str], None]) -> Probed:
    """Ask the model for one short greeting as JSON, and see how it comes.

    Args:
        notify: told before the call is tried again.

    Cost: one call of some sixty tokens; two where the server refuses schemas.
    """
    model: ChatModel | None = None
    terms = Terms(price=None, window=0, window_known=False, source="")
    try:
        terms = terms_of(choice)
        model = ChatModel(choice, notify=notify)
        model.prepare()
        return _ask(model)
    except RagassistError as error:
        return Probed(
            model=choice.name,
            where=choice.where,
            error=str(error),
            window=terms.window,
            window_known=terms.window_known,
            price=terms.price,
            price_source=terms.source,
            usage=Usage() if model is None else model.usage,
        )


def _ask(model: ChatModel) -> Probed:
    started = time.perf_counter()
    first_word_s = 0.0
    pieces: list[str] = []
    for piece in model.probe(load_prompt(PROBE, model.choice.prompts), Greeting):
        if not pieces:
            first_word_s = time.perf_counter() - started
        pieces.append(piece)
    return Probed(
        model=model.name,
        where=model.choice.where,
        error="",
        window=model.terms.window,
        window_known=model.terms.window_known,
        price=model.terms.price,
        price_source=model.terms.source,
        usage=model.usage,
        first_word_s=round(first_word_s, 4),
        whole_s=round(time.perf_counter() - started, 4),
        pieces=len(pieces),
        streams=len(pieces) > 1,
        json=_json_of("".join(pieces), told=model.takes_schemas),
    )


def _json_of(reply: str, *, told: bool) -> Json:
    try:
        read_reply(reply, Greeting)
    except Unfit:
        return "no"
    return "schema" if told else "text"
