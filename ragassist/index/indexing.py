"""Bringing the vector index to what the catalog says, from wherever it was left."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ragassist.errors import IndexUnavailable
from ragassist.index.embedders import Embedder
from ragassist.index.generations import Generations, Space, VectorIndex
from ragassist.storage.catalog import Catalog
from ragassist.storage.chunks import (
    StoredChunk,
    count_pending,
    expect_generation,
    expected_generations,
    load_vectors,
    mark_all_pending,
    mark_indexed,
    pending_chunks,
    removed_chunk_ids,
    store_vectors,
    was_indexed,
)

EMBED_BATCH = 512
_WRITE_BATCH = 4096

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""


def space_of(embedder: Embedder) -> Space:
    """The space that an embedder's vectors live in."""
    return Space(embedder=embedder.name, identity=embedder.identity, dimension=embedder.dimension)


def update_index(
    catalog: Catalog,
    generations: Generations,
    embedder: Embedder,
    progress: Progress,
    *,
    rebuild: bool = False,
) -> str:
    """Embed what was never embedded and write what is pending into a new generation.

    Call it inside `catalog.writing()`. Killed at any moment it leaves the old generation in
    place, and what was embedded stays embedded. Starts from nothing with `rebuild`, and when the
    current generation is missing, damaged, or not this embedder's or this catalog's.

    Returns:
        What was wrong with the current generation that it was written anew; empty when nothing.

    Raises:
        EmbedderUnavailable, StorageError: the catalog stays as it was.
    """
    generations.sweep()
    space = space_of(embedder)
    onto, fault = (None, "") if rebuild else _usable(catalog, generations, space)
    if onto is None:
        with catalog.transaction():
            mark_all_pending(catalog)
    if not count_pending(catalog):
        return fault
    _embed_missing(catalog, embedder, progress)
    try:
        _write_generation(catalog, generations, space, progress, onto=onto)
    except IndexUnavailable:
        if onto is None:
            raise
        fault = "was damaged"
        with catalog.transaction():
            mark_all_pending(catalog)
        _embed_missing(catalog, embedder, progress)
        _write_generation(catalog, generations, space, progress, onto=None)
    generations.sweep()
    return fault


def _usable(catalog: Catalog, generations: Generations, space: Space) -> tuple[str | None, str]:
    """The current generation if it can be gone on from, else None and what is wrong with it."""
    try:
        name = generations.current()
        if name is None:
            return None, "was missing" if was_indexed(catalog) else ""
        if name not in expected_generations(catalog):
            return None, "did not belong to this catalog"
        if generations.space() != space:
            return None, "was made by another embedder"
        generations.verify(name)
    except IndexUnavailable:
        return None, "was damaged"
    return name, ""


def _write_generation(
    catalog: Catalog,
    generations: Generations,
    space: Space,
    progress: Progress,
    *,
    onto: str | None,
) -> None:
    with generations.staged(space, onto=onto) as index:
        expect_generation(catalog, index.name)
        last = _write_pending(catalog, index, space, progress, fresh=onto is None)
    with catalog.transaction():
        mark_indexed(catalog, last, index.name)


def _embed_missing(catalog: Catalog, embedder: Embedder, progress: Progress) -> None:
    total = int(catalog.value("SELECT count(*) FROM chunks WHERE pending"))
    done = 0
    for chunks in pending_chunks(catalog, EMBED_BATCH):
        known = load_vectors(catalog, embedder.identity, [c.text_hash for c in chunks])
        missing = {c.text_hash: c.text for c in chunks if c.text_hash not in known}
        if missing:
            vectors = embedder.embed(list(missing.values()))
            with catalog.transaction():
                store_vectors(catalog, embedder.identity, missing, vectors)
        done += len(chunks)
        progress("embedding", done, total)


def _write_pending(
    catalog: Catalog, index: VectorIndex, space: Space, progress: Progress, *, fresh: bool
) -> int:
    total = int(catalog.value("SELECT count(*) FROM chunks WHERE pending"))
    if not fresh:
        index.forget(removed_chunk_ids(catalog))
    done = last = 0
    for chunks in pending_chunks(catalog, _WRITE_BATCH):
        index.replace(chunks, _stored_vectors(catalog, space, chunks), fresh=fresh)
        last = chunks[-1].chunk_id
        done += len(chunks)
        progress("indexing", done, total)
    return last


def _stored_vectors(
    catalog: Catalog, space: Space, chunks: list[StoredChunk]
) -> NDArray[np.float32]:
    vectors: dict[bytes, NDArray[np.float16]] = {}
    for begin in range(0, len(chunks), EMBED_BATCH):
        hashes = [chunk.text_hash for chunk in chunks[begin : begin + EMBED_BATCH]]
        vectors.update(load_vectors(catalog, space.identity, hashes))
    return np.stack([vectors[chunk.text_hash] for chunk in chunks]).astype(np.float32)
