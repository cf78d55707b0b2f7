"""Finding the work again that an answer cited, whatever its id has become."""

import json
from collections.abc import Iterable, Mapping

from ragassist.errors import UnknownPaper
from ragassist.papers.keys import handles
from ragassist.papers.likeness import alike_titles, contradict
from ragassist.storage.catalog import Catalog
from ragassist.storage.fingerprints import Fingerprint
from ragassist.storage.lookup import find_row
from ragassist.storage.rows import record_from_json
from ragassist.text import title_key
from ragassist.types import LoggedExchange, Record


def cited_row(catalog: Catalog, exchange: LoggedExchange, paper_id: str) -> int:
    """The row of the work that an exchange calls by this id, whatever that is called now.

    Raises:
        UnknownPaper: it is gone, or may be any of several papers.
    """
    works = json.loads(exchange.kept).get("works", {})
    return row_of_work(catalog, paper_id, works.get(paper_id))


def row_of_work(catalog: Catalog, paper_id: str, known: Fingerprint | None) -> int:
    """The row of the paper that had this id when its fingerprint was taken.

    Args:
        known: None where none was taken: then the id is all there is to go by.

    Raises:
        UnknownPaper: the work is gone, or may be any of several papers.
    """
    if known is None:
        return find_row(catalog, paper_id)
    rows = _carriers(catalog, known)
    if len(rows) > 1:
        ids = [
            str(catalog.value("SELECT paper_id FROM papers WHERE paper_row = ?", (row,)))
            for row in rows
        ]
        if paper_id not in ids:
            raise UnknownPaper(f"{paper_id!r} may be any of {', '.join(sorted(ids))}: say which")
        return rows[ids.index(paper_id)]
    return rows[0] if rows else _row_of_same_title(catalog, paper_id, known)


def _carriers(catalog: Catalog, known: Fingerprint) -> list[int]:
    """The papers that have the most telling of the handles; several where it tells no more."""
    carried: Mapping[str, str] = known["handles"]
    work = Record(
        title=known["title"],
        authors=tuple(known["authors"]),
        year=known["year"],
        arxiv_id=_stated("arxiv:", carried),
        pmid=_stated("pmid:", carried),
        line=0,
    )
    telling: dict[int, int] = {}
    for row, fields in catalog.rows(
        "SELECT DISTINCT paper_row, fields FROM record_keys JOIN records USING (record_id) "
        "WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(set(carried.values()))),),
    ):
        record = record_from_json(fields)
        shared = handles(record, weak=True).keys() & carried.keys()
        if shared and not contradict(work, record):
            telling[row] = max(telling.get(row, 0), _how_telling(shared, carried, record, work))
    most = max(telling.values(), default=0)
    return sorted(row for row, much in telling.items() if much == most)


def _stated(kind: str, carried: Mapping[str, str]) -> str | None:
    found = (one.removeprefix(kind) for one in carried if one.startswith(kind))
    return min(found, default=None)


def _how_telling(
    shared: Iterable[str], carried: Mapping[str, str], record: Record, work: Record
) -> int:
    """4: an identifier and the same title; 3: an identifier; 2: the title and a key; 1: a title."""
    if any(carried[handle] == handle for handle in shared):
        return 3 + (title_key(record.title) == title_key(work.title))
    return 2 if record.key and any(one.endswith(f"||{record.key}") for one in shared) else 1


def _row_of_same_title(catalog: Catalog, paper_id: str, known: Fingerprint) -> int:
    """By its id, where what is called so now may be what was called so."""
    gone = f"no paper {paper_id!r} in this library any more: it was {known['title']!r}"
    try:
        row = find_row(catalog, paper_id)
    except UnknownPaper as error:
        raise UnknownPaper(gone) from error
    title = str(catalog.value("SELECT title FROM papers WHERE paper_row = ?", (row,)))
    if title != known["title"] and not alike_titles(title, known["title"]):
        raise UnknownPaper(f"{gone}, and that is the key of another paper now")
    return row
