"""What a sentence does in an abstract: set the scene, say what was done, lean on the one before.

The few phrases here are scholarly English in general, none of a field. A sentence that none of
them recognises is neither preferred nor put back.
"""

import re
from collections.abc import Sequence

_SELF = r"(?:paper|work|article|study|survey|monograph|thesis|book|report|tutorial|review|dataset)"
# Where an abstract turns from the state of the field to what its authors did.
_TURN = re.compile(
    rf"\b(?:we|our|(?:this|the present) {_SELF}|here,? we|is (?:proposed|introduced|presented))\b",
    re.IGNORECASE,
)
_SAYS_WHAT_WAS_FOUND = re.compile(
    rf"\b(?:we|this {_SELF}|the (?:paper|authors|study)) (?:\w+ )?"
    r"(?:propose|introduce|present|show|find|found|develop|demonstrate|describe|conclude|observe|"
    r"explore|investigate|study|argue|release|design|build|establish|identify|reveal)s?\b"
    r"|\bresults? (?:\w+ )?(?:show|demonstrate|indicate|suggest|reveal)s?\b",
    re.IGNORECASE,
)
_SETS_THE_SCENE = re.compile(
    r"\b(?:ha(?:s|ve) (?:\w+ )?(?:witnessed|gained|attracted|received|emerged|become|been widely|"
    r"shown|achieved|demonstrated|made)|recent(?:ly)? (?:years|advance\w*|progress|work|stud\w+|"
    r"develop\w+)|in recent years|despite|remains?|lacks?|increasingly|(?:crucial|essential|"
    r"important|fundamental|critical|challenging) (?:for|task|problem|role|to|in)|plays?)\b"
    r"|^(?:recently|while|although|however|existing|current|previous|prior|traditional)\b",
    re.IGNORECASE,
)
_OFFERS_FILES = re.compile(
    r"https?://|\b(?:code|data(?:sets?)?|models?|demo|implementation)\b.{0,60}"
    r"\b(?:available|released?|open-?sourced?|found at)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:however|moreover|furthermore|additionally|besides|also|thus|therefore|hence|consequently|"
    r"nevertheless|nonetheless|meanwhile|similarly|conversely|accordingly|instead|finally|lastly|"
    r"specifically|concretely|notably|importantly|in particular|in addition|as a result|"
    r"in contrast|by contrast|on the other hand|on the contrary|in light of (?:this|these)|"
    r"to (?:this|that) end|for (?:this|that) (?:purpose|reason)|for (?:example|instance)|"
    r"first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|next|then|"
    r"(?:to|in order to) \w+ (?:\w+ )?(?:this|that|these|those|such|the above|it|them)\b[^,]{0,60}|"
    r"(?:inspired|motivated|driven|guided|prompted) by (?:this|these|that|such)[^,]{0,60}|"
    r"(?:based|building|drawing|relying) (?:up)?on (?:this|these|that|such|it)[^,]{0,60}|"
    rf"(?:with|from|using|given|through|by|in|under|for) (?!this {_SELF}\b)"
    r"(?:this|these|that|those|such)\b[^,]{0,60}|to the best of our knowledge"
    r"),\s+",
    re.IGNORECASE,
)
_LEANS = re.compile(
    rf"(?!this {_SELF}\b)(?:this|these|those|that|it|its|they|their|them|such|he|she|his|her|both|"
    r"neither|one|another|the (?:former|latter|same|other|above|resulting)|but|and|or|yet|so|"
    r"however|also|thus|therefore|hence|then|instead|nor|doing so|as such|others?)\b",
    re.IGNORECASE,
)
_FOUND, _SCENE, _BEFORE_THE_TURN, _FILES, _QUESTION = 1.1, 0.55, 0.85, 0.6, 0.5

_ASKS_FOR_NUMBER = re.compile(
    r"\bhow (?:many|much|often|large|big|long|fast|far)\b"
    r"|\bwhat (?:number|share|percentage|fraction|proportion)\b",
    re.IGNORECASE,
)
# A figure, not a name with one: `16,464` and `25%`, neither `GPT-4` nor `Qwen2`.
_NUMBER = re.compile(r"(?<![\w-])\d[\d,.]*(?![\w-])")


def find_turn(sentences: Sequence[str]) -> int:
    """The place of the first sentence that says what the authors did; 0 where none does."""
    for place, sentence in enumerate(sentences):
        if _TURN.search(sentence):
            return place
    return 0


def emphasis(sentence: str, *, before_turn: bool) -> float:
    """How much a sentence counts for what it does: above 1 for findings, below for the scene."""
    weight = _BEFORE_THE_TURN if before_turn else 1.0
    if _SETS_THE_SCENE.search(sentence) and not _SAYS_WHAT_WAS_FOUND.search(sentence):
        weight *= _SCENE
    elif _SAYS_WHAT_WAS_FOUND.search(sentence):
        weight *= _FOUND
    if _OFFERS_FILES.search(sentence):
        weight *= _FILES
    if sentence.endswith("?"):
        weight *= _QUESTION
    return weight


def asks_for_number(question: str) -> bool:
    """Whether a question wants a figure: "how many", "how often", "what share"."""
    return bool(_ASKS_FOR_NUMBER.search(question))


def has_number(sentence: str) -> bool:
    """Whether a sentence states a figure."""
    return bool(_NUMBER.search(sentence))


def opening(sentence: str) -> int | None:
    """Where a sentence begins that stands alone: behind the words that link it to the one before.

    "To this end, we train" stands alone from "we train" on; "It is" does not at all: None.
    """
    link = _LINK.match(sentence)
    start = link.end() if link else 0
    return None if _LEANS.match(sentence, start) else start
