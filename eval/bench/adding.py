"""`add`, and its baseline: the same vectors given to a bare Chroma. Each prints its seconds.

    python -m eval.bench.adding ours LIBRARY SOURCE
    python -m eval.bench.adding bare LIBRARY

Neither counts the start of Python and the import of Chroma.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings

from ragassist.index.chroma import HNSW
from ragassist.library import Library
from ragassist.storage.catalog import Catalog

_BATCH = 4096


def ours(library: Path, source: Path) -> float:
    """Seconds to add the papers of a file to a new library."""
    with Library.open(library) as opened:
        begin = time.perf_counter()
        opened.add(source)
        return time.perf_counter() - begin


def bare(library: Path) -> float:
    """Seconds to add every vector of the library with the metadata and settings it has there."""
    catalog = Catalog.open(library)
    rows = catalog.rows(
        "SELECT chunk_id, paper_id, start, stop, vector FROM chunks "
        "JOIN papers USING (paper_row) JOIN embeddings USING (text_hash) ORDER BY chunk_id"
    )
    catalog.close()
    vectors = np.stack([np.frombuffer(row[4], np.float16) for row in rows]).astype(np.float32)
    metadata = [{"paper_id": row[1], "start": row[2], "stop": row[3]} for row in rows]
    with tempfile.TemporaryDirectory(prefix="bare-chroma-") as place:
        begin = time.perf_counter()
        client: Any = chromadb.PersistentClient(
            place, settings=Settings(anonymized_telemetry=False)
        )
        collection = client.create_collection(
            "chunks", configuration={"hnsw": HNSW}, embedding_function=None
        )
        for start in range(0, len(rows), _BATCH):
            part = slice(start, start + _BATCH)
            collection.add(
                ids=[str(row[0]) for row in rows[part]],
                embeddings=vectors[part],
                metadatas=metadata[part],
            )
        seconds = time.perf_counter() - begin
        client.close()
    return seconds


if __name__ == "__main__":
    kind, *paths = sys.argv[1:]
    sys.stdout.write(f"{(ours if kind == 'ours' else bare)(*map(Path, paths))}\n")
