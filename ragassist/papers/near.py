"""Papers that look like one work and are not surely so."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from ragassist.papers.ids import family_name
from ragassist.papers.preprints import is_preprint_doi
from ragassist.text import title_key

_FEWEST_TITLE_WORDS = 3
# Of the words of both titles together, so many are in either.
_ALIKE = 0.75
# Beyond this a title is a series' and not a work's ("Proceedings of the annual workshop").
_MOST_NAMESAKES = 8
_NEIGHBOURS = 4
_MOST_YEARS_APART = 2
_MOST_YEARS_TO_JOURNAL = 3
# Of words that many letters at their beginning are the same: a plural, another ending.
_SAME_BEGINNING = 4
_TOO_SHORT_FOR_ANY_WORD = 4
_AS_TWO = re.compile(r"([aou])e")
_NUMERAL = re.compile(r"\d+|[ivx]{1,5}|one|two|three|first|second|third")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What of a paper is compared.

    Attributes:
        author: the first.
    """

    paper_id: str
    title: str
    author: str | None
    year: int | None
    doi: str | None
    arxiv_id: str | None
    venue: str | None = None


@dataclass(frozen=True, slots=True)
class _Compared:
    outline: Outline
    title: str
    family: str

    @property
    def year(self) -> int:
        return self.outline.year or 0


def near_pairs(outlines: Iterable[Outline]) -> dict[tuple[str, str], str]:
    """Pairs of papers, by paper_id, that may be one work, and why they may and may not.

    With the same normalised title, one of two words only if the first author is the same and years
    are at most three apart; or with the same first author, years at most two apart, and titles that
    share three quarters of their words, or of which one is the other without its subtitle; or with
    the same first author and year, and titles that differ in one word. Titles that differ in a
    number alone are parts of a series.
    """
    compared = [
        _Compared(one, title_key(one.title), _family(one.author) if one.author else "")
        for one in outlines
    ]
    found = (_same_title, _same_short_title, _without_subtitle, _alike, _but_for_a_word)
    pairs: dict[tuple[str, str], str] = {}
    for one, other in chain.from_iterable(pairing(compared) for pairing in found):
        first, second = sorted((one, other), key=lambda c: c.outline.paper_id)
        key = (first.outline.paper_id, second.outline.paper_id)
        if key not in pairs:
            pairs[key] = _why(first, second)
    return dict(sorted(pairs.items()))


def _family(author: str) -> str:
    """The family name, umlauts without their dots whether they are spelt as two letters or not."""
    return _AS_TWO.sub(r"\1", family_name(author))


def _same_title(compared: Sequence[_Compared]) -> Iterator[tuple[_Compared, _Compared]]:
    told = [c for c in compared if c.title.count(" ") + 1 >= _FEWEST_TITLE_WORDS]
    for namesakes in _groups(told, lambda c: c.title):
        if len(namesakes) <= _MOST_NAMESAKES:
            yield from combinations(namesakes, 2)
        else:
            for of_one in _groups((c for c in namesakes if c.family), lambda c: c.family):
                yield from _neighbours(of_one)


def _same_short_title(compared: Sequence[_Compared]) -> Iterator[tuple[_Compared, _Compared]]:
    short = [c for c in compared if c.family and 0 <= c.title.count(" ") < _FEWEST_TITLE_WORDS - 1]
    for namesakes in _groups((c for c in short if c.title), lambda c: (c.family, c.title)):
        for one, other in _neighbours(namesakes):
            if _may_be_versions(one, other, _MOST_YEARS_TO_JOURNAL):
                yield one, other


def _but_for_a_word(compared: Sequence[_Compared]) -> Iterator[tuple[_Compared, _Compared]]:
    known = [c for c in compared if c.family and c.year]
    for of_a_year in _groups(known, lambda c: (c.family, c.year)):
        without: dict[tuple[int, str], list[_Compared]] = defaultdict(list)
        for one in of_a_year:
            words = one.title.split()
            for place in range(len(words) if len(words) > 1 else 0):
                without[place, " ".join(words[:place] + words[place + 1 :])].append(one)
        for (place, _), alike in without.items():
            for one, other in combinations(alike[:_MOST_NAMESAKES], 2):
                if _is_another_word(one, other, place) and _may_be_versions(one, other):
                    yield one, other


def _is_another_word(one: _Compared, other: _Compared, place: int) -> bool:
    """Whether the word at this place of two titles is not the same, and no number of a part."""
    words, others = one.title.split(), other.title.split()
    word, against = words[place], others[place]
    if word == against or (_NUMERAL.fullmatch(word) and _NUMERAL.fullmatch(against)):
        return False
    begin_alike = word[:_SAME_BEGINNING] == against[:_SAME_BEGINNING]
    return begin_alike or len(words) >= _TOO_SHORT_FOR_ANY_WORD


def _without_subtitle(compared: Sequence[_Compared]) -> Iterator[tuple[_Compared, _Compared]]:
    known = [c for c in compared if c.family and c.title]
    for group in _groups(known, lambda c: (c.family, title_key(c.outline.title.split(":")[0]))):
        bare = [c for c in group if not _has_subtitle(c)]
        subtitled = [c for c in group if _has_subtitle(c)]
        for one in bare[:_MOST_NAMESAKES]:
            for other in subtitled[:_MOST_NAMESAKES]:
                if _may_be_versions(one, other):
                    yield one, other


def _has_subtitle(compared: _Compared) -> bool:
    return ":" in compared.outline.title.strip().rstrip(":")


def _alike(compared: Sequence[_Compared]) -> Iterator[tuple[_Compared, _Compared]]:
    """Titles that share most words, found without comparing all with all.

    With words ordered from the rarest, two sets that share a share t of their union share one of
    the first n - ceil(t n) + 1 words of each (Chaudhuri, Ganti, Kaushik 2006,
    doi:10.1109/icde.2006.9).
    """
    words = [frozenset(c.title.split()) if c.family else frozenset() for c in compared]
    frequency = Counter(word for title in words for word in title)
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, title in enumerate(words):
        if len(title) < _FEWEST_TITLE_WORDS:
            continue
        rarest = sorted(title, key=lambda word: (frequency[word], word))
        needed = -int(-_ALIKE * len(title) // 1)
        for word in rarest[: len(title) - needed + 1]:
            blocks[compared[place].family, word].append(place)
    met: set[tuple[int, int]] = set()
    for block in blocks.values():
        if len(block) > 1:
            met.update(_close_in_length(block, words))
    for one, other in sorted(met):
        if _share_most(words[one], words[other]) and _may_be_versions(
            compared[one], compared[other]
        ):
            yield compared[one], compared[other]


def _close_in_length(
    block: Sequence[int], words: Sequence[frozenset[str]]
) -> Iterator[tuple[int, int]]:
    for one, other in combinations(block, 2):
        shorter, longer = sorted((len(words[one]), len(words[other])))
        if shorter >= _ALIKE * longer:
            yield one, other


def _share_most(one: frozenset[str], other: frozenset[str]) -> bool:
    differing = one ^ other
    if not differing or all(_NUMERAL.fullmatch(word) for word in differing):
        return False
    return len(one & other) >= _ALIKE * len(one | other)


def _may_be_versions(
    one: _Compared, other: _Compared, years_apart: int = _MOST_YEARS_APART
) -> bool:
    a, b = one.outline, other.outline
    if a.year is not None and b.year is not None and abs(a.year - b.year) > years_apart:
        return False
    if a.arxiv_id and b.arxiv_id:
        return False
    # Two DOIs of publishers under two titles are two works.
    return not (a.doi and b.doi) or is_preprint_doi(a.doi) or is_preprint_doi(b.doi)


def _neighbours(group: list[_Compared]) -> Iterator[tuple[_Compared, _Compared]]:
    ordered = sorted(group, key=lambda c: (c.year, c.outline.paper_id))
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 : place + 1 + _NEIGHBOURS]:
            yield one, other


def _groups(
    compared: Iterable[_Compared], key: Callable[[_Compared], Hashable]
) -> Iterator[list[_Compared]]:
    groups: dict[Hashable, list[_Compared]] = defaultdict(list)
    for one in compared:
        groups[key(one)].append(one)
    return (group for group in groups.values() if len(group) > 1)


def _why(one: _Compared, other: _Compared) -> str:
    same_title = one.title == other.title
    reasons = ["the same title" if same_title else "similar titles", *_differences(one, other)]
    return "; ".join(reasons)


def _differences(one: _Compared, other: _Compared) -> Iterator[str]:
    a, b = one.outline, other.outline
    if not one.family or not other.family:
        yield "an author is not known"
    elif one.family != other.family:
        yield f"first authors {a.author} and {b.author}"
    else:
        yield "the same first author"
    if a.year is None or b.year is None:
        yield "a year is not known"
    elif a.year != b.year:
        yield f"years {a.year} and {b.year}"
    if a.venue and b.venue and title_key(a.venue) != title_key(b.venue):
        yield f"in {a.venue} and in {b.venue}"
    for name, stated, other_stated in (("DOI", a.doi, b.doi), ("arXiv ID", a.arxiv_id, b.arxiv_id)):
        if stated and other_stated and stated != other_stated:
            yield f"two {name}s"
