"""What two records state that speaks for, and against, their being of one work."""

import functools
import re

from ragassist.papers.ids import family_name, family_spellings
from ragassist.papers.preprints import arxiv_id_of, is_preprint, on_a_server
from ragassist.text import fold, title_key
from ragassist.types import Record

# Of the words of the shorter title, so many are in the longer.
_HAVE_WORDS_IN_COMMON = 0.5
_ALMOST_NONE = 0.25
_SAME_BUT_FOR_A_WORD = 0.75
_SHORTEST_WORD = 4
_FEWEST_TITLE_WORDS = 3
_NUMBER = re.compile(r"[a-z]*\d+|[ivxlc]+\b", re.I)
_WORD = re.compile(r"[^\W_]+")
_PLACE = ("volume", "number", "pages")
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
    or written in another script contradicts nothing; nor does a title that the first author of a
    preprint changed in a later version, or that PubMed translated.

    Args:
        two_keys: one source has a key for each, which says as well that they are two.
    """
    common = _common_words(a.title, b.title)
    if common is None or common >= _HAVE_WORDS_IN_COMMON or _one_persons_versions(a, b):
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


def near_titles(one: str, other: str) -> bool:
    """Whether two titles are one but for a subtitle, or for a word in four that has no digit."""
    keys = [title_key(title) for title in (one, other)]
    mains = [title_key(title.split(":")[0]) for title in (one, other)]
    if keys[0] == keys[1] or (mains[0] == mains[1] and {*mains} & {*keys}):
        return True
    words, others = (set(key.split()) for key in keys)
    differing = words ^ others
    if not words or not others or any(char.isdigit() for word in differing for char in word):
        return False
    return len(words & others) >= _SAME_BUT_FOR_A_WORD * len(words | others)


def years_between(a: Record, b: Record) -> int:
    """How many years may lie between two statements of one work: reviewing takes its time."""
    published_later = bool(a.authors and b.authors) and is_preprint(a) != is_preprint(b)
    return 2 if published_later else 1


def same_person(one: str, other: str) -> bool:
    """Whether two names, in whichever order they are written, may be one author's."""
    if not set(family_spellings(one)).isdisjoint(family_spellings(other)):
        return True
    # `Qin Yujia` and `Yujia Qin`: sources disagree about which part is the family name.
    return sorted(fold(one).replace(",", " ").split()) == sorted(
        fold(other).replace(",", " ").split()
    )


def two_entries(a: Record, b: Record) -> bool:
    """Whether two records of one title that one file has under two keys are two works.

    They are unless they state the same author and year, and no two venues; a preprint and what it
    was published as may differ in these.
    """
    if not a.authors or not b.authors or a.year is None or b.year is None:
        return True
    if is_preprint(a) != is_preprint(b):
        return False
    return a.year != b.year or _other_venue(a.venue, b.venue) or _is_one_a_thesis(a, b)


def agreement(a: Record, b: Record) -> int:
    """In how many things two records of one title say the same, beyond being compatible."""
    pairs = [
        (a.key, b.key),
        (a.year, b.year),
        (a.kind, b.kind),
        (title_key(a.venue or ""), title_key(b.venue or "")),
        (a.abstract, b.abstract),
        (title_key(a.authors[0]), title_key(b.authors[0])) if a.authors and b.authors else ("", ""),
        *((_first_number(a, name), _first_number(b, name)) for name in _PLACE),
    ]
    return sum(bool(one) and one == other for one, other in pairs)


def one_version(a: Record, b: Record) -> bool:
    """Whether two records of one work may both be read of the same version, as one publication.

    A preprint and what it was published as are two; so are two years, volumes, pages or venues.
    """
    if a.year is not None and b.year is not None and a.year != b.year:
        return False
    if is_preprint(a) != is_preprint(b) or bool(a.doi and b.doi and a.doi != b.doi):
        return False
    if on_a_server(a) != on_a_server(b) and a.venue and b.venue:
        return False
    numbers = ((_first_number(a, name), _first_number(b, name)) for name in _PLACE)
    return not _other_venue(a.venue, b.venue) and all(
        one == other for one, other in numbers if one and other
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
        for name in _PLACE
        if (stated := _first_number(a, name)) and (other := _first_number(b, name))
    }
    if _is_generic(a.title):
        return any(differ.values()) or _other_book(a.venue, b.venue)
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


def _one_persons_versions(a: Record, b: Record) -> bool:
    """Whether two records state one arXiv ID or PMID, and one first author."""
    if not a.authors or not b.authors:
        return False
    preprint = _arxiv_id(a)
    shared = (preprint and preprint == _arxiv_id(b)) or (a.pmid and a.pmid == b.pmid)
    return bool(shared) and same_person(a.authors[0], b.authors[0])


def _arxiv_id(record: Record) -> str | None:
    return (record.arxiv_id or arxiv_id_of(record.doi or "") or "").lower() or None


def _is_one_a_thesis(a: Record, b: Record) -> bool:
    kinds = {a.kind, b.kind} - {None}
    return "thesis" in kinds and len(kinds) > 1


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


def _other_book(one: str | None, other: str | None) -> bool:
    """Whether some word of the shorter of two venues is not in the other, abbreviated or not.

    What two handbooks have in common says nothing of chapters that every book has.
    """
    words, others = _telling_words(one), _telling_words(other)
    if not words or not others or _initials(one) & {*others} or _initials(other) & {*words}:
        return False
    shorter, longer = sorted((words, others), key=len)
    return not all(
        any(word.startswith(against) or against.startswith(word) for against in longer)
        for word in shorter
    )


def _telling_words(venue: str | None) -> list[str]:
    return [word for word in _venue_words(venue) if not word[0].isdigit()]


def _initials(venue: str | None) -> set[str]:
    """`pnas` of `Proceedings of the National Academy of Sciences`, with and without small words."""
    words = _WORD.findall(fold(venue or ""))
    telling = [word for word in words if len(word) >= _SHORTEST_WORD]
    return {"".join(word[0] for word in some) for some in (words, telling)}


def _venue_words(venue: str | None) -> list[str]:
    words = _WORD.findall(fold(venue or ""))
    return [word for word in words if word not in _OF_ANY_VENUE] or words
