"""Sentences that frame a text and claim nothing: headings, what leads in, what is said around it.

Where no citation stands, a rule has to tell them from claims, by their words alone:

- what states a figure claims something;
- so does what has a verb of finding between two other words, "Aspirin cures cancer", and a
  heading with "is", "can" and the like, but a question;
- so does what names something that neither the question nor the papers speak of, but a heading
  of up to three words;
- a sentence of nothing but words about the text itself ("Here is the answer", "Let me know if you
  need more") claims nothing;
- nor does an entry of the list of references that a text closes with: names, and words of titles.
"""

import re
from collections.abc import Callable
from itertools import pairwise

from ragassist.grounding.numbers import numbers_claimed
from ragassist.index.lexical import QUESTION_WORDS

# The words that texts speak of themselves with.
_ABOUT_THE_TEXT = frozenset(
    "absolutely abstract abstracts additional additionally advantages answer answers anything "
    "applications approach approaches area areas ask asked asking aspect aspects assist "
    "available background based below benefits better brief briefly categories category causes "
    "certainly challenges citation citations cited clarification clarify clear comparison "
    "concise conclusion conclusions cons consider considerations context contribution "
    "contributions course data dataset datasets definition definitions detail detailed details "
    "differences different direct directions disadvantages discussed discussion effects "
    "evaluation evidence examples excellent experiments factors feel final finally finding "
    "findings first follow following follows free future general glad good great group groups "
    "happy hello help helpful helps here here's hi hope i'd i'll i'm impact implications "
    "importance important include included includes including information insights interesting "
    "introduction involved issues it's key known let's limitation limitations list listed look "
    "looking main major means mentioned method methods model models need needed needs next note "
    "notes ok okay open outline outlook overall overview part parts passage passages point "
    "points possible practice problems pros provide provided provides question questions ready "
    "reason reasons reference references relevant remarks report reported reports result "
    "results review second section sections several short similarities something sorry source "
    "sources specific specifically step steps strengths studies study sum summarise summarised "
    "summarises summarize summarized summarizes summary sure synthesis take takeaway takeaways "
    "task tasks technique techniques thank thanks that's theme themes there's third three topic "
    "topics trends two type types understand various views want way ways weaknesses welcome "
    "well words work works you're".split()
)
_FINDS = re.compile(
    r"(?:achiev|affect|beat|boost|caus|cur|cut|decreas|defeat|doubl|eliminat|enabl|exceed|fail|"
    r"guarantee|halv|harm|hurt|improv|increas|kill|lead|lower|outperform|outrank|prevent|"
    r"prov|rais|reduc|replac|solv|succeed|surpass|tripl|underperform|win|worsen)(?:e?s|e?d|e)?|"
    r"cut|hurt|led|proven|won",
)
_IS = frozenset(
    "is are was were can cannot could will would must may might has have had does do did should "
    "always never".split()
)
_ASKS = frozenset("how what when where which who whom whose why".split())
_PARTS_OF_NAMES = frozenset("among and between by for from in of on or versus vs with".split())
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# The sign of a heading or an item, and the number of a section.
_SIGNS = re.compile(r"\s*(?:(?:#{1,6}|[-*+•])\s+)?[*_]*(?:[0-9]{1,2}(?:\.[0-9]{1,2})*[.)]\s+)?")
_REFERENCES = re.compile(
    r"[*_]*(?i:references?|bibliography|sources?|citations|literature|works cited"
    r"|(?:cited|referenced) (?:papers|works|sources|literature))(?i: cited| used)?[*_]*"
    r"(?::[*_]*|\Z|\s(?=[^\W_a-z]|\[))"
)
_ADDRESS = re.compile(r"\S*(?://|\bdoi\b|\b10\.\d{4})\S*", re.IGNORECASE)
# What entries have in lower case beside titles: between names, and before numbers.
_OF_ENTRIES = frozenset(
    "a al an and arxiv at by chapter da de del den der di doi du ed edition eds et for from in "
    "issue la le no of on p pages pp preprint proc th the to van vol volume von with y".split()
)
_LONGEST_HEADING = 12
_SHORT_HEADING = 3

Known = Callable[[list[str]], bool]
"""Whether the question and the papers speak of all of these words."""


def framing(text: str, known: Known) -> str:
    """What a sentence without citations is, that claims nothing; empty where it may claim."""
    said = _SIGNS.sub("", text, count=1)
    words = _WORD.findall(said)
    lowered = [word.lower().replace("’", "'") for word in words]
    named = [word for word in lowered if word not in QUESTION_WORDS | _ABOUT_THE_TEXT]
    if numbers_claimed(said) or _finds(lowered):
        return ""
    if text.startswith("#"):
        return "a heading" if _is_heading(said, lowered, named, known) else ""
    if text.rstrip("*_ ").endswith((":", "：")):
        leads = not {"always", "never"}.intersection(lowered) and known(named)
        return "leads in what follows" if leads else ""
    return "" if named or not words else "says nothing of the subject"


def heads_references(text: str) -> bool:
    """Whether a text begins a list of references, by its heading."""
    return _REFERENCES.match(_SIGNS.sub("", text, count=1)) is not None


def is_entry(text: str, titled: Known) -> bool:
    """Whether a text is of a list of references, its heading included: it states nothing.

    Args:
        titled: whether the titles and authors of the papers have all of these words.
    """
    said = _ADDRESS.sub(" ", _REFERENCES.sub("", _SIGNS.sub("", text, count=1), count=1))
    foreign = [word for word in _WORD.findall(said) if not titled([word])]
    lowered = {word.lower() for word in foreign}
    if _IS & lowered or any(map(_FINDS.fullmatch, lowered)):
        return False
    return all(word[0].isupper() or word[0].isdigit() or word in _OF_ENTRIES for word in foreign)


def _finds(words: list[str]) -> bool:
    """Whether a verb of finding stands between two other words, and none makes it a noun."""
    return any(
        _FINDS.fullmatch(word) is not None and following not in _PARTS_OF_NAMES
        for word, following in pairwise(words[1:])
    )


def _is_heading(said: str, words: list[str], named: list[str], known: Known) -> bool:
    if len(words) > _LONGEST_HEADING:
        return False
    asks = said.rstrip("*_# ").endswith("?") or (bool(words) and words[0] in _ASKS)
    if not asks and _IS.intersection(words):
        return False
    short = len(words) <= _SHORT_HEADING and not any(map(str.isdigit, said))
    return short or known(named)
