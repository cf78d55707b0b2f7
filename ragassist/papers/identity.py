"""Which records are one work.

Certain: the same DOI, arXiv ID (any version) or PMID. Likely enough: the same normalised title
with compatible first author and year. The answer depends on the set of records alone, never on
the order in which they came.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ragassist.papers.ids import family_name
from ragassist.papers.merge import completeness
from ragassist.text import fold, title_key
from ragassist.types import Record

_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+?)(?:v\d+)?")
_PREPRINT_DOIS = ("10.48550/", "10.1101/", "10.31219/", "10.2139/")
_FEWEST_TITLE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record and the source it stands in; the same work is often sighted in several."""

    record: Record
    source: str


# A batch of records asks twice: when they are stored, and when they are grouped.
@functools.lru_cache(maxsize=4096)
def identity_keys(record: Record) -> frozenset[str]:
    """The strings two records of one work may share: `doi:…`, `arxiv:…`, `pmid:…`, `title:…`.

    Sharing one makes two records candidates; `group_works` decides. A title of one or two words
    ("Editorial") is no candidate on its own: author, year or abstract has to agree as well.
    """
    return frozenset((*_certain_keys(record), *_title_keys(record)))


def group_works(sightings: Iterable[Sighting]) -> list[list[Sighting]]:
    """Part sightings into works.

    Those that share a certain key are one work. Then, most complete first, each joins the one
    work that shares its title key and contradicts it nowhere; with two or more such works it is
    not known which is meant, and it stays by itself. What shares no key, directly or through
    others, has no part in each other's grouping.

    Returns:
        The works, each ordered most complete first; the order of works is that of their firsts.
    """
    ordered = sorted(sightings, key=_order)
    works: list[list[Sighting]] = []
    titled: dict[str, dict[int, None]] = {}
    for cluster in _join_on_certain_keys(ordered):
        keys = dict.fromkeys(key for sighting in cluster for key in _title_keys(sighting.record))
        rivals = dict.fromkeys(index for key in keys for index in titled.get(key, ()))
        fitting = [index for index in rivals if _compatible_throughout(works[index], cluster)]
        place = fitting[0] if len(fitting) == 1 else len(works)
        if place == len(works):
            works.append([])
        works[place].extend(cluster)
        for key in keys:
            titled.setdefault(key, {})[place] = None
    return [sorted(work, key=_order) for work in works]


def _order(sighting: Sighting) -> tuple[object, ...]:
    return (*completeness(sighting.record), sighting.source, sighting.record.line)


def _certain_keys(record: Record) -> Iterator[str]:
    if record.doi:
        yield f"doi:{record.doi}"
        if arxiv := _ARXIV_DOI.fullmatch(record.doi):
            yield f"arxiv:{arxiv[1]}"
    if record.arxiv_id:
        yield f"arxiv:{record.arxiv_id.lower()}"
    if record.pmid:
        yield f"pmid:{record.pmid}"


def _title_keys(record: Record) -> Iterator[str]:
    title = title_key(record.title)
    if not title:
        return
    if title.count(" ") + 1 >= _FEWEST_TITLE_WORDS or not title.isascii():
        yield f"title:{title}"
    elif record.authors and record.year is not None:
        yield f"title:{title}|{family_name(record.authors[0])}|{record.year}"
    else:
        yield f"title:{title}|{title_key(record.abstract[:200])}"


def _join_on_certain_keys(ordered: Sequence[Sighting]) -> list[list[Sighting]]:
    parent = list(range(len(ordered)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first_with: dict[str, int] = {}
    for index, sighting in enumerate(ordered):
        for key in _certain_keys(sighting.record):
            one, other = sorted((root(first_with.setdefault(key, index)), root(index)))
            parent[other] = one
    clusters: dict[int, list[Sighting]] = {}
    for index, sighting in enumerate(ordered):
        clusters.setdefault(root(index), []).append(sighting)
    return list(clusters.values())


def _compatible_throughout(work: Sequence[Sighting], cluster: Sequence[Sighting]) -> bool:
    return all(_compatible(one, other) for one in work for other in cluster)


def _compatible(one: Sighting, other: Sighting) -> bool:
    a, b = one.record, other.record
    if a.arxiv_id and b.arxiv_id and a.arxiv_id != b.arxiv_id:
        return False
    if a.pmid and b.pmid and a.pmid != b.pmid:
        return False
    if a.doi and b.doi and a.doi != b.doi and not _either_is_preprint(a.doi, b.doi):
        return False
    if a.year is not None and b.year is not None and abs(a.year - b.year) > 1:
        return False
    if a.authors and b.authors and not _same_person(a.authors[0], b.authors[0]):
        return False
    # A source that gives two keys says that these are two works; only the facts overrule it.
    two_keys_of_one_source = one.source == other.source and a.key and b.key and a.key != b.key
    agree = bool(a.authors and b.authors and a.year is not None and b.year is not None)
    return agree or not two_keys_of_one_source


def _either_is_preprint(one: str, other: str) -> bool:
    return one.startswith(_PREPRINT_DOIS) or other.startswith(_PREPRINT_DOIS)


def _same_person(one: str, other: str) -> bool:
    if family_name(one) == family_name(other):
        return True
    # `Qin Yujia` and `Yujia Qin`: sources disagree about which part is the family name.
    return sorted(fold(one).replace(",", " ").split()) == sorted(
        fold(other).replace(",", " ").split()
    )
