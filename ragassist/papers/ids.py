"""What a paper is called: the user's own key, else a citekey made from the merged record."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

from ragassist.text import fold, title_key
from ragassist.types import Record

_UNSAFE = re.compile(r"[^\w.:+/'^!?*-]+")
# A leading hyphen would be an option on the command line; the other marks say nothing first.
_SAFE = re.compile(r"_*[^\W_][\w.:+/'^!?*-]*")
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
_EDGES = "-.:+/_'^!?*"
_LONGEST_SLUG = 40
_SKIPPED = frozenset(
    "a an and are as at be by can do does for from how if in into is it its of on or that the "
    "their this to toward towards via we what when where which who why will with without".split()
)
_PARTICLES = frozenset("al bin da das de del della der di dos du el la le ten ter van von".split())
_AS_TWO = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "AE", "Ö": "OE", "Ü": "UE", "Ø": "OE", "Å": "AA"}
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_INITIALS = re.compile(r"(?!I{2,3}$|IV$)(?:[A-Z]{1,3}|(?:[A-Z]\.-?){1,3})")


def safe_key(key: str) -> str:
    r"""The key as it can stand in `[...]` and in `\cite{...}`.

    A key of letters and digits of any script and `. : + / - _ ' ^ ! ? *` stays as it is but for the
    composition of its accents; in another, every run of other characters becomes one hyphen, and
    marks at its ends are dropped. Empty when nothing remains.
    """
    composed = unicodedata.normalize("NFC", key.strip())
    if _SAFE.fullmatch(composed):
        return composed
    return _UNSAFE.sub("-", composed).strip(_EDGES)


def base_id(merged: Record, keys: Iterable[str] = ()) -> str:
    """The id a paper has as long as no other paper claims the same one.

    A pure function of the merged record and the sources' own keys: the first of the keys that has
    a safe form; else family name, year and first content word (`qin2023toolllm`); else, with the
    author or the year unknown, the title's words (`learning-from-future-a-novel-self`).

    Args:
        keys: those that count most first, see `ragassist.papers.precedence`.
    """
    own = next(filter(None, map(safe_key, keys)), None)
    if own is not None:
        return own
    family = _NOT_ALNUM.sub("", family_name(merged.authors[0])) if merged.authors else ""
    family = family[:_LONGEST_SLUG]
    word = _first_content_word(merged.title)[:_LONGEST_SLUG]
    if family and merged.year is not None and word:
        return f"{family}{merged.year}{word}"
    return _title_slug(merged.title) or f"paper-{_digest(merged.title + merged.abstract, 8)}"


def suffixed(base: str, distinguishing: str, length: int = 4) -> str:
    """`base`, told apart by `length` hexadecimal digits hashed from the normalised title."""
    return f"{base}-{_digest(distinguishing, length)}"


def family_name(author: str) -> str:
    """The family name of `Given Family`, `Family, Given` or `Family GN`, folded, no particles.

    Names in scripts without a case have no order to go by: the whole name is returned.
    """
    if "," in author:
        words = fold(author.split(",", 1)[0]).split()
    elif family_first := _before_initials(author):
        words = fold(family_first).split()
    else:
        words = [word for word in fold(author).split() if word.strip(".") not in _SUFFIXES][-1:]
    kept = [word for word in words if word not in _PARTICLES]
    return " ".join(kept or words)


def family_spellings(author: str) -> tuple[str, ...]:
    """The family name, and where it has letters that are also spelt as two, that spelling too.

    `Müller` is `muller` and `mueller`; `Mueller` and `Muller` are one spelling each.
    """
    family = family_name(author)
    spelt_out = family if author.isascii() else family_name(spell_out(author))
    return (family,) if spelt_out == family else (family, spelt_out)


def spell_out(text: str) -> str:
    """With `ue` for `ü` and the like, as where these letters cannot be typed."""
    return unicodedata.normalize("NFC", text).translate(_AS_TWO)


def _before_initials(author: str) -> str:
    """`Smith` of `Smith JA`, as PubMed writes names; empty for names in another order."""
    words = author.split()
    kept = len(words)
    while kept and _INITIALS.fullmatch(words[kept - 1]):
        kept -= 1
    family = " ".join(words[:kept])
    # `KAIMING HE` is in capitals throughout: no initials.
    return "" if kept == len(words) or family.isupper() else family


def _first_content_word(title: str) -> str:
    words = [_NOT_ALNUM.sub("", word) for word in fold(title).split()]
    words = [word for word in words if word]
    content = [word for word in words if word not in _SKIPPED]
    # A number would run into the year before it.
    named = [word for word in content if not word[0].isdigit()]
    return (named or content or words or [""])[0]


def _title_slug(title: str) -> str:
    words = [word for word in _NOT_ALNUM.split(fold(title)) if word]
    lengths_with_hyphen = accumulate(len(word) + 1 for word in words)
    words = words[: sum(length - 1 <= _LONGEST_SLUG for length in lengths_with_hyphen)]
    while len(words) > 1 and words[-1] in _SKIPPED:
        words.pop()
    return "-".join(words)


def _digest(text: str, length: int) -> str:
    return hashlib.sha256((title_key(text) or text).encode()).hexdigest()[:length]
