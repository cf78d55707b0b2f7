"""What the tests have other processes do, and how they see what became of a library."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ragassist.index.embedders import BuiltinEmbedder
from ragassist.library import Library
from ragassist.storage.catalog import Catalog
from tests.storage.processes import kill_myself_at

# float16 keeps 11 bits; the components of a unit vector are at most 1.
_FLOAT16 = 2**-11
_PAGE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a library holds, read without ragassist's own reading code.

    Attributes:
        papers: (paper_id, title, authors, year, abstract) of each, by paper_id.
        pending: chunks the vector index has yet to learn or forget.
        doubled: chunks that stand for the same part of the same paper.
        unlike: chunks whose vector in Chroma is missing, is not the embedder's own of their text,
            or is filed under another paper.
        extra: ids in Chroma that no chunk has.
        unfound: chunks that the full-text index does not know by a word of their title.
        generations: names of the folders in `chroma/`.
    """

    papers: tuple[tuple[str, str, tuple[str, ...], int | None, str], ...]
    pending: int
    doubled: int
    unlike: tuple[int, ...]
    extra: tuple[int, ...]
    unfound: tuple[int, ...]
    generations: tuple[str, ...]

    def assert_whole(self) -> None:
        """Nothing is pending, doubled, wrong, left over or unsearchable."""
        faults = (self.pending, self.doubled, self.unlike, self.extra, self.unfound)
        assert faults == (0, 0, (), (), ())


def add(folder: Path, files: Sequence[Path], lock_wait_s: float = 60.0) -> list[str]:
    """Add files; returns the notices."""
    notices: list[str] = []
    with Library.open(
        folder, lock_wait_s=lock_wait_s, notify=notices.append, exact_up_to=0
    ) as library:
        report = library.add(*files)
    assert [source.error for source in report.sources] == [None] * len(files)
    return notices


def add_and_die(folder: Path, files: Sequence[Path], function: str, event: str, time: int) -> None:
    """Add files, killed at the n-th call of, or return from, a function."""
    kill_myself_at(function, event=event, time=time)
    add(folder, files)


def sync(folder: Path, files: Sequence[Path]) -> None:
    """Sync files, removals confirmed."""
    with Library.open(folder, exact_up_to=0) as library:
        report = library.sync(*files, remove=True)
    assert [source.error for source in report.sources] == [None] * len(files)


def sync_and_die(folder: Path, files: Sequence[Path], function: str, event: str, time: int) -> None:
    """Sync files, killed at the n-th call of, or return from, a function."""
    kill_myself_at(function, event=event, time=time)
    sync(folder, files)


def search(folder: Path, question: str) -> tuple[list[str], list[str]]:
    """The ids found, and the notices."""
    notices: list[str] = []
    with Library.open(folder, notify=notices.append, exact_up_to=0) as library:
        return [passage.paper_id for passage in library.search(question)], notices


def remove(folder: Path, *paper_ids: str) -> None:
    """Remove papers."""
    with Library.open(folder, exact_up_to=0) as library:
        library.remove(*paper_ids)


def make_older(catalog: Catalog, version: int) -> None:
    """Undo what later versions added to the catalog, and close it."""
    undone = (
        (5, "DROP TABLE renamed"),
        (5, "DELETE FROM meta WHERE name = 'told_row'"),
        (6, "ALTER TABLE sources DROP COLUMN read_at"),
        (5, "UPDATE exchanges SET kept = json_remove(kept, '$.works')"),
        (4, "ALTER TABLE sources DROP COLUMN read_as"),
        (3, "ALTER TABLE sources DROP COLUMN digest"),
        (3, "ALTER TABLE sources DROP COLUMN import_id"),
        (3, "ALTER TABLE failures DROP COLUMN import_id"),
        (3, "ALTER TABLE failures DROP COLUMN suspect"),
        (3, "ALTER TABLE papers DROP COLUMN language"),
        (3, "DROP TABLE decisions"),
        (2, "DROP TABLE exchanges"),
    )
    for added_in, statement in undone:
        if added_in > version:
            catalog.execute(statement)
    catalog.execute(f"PRAGMA user_version = {version}")
    catalog.close()


def read_back(folder: Path) -> Stored:
    """Read everything back, each vector from Chroma itself; call it in a fresh process."""
    with closing(sqlite3.connect(folder / "catalog.sqlite3")) as catalog:
        papers = catalog.execute(
            "SELECT paper_id, title, json_extract(fields, '$.authors'), year, abstract "
            "FROM papers ORDER BY paper_id"
        ).fetchall()
        chunks = catalog.execute(
            "SELECT chunk_id, paper_id, chunks.start, chunks.stop, chunk_texts.title, body "
            "FROM chunks JOIN papers USING (paper_row) JOIN chunk_texts USING (chunk_id)"
        ).fetchall()
        pending = catalog.execute(
            "SELECT (SELECT count(*) FROM chunks WHERE pending) "
            "+ (SELECT count(*) FROM removed_chunks)"
        ).fetchone()[0]
        unfound = [
            chunk_id
            for chunk_id, _, _, _, title, _ in chunks
            if not catalog.execute(
                "SELECT 1 FROM chunks_fts WHERE chunks_fts MATCH ? AND rowid = ?",
                (f'title: "{title.split()[0]}"', chunk_id),
            ).fetchone()
        ]
    chroma = folder / "chroma"
    current = chroma / "CURRENT"
    vectors = _vectors(chroma / current.read_text("ascii")) if current.is_file() else {}
    texts = [f"{title}\n{body}" if body else title for *_, title, body in chunks]
    expected = BuiltinEmbedder().embed(texts)
    return Stored(
        papers=tuple(
            (paper_id, title, tuple(json.loads(authors or "[]")), year, abstract)
            for paper_id, title, authors, year, abstract in papers
        ),
        pending=pending,
        doubled=len(chunks) - len({chunk[1:4] for chunk in chunks}),
        unlike=tuple(
            chunk_id
            for (chunk_id, paper_id, start, stop, *_), vector in zip(chunks, expected, strict=True)
            if not _is_stored(vectors.get(chunk_id), (paper_id, start, stop), vector)
        ),
        extra=tuple(sorted(vectors.keys() - {chunk[0] for chunk in chunks})),
        unfound=tuple(unfound),
        generations=tuple(sorted(path.name for path in chroma.glob("g*") if path.is_dir())),
    )


def _vectors(generation: Path) -> dict[int, tuple[dict[str, Any], Any]]:
    import chromadb
    from chromadb.config import Settings

    client: Any = chromadb.PersistentClient(
        str(generation), settings=Settings(anonymized_telemetry=False)
    )
    try:
        collection = client.get_collection("chunks", embedding_function=None)
        ids = collection.get(include=[])["ids"]
        stored: dict[int, tuple[dict[str, Any], Any]] = {}
        for begin in range(0, len(ids), _PAGE):
            got: Any = collection.get(
                ids=ids[begin : begin + _PAGE], include=["embeddings", "metadatas"]
            )
            rows = zip(got["ids"], got["metadatas"], got["embeddings"], strict=True)
            stored.update((int(key), (metadata, vector)) for key, metadata, vector in rows)
        assert len(stored) == len(ids)
        return stored
    finally:
        client.close()


def _is_stored(
    stored: tuple[dict[str, Any], Any] | None, place: tuple[str, int, int], vector: Any
) -> bool:
    if stored is None:
        return False
    metadata, there = stored
    same_place = (metadata["paper_id"], metadata["start"], metadata["stop"]) == place
    return same_place and bool(np.abs(there - vector).max() <= _FLOAT16)
