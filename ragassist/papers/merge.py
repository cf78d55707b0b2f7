"""What is true of a work that several sources describe.

Where and when it was published is said by one record, so that no volume of a journal meets the
year of a preprint: by one of the published version before one of a preprint, by one that its user
keeps before one of a database, by the richer before the poorer. Another record adds what that one
leaves out if it may be of the same version, and else only what no version contradicts.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ragassist.papers.keys import OTHER_KEYS, other_dois
from ragassist.papers.likeness import one_version
from ragassist.papers.precedence import is_machine_made
from ragassist.papers.preprints import arxiv_id_of, is_preprint, is_preprint_doi, on_a_server
from ragassist.sources.extra_names import OTHER_DOIS
from ragassist.types import Record, Work

_SAID_OF_A_WORK = tuple(field.name for field in dataclasses.fields(Work))
# Of one version of a work; anything else that a record states may be true beside it.
_OF_A_VERSION = frozenset(
    "booktitle booktitleaddon booksubtitle maintitle volume volumes number issue pages pagetotal "
    "eid publisher location address series edition chapter part editor editors translator isbn "
    "issn month day date eventdate eventtitle eventtitleaddon venue organization institution "
    "school type howpublished pubstate journal journaltitle journalsubtitle shortjournal "
    "issuetitle version urldate entrysubtype entrytype".split()
)
_OWN_LATEX = "latex-"
_UNPRINTED = 2
_PLACED_BY = ("venue", "kind", "year", "date", "doi", "url")
_UNITED = ("affiliations", "categories", "keywords", "tags")


def completeness(record: Record) -> tuple[object, ...]:
    """A sort key: the more complete a record, the earlier; ties broken by its own text.

    What is published comes before its preprint. Position in the source takes no part, so that the
    same statement sorts the same everywhere.
    """
    stated = sum(bool(getattr(record, field.name)) for field in dataclasses.fields(record))
    wording = dataclasses.replace(record, line=0)
    return (
        2 if not record.doi else int(is_preprint_doi(record.doi)),
        record.authors_truncated or not record.authors,
        -len(record.authors),
        -len(record.abstract),
        -stated,
        repr(wording),
    )


def merge_records(records: Sequence[Record]) -> Record:
    """One record from all records of a work; the order given does not matter.

    Each field is taken whole from one record, never pieced together. Title, kind, venue, year,
    date, DOI, URL, and of what else is stated volume, pages, publisher and the like are those of
    one version, see above. The abstract is the longest of that version, else the longest there is;
    the authors are the longest list, a complete one before a truncated one. Categories, keywords,
    tags and affiliations are those of all records; DOIs of other versions are kept as `otherdoi`.
    What one source calls retracted is. The line is the least, and no more than an order.

    Args:
        records: at least one.
    """
    ordered = _by_precedence(records)
    version = _one_version(ordered)
    by_authors = max(
        ordered,
        key=lambda r: (bool(r.authors), not r.authors_truncated, len(r.authors)),
    )
    doi = _doi(ordered, version)
    return Record(
        title=_first(ordered, lambda r: r.title) or "",
        abstract=_abstract(ordered, version),
        authors=by_authors.authors,
        authors_truncated=by_authors.authors_truncated,
        affiliations=_union(r.affiliations for r in ordered),
        year=_first(version, lambda r: r.year),
        date=_best_date(version),
        venue=_first(version, lambda r: r.venue),
        doi=doi,
        arxiv_id=_first(ordered, lambda r: r.arxiv_id) or _first(ordered, _arxiv_id_in_doi),
        pmid=_first(ordered, lambda r: r.pmid),
        url=_first(version, lambda r: r.url),
        categories=_union(r.categories for r in ordered),
        keywords=_union(r.keywords for r in ordered),
        tags=_union(r.tags for r in ordered),
        kind=_first(version, lambda r: r.kind),
        retracted=any(r.retracted for r in ordered),
        extra=_extra(ordered, version, doi),
        line=min(r.line for r in ordered),
    )


def _by_precedence(records: Sequence[Record]) -> Sequence[Record]:
    return records if len(records) == 1 else sorted(records, key=_precedence)


def _precedence(record: Record) -> tuple[object, ...]:
    """A sort key: the earlier, the more a record is to be believed about a publication."""
    own = 1 if record.key is None else 2 * is_machine_made(record.key)
    return (_distance_from_print(record), own, completeness(record))


def _distance_from_print(record: Record) -> int:
    """0: in a journal or a book; 1: a publisher's DOI; 2: a preprint, or nobody knows where."""
    if is_preprint(record):
        return _UNPRINTED
    if record.venue and not on_a_server(record):
        return 0
    return 1 if record.doi else _UNPRINTED


def _one_version(ordered: Sequence[Record]) -> list[Record]:
    """The first, and of the others those that may be of one version with all before them."""
    kinds: dict[tuple[object, ...], bool] = {}
    version: list[Record] = []
    told: list[Record] = []
    for record in ordered:
        # Thousands may state the same.
        said = (record.year, record.venue, record.doi, record.arxiv_id, record.extra)
        if said not in kinds:
            kinds[said] = all(one_version(record, before) for before in told)
            if kinds[said]:
                told.append(record)
        if kinds[said]:
            version.append(record)
    return version


def _doi(ordered: Sequence[Record], version: Sequence[Record]) -> str | None:
    """That of the version; for one in print any that is no preprint's."""
    if doi := _first(version, lambda r: r.doi):
        return doi
    in_print = _distance_from_print(ordered[0]) == 0
    return _first(
        ordered, lambda r: r.doi if r.doi and not (in_print and is_preprint_doi(r.doi)) else None
    )


def _abstract(ordered: Sequence[Record], version: Sequence[Record]) -> str:
    printed = [r for r in ordered if _distance_from_print(r) < _UNPRINTED]
    for records in ((*version, *printed), ordered):
        if longest := max((r.abstract for r in records), key=len):
            return longest
    return ""


def field_winners(records: Sequence[Record]) -> list[tuple[str, tuple[int, ...]]]:
    """Which records each field of the merged record comes from.

    Args:
        records: at least one.

    Returns:
        Names, those of `extra` after the others, each with places in `records`: one for a field
        that is taken whole, else every record that adds something; fields nobody states are left
        out.
    """
    merged = merge_records(records)
    order = sorted(range(len(records)), key=lambda place: _precedence(records[place]))
    ordered = [records[place] for place in order]
    # What is of one version is looked for in the records of that version first.
    of_version = {id(record) for record in _one_version(ordered)}
    first = sorted(order, key=lambda place: id(records[place]) not in of_version)
    won = [
        (name, _winners(name, merged, records, first if name in _PLACED_BY else order))
        for name in _SAID_OF_A_WORK
    ]
    for name, value in merged.extra:
        if name == OTHER_DOIS:
            stating = [p for p in order if _dois(records[p]) & set(value.split())]
        else:
            among = first if _is_of_a_version(name) else order
            stating = [p for p in among if (name, value) in records[p].extra][:1]
        won.append((name, tuple(stating)))
    return [(name, places) for name, places in won if places]


def _winners(
    name: str, merged: Record, records: Sequence[Record], order: Sequence[int]
) -> tuple[int, ...]:
    value = getattr(merged, name)
    if not value or name == "extra":
        return ()
    if name not in _UNITED:
        stating = [place for place in order if getattr(records[place], name) == value]
        if not stating and name == "arxiv_id":
            stating = [place for place in order if _arxiv_id_in_doi(records[place]) == value]
        return tuple(stating[:1])
    adding, seen = [], set[str]()
    for place in order:
        stated = set(getattr(records[place], name))
        if not stated <= seen:
            adding.append(place)
            seen |= stated
    return tuple(adding)


T = TypeVar("T")


def _first(ordered: Sequence[Record], field: Callable[[Record], T | None]) -> T | None:
    return next((value for record in ordered if (value := field(record))), None)


def _best_date(version: Sequence[Record]) -> str | None:
    """The first that is stated, or another that says the same to the day."""
    dates = [r.date for r in version if r.date]
    return max((date for date in dates if date.startswith(dates[0])), key=len, default=None)


def _arxiv_id_in_doi(record: Record) -> str | None:
    return arxiv_id_of(record.doi) if record.doi else None


def _dois(record: Record) -> set[str]:
    return {doi for doi in (record.doi, *other_dois(record)) if doi}


def _extra(
    ordered: Sequence[Record], version: Sequence[Record], doi: str | None
) -> tuple[tuple[str, str], ...]:
    stated: dict[str, str] = {}
    for records, are_of_it in ((version, True), (ordered, False)):
        for record in records:
            for name, value in record.extra:
                if _is_of_a_version(name) == are_of_it:
                    stated.setdefault(name, value)
    # They are among the paper's aliases.
    stated.pop(OTHER_KEYS, None)
    stated.pop(OTHER_DOIS, None)
    if others := sorted(set[str]().union(*map(_dois, ordered)) - {doi}):
        stated[OTHER_DOIS] = " ".join(others)
    return tuple(sorted(stated.items()))


def _is_of_a_version(name: str) -> bool:
    return name.removeprefix(_OWN_LATEX) in _OF_A_VERSION


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for values in lists for value in values))
