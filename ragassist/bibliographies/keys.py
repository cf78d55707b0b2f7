"""What a paper is called in an exported bibliography: as its reader's own manuscripts cite it."""

import dataclasses
import re
from collections.abc import Iterable, Iterator

from ragassist.papers.ids import safe_key
from ragassist.papers.keys import OTHER_KEYS, keys_listed
from ragassist.text import one_line
from ragassist.types import Paper

ALIASES = OTHER_KEYS
"""BibLaTeX's field for the other keys of an entry; in other formats a field of the same name."""

# What BibTeX, Biber and TeX all take in a key.
_VALID = re.compile(r"""[^\s"#%'(),={}~\\\x00-\x1f\x7f]+""")
_NOT_IN_QUOTES = re.compile(r'["\x00-\x1f\x7f]')


def under_own_keys(papers: Iterable[Paper], *, in_quotes: bool = False) -> Iterator[Paper]:
    """Each paper under the key its source has for it, its other keys among what else is stated.

    The id is a safe form of that key; where no `.bib` could hold the key itself, the id stays.

    Args:
        in_quotes: have keys that no `.bib` could hold among the others, in double quotes.
    """
    for paper in papers:
        key = own_key(paper)
        others = _aliases(paper, key, in_quotes=in_quotes)
        if key == paper.paper_id and not others:
            yield paper
            continue
        beside = dict(paper.extra)
        beside.pop(ALIASES, None)
        if others:
            beside[ALIASES] = ", ".join(others)
        yield dataclasses.replace(paper, paper_id=key, extra=tuple(sorted(beside.items())))


def own_key(paper: Paper) -> str:
    """The source's own key of which the id is a safe form, where BibTeX allows it; else the id."""
    stated = (place.key.strip() for place in paper.provenance if place.key)
    own = (key for key in stated if _VALID.fullmatch(key) and safe_key(key) == paper.paper_id)
    return min(own, default=paper.paper_id)


def _aliases(paper: Paper, key: str, *, in_quotes: bool) -> list[str]:
    stated = next((value for name, value in paper.extra if name == ALIASES), "")
    names = {*keys_listed(stated), paper.paper_id, *paper.aliases} - {key}
    valid = set(filter(_VALID.fullmatch, names))
    others = {one_line(name) for name in names - valid if not _NOT_IN_QUOTES.search(name)}
    return [*sorted(valid), *(f'"{name}"' for name in sorted(others) if name and in_quotes)]
