"""The ids of papers: one each, given by what is there, and what was one stays an alias."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from ragassist.papers.ids import base_id, safe_key, suffixed
from ragassist.papers.keys import older_keys
from ragassist.storage.catalog import Catalog
from ragassist.storage.chunks import mark_pending
from ragassist.storage.renaming import note_heirs, note_ids
from ragassist.text import title_key
from ragassist.types import Record

_SUFFIX_LENGTHS = (4, 8, 16)


def assign_ids(catalog: Catalog, bases: Iterable[str]) -> None:
    """Give every paper with one of these base ids its id.

    A base that one paper claims is its id. Where several do it is that of the one paper whose
    source has it for a key; any other takes a suffix hashed from its title, so that none owes its
    id to having come first.
    """
    wanted = {row: (old, new) for row, old, new in _wanted_ids(catalog, bases) if old != new}
    # Let go of all of them first: an id may pass from one paper to another.
    renamed = [(old, row) for row, (old, _) in wanted.items() if old is not None]
    note_ids(catalog, [row for _, row in renamed])
    catalog.execute_many(
        "UPDATE papers SET paper_id = NULL WHERE paper_row = ?", [(row,) for _, row in renamed]
    )
    taken = {
        paper_id
        for (paper_id,) in catalog.rows(
            "SELECT paper_id FROM papers WHERE paper_id IN (SELECT value FROM json_each(?))",
            (json.dumps([new for _, new in wanted.values()]),),
        )
    }
    given = {}
    for row, (_, new) in wanted.items():
        # Where somebody's own key reads like a base with our suffix, the row tells them apart.
        given[row] = new if new not in taken else f"{new}-{row}"
        taken.add(given[row])
    catalog.execute_many(
        "UPDATE papers SET paper_id = ? WHERE paper_row = ?",
        [(paper_id, row) for row, paper_id in given.items()],
    )
    for _, row in renamed:
        catalog.execute("DELETE FROM aliases WHERE alias = ? AND paper_row = ?", (given[row], row))
        mark_pending(catalog, row)
    add_aliases(catalog, renamed)


def _wanted_ids(catalog: Catalog, bases: Iterable[str]) -> Iterator[tuple[int, str | None, str]]:
    """Row, present id and wanted id of every paper with one of these bases."""
    claims = catalog.rows(
        "SELECT base_id, paper_row, paper_id FROM papers "
        "WHERE base_id IN (SELECT value FROM json_each(?)) ORDER BY base_id, paper_row",
        (json.dumps(sorted(bases)),),
    )
    for base, group in groupby(claims, key=itemgetter(0)):
        rows = list(group)
        ids = [base]
        if len(rows) > 1:
            papers = catalog.rows(
                "SELECT own_key, title, abstract, year, fields FROM papers "
                "WHERE base_id = ? ORDER BY paper_row",
                (base,),
            )
            ids = ids_of_namesakes(base, papers)
        for (_, row, old), new in zip(rows, ids, strict=True):
            yield row, old, new


def ids_of_namesakes(
    base: str, papers: Sequence[tuple[bool, str, str, int | None, str]]
) -> list[str]:
    """An id for each of several papers that claim one base; the order given does not matter.

    Args:
        papers: own_key, title, abstract, year and fields of each.
    """
    owners = [own_key for own_key, *_ in papers]
    titles = Counter(title_key(title) for _, title, *_ in papers)
    unlike = [
        paper[1] if titles[title_key(paper[1])] == 1 else f"{paper[1]} {_fingerprint(paper)}"
        for paper in papers
    ]
    # Which of two that are the same in everything has which id makes no difference.
    times = Counter[str]()
    for place, text in enumerate(unlike):
        times[text] += 1
        if times[text] > 1:
            unlike[place] = f"{text} {times[text]}"
    ids: list[str] = []
    for length in _SUFFIX_LENGTHS:
        ids = [
            base
            if len(papers) == 1 or (owns and sum(owners) == 1)
            else suffixed(base, text, length)
            for owns, text in zip(owners, unlike, strict=True)
        ]
        if len(set(ids)) == len(ids):
            break
    return ids


def _fingerprint(paper: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(paper).encode()).hexdigest()


def ids_alone(records: Iterable[Record]) -> set[str]:
    """What each record would be called if it were the only one, and what its source calls it.

    Or called it: the other keys of an entry among them.
    """
    ids = set()
    for record in records:
        ids.add(base_id(record, [record.key] if record.key else []))
        for key in (record.key or "", *older_keys(record)):
            ids.update((key, safe_key(key)))
    return ids - {""}


def all_ids(catalog: Catalog, row: int) -> list[str]:
    """The id of a paper and its aliases."""
    ids = catalog.rows(
        "SELECT alias FROM aliases WHERE paper_row = ?1 "
        "UNION SELECT paper_id FROM papers WHERE paper_row = ?1",
        (row,),
    )
    return [alias for (alias,) in ids]


def add_aliases(catalog: Catalog, aliases: Sequence[tuple[str, int]]) -> None:
    """Have names lead to papers, by their rows, but for what is the id of that paper already."""
    rows = json.dumps(sorted({row for _, row in aliases}))
    ids = catalog.rows(
        "SELECT paper_id, paper_row FROM papers "
        "WHERE paper_row IN (SELECT value FROM json_each(?))",
        (rows,),
    )
    current = set(ids)
    catalog.execute_many(
        "INSERT OR IGNORE INTO aliases (alias, paper_row) VALUES (?, ?)",
        [alias for alias in aliases if alias not in current],
    )


def hand_on_names(catalog: Catalog, former: int, heir: int) -> None:
    """Have all that names a paper name another one too, as it is about to go; in a transaction."""
    note_heirs(catalog, former, [heir])
    add_aliases(catalog, [(name, heir) for name in all_ids(catalog, former)])
