"""Which records are one work.

Certain: the same DOI, arXiv ID (any version) or PMID. Likely enough: the same normalised title
with compatible first author and year. The answer depends on the set of records alone, never on
the order in which they came.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ragassist.papers.decisions import Decisions
from ragassist.papers.ids import family_name
from ragassist.papers.keys import certain_keys, handles, title_keys
from ragassist.papers.merge import completeness
from ragassist.papers.preprints import is_preprint, is_preprint_doi
from ragassist.text import fold
from ragassist.types import Record

_NOTHING_DECIDED = Decisions()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record and the source it stands in; the same work is often sighted in several."""

    record: Record
    source: str


def group_works(
    sightings: Iterable[Sighting], decisions: Decisions = _NOTHING_DECIDED
) -> list[list[Sighting]]:
    """Part sightings into works.

    Those that share a certain key are one work, and those that the user said are, unless that
    joins through others what the user keeps apart. Then, most complete first, each joins the one
    work that shares its title key and contradicts it nowhere, unless the user keeps them apart;
    with two or more such works it is not known which is meant, and it stays by itself. What shares
    no key and no decision, directly or through others, has no part in each other's grouping.

    Returns:
        The works, each ordered most complete first; the order of works is that of their firsts.
    """
    ordered = sorted(sightings, key=_order)
    works: list[list[Sighting]] = []
    titled: dict[str, dict[int, None]] = {}
    for cluster in _join_on_certain_keys(ordered, decisions):
        keys = dict.fromkeys(key for sighting in cluster for key in title_keys(sighting.record))
        rivals = dict.fromkeys(index for key in keys for index in titled.get(key, ()))
        fitting = [index for index in rivals if _compatible_throughout(works[index], cluster)]
        place = fitting[0] if len(fitting) == 1 else len(works)
        if place < len(works) and _kept_apart(works[place], cluster, decisions):
            place = len(works)
        if place == len(works):
            works.append([])
        works[place].extend(cluster)
        for key in keys:
            titled.setdefault(key, {})[place] = None
    return [sorted(work, key=_order) for work in works]


def _order(sighting: Sighting) -> tuple[object, ...]:
    return (*completeness(sighting.record), sighting.source, sighting.record.line)


def _join_on_certain_keys(
    ordered: Sequence[Sighting], decisions: Decisions
) -> list[list[Sighting]]:
    parent = list(range(len(ordered)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    def join(index: int, with_index: int) -> None:
        one, other = sorted((root(with_index), root(index)))
        parent[other] = one

    first_with: dict[str, int] = {}
    for index, sighting in enumerate(ordered):
        for key in certain_keys(sighting.record):
            join(index, first_with.setdefault(key, index))
    clusters: dict[int, list[Sighting]] = {}
    for index, sighting in enumerate(ordered):
        clusters.setdefault(root(index), []).append(sighting)
    for index, with_index in _said_to_be_one(ordered, decisions):
        one, other = sorted((root(index), root(with_index)))
        if one != other and not _kept_apart(clusters[one], clusters[other], decisions):
            join(one, other)
            clusters[one].extend(clusters.pop(other))
    return [clusters[index] for index in sorted(clusters)]


def _said_to_be_one(ordered: Sequence[Sighting], decisions: Decisions) -> list[tuple[int, int]]:
    """Pairs of places in `ordered`, first those that the decisions name most closely."""
    if not decisions.same:
        return []
    carriers: dict[str, dict[int, bool]] = {}
    for index, sighting in enumerate(ordered):
        known = handles(sighting.record)
        for handle in known:
            if handle in decisions.same:
                carriers.setdefault(handle, {})[index] = _keyed(handle, sighting) in known
    pairs: dict[tuple[int, int], int] = {}
    for handle, indices in carriers.items():
        for other in decisions.same[handle]:
            for with_index, with_loose in carriers.get(other, {}).items():
                for index, loose in indices.items():
                    pair, looseness = (index, with_index), loose + with_loose
                    pairs[pair] = min(pairs.get(pair, looseness), looseness)
    return sorted(pairs, key=lambda pair: (pairs[pair], pair))


def _keyed(handle: str, sighting: Sighting) -> str:
    """The handle that names the sighting by its source's key as well; others may share `handle`."""
    return f"{handle}||{sighting.record.key}"


def _kept_apart(
    work: Sequence[Sighting], cluster: Sequence[Sighting], decisions: Decisions
) -> bool:
    return bool(decisions.apart) and any(
        decisions.keeps_apart(one.record, other.record) for one in work for other in cluster
    )


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
    if a.year is not None and b.year is not None and abs(a.year - b.year) > _years_between(a, b):
        return False
    if a.authors and b.authors and not _same_person(a.authors[0], b.authors[0]):
        return False
    # A source that gives two keys says that these are two works; only the facts overrule it.
    two_keys_of_one_source = one.source == other.source and a.key and b.key and a.key != b.key
    agree = bool(a.authors and b.authors and a.year is not None and b.year is not None)
    return agree or not two_keys_of_one_source


def _either_is_preprint(one: str, other: str) -> bool:
    return is_preprint_doi(one) or is_preprint_doi(other)


def _years_between(a: Record, b: Record) -> int:
    """How many years may lie between two statements of one work: reviewing takes its time."""
    published_later = bool(a.authors and b.authors) and is_preprint(a) != is_preprint(b)
    return 2 if published_later else 1


def _same_person(one: str, other: str) -> bool:
    if family_name(one) == family_name(other):
        return True
    # `Qin Yujia` and `Yujia Qin`: sources disagree about which part is the family name.
    return sorted(fold(one).replace(",", " ").split()) == sorted(
        fold(other).replace(",", " ").split()
    )
