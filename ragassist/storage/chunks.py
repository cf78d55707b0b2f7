"""Chunks, their full-text index, and their vectors as the catalog keeps them."""

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragassist.storage.catalog import Catalog
from ragassist.types import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

_GENERATION = "generation"
_NEXT_GENERATION = "next_generation"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChunk:
    """A chunk with what it is indexed under.

    Attributes:
        text: what is embedded: the title, and the chunk's part of the abstract below it.
    """

    chunk_id: int
    paper_id: str
    start: int
    stop: int
    year: int | None
    text: str
    text_hash: bytes


def insert_chunks(
    catalog: Catalog, papers: Sequence[tuple[int, str, str, Sequence[Chunk]]]
) -> None:
    """Index papers that have no chunks: paper_row, title and abstract as stored, and chunks."""
    last = catalog.value("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'")
    ids = itertools.count(int(last or 0) + 1)
    rows, texts = [], []
    for paper_row, title, abstract, chunks in papers:
        for chunk in chunks:
            body = abstract[chunk.start : chunk.stop]
            digest = hashlib.blake2b(_embedded_text(title, body).encode(), digest_size=16).digest()
            chunk_id = next(ids)
            rows.append((chunk_id, paper_row, chunk.start, chunk.stop, digest))
            texts.append((chunk_id, title, body))
    catalog.execute_many(
        "INSERT INTO chunks (chunk_id, paper_row, start, stop, text_hash) VALUES (?, ?, ?, ?, ?)",
        rows,
    )
    catalog.execute_many("INSERT INTO chunks_fts (rowid, title, body) VALUES (?, ?, ?)", texts)


def drop_chunks(catalog: Catalog, paper_row: int) -> None:
    """Take a paper's chunks out; call it before its title or abstract changes."""
    chunks = catalog.rows(
        "SELECT chunk_id, start, stop FROM chunks WHERE paper_row = ?", (paper_row,)
    )
    title, abstract = _texts_of(catalog, [paper_row])[paper_row]
    # FTS5 finds what to forget by the very text it was given.
    catalog.execute_many(
        "INSERT INTO chunks_fts (chunks_fts, rowid, title, body) VALUES ('delete', ?, ?, ?)",
        [(chunk_id, title, abstract[start:stop]) for chunk_id, start, stop in chunks],
    )
    catalog.execute(
        "INSERT INTO removed_chunks SELECT chunk_id FROM chunks WHERE paper_row = ?", (paper_row,)
    )
    catalog.execute("DELETE FROM chunks WHERE paper_row = ?", (paper_row,))


def mark_pending(catalog: Catalog, paper_row: int) -> None:
    """Have a paper's chunks written to the vector index again."""
    catalog.execute("UPDATE chunks SET pending = 1 WHERE paper_row = ?", (paper_row,))


def mark_all_pending(catalog: Catalog) -> None:
    """Have every chunk written to the vector index again."""
    catalog.execute("UPDATE chunks SET pending = 1")


def expect_generation(catalog: Catalog, name: str) -> None:
    """Note which generation of the vector index is about to be written."""
    catalog.set_meta(_NEXT_GENERATION, name)


def was_indexed(catalog: Catalog) -> bool:
    """Whether there ever was a generation that readers could use."""
    return generation_in_use(catalog) is not None


def generation_in_use(catalog: Catalog) -> str | None:
    """The generation that readers use; None before the first."""
    return catalog.meta(_GENERATION)


def expected_generations(catalog: Catalog) -> set[str]:
    """The generations that `pending` is true of; none before the first.

    Two: what was written when the writer was killed may be in use already, or not yet. Any other
    belongs to another state of the catalog, one that a backup or a deletion has undone.
    """
    names = (catalog.meta(_GENERATION), catalog.meta(_NEXT_GENERATION))
    return {name for name in names if name is not None}


def mark_indexed(catalog: Catalog, last_chunk_id: int, generation: str) -> None:
    """Every chunk up to this id is in this generation, which is in use, and no removed one is."""
    catalog.set_meta(_GENERATION, generation)
    catalog.execute(
        "UPDATE chunks SET pending = 0 WHERE pending AND chunk_id <= ?", (last_chunk_id,)
    )
    catalog.execute("DELETE FROM removed_chunks")


def count_pending(catalog: Catalog) -> int:
    """How many chunks the vector index has yet to learn or to forget."""
    return int(
        catalog.value(
            "SELECT (SELECT count(*) FROM chunks WHERE pending) "
            "+ (SELECT count(*) FROM removed_chunks)"
        )
    )


def count_chunks(catalog: Catalog) -> int:
    """How many chunks the library has."""
    return int(catalog.value("SELECT count(*) FROM chunks"))


def removed_chunk_ids(catalog: Catalog) -> list[int]:
    """The chunks that the vector index has yet to forget."""
    return [row[0] for row in catalog.rows("SELECT chunk_id FROM removed_chunks")]


def pending_chunks(catalog: Catalog, batch: int) -> Iterator[list[StoredChunk]]:
    """The pending chunks, by id, at most `batch` at a time; other statements may run between."""
    after = 0
    while True:
        rows = catalog.rows(
            "SELECT chunk_id, paper_row, paper_id, start, stop, year, text_hash "
            "FROM chunks JOIN papers USING (paper_row) "
            "WHERE pending AND chunk_id > ? ORDER BY chunk_id LIMIT ?",
            (after, batch),
        )
        if not rows:
            return
        after = rows[-1][0]
        texts = _texts_of(catalog, [paper_row for _, paper_row, *_ in rows])
        yield [
            StoredChunk(
                chunk_id=chunk_id,
                paper_id=paper_id,
                start=start,
                stop=stop,
                year=year,
                text=_embedded_text(texts[paper_row][0], texts[paper_row][1][start:stop]),
                text_hash=text_hash,
            )
            for chunk_id, paper_row, paper_id, start, stop, year, text_hash in rows
        ]


def load_vectors(
    catalog: Catalog, embedder: str, hashes: Sequence[bytes]
) -> "dict[bytes, NDArray[np.float16]]":
    """The stored vectors of texts, by the texts' hashes; those never embedded are left out."""
    import numpy as np

    marks = ",".join("?" * len(hashes))
    rows = catalog.rows(
        f"SELECT text_hash, vector FROM embeddings WHERE embedder = ? AND text_hash IN ({marks})",
        (embedder, *hashes),
    )
    return {text_hash: np.frombuffer(vector, np.float16) for text_hash, vector in rows}


def store_vectors(
    catalog: Catalog, embedder: str, hashes: Iterable[bytes], vectors: "Vectors"
) -> None:
    """Keep vectors, shape (n, dimension), for texts; float16 loses less than 0.001 of a cosine."""
    import numpy as np

    halves = vectors.astype(np.float16)
    catalog.execute_many(
        "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)",
        [(embedder, key, half.tobytes()) for key, half in zip(hashes, halves, strict=True)],
    )


def chunk_vectors(
    catalog: Catalog, embedder: str, paper_rows: str, parameters: Sequence[object]
) -> "tuple[list[int], Vectors]":
    """The chunk ids and vectors, shape (n, dimension), of the papers a query selects.

    Args:
        paper_rows: SQL that selects `paper_row`s, with `parameters` for its marks.
    """
    import numpy as np

    rows = catalog.rows(
        "SELECT chunk_id, vector FROM chunks JOIN embeddings USING (text_hash) "
        f"WHERE embedder = ? AND paper_row IN ({paper_rows}) ORDER BY chunk_id",
        (embedder, *parameters),
    )
    if not rows:
        return [], np.zeros((0, 0), np.float32)
    joined = np.frombuffer(b"".join(vector for _, vector in rows), np.float16)
    return [chunk_id for chunk_id, _ in rows], joined.reshape(len(rows), -1).astype(np.float32)


def _texts_of(catalog: Catalog, paper_rows: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Title and abstract by paper.

    Cut here and not by SQL, which would go through the whole of a long abstract for each chunk.
    """
    rows = catalog.rows(
        "SELECT paper_row, title, abstract FROM papers "
        "WHERE paper_row IN (SELECT value FROM json_each(?))",
        (json.dumps(paper_rows),),
    )
    return {row: (title, abstract) for row, title, abstract in rows}


def _embedded_text(title: str, body: str) -> str:
    return f"{title}\n{body}" if body else title
