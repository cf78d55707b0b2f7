"""Chroma itself: one collection in one folder, its calls and what its errors mean here."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragassist.errors import IndexUnavailable
from ragassist.storage.chunks import StoredChunk

Vectors = NDArray[np.float32]

# ef_search 400: recall@50 against exact search .96 at 40,000 chunks, Chroma's default 100 gives
# .84; the rate of adding is the same.
# Both thresholds 2, the least allowed: below them Chroma keeps vectors in a queue, and every
# process that reads builds the graph again and rewrites its files; here reading must not write.
HNSW = {
    "space": "cosine",
    "ef_construction": 100,
    "ef_search": 400,
    "max_neighbors": 16,
    "batch_size": 2,
    "sync_threshold": 2,
}
_COLLECTION = "chunks"


class VectorIndex:
    """One generation, open: the collection that is there, or a `new` empty one.

    Similarities are cosines, clamped to -1..1. Every method raises IndexUnavailable where Chroma
    fails.

    Attributes:
        name: of the generation.
    """

    def __init__(self, folder: Path, *, new: bool = False) -> None:
        self.name = folder.name
        with explained():
            self._client = _open_chroma(folder)
            try:
                self._collection = self._take_up(new=new)
            except BaseException:
                self._client.close()
                raise

    def _take_up(self, *, new: bool) -> Any:
        if new:
            return self._client.create_collection(
                _COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None
            )
        return self._client.get_collection(_COLLECTION, embedding_function=None)

    def query(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """The nearest chunks of a vector, shape (dimension,), with similarities, best first."""
        with explained():
            found = self._collection.query(
                query_embeddings=vector[None, :], n_results=limit, include=["distances"]
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return sorted(
            ((int(chunk_id), max(-1.0, min(1.0, 1.0 - float(d)))) for chunk_id, d in pairs),
            key=lambda pair: (-pair[1], pair[0]),
        )

    def count(self) -> int:
        """How many chunks Chroma says it holds; looks right on a broken index, too."""
        with explained():
            return int(self._collection.count())

    def vectors(self, chunk_ids: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of chunks; those that are not there are left out."""
        stored: dict[int, Vectors] = {}
        for batch in _batches(chunk_ids, 1000):
            with explained():
                got = self._collection.get(ids=[str(i) for i in batch], include=["embeddings"])
            stored.update(zip(map(int, got["ids"]), got["embeddings"], strict=True))
        return stored

    def replace(self, chunks: Sequence[StoredChunk], vectors: Vectors, *, fresh: bool) -> None:
        """Write chunks, one row of `vectors` each; `fresh` when none of them can be there yet."""
        ids = [str(chunk.chunk_id) for chunk in chunks]
        for begin in range(0, len(ids), 5000):
            part = slice(begin, begin + 5000)
            if not fresh:
                # Upsert would merge the old metadata into the new.
                self.forget([chunk.chunk_id for chunk in chunks[part]])
            with explained():
                self._collection.add(
                    ids=ids[part],
                    embeddings=vectors[part],
                    metadatas=[_metadata(chunk) for chunk in chunks[part]],
                )

    def forget(self, chunk_ids: Sequence[int]) -> None:
        """Delete chunks; those that are not there are no error."""
        for batch in _batches(chunk_ids, 1000):
            with explained():
                self._collection.delete(ids=[str(chunk_id) for chunk_id in batch])

    def close(self) -> None:
        """Release Chroma's files."""
        self._client.close()


@contextmanager
def explained() -> Iterator[None]:
    """Chroma's errors, and its locks', as one of ours; the disk's own stay what they are."""
    from chromadb.errors import ChromaError
    from filelock import Timeout

    try:
        yield
    except (ChromaError, sqlite3.Error, ValueError, RuntimeError, Timeout) as error:
        raise IndexUnavailable(damaged(str(error) or type(error).__name__)) from error


def damaged(what: str) -> str:
    """What to say of an index that cannot be used, and what to do."""
    return f"the vector index cannot be used ({what}): `ragassist reindex` makes it anew"


def _metadata(chunk: StoredChunk) -> dict[str, str | int]:
    stated: dict[str, str | int] = {
        "paper_id": chunk.paper_id,
        "start": chunk.start,
        "stop": chunk.stop,
    }
    return stated if chunk.year is None else {**stated, "year": chunk.year}


def _open_chroma(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    return chromadb.PersistentClient(str(folder), settings=settings)


def _batches(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    listed = list(ids)
    for begin in range(0, len(listed), size):
        yield listed[begin : begin + size]
