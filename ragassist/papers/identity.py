"""Which records are one work.

Certain: the same DOI, arXiv ID (any version) or PMID, unless all else says that the identifier is
a slip of the pen. Likely enough: the same normalised title with compatible first author and year.
What one file has under two keys stays two where it states two years or two places of print.
The answer depends on the set of records alone, never on the order in which they came.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from ragassist.papers.decisions import Decisions
from ragassist.papers.ids import family_spellings
from ragassist.papers.keys import certain_keys, entry_keys, handles, title_keys
from ragassist.papers.likeness import (
    agreement,
    alike_titles,
    contradict,
    near_titles,
    printed_elsewhere,
    same_person,
    two_entries,
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
    apart. Then those of one title that contradict each other nowhere join: first those under one
    key, whose title may differ a little, then those of one first author and year, then the others,
    most complete first. Where several works would do it is the one that agrees in most; with two
    such it is not known which is meant, and what the user keeps apart from that one joins no other.
    What shares no key and no decision, directly or through others, has no part in each other's
    grouping.

    Returns:
        The works, each ordered most complete first; the order of works is that of their firsts.
    """
    ordered = sorted(sightings, key=_order)
    works = _join_on_certain_keys(ordered, decisions)
    if len(works) > 1:
        # Twice: two titles may be near to a third and not to each other.
        for _ in range(2):
            works = _join_on_titles(works, _entry, decisions, _near)
        for names in (_author_and_year, _title):
            works = _join_on_titles(works, names, decisions)
    return [sorted(work, key=_order) for work in works]


_Names = Callable[[Record], Iterator[tuple[object, ...]]]
_Near = Callable[[Sequence[Sighting], Sequence[Sighting]], bool]


def _entry(record: Record) -> Iterator[tuple[object, ...]]:
    if record.key:
        yield from ((title, record.key) for title in title_keys(record))
        yield from ((entry,) for entry in entry_keys(record))


def _near(work: Sequence[Sighting], cluster: Sequence[Sighting]) -> bool:
    """Whether some two have one key and titles that are one but for little."""
    return any(
        one.record.key == other.record.key and near_titles(one.record.title, other.record.title)
        for one in work
        for other in cluster
        if one.record.key
    )


def _author_and_year(record: Record) -> Iterator[tuple[object, ...]]:
    if record.authors and record.year is not None:
        for title in title_keys(record):
            for family in family_spellings(record.authors[0]):
                yield title, family, record.year


def _title(record: Record) -> Iterator[tuple[object, ...]]:
    yield from ((title,) for title in title_keys(record))


def _join_on_titles(
    clusters: Sequence[list[Sighting]],
    names: _Names,
    decisions: Decisions,
    near: _Near | None = None,
) -> list[list[Sighting]]:
    """Have each cluster join the best that comes before it and shares a name with it.

    Args:
        near: what has to hold beside the name; None where that is enough.
    """
    works: list[list[Sighting]] = []
    named: dict[tuple[object, ...], dict[int, None]] = {}
    for cluster in clusters:
        shared = dict.fromkeys(name for one in cluster for name in names(one.record))
        rivals = dict.fromkeys(
            index
            for name in shared
            for index in named.get(name, ())
            if near is None or near(works[index], cluster)
        )
        place = _best_fitting(works, rivals, cluster)
        if place is None or _kept_apart(works[place], cluster, decisions):
            place = len(works)
            works.append([])
        works[place].extend(cluster)
        for name in shared:
            named.setdefault(name, {})[place] = None
    return works


def _best_fitting(
    works: Sequence[Sequence[Sighting]], rivals: Iterable[int], cluster: Sequence[Sighting]
) -> int | None:
    fitting = [index for index in rivals if _compatible_throughout(works[index], cluster)]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    agreeing = [
        max(agreement(one.record, other.record) for one in works[index] for other in cluster)
        for index in fitting
    ]
    best = [index for index, much in zip(fitting, agreeing, strict=True) if much == max(agreeing)]
    return best[0] if len(best) == 1 else None


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
    return not (two_keys_of_one_source and two_entries(a, b))


def _either_is_preprint(one: str, other: str) -> bool:
    return is_preprint_doi(one) or is_preprint_doi(other)
