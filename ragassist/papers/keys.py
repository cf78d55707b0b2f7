"""What two records of one work may share, and what a user's decision remembers a record by."""

import functools
import re
from collections.abc import Iterator, Mapping

from ragassist.papers.ids import family_name, family_spellings, spell_out
from ragassist.papers.precedence import is_machine_made
from ragassist.papers.preprints import arxiv_id_of
from ragassist.sources.extra_names import OTHER_DOIS
from ragassist.text import title_key
from ragassist.types import Record

OTHER_KEYS = "ids"
"""Where `extra` holds the keys that a source has, or had, for a paper beside its own."""
# A key with blanks or commas in it stands in quotes.
_ONE_KEY = re.compile(r'"([^"]+)"|[^,\s]+')
_FEWEST_TITLE_WORDS = 3


# A batch of records asks twice: when they are stored, and when they are grouped.
@functools.lru_cache(maxsize=4096)
def identity_keys(record: Record) -> frozenset[str]:
    """The strings two records of one work may share.

    They are `doi:…`, `arxiv:…`, `pmid:…`, `title:…`, and `entry:…` for the source's own key.

    Sharing one makes two records candidates; `group_works` decides. A title of one or two words
    ("Editorial") is no candidate on its own: author, year or abstract has to agree as well.
    """
    return frozenset((*certain_keys(record), *title_keys(record), *entry_keys(record)))


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
    """The keys that make records candidates: one, and one for each other way to spell umlauts."""
    title = title_key(record.title)
    if not title:
        return
    if title.count(" ") + 1 >= _FEWEST_TITLE_WORDS or not title.isascii():
        yield f"title:{title}"
        spelt_out = title if record.title.isascii() else title_key(spell_out(record.title))
        if spelt_out != title:
            yield f"title:{spelt_out}"
    elif record.authors and record.year is not None:
        for family in family_spellings(record.authors[0]):
            yield f"title:{title}|{family}|{record.year}"
    else:
        yield f"title:{title}|{title_key(record.abstract[:200])}"


def entry_keys(record: Record) -> Iterator[str]:
    """The key that an author gave an entry, with the first author: its title may be corrected."""
    if record.key and record.authors and not is_machine_made(record.key):
        for family in family_spellings(record.authors[0]):
            yield f"entry:{record.key}|{family}"


def other_dois(record: Record) -> tuple[str, ...]:
    """The DOIs of other versions that a record states beside its own."""
    return tuple(doi for name, dois in record.extra if name == OTHER_DOIS for doi in dois.split())


def older_keys(record: Record) -> tuple[str, ...]:
    """What else the source calls its entry, or did: BibLaTeX's `ids`."""
    return keys_listed(next((value for name, value in record.extra if name == OTHER_KEYS), ""))


def keys_listed(stated: str) -> tuple[str, ...]:
    """The keys in one text, parted by commas or blanks; one that has these in it is in quotes."""
    return tuple(found[1] or found[0] for found in _ONE_KEY.finditer(stated))


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
