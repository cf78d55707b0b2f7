"""What one line of a saved paper list can be, told from its shape alone.

Nothing here knows a web site: a stamp is a category and a date, a sentence ends like one, a
title does not. What a line is in its page (a title waiting for its abstract, a footer) is
decided by the reader, which knows the neighbours.
"""

import calendar
import re
from dataclasses import dataclass
from enum import Enum, auto

from ragassist.sources.cleaning import clean_text

MAX_TITLE_CHARS = 500
"""No title is longer; a longer line is prose whatever its last character."""


class Kind(Enum):
    """What a line looks like by itself."""

    STAMP = auto()  # category and date: a paper begins
    FURNITURE = auto()  # never part of a paper: a counter, a lone date, a button
    COUNTER = auto()  # a word and a number: `AI Score58`, but also `GPT-4`, a title
    TITLE = auto()  # short, and no sentence
    PROSE = auto()  # sentences


@dataclass(frozen=True, slots=True)
class Stamp:
    """The line a dated entry begins with. `date` and `year` as in `Record`."""

    categories: tuple[str, ...]
    date: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A line's kind, with the stamp it is or why it is furniture."""

    kind: Kind
    stamp: Stamp | None = None
    reason: str = ""


LONE_DATE = "a date that belongs to no paper"
CONTROL = "a control of the page"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_FULL_DATE = (
    rf"(?:(?P<m1>{_MONTH})\s?(?P<d1>{_DAY})(?:(?:,\s?|\s)(?P<y1>(?:19|20)\d\d))?"
    rf"|(?P<d2>{_DAY})\s(?P<m2>{_MONTH})(?:(?:,\s?|\s)(?P<y2>(?:19|20)\d\d))?"
    r"|(?P<y3>(?:19|20)\d\d)-(?P<m3>\d\d)-(?P<d3>\d\d))"
)
_ARCHIVES = (
    "cs|stat|math|eess|econ|physics|astro-ph|cond-mat|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nlin|"
    "nucl-(?:ex|th)|q-bio|q-fin|quant-ph"
)
_CATEGORY = rf"(?:(?:{_ARCHIVES})(?:\.[A-Za-z][A-Za-z-]{{1,8}})?|[A-Z]{{2,4}})"
_CATEGORIES = rf"(?P<cats>{_CATEGORY}(?:[,;/ ]{{1,2}}{_CATEGORY}){{0,5}})"
_GAP = r"[\s·•|,]{0,3}"
_BADGE_NAMES = ("Code", "Data", "Dataset", "Model", "Demo", "Video", "Project", "PDF", "Slides")
_BADGES = rf"(?P<badges>(?:[\s·•|]{{0,3}}(?:{'|'.join(_BADGE_NAMES)}))*)"
_STAMP = re.compile(rf"{_CATEGORIES}(?P<gap>{_GAP}){_FULL_DATE}{_BADGES}")
_BADGED_DATE = re.compile(rf"(?P<cats>)(?P<gap>){_FULL_DATE}{_BADGES}")
_GLUED_STAMP = re.compile(rf"(?<=[^A-Z\s]){_STAMP.pattern}$")
_LONGEST_STAMP = 90

_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},?\s)?"
_LONE_DATE = re.compile(
    rf"{_WEEKDAY}(?:{_FULL_DATE}|{_MONTH},?\s(?:19|20)\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}})",
)
_LONE_CATEGORY = re.compile(rf"{_CATEGORIES}")
_SURE_COUNTER = re.compile(
    r"[^\w]{0,4}\d[\d,.]{0,12}\s?[kKmM%]?\+?"
    r"(?:(?:\s?[a-z][a-z-]{2,14}(?:\s[a-z]{2,12})?)|\s?[A-Z][a-z]{3,14})?"
    r"|(?:h-?index|i10-?index|(?:up)?votes?|likes?|comments?|citations?|stars?|"
    r"views?|(?:\w{2,12} )?score)"
    r"[\s:]{0,3}\d[\d,.]{0,12}\s?[kKmM%]?"
    r"|[a-z]{3,14}\s?\d{1,3}%",
    re.IGNORECASE,
)
_COUNTER = re.compile(r"[A-Za-z][A-Za-z :.-]{0,24}\d[\d,.]{0,12}\s?[kKmM%]?")
_CONTROL = re.compile(
    r"(?:load|show|see|view|read|learn) (?:more|less|all|pdf|paper|code|abstract|details)\b"
    r"|\b(?:subscribe|sign (?:up|in|out)|log ?(?:in|out)|all rights reserved|cookie policy|"
    r"privacy policy|terms of (?:use|service)|your (?:e-?mail|inbox)|newsletter|upvotes?)\b"
    r"|^(?:pdf|code|arxiv|html|abstract|share|save|bookmark|next|previous|prev|home|about|menu|"
    r"search|privacy|terms|contact|back to top|new|daily papers|trending)$|^©|\(c\) \d{4}",
    re.IGNORECASE,
)
_MAX_CONTROL_CHARS = 80

_WIDE_ENDS = "\u3002\uff0e"  # the full stops of Chinese and Japanese
_WIDE_MARKS = "\uff01\uff1f"
_WIDE_PAUSES = "\uff0c\uff1b\uff1a"
_CLOSING = "[\"'\u201d\u2019\u00bb)\\]\u300d\u300f]"
_ENDS_SENTENCE = re.compile(
    rf"[.\u2026!?,;:{_WIDE_ENDS}{_WIDE_MARKS}{_WIDE_PAUSES}]{_CLOSING}{{0,3}}$"
)
_ENDS_QUESTION = re.compile(rf"[!?{_WIDE_MARKS}]{_CLOSING}{{0,3}}$")
_ENDS_NAMES = re.compile(r"\bet\.? al\.?$", re.IGNORECASE)
_SENTENCE_BREAK = re.compile(
    rf"(?:[^\W\d_]{{2}}[^\W\d_A-Z]|[\d)\]%\"\u201d])[.!?]{_CLOSING}{{0,2}} (?=[^\W\d_])"
    rf"|[{_WIDE_ENDS}{_WIDE_MARKS}](?=.)"
)
_ADDRESS = re.compile(r"https?:\s?//|\bwww\.\w")
_LIST_MARK = re.compile(r"(?:[-*\u2022\u2023\u25aa\u2013]|\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])[).])\s")
_SECTION = re.compile(
    r"(?:background|objectives?|aims?|purpose|introduction|motivation|(?:materials? and )?methods?|"
    r"results?|findings|conclusions?|discussion|significance|contributions?)(?: and \w+)?:?",
    re.IGNORECASE,
)
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONG_FOR_A_QUESTION = 200
_ENDING_CHARS = 12
_LONG_FOR_TWO_SENTENCES = 300


def shape_of(text: str) -> Shape:
    """What the line is; `text` has single blanks, none at its ends, and is not empty."""
    if len(text) > MAX_TITLE_CHARS:
        return Shape(Kind.PROSE)
    stamp = stamp_of(text)
    if stamp is not None:
        return Shape(Kind.STAMP, stamp)
    reason = _furniture(text)
    if reason:
        return Shape(Kind.FURNITURE, reason=reason)
    if is_prose(text):
        return Shape(Kind.PROSE)
    return Shape(Kind.COUNTER if _COUNTER.fullmatch(text) else Kind.TITLE)


def stamp_of(text: str) -> Stamp | None:
    """The stamp that the whole line is, or None.

    A category needs a date beside it, and a lone date needs a badge: the date in a newsletter's
    header says nothing about any paper. A date that no calendar has is left out.
    """
    if len(text) > _LONGEST_STAMP or not _ends_like_stamp(text):
        return None
    found = _STAMP.fullmatch(text)
    if found:
        spaced = found["gap"] and not (_year(found) or found["badges"])
        return None if spaced else _stamp(found)
    found = _BADGED_DATE.fullmatch(text)
    return _stamp(found) if found and found["badges"] else None


def glued_stamp(text: str) -> int | None:
    """Where a stamp begins that is glued to the end of a text, or None.

    It happens when a file without a last line end is followed by another.
    """
    if not _ends_like_stamp(text) or stamp_of(text) is not None:
        return None
    start = max(0, len(text) - _LONGEST_STAMP)
    found = _GLUED_STAMP.search(text, start)
    return found.start() if found and found.start() > 0 else None


def is_prose(text: str) -> bool:
    """Whether the line reads as sentences rather than as a title or a list of names."""
    if len(text) > MAX_TITLE_CHARS or _ADDRESS.search(text):
        return True
    if _LIST_MARK.match(text) or _SECTION.fullmatch(text):
        return True
    breaks = sentence_breaks(text)
    if breaks >= 2 or (breaks and len(text) > _LONG_FOR_TWO_SENTENCES):
        return True
    end = text[-_ENDING_CHARS:]
    if _ENDS_NAMES.search(end) or not _ENDS_SENTENCE.search(end):
        return False
    if _ENDS_QUESTION.search(end):
        return len(text) > _LONG_FOR_A_QUESTION
    return bool(breaks) or not is_title_case(text)


def sentence_breaks(text: str) -> int:
    """How often a sentence ends and another begins."""
    return len(_SENTENCE_BREAK.findall(text))


def is_title_case(text: str) -> bool:
    """Whether nearly all longer words begin with a capital, as headlines' do."""
    words = _LONG_WORD.findall(text)
    return len(words) >= 2 and sum(word[0].isupper() for word in words) >= 0.75 * len(words)


def looks_titled(text: str) -> bool:
    """Whether a line that stands alone is more likely a paper's title than page furniture."""
    ideographs = len(_IDEOGRAPHS.findall(text))
    if ideographs >= 8:
        return True
    words = _LONG_WORD.findall(text)
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= 3 and (": " in text or capitals >= 0.6 * len(words))


def word_count(text: str) -> int:
    """Words, where a script without blanks counts two characters as one."""
    ideographs = len(_IDEOGRAPHS.findall(text))
    return len(_IDEOGRAPHS.sub(" ", text).split()) + ideographs // 2


def _furniture(text: str) -> str:
    # Only a line of little but markup can be cleaned away; cleaning every line costs more.
    if not any(map(str.isalnum, clean_text(text) if "\\" in text or "<" in text else text)):
        return "no words"
    if len(text) <= _LONGEST_STAMP and _LONE_DATE.fullmatch(text):
        return LONE_DATE
    if _LONE_CATEGORY.fullmatch(text):
        return "a category that belongs to no paper"
    if _SURE_COUNTER.fullmatch(text):
        return "a counter"
    if len(text) <= _MAX_CONTROL_CHARS and _CONTROL.search(text):
        return CONTROL
    return ""


def _ends_like_stamp(text: str) -> bool:
    return text[-1].isdigit() or text.endswith((*_BADGE_NAMES, "st", "nd", "rd", "th"))


def _year(found: re.Match[str]) -> str | None:
    return found["y1"] or found["y2"] or found["y3"]


def _stamp(found: re.Match[str]) -> Stamp:
    month_name = found["m1"] or found["m2"]
    month = _MONTHS.index(month_name[:3].lower()) + 1 if month_name else int(found["m3"])
    day = int((found["d1"] or found["d2"] or found["d3"]).rstrip("stndrh"))
    year = int(_year(found) or 0) or None
    categories = tuple(re.findall(_CATEGORY, found["cats"]))
    return Stamp(categories, _iso_date(year, month, day), year)


def _iso_date(year: int | None, month: int, day: int) -> str | None:
    # 2000 had every day a year can have.
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year or 2000, month)[1]:
        return None
    return f"{year:04d}-{month:02d}-{day:02d}" if year else f"--{month:02d}-{day:02d}"
