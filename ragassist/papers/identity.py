"""Which records are one work.

Certain: the same DOI, arXiv ID (any version) or PMID, unless all else says that the identifier is
a slip of the pen. Likely enough: the same normalised title with compatible first author and year.
The answer depends on the set of records alone, never on the order in which they came.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from ragassist.papers.decisions import Decisions
from ragassist.papers.keys import certain_keys, handles, title_keys
from ragassist.papers.likeness import (
    alike_titles,
    contradict,
    printed_elsewhere,
    same_person,
    years_between,
)
from ragassist.papers.merge import completeness
from ragassist.papers.preprints import is_preprint, is_preprint_doi
from ragassist.text import title_key
from ragassist.types import Record

_NOTHING_DECIDED = Decisions()
# What so many different titles state is a placeholder, or names the volume they all stand in.
_MOST_TITLES = 40


@dataclass(frozen=True, slots=True)
class Sighting:
    """A record and the source it stands in; the same work is often sighted in several."""

    record: Record
    source: str


def group_works(
    sightings: Iterable[Sighting], decisions: Decisions = _NOTHING_DECIDED
) -> list[list[Sighting]]:
    """Part sightings into works.

    Those that share a certain key are one work unless they contradict each other in title and
    authors or years: then one of them states it wrongly, and what may be either stays by itself.
    One work is also what the user said is, unless that joins through others what the user keeps
    apart. Then, most complete first, each joins the one
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
    holders: dict[str, list[int]] = defaultdict(list)
    for index, sighting in enumerate(ordered):
        for key in certain_keys(sighting.record):
            holders[key].append(index)
    clusters = _Clusters(ordered)
    shared = [dict.fromkeys(indices) for indices in holders.values() if len(indices) > 1]
    for indices in shared:
        clusters.join_alike(list(indices))
    for indices in shared:
        clusters.join_fitting(list(indices))
    for index, with_index in _said_to_be_one(ordered, decisions):
        one, other = clusters.members(index), clusters.members(with_index)
        if one is not other and not _kept_apart(one, other, decisions):
            clusters.join(index, with_index)
    return clusters.all()


_KeysBySource = dict[str, set[str]]
_Outlines = dict[tuple[object, ...], tuple[Record, _KeysBySource]]


def _outlines(sighting: Sighting) -> _Outlines:
    record = sighting.record
    stated = (record.title, record.authors, record.year, is_preprint(record))
    return {stated: (record, {sighting.source: {record.key}} if record.key else {})}


def _unite(outlines: _Outlines, others: _Outlines) -> None:
    for stated, (record, by_source) in others.items():
        _, known = outlines.setdefault(stated, (record, {}))
        for source, keys in by_source.items():
            known.setdefault(source, set()).update(keys)


def _two_keys(one: _KeysBySource, other: _KeysBySource) -> bool:
    """Whether one source has two keys for these."""
    return any(len(one[source] | other[source]) > 1 for source in one.keys() & other.keys())


class _Clusters:
    """Sightings, named by their places, each at first by itself."""

    def __init__(self, ordered: Sequence[Sighting]) -> None:
        self._ordered = ordered
        self._parent = list(range(len(ordered)))
        self._members = {index: [sighting] for index, sighting in enumerate(ordered)}
        # What the members state, once: the same is often stated by thousands.
        self._outlines = {index: _outlines(sighting) for index, sighting in enumerate(ordered)}

    def all(self) -> list[list[Sighting]]:
        """What each is of, by the first place in it."""
        return [self._members[index] for index in sorted(self._members)]

    def members(self, index: int) -> list[Sighting]:
        """All that one is joined with, itself among them."""
        return self._members[self._root(index)]

    def join(self, index: int, with_index: int) -> None:
        """Make two clusters one."""
        one, other = sorted((self._root(index), self._root(with_index)))
        if one != other:
            self._parent[other] = one
            self._members[one].extend(self._members.pop(other))
            _unite(self._outlines[one], self._outlines.pop(other))

    def join_alike(self, indices: Sequence[int]) -> None:
        """Join those of one title, and those of titles that have words in common."""
        first_titled: dict[str, int] = {}
        for index in indices:
            first = first_titled.setdefault(title_key(self._ordered[index].record.title), index)
            if not self._contradict(first, index):
                self.join(first, index)
        if len(first_titled) > _MOST_TITLES:
            return
        for one, other in combinations(first_titled.values(), 2):
            titles = (self._ordered[one].record.title, self._ordered[other].record.title)
            if alike_titles(*titles) and not self._contradict(one, other):
                self.join(one, other)

    def join_fitting(self, indices: Sequence[int]) -> None:
        """Join what contradicts nothing; what fits several that contradict each other, with none.

        Those of many titles are left as they are.
        """
        roots = list(dict.fromkeys(map(self._root, indices)))
        if not 1 < len(roots) <= _MOST_TITLES:
            return
        rivals: dict[int, set[int]] = {root: set() for root in roots}
        for one, other in combinations(roots, 2):
            if self._contradict(one, other):
                rivals[one].add(other)
                rivals[other].add(one)
        fitting_all = [root for root in roots if not rivals[root]]
        for root in fitting_all[1:]:
            self.join(fitting_all[0], root)
        works: list[int] = []
        for root in roots:
            if rivals[root]:
                fitting = [work for work in works if not self._contradict(work, root)]
                if len(fitting) == 1:
                    self.join(fitting[0], root)
                else:
                    works.append(root)

    def _contradict(self, index: int, with_index: int) -> bool:
        one, other = self._root(index), self._root(with_index)
        return one != other and any(
            contradict(record, against, two_keys=_two_keys(keys, other_keys))
            for record, keys in self._outlines[one].values()
            for against, other_keys in self._outlines[other].values()
        )

    def _root(self, index: int) -> int:
        parent = self._parent
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index


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
    if a.year is not None and b.year is not None and abs(a.year - b.year) > years_between(a, b):
        return False
    if a.authors and b.authors and not same_person(a.authors[0], b.authors[0]):
        return False
    if printed_elsewhere(a, b):
        return False
    # A source that gives two keys says that these are two works; only the facts overrule it.
    two_keys_of_one_source = one.source == other.source and a.key and b.key and a.key != b.key
    agree = bool(a.authors and b.authors and a.year is not None and b.year is not None)
    return agree or not two_keys_of_one_source


def _either_is_preprint(one: str, other: str) -> bool:
    return is_preprint_doi(one) or is_preprint_doi(other)
