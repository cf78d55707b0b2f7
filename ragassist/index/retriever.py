"""The vector index as its users see it: always open, always current, or said not to be."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ragassist.errors import (
    EmbedderUnavailable,
    IndexUnavailable,
    LibraryLocked,
    LibraryReadOnly,
    RagassistError,
    UsageError,
)
from ragassist.index.chroma import VectorIndex
from ragassist.index.embedders import BuiltinEmbedder, Embedder, load_embedder
from ragassist.index.generations import Generations, Reader
from ragassist.index.indexing import Progress, space_of, update_index
from ragassist.index.lexical import content_words
from ragassist.index.search import DenseQuery, find_passages
from ragassist.storage.catalog import Catalog
from ragassist.storage.chunks import count_chunks, count_pending, expected_generations
from ragassist.storage.filters import count_undated
from ragassist.storage.papers import count_papers
from ragassist.text import one_line
from ragassist.types import Filters, Passage

_EMBEDDER = "embedder"


class Retriever:
    """Finds passages in one library, and keeps its vector index in step with the catalog.

    Args:
        notify: told, in a sentence, what a user should know and nothing failed for.
        progress: told how far embedding and indexing have come.
        exact_up_to: with at most so many chunks, and Chroma not open yet, the catalog's own
            vectors are compared one by one: nothing is missed, and 10,000 of them are read in a
            twentieth of the time that importing Chroma takes.
    """

    def __init__(
        self,
        catalog: Catalog,
        notify: Callable[[str], None],
        progress: Progress,
        *,
        exact_up_to: int,
    ) -> None:
        self._exact_up_to = exact_up_to
        self.generations = Generations(catalog.folder)
        self._catalog = catalog
        self._notify = notify
        self._progress = progress
        self._reader: Reader | None = None
        self._embedders: dict[str, Embedder] = {}
        self._words_alone = False
        self._told_of_undated = False

    @property
    def embedder_name(self) -> str:
        """The embedder this library is meant to use."""
        return self._catalog.meta(_EMBEDDER) or "builtin"

    def choose_embedder(self, name: str) -> None:
        """Have the library use this embedder from the next update on; inside `writing()`.

        Raises:
            UsageError, EmbedderUnavailable: it cannot be had; the library keeps the one it has.
        """
        self._embedder(name)
        self._catalog.set_meta(_EMBEDDER, name)

    def word_vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed with the built-in table, whichever embedder the library searches with."""
        return self._embedder(BuiltinEmbedder.name).embed(texts)

    def update(self, *, rebuild: bool = False) -> None:
        """Write what is pending, or everything anew; call it inside `catalog.writing()`.

        Raises:
            EmbedderUnavailable, StorageError: the old index stays in use.
        """
        self.close()
        fault = update_index(
            self._catalog,
            self.generations,
            self._embedder(self.embedder_name),
            self._progress,
            rebuild=rebuild,
        )
        if fault:
            self._notify(f"the vector index {fault} and has been made anew from the catalog")

    def find(self, question: str, filters: Filters, top_k: int) -> tuple[Passage, ...]:
        """The best passages, at most one a paper, best first.

        Finishes pending work first. A damaged index is made anew from the catalog, and where that
        is not possible the catalog's own vectors are compared one by one.

        Raises:
            UsageError: the question has no word in it, or the library no paper.
        """
        question = one_line(question)
        if not content_words(question):
            raise UsageError(f"the question {question!r} has no word to search for")
        if top_k < 1:
            raise UsageError(f"top_k={top_k!r} must be at least 1")
        if not count_papers(self._catalog):
            raise UsageError("the library has no papers yet: `ragassist add FILE`")
        self.catch_up()
        self._tell_of_undated(filters)
        try:
            dense = self._dense(question)
            return find_passages(self._catalog, question, dense, filters, top_k)
        except IndexUnavailable as error:
            self._replace_damaged(error)
            dense = self._dense(question, damaged=True)
            return find_passages(self._catalog, question, dense, filters, top_k)

    def _tell_of_undated(self, filters: Filters) -> None:
        if filters.year_from is None and filters.year_to is None:
            return
        if (undated := count_undated(self._catalog)) and not self._told_of_undated:
            self._told_of_undated = True
            papers = "paper that states" if undated == 1 else "papers that state"
            self._notify(f"left out by the filter of years: {undated:,} {papers} none")

    def catch_up(self) -> None:
        """Finish what an interrupted writer left; say what is pending where that cannot be."""
        if not self._is_behind():
            return
        try:
            with self._catalog.writing(wait_s=0):
                self.update()
        except (LibraryLocked, LibraryReadOnly) as error:
            # Without any, an index is being replaced: the catalog's own vectors serve as well.
            if pending := count_pending(self._catalog):
                self._notify(f"{pending} passages are not searchable by meaning yet: {error}")
        except RagassistError as error:
            self._notify(f"the vector index could not be brought up to date: {error}")

    def close(self) -> None:
        """Let go of the generation in use."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _is_behind(self) -> bool:
        if count_pending(self._catalog):
            return True
        try:
            name, space = self.generations.current(), self.generations.space()
        except IndexUnavailable:
            return True
        if name is None or space is None:
            return bool(self._catalog.value("SELECT EXISTS (SELECT 1 FROM chunks)"))
        if name not in expected_generations(self._catalog):
            return True
        if space.embedder != self.embedder_name:
            return True
        embedder = self._embedder_or_none(space.embedder)
        return embedder is not None and space != space_of(embedder)

    def _dense(self, question: str, *, damaged: bool = False) -> DenseQuery | None:
        # While another embedder's vectors are being made, those in use are not of the chosen one.
        space = None if damaged else self.generations.space()
        embedder = self._embedder_or_none(space.embedder if space else self.embedder_name)
        if embedder is None or (space is not None and space != space_of(embedder)):
            return None
        exact = damaged or self._catalog.read_only or self._is_small()
        return DenseQuery(
            vector=embedder.embed([question])[0],
            identity=embedder.identity,
            index=None if exact else self._current_index(),
        )

    def _is_small(self) -> bool:
        return self._reader is None and count_chunks(self._catalog) <= self._exact_up_to

    def _current_index(self) -> VectorIndex | None:
        reader = self._current_reader()
        return None if reader is None else reader.index

    def _current_reader(self) -> Reader | None:
        if self._reader is not None and self._reader.name != self.generations.current():
            self.close()
        if self._reader is None:
            self._reader = self.generations.open()
        return self._reader

    def _replace_damaged(self, error: IndexUnavailable) -> None:
        self.close()
        try:
            with self._catalog.writing(wait_s=0):
                self.update(rebuild=True)
            self._notify("the vector index was damaged and has been made anew from the catalog")
        except RagassistError as obstacle:
            self._notify(f"{error}; comparing every vector instead ({obstacle})")

    def _embedder(self, name: str) -> Embedder:
        if name not in self._embedders:
            self._embedders[name] = load_embedder(name)
        return self._embedders[name]

    def _embedder_or_none(self, name: str) -> Embedder | None:
        try:
            return self._embedder(name)
        except EmbedderUnavailable as error:
            if not self._words_alone:
                self._words_alone = True
                self._notify(f"searching by words alone: {error}")
            return None
