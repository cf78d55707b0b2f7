"""The numbers a text states, in one form however they are written."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from ragassist.types import Paper

_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_GAPS = re.compile(r"(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")
_RAISED_POINT = re.compile(r"(?<=[0-9])[·∙](?=[0-9])")
_NUMERAL = re.compile(
    r"(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|(?<![\w.])\.[0-9]+)"
    r"(?P<scale>\s?(?:[kKMB](?!\w)|(?:hundred|thousand|million|billion|trillion)s?\b))?"
)
# GPT-4, Qwen2, p53: a name. Behind `10-`, `x = ` or `approx.` a number is one.
_IN_A_NAME = re.compile(r"[^\W\d_][-_]?$")
_LIST_SIGN = re.compile(r"\W*[0-9]{1,2}[.)](?=\s)")
_IN_ROUND = re.compile(r"\(([0-9]{1,2})\)(?=\s+[^\W\d_])")
_FEWEST_LISTED = 2
_SCALES = {
    "k": 10**3, "m": 10**6, "b": 10**9, "hundred": 10**2, "thousand": 10**3, "million": 10**6,
    "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_UNITS = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10),
        strict=True)
)  # fmt: skip
_ORDINALS = dict(
    zip("first second third fourth fifth sixth seventh eighth ninth tenth".split(), range(1, 11),
        strict=True)
)  # fmt: skip
_OTHERS = {
    "both": ("2",), "double": ("2",), "doubled": ("2",), "doubles": ("2",), "doubling": ("2",),
    "dozen": ("12",), "half": ("0.5", "50", "2"), "halved": ("0.5", "50", "2"),
    "halves": ("0.5", "50", "2"), "once": ("1",), "quarter": ("0.25", "25", "4"),
    "single": ("1",), "thirds": ("3",), "thrice": ("3",), "triple": ("3",), "tripled": ("3",),
    "twice": ("2",), "twofold": ("2",), "threefold": ("3",), "tenfold": ("10",),
}  # fmt: skip
_WORD = re.compile(r"[a-z]+")


def numbers_claimed(text: str) -> dict[str, frozenset[str]]:
    """The numbers written in digits, each with the values that may state it elsewhere.

    What belongs to a name (`GPT-4`, `p53`) and what counts the parts of a list, `(1) …, (2) …`, is
    no number. Signs are left out of account: a dash before a number is a minus as often as not.
    """
    plain = _plain(text)
    skipped = _enumerators(plain)
    claimed = {}
    for match in _NUMERAL.finditer(plain):
        at = match.start()
        named = _IN_A_NAME.search(plain, max(0, at - 2), at)
        if named or at in skipped:
            continue
        claimed[match.group().strip()] = _values(match)
    return claimed


def numbers_stated(text: str) -> frozenset[str]:
    """Every value a text can be read to state, in digits, within names, and in words."""
    plain = _plain(text)
    stated: set[str] = set()
    for match in _NUMERAL.finditer(plain):
        stated |= _values(match)
    words = _WORD.findall(plain.lower())
    for word, following in pairwise([*words, ""]):
        stated |= _spelled(word, following)
    return frozenset(stated)


def unstated(text: str, papers: Sequence[Paper]) -> list[str]:
    """The numbers of a text, as written, that no title, abstract or date of the papers states."""
    claimed = numbers_claimed(text)
    if not claimed:
        return []
    said = [f"{p.title}\n{p.abstract}\n{p.year or ''}\n{p.date or ''}" for p in papers]
    stated = numbers_stated("\n".join(said))
    return [written for written, values in claimed.items() if values.isdisjoint(stated)]


def _enumerators(plain: str) -> set[int]:
    """Where a number counts: at the start, and in round brackets from (1) on, one by one."""
    spans = [match.span() for match in [_LIST_SIGN.match(plain)] if match]
    listed: list[tuple[int, int]] = []
    for match in _IN_ROUND.finditer(plain):
        if int(match.group(1)) == len(listed) + 1:
            listed.append(match.span())
    if len(listed) >= _FEWEST_LISTED:
        spans += listed
    return {at for span in spans for at in range(*span)}


def _plain(text: str) -> str:
    return _DASHES.sub("-", _RAISED_POINT.sub(".", _GAPS.sub(",", text)))


def _values(match: re.Match[str]) -> frozenset[str]:
    bare = Decimal(match.group("digits").replace(",", ""))
    scale = (match.group("scale") or "").strip().lower()
    scaled = bare * _SCALES.get(scale.removesuffix("s"), 1)
    return frozenset({_canonical(bare), _canonical(scaled)})


def _canonical(value: Decimal) -> str:
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _spelled(word: str, following: str) -> set[str]:
    """What a word says, and what it says together with the one behind it."""
    values = set(_OTHERS.get(word, ()))
    number = _UNITS.get(word, _TENS.get(word, _ORDINALS.get(word)))
    if number is None:
        return values
    values.add(str(number))
    if word in _TENS:
        last = _UNITS.get(following, _ORDINALS.get(following, 0))
        values.add(str(number + last if last < 10 else number))
    values.add(str(number * _SCALES.get(following, 1)))
    return values
