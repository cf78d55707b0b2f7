"""What two records state that speaks for, and against, their being of one work."""

import functools
import re

from ragassist.papers.ids import family_name
from ragassist.papers.preprints import is_preprint
from ragassist.text import fold, title_key
from ragassist.types import Record

# Of the words of the shorter title, so many are in the longer.
_HAVE_WORDS_IN_COMMON = 0.5
_ALMOST_NONE = 0.25
_SHORTEST_WORD = 4
_FEWEST_TITLE_WORDS = 3
_NUMBER = re.compile(r"[a-z]*\d+|[ivxlc]+\b", re.I)
_WORD = re.compile(r"[^\W_]+")
_OF_GENERIC_TITLES = frozenset(
    "a abstracts an announcement annual author authors board book by comment comments commentary "
    "contents correction corrections corrigendum discussion editor editorial editors erratum "
    "foreword from guest in index introduction issue letter letters message news note notes "
    "obituary of on preface president rejoinder reply report response retraction review reviewers "
    "reviews s special table thanks the this to".split()
)
_OF_ANY_VENUE = frozenset(
    "and annual conf conference der die for in int international j journal la meeting of on proc "
    "proceedings revue symposium the trans transactions workshop zeitschrift".split()
)


def contradict(a: Record, b: Record, *, two_keys: bool = False) -> bool:
    """Whether two records that state one identifier are yet plainly of two works.

    An identifier copied or typed wrongly is common; a wrong citation is the worst that may come of
    it. So they are two where the titles have almost no word in common and the authors or the years
    disagree, and where fewer than half of the words are common and both disagree. What is left out
    or written in another script contradicts nothing.

    Args:
        two_keys: one source has a key for each, which says as well that they are two.
    """
    common = _common_words(a.title, b.title)
    if common is None or common >= _HAVE_WORDS_IN_COMMON:
        return False
    years = a.year is not None and b.year is not None and abs(a.year - b.year) > years_between(a, b)
    disagreeing = years + _other_authors(a, b)
    if common >= _ALMOST_NONE:
        return disagreeing == 2
    return disagreeing > 0 or two_keys


def alike_titles(one: str, other: str) -> bool:
    """Whether half of the words of the shorter title are in the longer; False where one is none."""
    common = _common_words(one, other)
    return common is not None and common >= _HAVE_WORDS_IN_COMMON


def years_between(a: Record, b: Record) -> int:
    """How many years may lie between two statements of one work: reviewing takes its time."""
    published_later = bool(a.authors and b.authors) and is_preprint(a) != is_preprint(b)
    return 2 if published_later else 1


def same_person(one: str, other: str) -> bool:
    """Whether two names, in whichever order they are written, may be one author's."""
    if family_name(one) == family_name(other):
        return True
    # `Qin Yujia` and `Yujia Qin`: sources disagree about which part is the family name.
    return sorted(fold(one).replace(",", " ").split()) == sorted(
        fold(other).replace(",", " ").split()
    )


def printed_elsewhere(a: Record, b: Record) -> bool:
    """Whether two records of one title were printed at two places.

    That is: on other pages of another volume or issue. For a title that stands in every issue
    (`Editorial`, `In this issue`) one difference of these, or of journals, is enough.
    """
    if is_preprint(a) or is_preprint(b):
        return False
    differ = {
        name: stated != other
        for name in ("volume", "number", "pages")
        if (stated := _first_number(a, name)) and (other := _first_number(b, name))
    }
    if _is_generic(a.title):
        return any(differ.values()) or _other_venue(a.venue, b.venue)
    return differ.get("pages", False) and (
        differ.get("volume", False) or differ.get("number", False)
    )


@functools.lru_cache(maxsize=4096)
def _words(title: str) -> frozenset[str]:
    words = frozenset(title_key(title).split())
    long = frozenset(word for word in words if len(word) >= _SHORTEST_WORD)
    return long or words


def _common_words(one: str, other: str) -> float | None:
    """The share of the shorter title's words; None where that says nothing."""
    if one == other:
        return 1.0
    words, others = _words(one), _words(other)
    shorter = min(len(words), len(others))
    # A title in another script is likely a translation.
    if not shorter or _in_latin(words) != _in_latin(others):
        return None
    return len(words & others) / shorter


def _in_latin(words: frozenset[str]) -> bool:
    return any(word[0].isascii() and not word.isdigit() for word in words)


def _other_authors(a: Record, b: Record) -> bool:
    """Whether neither first author is among the other's authors."""
    if not a.authors or not b.authors:
        return False
    names = (a.authors[0], b.authors[0])
    if not all(family_name(name).isascii() for name in names):
        return False
    return not any(
        same_person(name, other)
        for name, others in zip(names, (b.authors, a.authors), strict=True)
        for other in others
    )


def _first_number(record: Record, name: str) -> str:
    stated = next((value for field, value in record.extra if field == name), "")
    found = _NUMBER.search(stated)
    return "" if found is None else found[0].lower().lstrip("0")


def _is_generic(title: str) -> bool:
    words = title_key(title).split()
    if len(words) < _FEWEST_TITLE_WORDS and title.isascii():
        return True
    return _OF_GENERIC_TITLES.issuperset(words)


def _other_venue(one: str | None, other: str | None) -> bool:
    """Whether two journals have no word, beginning of a word, or initials in common."""
    words, others = _venue_words(one), _venue_words(other)
    if not words or not others:
        return False
    if _initials(one) & {*others} or _initials(other) & {*words}:
        return False
    return not any(
        word.startswith(against) or against.startswith(word) for word in words for against in others
    )


def _initials(venue: str | None) -> set[str]:
    """`pnas` of `Proceedings of the National Academy of Sciences`, with and without small words."""
    words = _WORD.findall(fold(venue or ""))
    telling = [word for word in words if len(word) >= _SHORTEST_WORD]
    return {"".join(word[0] for word in some) for some in (words, telling)}


def _venue_words(venue: str | None) -> list[str]:
    words = _WORD.findall(fold(venue or ""))
    return [word for word in words if word not in _OF_ANY_VENUE] or words
