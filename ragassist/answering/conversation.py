"""A follow-up question as one that stands alone, so that it can be searched for."""

import re
from collections.abc import Sequence

from ragassist.errors import ModelUnavailable
from ragassist.index.lexical import QUESTION_WORDS, content_words
from ragassist.models import ChatModel
from ragassist.prompts import load_prompt
from ragassist.text import one_line
from ragassist.types import Exchange

_EXCHANGES_SHOWN = 4
_MOST_OF_AN_ANSWER = 400
_LONGEST_QUESTION = 500
_MOST_WORDS = 12
_BRACKETS = re.compile(r"\s*\[[^\[\]]*\]")
_CARRIES_ON = re.compile(
    r"(?:and|but|or|so|then|also|what about|how about|what else|who else)\b", re.IGNORECASE
)
# "IT" is a trade, "Is it possible to" points at nothing, and "papers that show" asks for papers.
_POINTS_BACK = re.compile(
    r"\b(?:[Ii]t(?! (?:possible|true|known)\b)|[Ii]ts|[Tt]hey|[Tt]heir|[Tt]hem|[Tt]his|[Tt]hese|"
    r"[Tt]hose|[Tt]he (?:former|latter|same))\b"
    r"|^[Tt]hat\b|\b(?:about|after|by|did|do|does|for|from|in|is|like|of|on|than|to|was|why|with)"
    r" that\b|\bthat\W*$"
)
_ADDED = re.compile(r" \([^()]*\)$")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
# "Why did accuracy drop?" asks about something; "Why do transformers hallucinate facts?" says what.
_ENOUGH, _ENOUGH_FOR_WHY = 2, 3


def condense(question: str, earlier: Sequence[Exchange], model: ChatModel | None) -> str:
    """The question as one that stands alone; as it is where nothing was said before.

    Without a model, or where it fails, a question that leans on what went before is given the
    content words of the last question that did not: `And its limits? (Self-RAG retrieve)`. It
    leans if it begins with "and", "but", "what about" and the like, points back with a pronoun
    ("it", "their", "these", "does that"), or names fewer than two things (fewer than three where
    it begins with "why").

    Args:
        earlier: oldest first; a model is shown the last four, without their citations.

    Cost: one call of the model, where there is one.

    Raises:
        ModelMisconfigured: it cannot be used as configured.
        PromptInvalid: the template has other slots.
    """
    if not earlier:
        return question
    rewritten = "" if model is None else _rewritten(question, earlier, model)
    return rewritten or _with_topic(question, earlier)


def _rewritten(question: str, earlier: Sequence[Exchange], model: ChatModel) -> str:
    prompt = load_prompt("condense", model.choice.prompts)
    said = "\n\n".join(
        f"Question: {exchange.question}\nAnswer: {_shortened(exchange.said) or '(none found)'}"
        for exchange in earlier[-_EXCHANGES_SHOWN:]
    )
    try:
        reply = model.complete(prompt, {"conversation": said, "question": question})
    except ModelUnavailable:
        return ""
    rewritten = one_line(reply).strip('"“”*` ')
    return rewritten if len(rewritten) <= _LONGEST_QUESTION else ""


def _shortened(said: str) -> str:
    line = one_line(_BRACKETS.sub("", said))
    return line if len(line) <= _MOST_OF_AN_ANSWER else f"{line[: _MOST_OF_AN_ANSWER - 1]}…"


def _with_topic(question: str, earlier: Sequence[Exchange]) -> str:
    if not _leans(question):
        return question
    questions = [exchange.question for exchange in reversed(earlier)]
    stands = (asked for asked in questions if not _leans(_ADDED.sub("", asked)))
    known = set(_named(question))
    words = {
        word: None
        for word in _WORD.findall(next(stands, questions[0]))
        if (named := _named(word)) and not known.issuperset(named)
    }
    topic = " ".join(list(words)[:_MOST_WORDS])
    return f"{question} ({topic})" if topic else question


def _leans(question: str) -> bool:
    asked = question.strip()
    enough = _ENOUGH_FOR_WHY if asked.lower().startswith("why") else _ENOUGH
    return bool(
        _CARRIES_ON.match(asked) or _POINTS_BACK.search(asked) or len(_named(asked)) < enough
    )


def _named(text: str) -> list[str]:
    return [word for word in content_words(text) if word not in QUESTION_WORDS]
