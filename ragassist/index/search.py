"""Finding passages: two legs, one ranking."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragassist.index.chroma import VectorIndex
from ragassist.index.lexical import search_lexical
from ragassist.storage.catalog import Catalog
from ragassist.storage.chunks import chunk_vectors
from ragassist.storage.filters import rows_of
from ragassist.types import Filters, Passage

CANDIDATES = 100
# Measured on five judged collections, see eval/README.md.
DENSE_WEIGHT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseQuery:
    """The dense side of a query.

    Attributes:
        vector: of the question, unit length, shape (dimension,).
        identity: of the embedder that made it.
        index: asked for the nearest chunks; None to score the catalog's vectors exactly.
    """

    vector: NDArray[np.float32]
    identity: str
    index: VectorIndex | None


def find_passages(
    catalog: Catalog, question: str, dense: DenseQuery | None, filters: Filters, top_k: int
) -> tuple[Passage, ...]:
    """The best passages for a question, at most one a paper, best first, ties by paper_id.

    Args:
        dense: None searches words alone.
        top_k: how many papers at most; at least 1.
    """
    limit = max(CANDIDATES, 2 * top_k)
    lexical, similar = score_legs(catalog, question, dense, filters, limit)
    return _passages(catalog, fuse(lexical, similar), lexical, similar, top_k)


def score_legs(
    catalog: Catalog, question: str, dense: DenseQuery | None, filters: Filters, limit: int
) -> tuple[dict[int, float], dict[int, float]]:
    """What each leg says of the chunks that either of them found.

    Returns:
        BM25 by chunk_id of the lexical leg's best `limit`, and the cosine of these and of the
        dense leg's best `limit`.
    """
    allowed = rows_of(filters) if filters else None
    lexical = dict(search_lexical(catalog, question, limit, allowed))
    similar: dict[int, float] = {}
    if dense is not None:
        similar = dict(_nearest(catalog, dense, limit, allowed))
        unknown = [chunk_id for chunk_id in lexical if chunk_id not in similar]
        similar.update(_similarities(catalog, dense, unknown))
        similar = {chunk_id: _settled(cosine) for chunk_id, cosine in similar.items()}
    return lexical, similar


def fuse(
    lexical: Mapping[int, float], similar: Mapping[int, float], weight: float = DENSE_WEIGHT
) -> dict[int, float]:
    """One score a chunk, 0 to 1: `(1 - weight) * bm25 / best bm25 + weight * similarity`.

    Dividing by the best score keeps the distances inside a leg, which ranks throw away; negative
    similarities count as 0. Without vectors the words alone decide, and the other way round.
    """
    best = max(lexical.values(), default=0.0)
    if not similar or not best:
        weight = 1.0 if similar else 0.0
    return {
        chunk_id: (1 - weight) * lexical.get(chunk_id, 0.0) / (best or 1.0)
        + weight * max(similar.get(chunk_id, 0.0), 0.0)
        for chunk_id in {**lexical, **similar}
    }


def _settled(cosine: float) -> float:
    """A cosine without the noise of its last digits, which depends on how it was summed.

    Stored in half precision it has three digits, and may lie past its ends. Unsettled, equal texts
    would be ranked by where they stand in a matrix.
    """
    return round(max(-1.0, min(cosine, 1.0)), 4)


def _nearest(
    catalog: Catalog,
    dense: DenseQuery,
    limit: int,
    allowed: tuple[str, tuple[object, ...]] | None,
) -> list[tuple[int, float]]:
    if dense.index is not None and allowed is None:
        return dense.index.query(dense.vector, limit)
    # Chroma filters by scanning: scoring what passes exactly is faster, and misses nothing.
    paper_rows, parameters = allowed or ("SELECT paper_row FROM papers", ())
    chunk_ids, vectors = chunk_vectors(catalog, dense.identity, paper_rows, parameters)
    if not chunk_ids:
        return []
    scores = vectors @ dense.vector
    best = np.argsort(-scores, kind="stable")[:limit]
    return [(chunk_ids[i], float(scores[i])) for i in best]


def _similarities(
    catalog: Catalog, dense: DenseQuery, chunk_ids: Sequence[int]
) -> dict[int, float]:
    if not chunk_ids:
        return {}
    rows = catalog.rows(
        "SELECT chunk_id, vector FROM chunks JOIN embeddings USING (text_hash) "
        "WHERE embedder = ? AND chunk_id IN (SELECT value FROM json_each(?))",
        (dense.identity, json.dumps(chunk_ids)),
    )
    return {
        chunk_id: float(np.frombuffer(vector, np.float16).astype(np.float32) @ dense.vector)
        for chunk_id, vector in rows
    }


def _passages(
    catalog: Catalog,
    fused: Mapping[int, float],
    lexical: Mapping[int, float],
    similar: Mapping[int, float],
    top_k: int,
) -> tuple[Passage, ...]:
    ranked = sorted(fused.items(), key=lambda pair: (-pair[1], pair[0]))
    texts = _texts(catalog, [chunk_id for chunk_id, _ in ranked])
    best: dict[str, tuple[float, int]] = {}
    for chunk_id, score in ranked:
        # The vector index may still hold chunks that the catalog has let go.
        if chunk_id in texts:
            best.setdefault(texts[chunk_id][0], (score, chunk_id))
    order = sorted(best.items(), key=lambda pair: (-pair[1][0], pair[0]))[:top_k]
    passages = []
    for rank, (paper_id, (score, chunk_id)) in enumerate(order, start=1):
        _, title, start, stop, text = texts[chunk_id]
        passages.append(
            Passage(
                paper_id=paper_id,
                title=title,
                start=start,
                stop=stop,
                text=text,
                rank=rank,
                score=score,
                bm25=lexical.get(chunk_id),
                similarity=similar.get(chunk_id),
            )
        )
    return tuple(passages)


def _texts(catalog: Catalog, chunk_ids: Sequence[int]) -> dict[int, tuple[str, str, int, int, str]]:
    return {
        chunk_id: (paper_id, title, start, stop, text)
        for chunk_id, paper_id, title, start, stop, text in catalog.rows(
            "SELECT chunk_id, paper_id, title, start, stop, "
            "substr(abstract, start + 1, stop - start) "
            "FROM chunks JOIN papers USING (paper_row) "
            "WHERE chunk_id IN (SELECT value FROM json_each(?))",
            (json.dumps(chunk_ids),),
        )
    }
