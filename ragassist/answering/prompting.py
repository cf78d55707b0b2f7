"""What a model is shown for one question: the passages that fit, and the form that is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragassist.answering.keyed import Keyed, key_passages
from ragassist.answering.searching import MOST_ROUNDS, Found
from ragassist.answering.writing import MOST_REPAIRS
from ragassist.errors import PromptTooLong, UsageError
from ragassist.prompts import Prompt, load_part, load_prompt
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
# Beyond this a question is a text that was pasted, and no search finds what it is about.
_LONGEST_QUESTION_WORDS = 2000
_LONGEST_QUESTION_CHARACTERS = 20_000
# One sentence asked for in so many words; more of them make a text that can be planned.
_A_SENTENCE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What the prompt is filled with.

    Attributes:
        slots: all but `passages` and `keys`, which are those of `keyed`.
        left_out: passages, those that rank last, that do not fit.
        room: tokens that passages may take, these or those of a further search.
    """

    slots: Mapping[str, str]
    keyed: Keyed
    left_out: int
    room: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost:
    """What an answer may take in all, where it searches again and repairs as often as it may.

    Attributes:
        calls: of the model.
        usd: None where the price is not known.
    """

    calls: int
    prompt_tokens: int
    answer_tokens: int
    usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why the model would first be asked what else to search for.

    Attributes:
        why: what is missing from what was found, in a few words.
        prompt_tokens: of that call.
    """

    why: str
    prompt_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A call that has not been made: the answer's, from what the first search finds.

    Attributes:
        model: `provider:model`.
        version: of the prompt.
        messages: as (role, text), as they would be sent.
        papers: the paper of each key.
        left_out: passages that do not fit the model's window.
        estimate: of this call alone.
        doubt: another call would come before it, and may change its passages; None where not.
        at_most: this call with all that may come before and behind it.
    """

    model: str
    version: str
    messages: tuple[tuple[str, str], ...]
    papers: Mapping[str, str]
    left_out: int
    estimate: "Estimate"
    doubt: Doubt | None
    at_most: AtMost


def check_length(question: str) -> None:
    """See that a question is one.

    Raises:
        UsageError: it has more than 2,000 words, or 20,000 characters.
    """
    words = len(question.split())
    if words > _LONGEST_QUESTION_WORDS:
        raise UsageError(
            f"the question has {words:,} words; {_LONGEST_QUESTION_WORDS:,} are the most: ask for "
            "less at once"
        )
    if len(question) > _LONGEST_QUESTION_CHARACTERS:
        raise UsageError(
            f"the question has {len(question):,} characters; {_LONGEST_QUESTION_CHARACTERS:,} are "
            "the most: ask for less at once"
        )


def brief(model: "ChatModel", question: str, style: Style, found: Found) -> Brief:
    """Put together what the model is shown.

    The passages share what the model's window leaves beside everything else and the longest
    answer; those that rank last are left out until the rest fits, and of one that does not fit
    alone its first sentences are shown.

    Raises:
        PromptInvalid: a template has other slots, or cannot be read.
        PromptTooLong: not one sentence of the best passage fits.
    """
    slots = {"question": question, **_style_slots(style, model)}
    years = {paper_id: paper.year for paper_id, paper in found.papers.items()}
    room = _room(model, slots)
    keyed = key_passages(found.passages, years, max_tokens=max(room, 1))
    left_out = len(found.passages) - len(keyed.keys)
    told = Brief(slots=slots, keyed=keyed, left_out=left_out, room=room)
    _check_fits(model, told)
    return told


def draft(
    model: "ChatModel", told: Brief, asks_first: tuple[Prompt, Mapping[str, str]] | None
) -> Draft:
    """The call that would be made, with what it would take.

    Args:
        asks_first: the call by which the model is asked what else to search for, its slots, the
            `missing` among them; None where it is not asked.
    """
    prompt = load_prompt(ANSWER, model.choice.prompts)
    slots = _filled(told)
    doubt = None
    if asks_first is not None:
        tokens = model.estimate(*asks_first).prompt_tokens
        doubt = Doubt(why=asks_first[1]["missing"], prompt_tokens=tokens)
    return Draft(
        model=model.name,
        version=prompt.version,
        messages=tuple(prompt.messages(slots)),
        papers={key: told.keyed.papers[key] for key in told.keyed.keys},
        left_out=told.left_out,
        estimate=model.estimate(prompt, slots),
        doubt=doubt,
        at_most=_at_most(model, told, doubt),
    )


def _filled(told: Brief) -> dict[str, str]:
    return {**told.slots, "passages": told.keyed.text, "keys": ", ".join(told.keyed.keys)}


def _at_most(model: "ChatModel", told: Brief, doubt: Doubt | None) -> AtMost:
    """A text for each round, repairs of the last, and what the critic is asked meanwhile."""
    text = model.estimate(load_prompt(ANSWER, model.choice.prompts), _filled(told))
    shown = _tokens_of_passages(model, told)
    # Other passages may come, and fill the room; so do the sentence and what is wrong with it.
    longest = text.prompt_tokens + max(told.room - shown, 0)
    asides = 0 if doubt is None else MOST_ROUNDS - 1
    aside = 0 if doubt is None else doubt.prompt_tokens + _SPARED
    repair = max(longest, text.prompt_tokens + _SPARED)
    read = MOST_ROUNDS * longest + MOST_REPAIRS * repair + asides * aside
    calls = MOST_ROUNDS + MOST_REPAIRS + asides
    written = calls * text.most_answer_tokens
    price = model.terms.price
    usd = None if price is None else price.of(read=read, written=written)
    return AtMost(calls=calls, prompt_tokens=read, answer_tokens=written, usd=usd)


def _tokens_of_passages(model: "ChatModel", told: Brief) -> int:
    prompt = load_prompt(ANSWER, model.choice.prompts)
    bare = model.estimate(prompt, {**_filled(told), "passages": ""}).prompt_tokens
    return model.estimate(prompt, _filled(told)).prompt_tokens - bare


def _check_fits(model: "ChatModel", told: Brief) -> None:
    taken = model.estimate(load_prompt(ANSWER, model.choice.prompts), _filled(told))
    needed = taken.prompt_tokens + taken.most_answer_tokens
    window = model.terms.window
    if needed > window:
        known = "" if model.terms.window_known else "is taken to "
        reads = "read" if known else "reads"
        raise PromptTooLong(
            f"{model.name} {known}{reads} {window:,} tokens (RAGASSIST_MODEL_WINDOW), and the "
            f"question with one passage and an answer takes up to {needed:,}: ask a shorter "
            "question, lower RAGASSIST_MAX_ANSWER_TOKENS, or use a model with a larger window"
        )


def _room(model: "ChatModel", slots: Mapping[str, str]) -> int:
    prompt = load_prompt(ANSWER, model.choice.prompts)
    rest = model.estimate(prompt, {**slots, "passages": "", "keys": ""})
    left = model.terms.window - rest.prompt_tokens - rest.most_answer_tokens - _SPARED
    return min(_MOST_TOKENS, left)


def _style_slots(style: Style, model: "ChatModel") -> dict[str, str]:
    folder = model.choice.prompts
    words = {} if style.words is None else {"words": str(style.words)}
    length = "length.free"
    if style.words is not None:
        length = "length.words" if style.words > _A_SENTENCE else "length.sentence"
    return {
        "form": load_part(f"form.{style.shape}", folder).fill({}),
        "length": load_part(length, folder).fill(words),
    }
