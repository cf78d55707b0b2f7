"""Looking for damage: what is stored, held against what should be."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragassist.errors import LibraryLocked, LibraryReadOnly, RagassistError
from ragassist.index.generations import Generations, Reader
from ragassist.storage.catalog import Catalog
from ragassist.storage.chunks import count_pending, load_vectors

_PAGE = 500
# float16 keeps three decimal digits; a vector of another text differs by far more.
_LARGEST_DIFFERENCE = 0.01


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: `problem` is None when all is well, and `says` tells what was seen."""

    name: str
    problem: str | None
    says: str = ""


def examine(catalog: Catalog, generations: Generations) -> Iterator[Finding]:
    """Examine the catalog, then read every vector of the index back; ~20,000 vectors a second."""
    integrity = catalog.integrity()
    broken = catalog.rows("PRAGMA foreign_key_check")
    problem = None if integrity == "ok" else f"SQLite finds damage: {integrity}"
    if broken:
        problem = f"{len(broken)} rows refer to rows that are gone"
    papers = catalog.value("SELECT count(*) FROM papers")
    yield Finding("catalog", problem, f"{papers} papers, intact")
    pending = count_pending(catalog)
    if pending:
        yield _pending(catalog, pending)
        return
    if catalog.read_only:
        yield Finding("index", None, "not examined: a read-only library is searched without it")
        return
    try:
        reader = generations.open()
        if reader is None:
            chunks = catalog.value("SELECT count(*) FROM chunks")
            missing = f"missing, with {chunks} chunks to hold: run `ragassist reindex`"
            yield Finding("index", missing if chunks else None, "no vectors yet")
            return
        with reader:
            yield _compare(catalog, reader)
    except RagassistError as error:
        yield Finding("index", str(error))


def _pending(catalog: Catalog, pending: int) -> Finding:
    try:
        with catalog.writing(wait_s=0):
            return Finding("index", f"{pending} chunks are pending: run `ragassist reindex`")
    except LibraryLocked:
        return Finding("index", None, f"{pending} chunks pending, another process is at them")
    except LibraryReadOnly as error:
        return Finding("index", f"{pending} chunks are pending, and {error}")


def _differ(here: NDArray[np.float16], there: NDArray[np.float32]) -> bool:
    return bool(np.abs(here.astype(np.float32) - there).max() > _LARGEST_DIFFERENCE)


def _compare(catalog: Catalog, reader: Reader) -> Finding:
    wrong = compared = 0
    after = 0
    while page := catalog.rows(
        "SELECT chunk_id, text_hash FROM chunks WHERE chunk_id > ? ORDER BY chunk_id LIMIT ?",
        (after, _PAGE),
    ):
        after = page[-1][0]
        wanted = load_vectors(catalog, reader.space.identity, [text_hash for _, text_hash in page])
        stored = reader.index.vectors([chunk_id for chunk_id, _ in page])
        for chunk_id, text_hash in page:
            here, there = wanted.get(text_hash), stored.get(chunk_id)
            wrong += here is None or there is None or _differ(here, there)
            compared += 1
    extra = reader.index.count() - compared
    if wrong or extra:
        problem = f"{wrong} of {compared} vectors are missing or wrong, {extra} too many"
        return Finding("index", f"{problem}: run `ragassist reindex`")
    return Finding("index", None, f"{compared} vectors of {reader.space.identity} read back, right")
