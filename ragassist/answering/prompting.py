"""What a model is shown for one question: the passages that fit, and the form that is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragassist.answering.keyed import Keyed, key_passages
from ragassist.answering.searching import Found
from ragassist.prompts import load_part, load_prompt
from ragassist.types import Style

if TYPE_CHECKING:
    from ragassist.models.account import Estimate
    from ragassist.models.chat import ChatModel

ANSWER = "answer"
"""The prompt by which a model answers."""

# However much a model can read: what ranks below adds cost, and little else.
_MOST_TOKENS = 6000
# A repair quotes the sentence and says what is wrong, beyond what the answer's prompt holds.
_SPARED = 200
_SHORTEST_ROOM = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What the prompt is filled with.

    Attributes:
        slots: all but `passages` and `keys`, which are those of `keyed`.
        left_out: passages, those that rank last, that do not fit.
    """

    slots: Mapping[str, str]
    keyed: Keyed
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A call that has not been made.

    Attributes:
        model: `provider:model`.
        version: of the prompt.
        messages: as (role, text), as they would be sent.
        papers: the paper of each key.
        left_out: passages that do not fit the model's window.
    """

    model: str
    version: str
    messages: tuple[tuple[str, str], ...]
    papers: Mapping[str, str]
    left_out: int
    estimate: "Estimate"


def brief(model: "ChatModel", question: str, style: Style, found: Found) -> Brief:
    """Put together what the model is shown.

    The passages share what the model's window leaves beside everything else and the longest
    answer; those that rank last are left out until the rest fits.

    Raises:
        PromptInvalid: a template has other slots, or cannot be read.
    """
    slots = {"question": question, **_style_slots(style, model)}
    years = {paper_id: paper.year for paper_id, paper in found.papers.items()}
    keyed = key_passages(found.passages, years, max_tokens=_room(model, slots))
    left_out = len(found.passages) - len(keyed.keys)
    return Brief(slots=slots, keyed=keyed, left_out=left_out)


def draft(model: "ChatModel", told: Brief) -> Draft:
    """The call that would be made, with what it would take."""
    prompt = load_prompt(ANSWER, model.choice.prompts)
    slots = {**told.slots, "passages": told.keyed.text, "keys": ", ".join(told.keyed.keys)}
    return Draft(
        model=model.name,
        version=prompt.version,
        messages=tuple(prompt.messages(slots)),
        papers={key: told.keyed.papers[key] for key in told.keyed.keys},
        left_out=told.left_out,
        estimate=model.estimate(prompt, slots),
    )


def _room(model: "ChatModel", slots: Mapping[str, str]) -> int:
    prompt = load_prompt(ANSWER, model.choice.prompts)
    rest = model.estimate(prompt, {**slots, "passages": "", "keys": ""})
    left = model.terms.window - rest.prompt_tokens - rest.most_answer_tokens - _SPARED
    return max(_SHORTEST_ROOM, min(_MOST_TOKENS, left))


def _style_slots(style: Style, model: "ChatModel") -> dict[str, str]:
    folder = model.choice.prompts
    length = "length.free" if style.words is None else "length.words"
    words = {} if style.words is None else {"words": str(style.words)}
    return {
        "form": load_part(f"form.{style.shape}", folder).fill({}),
        "length": load_part(length, folder).fill(words),
    }
