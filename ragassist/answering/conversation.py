"""A follow-up question as one that stands alone, so that it can be searched for."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ragassist.errors import ModelUnavailable
from ragassist.index.lexical import QUESTION_WORDS, content_words
from ragassist.prompts import load_prompt
from ragassist.sentences import split_sentences
from ragassist.text import one_line
from ragassist.types import Exchange

if TYPE_CHECKING:
    from ragassist.models.chat import ChatModel

CONDENSE = "condense"
"""The prompt by which a model makes a question stand alone."""

_EXCHANGES_SHOWN = 4
_MOST_OF_AN_ANSWER = 400
_LONGEST_QUESTION = 500
_MOST_WORDS = 12
_WRAPPING = '"“”*` '
_ANNOUNCED = re.compile(
    r"[^:?]{0,60}\b(?:question|rewritten|standalone)\b[^:?]{0,20}:\s*", re.IGNORECASE
)
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
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_A_FRAGMENT = 2


def condense(question: str, earlier: Sequence[Exchange], model: "ChatModel | None") -> str:
    """The question as one that stands alone; as it is where nothing was said before.

    Without a model, or where it fails, a question that leans on what went before is given the
    content words of the question before: `And its limits? (Self-RAG retrieve)`. It leans if it
    begins with "and", "but", "what about" and the like, points back with a pronoun ("it", "their",
    "these", "does that"), names nothing ("Why?"), or is a single word ("Limits?").

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


def _rewritten(question: str, earlier: Sequence[Exchange], model: "ChatModel") -> str:
    prompt = load_prompt(CONDENSE, model.choice.prompts)
    said = "\n\n".join(
        f"Question: {exchange.question}\nAnswer: {_shortened(exchange.said) or '(none found)'}"
        for exchange in earlier[-_EXCHANGES_SHOWN:]
    )
    try:
        reply = model.complete(prompt, {"conversation": said, "question": question})
    except ModelUnavailable:
        return ""
    rewritten = _only_question(one_line(reply))
    return rewritten if len(rewritten) <= _LONGEST_QUESTION else ""


def _only_question(reply: str) -> str:
    """The one question of a reply, without what a chatty model wraps around it."""
    reply = reply.replace("**", "")
    sentences = [reply[start:stop] for start, stop in split_sentences(reply)]
    asked = [sentence for sentence in sentences if sentence.rstrip(_WRAPPING).endswith("?")]
    if len(sentences) > 1 and len(asked) == 1:
        reply = asked[0]
    if (found := _ANNOUNCED.match(reply)) is not None:
        reply = reply[found.end() :]
    return reply.strip(_WRAPPING)


def _shortened(said: str) -> str:
    line = one_line(_BRACKETS.sub("", said))
    return line if len(line) <= _MOST_OF_AN_ANSWER else f"{line[: _MOST_OF_AN_ANSWER - 1]}…"


def _with_topic(question: str, earlier: Sequence[Exchange]) -> str:
    if not _leans(question):
        return question
    known = set(_named(question))
    words = {
        word: None
        for word in _WORD.findall(earlier[-1].question)
        if (named := _named(word)) and not known.issuperset(named)
    }
    topic = " ".join(list(words)[:_MOST_WORDS])
    return f"{question} ({topic})" if topic else question


def _leans(question: str) -> bool:
    asked = question.strip()
    return bool(
        _CARRIES_ON.match(asked)
        or _POINTS_BACK.search(asked)
        or not _named(asked)
        or (len(_WORD.findall(asked)) <= _A_FRAGMENT and len(_named(asked)) < _A_FRAGMENT)
    )


def _named(text: str) -> list[str]:
    return [word for word in content_words(text) if word not in QUESTION_WORDS]
