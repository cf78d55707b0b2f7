"""Bringing the vector index to what the catalog says, from wherever it was left."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ragassist.errors import IndexUnavailable
from ragassist.index.embedders import Embedder
from ragassist.index.generations import Generations, Space
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
    try:
        _write_generation(catalog, generations, embedder, progress, onto=onto)
    except IndexUnavailable:
        if onto is None:
            raise
        fault = "was damaged"
        with catalog.transaction():
            mark_all_pending(catalog)
        _write_generation(catalog, generations, embedder, progress, onto=None)
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
    embedder: Embedder,
    progress: Progress,
    *,
    onto: str | None,
) -> None:
    total = int(catalog.value("SELECT count(*) FROM chunks WHERE pending"))
    with generations.staged(space_of(embedder), onto=onto) as index:
        expect_generation(catalog, index.name)
        if onto is not None:
            index.forget(removed_chunk_ids(catalog))
        done = last = 0
        for chunks in pending_chunks(catalog, embedder.batch):
            index.replace(chunks, _vectors_of(catalog, embedder, chunks), fresh=onto is None)
            last = chunks[-1].chunk_id
            done += len(chunks)
            progress("indexing", done, total)
    with catalog.transaction():
        mark_indexed(catalog, last, index.name)


def _vectors_of(
    catalog: Catalog, embedder: Embedder, chunks: Sequence[StoredChunk]
) -> NDArray[np.float32]:
    """The chunks' vectors as the catalog keeps them, shape (chunks, dimension).

    What was never embedded is embedded and kept, a transaction a batch: that work is never lost.
    """
    vectors = load_vectors(catalog, embedder.identity, [chunk.text_hash for chunk in chunks])
    missing = {c.text_hash: c.text for c in chunks if c.text_hash not in vectors}
    if missing:
        embedded = embedder.embed(list(missing.values()))
        with catalog.transaction():
            store_vectors(catalog, embedder.identity, missing, embedded)
        vectors.update(zip(missing, embedded.astype(np.float16), strict=True))
    return np.stack([vectors[chunk.text_hash] for chunk in chunks]).astype(np.float32)
