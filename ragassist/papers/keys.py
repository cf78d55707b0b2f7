"""What two records of one work may share, and what a user's decision remembers a record by."""

import functools
from collections.abc import Iterator, Mapping

from ragassist.papers.ids import family_name
from ragassist.papers.preprints import arxiv_id_of
from ragassist.text import title_key
from ragassist.types import Record

OTHER_DOIS = "otherdoi"
"""Among what else a record states: the DOIs of the work's other versions, parted by spaces."""

_FEWEST_TITLE_WORDS = 3


# A batch of records asks twice: when they are stored, and when they are grouped.
@functools.lru_cache(maxsize=4096)
def identity_keys(record: Record) -> frozenset[str]:
    """The strings two records of one work may share: `doi:…`, `arxiv:…`, `pmid:…`, `title:…`.

    Sharing one makes two records candidates; `group_works` decides. A title of one or two words
    ("Editorial") is no candidate on its own: author, year or abstract has to agree as well.
    """
    return frozenset((*certain_keys(record), *title_keys(record)))


def certain_keys(record: Record) -> Iterator[str]:
    """The keys that settle it: records that share one are one work."""
    for doi in (record.doi, *other_dois(record)):
        if doi:
            yield f"doi:{doi}"
            if arxiv_id := arxiv_id_of(doi):
                yield f"arxiv:{arxiv_id}"
    if record.arxiv_id:
        yield f"arxiv:{record.arxiv_id.lower()}"
    if record.pmid:
        yield f"pmid:{record.pmid}"


def title_keys(record: Record) -> Iterator[str]:
    """The key that makes records candidates, at most one."""
    title = title_key(record.title)
    if not title:
        return
    if title.count(" ") + 1 >= _FEWEST_TITLE_WORDS or not title.isascii():
        yield f"title:{title}"
    elif record.authors and record.year is not None:
        yield f"title:{title}|{family_name(record.authors[0])}|{record.year}"
    else:
        yield f"title:{title}|{title_key(record.abstract[:200])}"


def other_dois(record: Record) -> tuple[str, ...]:
    """The DOIs of other versions that a record states beside its own."""
    return tuple(doi for name, dois in record.extra if name == OTHER_DOIS for doi in dois.split())


def handles(record: Record, *, weak: bool = False) -> Mapping[str, str]:
    """What a decision on a record is remembered by, and the identity key that leads there.

    Its certain keys; its title with first author, year and the source's own key; and the same
    without that key where it has no certain one, for a title is too weak beside an identifier.
    A record found again with any of these is the one that was decided on.

    Args:
        weak: also what is too weak.
    """
    known = {key: key for key in certain_keys(record)}
    family = family_name(record.authors[0]) if record.authors else ""
    for key in title_keys(record):
        stated = f"{key}||{family}|{'' if record.year is None else record.year}"
        if weak or not known:
            known[stated] = key
        if record.key:
            known[f"{stated}||{record.key}"] = key
    return known
