"""How well each leg of the search, and both together, find the judged papers of a BEIR folder.

    python -m eval.bench.retrieval DIR... [--embedder builtin] [--json]

Each folder holds corpus.jsonl, queries.jsonl and qrels/*.tsv. The corpus is added to a real
library and searched by the same functions as `ragassist search`; documents are papers, a paper's
score that of its best chunk. nDCG@10 and recall@100 by ir_measures (trec_eval).
"""

import csv
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import ir_measures
import numpy as np
import typer
from ir_measures import R, nDCG
from numpy.typing import NDArray

from ragassist.index.embedders import load_embedder
from ragassist.index.generations import Generations
from ragassist.index.search import CANDIDATES, DENSE_WEIGHT, DenseQuery, fuse, score_legs
from ragassist.library import Library
from ragassist.storage.catalog import Catalog
from ragassist.types import Filters

_DEPTH = 100
"""Documents ranked per query."""
Run = dict[str, dict[str, float]]
Figure = dict[str, float]


def main(
    folders: Annotated[list[Path], typer.Argument(help="BEIR folders.")],
    embedder: Annotated[str, typer.Option()] = "builtin",
    weights: Annotated[str, typer.Option(help="Dense weights to fuse with.")] = str(DENSE_WEIGHT),
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure every folder and print one line a system."""
    results = {
        folder.name: measure(folder, embedder, [float(w) for w in weights.split(",")])
        for folder in folders
    }
    if as_json:
        typer.echo(json.dumps(results, indent=2))
        return
    for name, systems in results.items():
        for system, figures in systems.items():
            shown = "  ".join(
                f"{metric} {f['mean']:.3f} ({f['low']:.3f} to {f['high']:.3f})"
                for metric, f in figures.items()
            )
            typer.echo(f"{name:10} n={next(iter(figures.values()))['n']:<4} {system:10} {shown}")


def measure(folder: Path, embedder: str, weights: list[float]) -> dict[str, dict[str, Figure]]:
    """Figures by system: `bm25`, `dense`, `fused W` for each weight, and what each fused gains.

    A gain is the mean over queries of the difference to BM25. Intervals are 95 %, percentile
    bootstrap over queries (Efron 1979), 2,000 samples, fixed seed.
    """
    qrels = _qrels(folder)
    with tempfile.TemporaryDirectory(prefix="ragassist-eval-") as place:
        with Library.open(place) as library:
            library.add(folder / "corpus.jsonl", embedder=embedder)
        runs = _search(Path(place), embedder, _queries(folder, qrels), weights)
    scores = {system: _by_query(qrels, run) for system, run in runs.items()}
    figures = {
        system: {metric: _figure(values) for metric, values in metrics.items()}
        for system, metrics in scores.items()
    }
    for weight in weights:
        figures[f"gain {weight}"] = {
            metric: _figure(values - scores["bm25"][metric])
            for metric, values in scores[f"fused {weight}"].items()
        }
    return figures


def _by_query(qrels: Mapping[str, Mapping[str, int]], run: Run) -> dict[str, NDArray[np.float64]]:
    values: dict[str, dict[str, float]] = {}
    for result in ir_measures.iter_calc([nDCG @ 10, R @ 100], qrels, run):
        values.setdefault(str(result.measure), {})[result.query_id] = result.value
    return {
        metric: np.array([by_query.get(query_id, 0.0) for query_id in sorted(qrels)])
        for metric, by_query in values.items()
    }


def _figure(values: NDArray[np.float64]) -> Figure:
    chance = np.random.default_rng(0)
    means = values[chance.integers(0, len(values), (2000, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return {
        "mean": round(float(values.mean()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "n": len(values),
    }


def _search(
    place: Path, name: str, queries: Mapping[str, str], weights: list[float]
) -> dict[str, Run]:
    embedder = load_embedder(name)
    catalog = Catalog.open(place)
    keys = _keys_of_chunks(catalog)
    reader = Generations(place).open()
    assert reader is not None
    runs: dict[str, Run] = {}
    for query_id, text in queries.items():
        dense = DenseQuery(
            vector=embedder.embed([text])[0], identity=embedder.identity, index=reader.index
        )
        lexical, similar = score_legs(catalog, text, dense, Filters(), CANDIDATES)
        systems = {"bm25": lexical, "dense": similar}
        systems |= {f"fused {w}": fuse(lexical, similar, w) for w in weights}
        for system, scores in systems.items():
            runs.setdefault(system, {})[query_id] = _by_document(scores, keys)
    reader.close()
    catalog.close()
    return runs


def _by_document(scores: Mapping[int, float], keys: Mapping[int, list[str]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for chunk_id, score in scores.items():
        for key in keys[chunk_id]:
            best[key] = max(best.get(key, score), score)
    return dict(sorted(best.items(), key=lambda pair: -pair[1])[:_DEPTH])


def _keys_of_chunks(catalog: Catalog) -> dict[int, list[str]]:
    keys: dict[int, list[str]] = {}
    for chunk_id, key in catalog.rows(
        "SELECT chunk_id, json_extract(fields, '$.key') FROM chunks JOIN records USING (paper_row)"
    ):
        keys.setdefault(chunk_id, []).append(key)
    return keys


def _qrels(folder: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for file in sorted((folder / "qrels").glob("*.tsv")):
        with file.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                qrels.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    return qrels


def _queries(folder: Path, qrels: Mapping[str, object]) -> dict[str, str]:
    return dict(_read_queries(folder / "queries.jsonl", qrels))


def _read_queries(path: Path, qrels: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            query = json.loads(line)
            if query["_id"] in qrels:
                yield query["_id"], query["text"]


if __name__ == "__main__":
    typer.run(main)
