"""How well each leg of the search, and both together, find the judged papers of a collection.

The only part of measuring that looks below the library, and the only SQL here: `Library.search`
has no leg alone, no scores of a hundred, and no way from a chunk to the documents merged into it.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragassist.errors import RagassistError
from ragassist.evaluation.beir import Collection, Qrels
from ragassist.evaluation.figures import Figure, Share, difference, rate
from ragassist.index.embedders import load_embedder
from ragassist.index.generations import Generations
from ragassist.index.search import CANDIDATES, DenseQuery, fuse, score_legs
from ragassist.library import Library
from ragassist.storage.catalog import Catalog
from ragassist.types import Filters

DEPTH = 100
_BASELINE, _FUSED = "bm25", "fused"
_SEARCHING = "searching"

Progress = Callable[[str, int, int], None]
Scores = dict[str, float]
Run = dict[str, Scores]
"""As in TREC: by query, the score of each document that was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What became of a collection.

    Attributes:
        embedder: identity of what made the vectors.
        papers: in the library; fewer than the documents where some are one work.
        unreadable: documents without a title and a text, which no search can find.
        systems: figures by metric, of `bm25`, `dense` and `fused`.
        gains: figures of the paired differences, `fused` less `bm25`, by metric.
    """

    embedder: str
    papers: int
    unreadable: int
    systems: Mapping[str, Mapping[str, Figure]]
    gains: Mapping[str, Figure]


def measure_retrieval(
    collection: Collection, *, embedder: str, depth: int, progress: Progress
) -> Retrieval:
    """Add the corpus to a library of its own, and search it by every query.

    The functions are those of `ragassist search`, with its weights and as many candidates (more
    where `depth` is); the dense leg asks Chroma. A paper scores as its best chunk does, and
    stands for all documents that were merged into it.

    Args:
        embedder: `builtin` or `minilm`.
        depth: documents ranked per query; at least 10.

    Raises:
        EmbedderUnavailable, StorageError: as they say.
    """
    with tempfile.TemporaryDirectory(prefix="ragassist-eval-") as place:
        with Library.open(place, progress=progress) as library:
            report = library.add(collection.corpus, embedder=embedder)
        source = report.sources[0]
        if source.error:
            raise RagassistError(f"{collection.corpus} could not be added: {source.error}")
        runs, identity = _search(Path(place), embedder, collection.queries, depth, progress)
    values = {system: values_of(collection.qrels, run, depth) for system, run in runs.items()}
    return Retrieval(
        embedder=identity,
        papers=report.papers,
        unreadable=len(source.failures),
        systems={
            system: {
                metric: rate([(v, 1) for v in one.values()]) for metric, one in metrics.items()
            }
            for system, metrics in values.items()
        },
        gains={
            metric: difference(_paired(one, values[_BASELINE][metric]))
            for metric, one in values[_FUSED].items()
        },
    )


def values_of(qrels: Qrels, run: Run, depth: int) -> dict[str, dict[str, float]]:
    """Each metric's value by query, as trec_eval computes it, through ir_measures.

    nDCG@10 with linear gain (Järvelin & Kekäläinen 2002, doi:10.1145/582415.582418), R@10, R@50,
    R@100 (and R@depth beyond), RR@100 (the mean of which is MRR), P@5, and Judged@10, the share
    of the first ten that somebody judged. Metrics that look deeper than `depth` are left out.
    A query that found nothing has 0, and no Judged@10, since there is nothing to be judged.
    """
    import ir_measures

    found = {query: scores for query, scores in run.items() if scores}
    measures = {str(measure): measure for measure in _measures(depth)}
    values: dict[str, dict[str, float]] = {
        name: {} if measure.NAME == "Judged" else dict.fromkeys(sorted(qrels), 0.0)
        for name, measure in measures.items()
    }
    if found:
        for one in ir_measures.iter_calc(list(measures.values()), qrels, found):
            # ir_measures fills in 0 for queries that are not in the run, Judged too.
            if one.query_id in found:
                values[str(one.measure)][one.query_id] = float(one.value)
    # Intervals must not depend on the order in which a file has its queries.
    return {name: dict(sorted(by_query.items())) for name, by_query in values.items()}


def _paired(ours: Mapping[str, float], theirs: Mapping[str, float]) -> list[Share]:
    return [(value - theirs[query], 1) for query, value in ours.items() if query in theirs]


def _measures(depth: int) -> list[Any]:
    from ir_measures import RR, Judged, P, R, nDCG

    recalls = [R @ cutoff for cutoff in sorted({10, 50, 100, max(depth, DEPTH)})]
    measures = [nDCG @ 10, *recalls, RR @ 100, P @ 5, Judged @ 10]
    return [measure for measure in measures if measure["cutoff"] <= depth]


def _search(
    place: Path, name: str, queries: Mapping[str, str], depth: int, progress: Progress
) -> tuple[dict[str, Run], str]:
    embedder = load_embedder(name)
    catalog = Catalog.open(place)
    reader = Generations(place).open()
    assert reader is not None  # `add` has just made it.
    try:
        keys = _keys_of_chunks(catalog)
        runs: dict[str, Run] = {_BASELINE: {}, "dense": {}, _FUSED: {}}
        for done, (query, text) in enumerate(queries.items()):
            progress(_SEARCHING, done, len(queries))
            dense = DenseQuery(
                vector=embedder.embed([text])[0], identity=embedder.identity, index=reader.index
            )
            lexical, similar = score_legs(catalog, text, dense, Filters(), max(CANDIDATES, depth))
            legs = (lexical, similar, fuse(lexical, similar))
            for run, scores in zip(runs.values(), legs, strict=True):
                run[query] = _by_document(scores, keys, depth)
    finally:
        reader.close()
        catalog.close()
    return runs, embedder.identity


def _by_document(
    scores: Mapping[int, float], keys: Mapping[int, list[str]], depth: int
) -> dict[str, float]:
    best: dict[str, float] = {}
    for chunk_id, score in scores.items():
        for key in keys.get(chunk_id, ()):
            best[key] = max(best.get(key, score), score)
    return dict(sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:depth])


def _keys_of_chunks(catalog: Catalog) -> dict[int, list[str]]:
    keys: dict[int, list[str]] = {}
    for chunk_id, key in _chunks_and_keys(catalog):
        keys.setdefault(chunk_id, []).append(key)
    return keys


def _chunks_and_keys(catalog: Catalog) -> Iterator[tuple[int, str]]:
    yield from catalog.rows(
        "SELECT chunk_id, json_extract(fields, '$.key') FROM chunks JOIN records USING (paper_row)"
    )
