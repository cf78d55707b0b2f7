"""Authors of a saved paper list: lists of names, alone on a line or glued to a title.

`...Human-like Reasoning?Jane Doe, John Roe et al.` has no mark where the title ends. The place
is found by shape (a capital directly after a small letter, a digit or a closing mark, from which
on everything reads as names), and where several places fit, by what else is known: words of the
abstract, and names met elsewhere on the page.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MAX_KNOWN_NAMES = 4096
_MAX_NAME_CHARS = 60
_MAX_TOKENS = 6
_ET_AL_CHARS = 12
_MAX_AFFILIATION_CHARS = 120

_ET_AL = re.compile(r"[ ,]{0,2}\bet\.? al\.?,?$", re.IGNORECASE)
_SEPARATOR = re.compile(r" ?[,;\uff0c\u3001\uff1b] ?(?:(?:and|&) )?| (?:and|&) ")
_MAY_LIST = re.compile("[,;\uff0c\u3001\uff1b\u00b7\u2022\u2219\u22c5]| and | & | et al")
_AFFILIATED = re.compile(r" [·•∙⋅] ")
_PARTICLES = frozenset(
    ("van", "der", "den", "de", "del", "della", "di", "da", "do", "dos", "das", "du", "la", "le",
     "el", "al", "bin", "ibn", "ben", "ter", "ten", "von", "vom", "zu", "zur", "af", "av", "y", "e",
     "i", "st", "bint", "abu", "mac", "mc", "san", "'t")
)  # fmt: skip
_NOT_NAMES = frozenset(
    ("The", "And", "For", "With", "From", "Via", "Using", "Of", "Is", "Are", "Towards", "Toward",
     "Beyond", "How")
)  # fmt: skip
_NUMERALS = frozenset(("II", "III", "IV"))
_SHORT_FORMS = frozenset(("Jr", "Sr", "St", "Dr", "Ph", "Th", "Ch", "Chr", "Prof", "Yu", "Wm"))
_APOSTROPHES = "'\u2019\u02bc"
_TOKEN_PARTS = re.compile(f"[-.\u2010\u2011{_APOSTROPHES}]")
_CLOSERS = frozenset('?!)]}"\u201d\u00bb%*+\u2026\u300d\u300f\u3011\uff09\uff1f\uff01\u3002')
_HUMPED = re.compile(r"[a-z][A-Z]")
_SYLLABLE = (
    "(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
    "(?:iang|iong|uang|ang|eng|ong|ing|iao|ian|uai|uan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|"
    "un|ue|ve|a|o|e|i|u|v)"
)
_HUMPED_NAME = re.compile(
    rf"(?i:(?:{_SYLLABLE}){{2,3}})|(?:Mc|Mac|De|Di|Da|Du|La|Le|Van|Von|Fitz|Al|El|Abd)[A-Z][a-z]+"
)
_WORD = re.compile(r"[^\W_][\w-]*")
_LAST_WORD_CHARS = 60


@dataclass(frozen=True, slots=True)
class Byline:
    """The authors of one paper, as `Record` has them."""

    authors: tuple[str, ...]
    truncated: bool = False
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words that an abstract uses, as evidence that something is a word and not a name."""

    words: frozenset[str]
    small: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Vocabulary":
        """The words of a text; `small` has those it writes with a small first letter."""
        whole = {word for token in _WORD.findall(text) for word in (token, *token.split("-"))}
        return cls(
            frozenset(word.lower() for word in whole),
            frozenset(word for word in whole if word[:1].islower()),
        )

    def has(self, word: str) -> bool:
        """Whether the word is used, in singular or plural."""
        word = word.lower()
        return bool({word, f"{word}s", word.removesuffix("s")} & self.words)


class PageNames:
    """Names met on the page so far and a little ahead: a bounded memory, oldest out first."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}
        self._bylines = 0
        self._glued = 0

    def note(self, text: str, *, after_stamp: bool) -> None:
        """Take in one line; only what certainly lists names is remembered."""
        listed, truncated, _ = _without_additions(text)
        if not (truncated or after_stamp) or len(text) > _MAX_NAME_CHARS * 40:
            return
        names = [listed[start:stop] for start, stop in _segments(listed)]
        if truncated and all(map(is_name, names)) and not _HUMPED.search(names[0]):
            self._bylines += 1
            self._remember(names)
        elif truncated:
            self._glued += 1
            self._remember(name for name in names[1:] if is_name(name))

    def is_known(self, name: str) -> bool:
        """Whether the page has this name elsewhere."""
        return name in self._names

    def has_bylines(self) -> bool:
        """Whether this page writes its authors on lines of their own."""
        return self._bylines > self._glued

    def _remember(self, names: Iterable[str]) -> None:
        for name in names:
            if " " in name:
                self._names[name] = None
        while len(self._names) > _MAX_KNOWN_NAMES:
            del self._names[next(iter(self._names))]


def ends_truncated(text: str) -> bool:
    """Whether the line ends in `et al.`, affiliations aside."""
    return _without_additions(text)[1]


def lists_names(text: str) -> bool:
    """Whether the line ends as a list of authors does, whatever it begins with."""
    listed, truncated, _ = _without_additions(text)
    names = _SEPARATOR.split(listed[-4 * _MAX_NAME_CHARS :])[-2:]
    return truncated or (len(names) == 2 and is_name(names[1]) and len(names[0]) > 1)


def byline(text: str, *, certain: bool) -> Byline | None:
    """The authors when the whole line is a list of names, else None.

    Args:
        text: one line, single blanks.
        certain: whether authors are due here; then `et al.` or affiliations are proof enough, and
            one name alone will do.
    """
    if not certain and not _MAY_LIST.search(text):
        return None
    listed, truncated, affiliations = _without_additions(text)
    names = tuple(listed[start:stop] for start, stop in _segments(listed) if stop > start)
    if not names or any(len(name) > _MAX_NAME_CHARS for name in names):
        return None
    marked = truncated or bool(affiliations)
    if not all(map(is_name, names)):
        return Byline(names, truncated, affiliations) if certain and marked else None
    several = len(names) > 1 and any(" " in name for name in names)
    if marked or several or (certain and " " in names[0]):
        return Byline(names, truncated, affiliations)
    return None


def split_glued(text: str, vocabulary: Vocabulary, page: PageNames) -> tuple[str, Byline] | None:
    """The title and the authors glued to its end, or None when there are none to be told.

    With `et al.` at the end there are authors, and the likeliest place is taken. Without it the
    evidence decides: `with PyTorch Lightning` has the shape of an author, but an abstract that
    writes `PyTorch` or `lightning` says it is none.
    """
    listed, truncated, affiliations = _without_additions(text)
    best: tuple[float, int, tuple[str, ...]] | None = None
    for start, names in _splits(listed):
        score = _score(listed, start, names, vocabulary, page)
        if best is None or score > best[0]:
            best = (score, start, names)
    if best is None:
        return None
    score, start, names = best
    if not truncated and score - 3 * page.has_bylines() <= 0:
        return None
    return listed[:start].rstrip(), Byline(names, truncated, affiliations)


def is_name(text: str) -> bool:
    """Whether the text has the shape of one person's or group's name."""
    if not text or len(text) > _MAX_NAME_CHARS:
        return False
    tokens = text.split(" ")
    if len(tokens) > _MAX_TOKENS or not all(map(_is_name_token, tokens)):
        return False
    return any(_is_full_token(token) for token in tokens)


def _without_additions(text: str) -> tuple[str, bool, tuple[str, ...]]:
    """The line without `et al.` and affiliations; whether `et al.` was there; affiliations."""
    affiliations: tuple[str, ...] = ()
    marks = list(_AFFILIATED.finditer(text))
    listed = text[: marks[-1].start()] if marks else text
    if marks and (_ends_et_al(listed) or len(text) - marks[-1].end() <= _MAX_AFFILIATION_CHARS):
        parts = (part.strip() for part in text[marks[-1].end() :].split(","))
        affiliations = tuple(filter(None, parts))
    else:
        listed = text
    found = _ends_et_al(listed)
    return (listed[: found.start()], True, affiliations) if found else (listed, False, affiliations)


def _ends_et_al(text: str) -> re.Match[str] | None:
    return _ET_AL.search(text, max(0, len(text) - _ET_AL_CHARS))


def _segments(text: str) -> list[tuple[int, int]]:
    """Where the parts between commas and `and` begin and end."""
    bounds, start = [], 0
    for separator in _SEPARATOR.finditer(text):
        bounds.append((start, separator.start()))
        start = separator.end()
    return [*bounds, (start, len(text))]


def _splits(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every place where a title could end, with the names from there on."""
    following: tuple[str, ...] = ()
    for start, stop in reversed(_segments(text)):
        for place in range(max(start, stop - _MAX_NAME_CHARS, 1), stop):
            if _is_boundary(text, place) and is_name(text[place:stop]):
                yield place, (text[place:stop], *following)
        if not is_name(text[start:stop]):
            return
        following = (text[start:stop], *following)


def _is_boundary(text: str, place: int) -> bool:
    before, here = text[place - 1], text[place]
    if here.islower():
        particle = text[place : text.find(" ", place)]
        word = text[max(0, place - 3) : place]
        return len(word) == 3 and word.isalpha() and len(particle) > 1 and particle in _PARTICLES
    if not here.isalpha():
        return False
    if before in _CLOSERS or before.isdigit() or before.islower():
        return True
    if before == "." or before in _APOSTROPHES:
        return place >= 3 and text[place - 3 : place - 1].isalpha()
    if not before.isalpha():
        return False
    if before.isupper() and here.isupper():
        after = text[place + 1 : place + 2]
        return after.islower() or (after != "" and after in f".{_APOSTROPHES}")
    return before.isupper() != here.isupper()


def _score(
    text: str, start: int, names: tuple[str, ...], vocabulary: Vocabulary, page: PageNames
) -> float:
    """How much speaks for a title ending at `start`; above 0 it does without other proof."""
    left = _last_word(text[:start])
    token = left + names[0].split(" ")[0]
    score = 1.0
    if page.is_known(names[0]):
        score += 4
    score += _title_end_score(text[start - 1], left, vocabulary)
    if left and token != left and token.lower() in vocabulary.words:
        score -= 8
    if text[start].islower():
        score -= 4
    title_words = {word.lower() for word in _WORD.findall(text[:start])}
    return score + _names_score(names, vocabulary.small | title_words)


def _title_end_score(before: str, left: str, vocabulary: Vocabulary) -> float:
    if not before.isalnum():
        return 3
    if left and (vocabulary.has(left) or vocabulary.has(left.rpartition("-")[2])):
        return 3
    if _HUMPED.search(left):
        return -1
    return -2 if len(left) < 3 and not left.isupper() and not left.isdigit() else 0


def _names_score(names: tuple[str, ...], words: frozenset[str]) -> float:
    score = 0.25 * len(names)
    first = names[0]
    if " " in first and _HUMPED.search(first.split(" ")[0]):
        score -= 0 if _HUMPED_NAME.fullmatch(first.split(" ")[0]) else 5
    score -= 2 * sum(" " not in name for name in names)
    score -= 3 * (first[1:2] == " ")  # `3D Scenes`: hardly somebody called D
    tokens = [token.lower() for name in names for token in name.split(" ")]
    score -= 1.5 * sum(token in words for token in tokens if len(token) > 3)
    # `OpenAI Gym`: two capitals without full stops are seldom somebody's initials.
    return score - 2 * (first[:2].isupper() and first[:2].isalpha() and first[2:3] == " ")


def _last_word(text: str) -> str:
    words = _WORD.findall(text[-_LAST_WORD_CHARS:])
    return words[-1] if words and text[-1].isalnum() else ""


def _is_name_token(token: str) -> bool:
    if token in _PARTICLES or token in _NUMERALS:
        return True
    if token in _NOT_NAMES:
        return False
    bare = token.rstrip(".")
    parts = [part for part in _TOKEN_PARTS.split(bare) if part]
    if not parts or not all(map(_is_letters, parts)) or parts[0][0].islower():
        return False
    if bare != token and len(parts[-1]) > 2 and bare not in _SHORT_FORMS:
        return False
    return all(map(_is_name_part, parts))


def _is_letters(part: str) -> bool:
    return all(char.isalpha() or unicodedata.category(char)[0] == "M" for char in part)


def _is_name_part(part: str) -> bool:
    if len(part) > 2 and part[:2].isupper():
        return False
    ideographs = sum("\u3040" <= char <= "\u9fff" for char in part)
    return ideographs <= 6 and (ideographs in (0, len(part)))


def _is_full_token(token: str) -> bool:
    """Whether the token is more than an initial or a particle."""
    if token in _PARTICLES:
        return False
    letters = [char for char in token if char.isalpha()]
    if len(letters) < 2:
        return False
    return "-" in token or not "".join(letters).isupper()
