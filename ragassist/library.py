"""One user's papers: the façade over reading, storing, finding and answering.

    with Library.open("papers/.ragassist") as library:
        library.add("refs.jsonl")
        answer = library.ask("How do language models learn to use tools?")

A library belongs to the thread that opened it; other threads and other processes open their own.
Any number may read while one writes.
"""

import dataclasses
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ragassist.errors import (
    EmbedderMismatch,
    IndexUnavailable,
    StorageError,
    UnknownPaper,
    UsageError,
)
from ragassist.storage.catalog import Catalog, catalog_exists
from ragassist.text import strip_controls
from ragassist.types import (
    PROSE,
    WRITING,
    AddReport,
    Answer,
    Claim,
    Declined,
    Exchange,
    Failure,
    Filters,
    LoggedExchange,
    Paper,
    Passage,
    SourceReport,
    Status,
    Style,
    Usage,
)

if TYPE_CHECKING:
    from ragassist.adding import ReadAs
    from ragassist.answering.prompting import Draft
    from ragassist.index.documents import PassageRetriever
    from ragassist.index.examination import Finding
    from ragassist.index.indexing import Progress
    from ragassist.index.retriever import Retriever
    from ragassist.models.chat import ChatModel
    from ragassist.models.choice import ModelChoice
    from ragassist.models.reply_cache import ReplyCache
    from ragassist.related_work.outcome import RelatedWork
    from ragassist.storage.duplicates import NearDuplicate
    from ragassist.storage.listing import Listed
    from ragassist.storage.origins import FieldOrigin
    from ragassist.storage.papers import Missing
    from ragassist.storage.summary import TagCount
    from ragassist.syncing import DroppedSource, SyncedSource, SyncReport

_PASSAGES = 10
_RELATED_PAPERS = 12

PathLike = str | Path
Notify = Callable[[str], None]


class Library:
    """The papers in one folder. Make one with `Library.open`.

    Args:
        folder: made by the first `add` where it is not there.
        lock_wait_s: seconds to wait for another process that is writing.
        notify: told, in a sentence, what a user should know though nothing failed.
        progress: told how far long work has come: the stage, done, total. While a model writes,
            `WRITING`, how many tokens of an unfinished sentence have come, and 0 for the total; 0
            tokens when it is complete.
        exact_up_to: a library of at most so many chunks is searched by comparing every vector,
            which opens faster than Chroma and misses nothing; 0 always asks Chroma.
        model: writes the answers; without one they are sentences of the abstracts.
    """

    def __init__(
        self,
        folder: Path,
        *,
        lock_wait_s: float,
        notify: Notify,
        progress: "Progress",
        exact_up_to: int,
        model: "ModelChoice | str | None",
    ) -> None:
        self.folder = folder
        self._lock_wait_s = lock_wait_s
        self._exact_up_to = exact_up_to
        self._notify = notify
        self._progress = progress
        self._owner = threading.get_ident()
        self._model_choice = model
        self._model: ChatModel | None = None
        self._opened: Catalog | None = None
        self._retriever: Retriever | None = None
        self._told: set[str] = set()

    @classmethod
    def open(
        cls,
        folder: PathLike,
        *,
        lock_wait_s: float = 300.0,
        notify: Notify = lambda _: None,
        progress: "Progress" = lambda *_: None,
        exact_up_to: int = 10_000,
        model: "ModelChoice | str | None" = None,
    ) -> Self:
        """Open the library in a folder, or the one that `add` will make there.

        Costs nothing yet: the catalog is opened by the first call that needs it, and the vector
        index (Chroma, 1.5 s to import) by the first that adds, or searches more than `exact_up_to`
        chunks. A model (`openai:gpt-4o-mini`, or a `ModelChoice`) is made by the first call that
        it writes for.
        """
        return cls(
            Path(folder).expanduser(),
            lock_wait_s=lock_wait_s,
            notify=notify,
            progress=progress,
            exact_up_to=exact_up_to,
            model=model,
        )

    def close(self) -> None:
        """Release files and locks; closing twice is fine."""
        self._check_thread()
        if self._retriever is not None:
            self._retriever.close()
        if self._opened is not None:
            self._opened.close()
        self._retriever = self._opened = None

    def __enter__(self) -> Self:
        """Nothing but itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def add(
        self,
        *paths: PathLike,
        embedder: str | None = None,
        format_name: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> AddReport:
        """Read files and folders into the library; what it has already changes nothing.

        Interrupted or killed, it keeps what it has read, and running it again goes on. A path that
        is not there, and a file that cannot be read, is in the report and stops no other.

        Args:
            paths: files, or folders to read every file of; `-` is standard input.
            embedder: for a new library, what makes its vectors; None for `builtin`.
            format_name: of the format to read all of them as; None to recognise it.
            columns: of a table: for a field the name of the column that it stands in.

        Raises:
            UsageError: there is no such format or field.
            EmbedderMismatch: the library has vectors of another embedder.
            LibraryLocked, LibraryReadOnly, StorageError: as they say.
        """
        from ragassist.adding import Import, find_sources

        read_as = _read_as(format_name, columns)
        files, missing = find_sources(paths, self._notify)
        unreadable = self._make(files, read_as)
        if unreadable is not None:
            return AddReport(sources=(*missing, *unreadable), papers=0)
        with self._writing() as catalog:
            self._settle_embedder(catalog, embedder)
            self._follow_moved(catalog, files, read_as)
            adding = Import(catalog, self._progress, read_as)
            reports = tuple(adding.read(file) for file in files)
            adding.forget_missing(missing)
            self._retrieval().update()
            keys = adding.key_notes()
        return AddReport(sources=(*missing, *reports), papers=_count(catalog), keys=keys)

    def preview(
        self,
        *paths: PathLike,
        format_name: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> AddReport:
        """What `add` would do, tried out on a copy of the catalog; the library is not touched."""
        from ragassist.adding import Import, find_sources
        from ragassist.storage.papers import last_row, papers_of_import

        read_as = _read_as(format_name, columns)
        files, missing = find_sources(paths, self._notify)
        with self._scratch() as catalog:
            known = last_row(catalog)
            self._follow_moved(catalog, files, read_as)
            adding = Import(catalog, self._progress, read_as)
            reports = tuple(adding.read(file) for file in files)
            brought = tuple(papers_of_import(catalog, adding.import_id, known))
            return AddReport(
                sources=(*missing, *reports),
                papers=_count(catalog),
                brought=brought,
                keys=adding.key_notes(),
            )

    def failed_sources(self) -> tuple[str, ...]:
        """The files in which something could not be read, or that could not be read themselves."""
        from ragassist.storage.failures import failed_sources

        return failed_sources(self._catalog())

    def sync(
        self,
        *paths: PathLike,
        remove: bool = False,
        force: bool = False,
        embedder: str | None = None,
        format_name: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> "SyncReport":
        """Make what the library has of files equal to the files: added, changed, lost entries.

        A file that is as it was when it was last read costs its reading as bytes alone. An entry
        that a file has lost takes its paper along only where no other source has the paper. Of a
        file that could not be read to its end nothing is removed, and nothing of one in which
        something fails that could be read before. One that was written to while it was read is
        read again; one that lost something and was written just now, when it has been left alone
        for half a second. A file that was moved is known again, see `follow_moved`.

        Args:
            remove: papers that no source has any more leave the library, but those of files in
                `doubt`; without it they are named as `waiting` in the report, and `finish_sync`
                removes them.
            force: with `remove`, also what is in doubt, and what a file with failures lost.
            paths, embedder, format_name, columns: as for `add`.

        Raises:
            As `add`; UsageError for standard input, which cannot be compared with anything.
        """
        from ragassist.syncing import Sync, SyncReport

        read_as = _read_as(format_name, columns)
        files, missing = self._find_synced(paths)
        unreadable = self._make(files, read_as)
        if unreadable is not None:
            return SyncReport(sources=(*missing, *_as_synced(unreadable)), papers=0)
        with self._writing() as catalog:
            if embedder is not None or not _count(catalog):
                self._settle_embedder(catalog, embedder)
            self._follow_moved(catalog, files, read_as)
            syncing = Sync(catalog, self._progress, read_as)
            sources = syncing.run(files, remove=remove, force=force)
            self._index_pending(catalog)
            keys = syncing.key_notes()
        return SyncReport(sources=(*missing, *sources), papers=_count(catalog), keys=keys)

    def preview_sync(
        self,
        *paths: PathLike,
        force: bool = False,
        format_name: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> "SyncReport":
        """What `sync` would do and remove, tried out on a copy of the catalog."""
        from ragassist.syncing import Sync, SyncReport

        read_as = _read_as(format_name, columns)
        files, missing = self._find_synced(paths)
        with self._scratch() as catalog:
            self._follow_moved(catalog, files, read_as)
            syncing = Sync(catalog, self._progress, read_as)
            sources = syncing.run(files, remove=True, force=force)
            papers = _count(catalog)
            return SyncReport(sources=(*missing, *sources), papers=papers, keys=syncing.key_notes())

    def finish_sync(self, report: "SyncReport") -> "SyncReport":
        """Remove the papers that a sync left waiting; those of files read again since stay."""
        from ragassist.adding import RECOGNISED
        from ragassist.syncing import Sync, SyncReport

        with self._writing() as catalog:
            syncing = Sync(catalog, self._progress, RECOGNISED)
            sources = syncing.finish(report.sources)
            self._index_pending(catalog)
            keys = (*report.keys, *syncing.key_notes())
        return SyncReport(sources=sources, papers=_count(catalog), keys=keys)

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        earlier: Sequence[Exchange] = (),
        style: Style = PROSE,
    ) -> Answer | Declined:
        """Answer from the abstracts, every sentence cited, or say that they do not answer.

        Args:
            earlier: what was said before in a conversation; a follow-up is searched for as the
                question it stands for.
            style: the shape and the length that are wanted.

        Raises:
            UsageError: the question or the library is empty.
            ModelMisconfigured, ModelUnavailable: of the model that was chosen in `open`.
        """
        stream = self.stream(question, filters=filters, earlier=earlier, style=style)
        while True:
            try:
                next(stream)
            except StopIteration as end:
                outcome: Answer | Declined = end.value
                return outcome

    def stream(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        earlier: Sequence[Exchange] = (),
        style: Style = PROSE,
        anew: bool = False,
    ) -> Generator[Claim, None, Answer | Declined]:
        """As `ask`, yielding every sentence as soon as it is checked, and returning the outcome.

        Args:
            anew: the model is asked, even what it was asked before.
        """
        from ragassist.answering.asking import Question, answer

        # What a shell makes of bytes that are no text cannot be stored, and asks nothing.
        text = strip_controls(question)
        asked = Question(
            text=text,
            filters=self._told_of(filters or Filters()),
            style=style,
            earlier=tuple(earlier),
        )
        model = self._chat_model()
        written = answer(asked, self._catalog(), self._retrieval(), model, self._notify)
        return _anew(model, written) if anew and model is not None else written

    def draft(
        self, question: str, *, filters: Filters | None = None, style: Style = PROSE
    ) -> "Draft | None":
        """The call of the model that `ask` would make, and what it would take; it is not made.

        None where nothing is found to show the model, so that no call would be made.

        Raises:
            UsageError: the question or the library is empty, or no model was chosen in `open`.
            ModelMisconfigured, PromptInvalid: as they say.
        """
        from ragassist.answering.asking import Question, draft_call

        model = self._chat_model()
        if model is None:
            raise UsageError(
                "no model is configured (RAGASSIST_MODEL), so there is no prompt to show"
            )
        asked = Question(text=strip_controls(question), filters=filters or Filters(), style=style)
        return draft_call(asked, self._catalog(), self._retrieval(), model)

    def related(
        self, topic: str, *, filters: Filters | None = None, limit: int = _RELATED_PAPERS
    ) -> Generator[Claim, None, "RelatedWork | Declined"]:
        """Write a related-work summary, yielding every sentence as soon as it is checked.

        Args:
            limit: how many papers at most.

        Raises:
            As `ask`.
        """
        from ragassist.related_work.writer import write_related

        return write_related(
            topic,
            catalog=self._catalog(),
            retriever=self._retrieval(),
            model=self._chat_model(),
            filters=self._told_of(filters or Filters()),
            limit=limit,
        )

    def search(
        self, question: str, *, filters: Filters | None = None, top_k: int = _PASSAGES
    ) -> tuple[Passage, ...]:
        """The passages that bear most on a question, at most one a paper, best first.

        Raises:
            UsageError: the question has no word in it, or the library no paper.
        """
        return self._retrieval().find(question, self._told_of(filters or Filters()), top_k)

    @property
    def spent(self) -> Usage:
        """What the model was asked for since the library was opened, failed calls among it."""
        return Usage() if self._model is None else self._model.usage

    def as_retriever(
        self, *, filters: Filters | None = None, top_k: int = _PASSAGES
    ) -> "PassageRetriever":
        """A LangChain retriever over this library, for a chain of your own.

        It may be used from any thread, as chains do: in another one than the library's each search
        opens the folder anew. It is of no use once the folder is gone; closing the library does
        not hurt it.

        Raises:
            UsageError: when it searches, as `search` does.
        """
        from ragassist.index.documents import PassageRetriever

        def search(question: str) -> list[tuple[Passage, Paper]]:
            if threading.get_ident() == self._owner:
                return self._find(question, filters or Filters(), top_k)
            with self._opened_here() as library:
                return library._find(question, filters or Filters(), top_k)

        return PassageRetriever(search=search)

    def log(self, outcome: Answer | Declined, *, conversation: int | None = None) -> int | None:
        """Keep an exchange in the library; it never fails, and tells where it could not.

        Args:
            conversation: what `log` returned for the first exchange of this conversation.

        Returns:
            The number of the exchange; None where it could not be kept.
        """
        from ragassist.storage.exchanges import log_exchange

        try:
            return log_exchange(self._catalog(), outcome, conversation)
        except StorageError as error:
            self._notify(f"this exchange is not in the log: {error}")
            return None

    def exchanges(self, *, limit: int | None = None) -> tuple[LoggedExchange, ...]:
        """What was asked and said, the latest last.

        Args:
            limit: the latest so many; None for all.
        """
        from ragassist.storage.exchanges import read_exchanges

        return read_exchanges(self._catalog(), limit)

    def exchange(self, number: int) -> LoggedExchange:
        """One exchange of the log.

        Raises:
            UsageError: there is none of that number.
        """
        from ragassist.storage.exchanges import read_exchange

        found = read_exchange(self._catalog(), number)
        if found is None:
            raise UsageError(f"no exchange {number} in the log: `ragassist log` lists them")
        return found

    def conversation(self, number: int | None = None) -> tuple[LoggedExchange, ...]:
        """The exchanges of a conversation, in order; none where nothing is in the log.

        Args:
            number: of any exchange of it; None for that of the latest exchange.

        Raises:
            UsageError: there is no exchange of that number.
        """
        from ragassist.storage.exchanges import read_conversation

        found = read_conversation(self._catalog(), number)
        if not found and number is not None:
            raise UsageError(f"no conversation {number} in the log: `ragassist log` lists them")
        return found

    def search_log(self, words: str, *, limit: int | None = None) -> tuple[LoggedExchange, ...]:
        """The exchanges in which all of the words stand, or begin a word; best first.

        Raises:
            UsageError: there is no word to look for.
        """
        from ragassist.storage.exchanges import search_exchanges

        return search_exchanges(self._catalog(), words, limit)

    def cited_paper(self, exchange: LoggedExchange, paper_id: str) -> Paper:
        """The paper that an exchange calls by this id: the same work, whatever its id is now.

        Raises:
            UnknownPaper: the work is gone, or may be any of several papers.
        """
        from ragassist.storage.cited import cited_row
        from ragassist.storage.papers import load_papers

        catalog = self._catalog()
        return load_papers(catalog, [cited_row(catalog, exchange, paper_id)])[0]

    def clear_log(self) -> int:
        """Forget every exchange, down to the bytes on disk; returns how many there were.

        The replies that a model gave before are forgotten as well.
        """
        from ragassist.storage.exchanges import clear_exchanges

        count = clear_exchanges(self._catalog())
        self._replies().clear()
        if not self._catalog().erase_traces():
            self._notify(
                "another process is reading this library: traces of what was forgotten stay on "
                "disk until it is done and this is run again"
            )
        return count

    def papers(
        self, filters: Filters | None = None, *, missing: Sequence["Missing"] = ()
    ) -> Iterator[Paper]:
        """The papers that pass the filters, by paper_id; flat in memory.

        Args:
            missing: only papers of which none of these is known.
        """
        from ragassist.storage.papers import iterate_papers

        return iterate_papers(self._catalog(), self._told_of(filters or Filters()), missing)

    def count(self, filters: Filters | None = None) -> int:
        """How many papers pass the filters; reads none of them."""
        from ragassist.storage.listing import count_passing

        return count_passing(self._catalog(), filters or Filters())

    def unknown_in(self, filters: Filters) -> tuple[str, ...]:
        """What the filters name and no paper has, a sentence each, with what is near to it."""
        from ragassist.storage.unknown_values import unknown_values

        return tuple(unknown_values(self._catalog(), filters))

    def asks_chroma(self) -> bool:
        """Whether searching it takes Chroma, since it has too many chunks to compare with each."""
        return int(self._catalog().value("SELECT count(*) FROM chunks")) > self._exact_up_to

    def titles(self) -> tuple[tuple[str, str], ...]:
        """Every paper's id and title, by id; far cheaper than `papers`."""
        from ragassist.storage.listing import list_titles

        return list_titles(self._catalog())

    def values(self, listed: "Listed") -> tuple[str, ...]:
        """The authors, categories, tags or sources that papers have, the most frequent first."""
        from ragassist.storage.listing import list_values

        return list_values(self._catalog(), listed)

    def tags(self) -> "tuple[TagCount, ...]":
        """The tags and keywords of all papers, the most frequent first."""
        from ragassist.storage.summary import count_tags

        return count_tags(self._catalog())

    def languages(self) -> Mapping[str, int]:
        """How many papers are in which language; those in English, or in none known, left out."""
        from ragassist.storage.summary import count_languages

        return count_languages(self._catalog())

    def retracted(self, paper_ids: Sequence[str]) -> frozenset[str]:
        """Which of these papers a source marks as retracted."""
        from ragassist.storage.papers import retracted_among

        return retracted_among(self._catalog(), paper_ids)

    def origins(self, paper_id: str) -> "tuple[FieldOrigin, ...]":
        """Which record each field of a paper was taken from.

        Raises:
            UnknownPaper: as `paper` does.
        """
        from ragassist.storage.lookup import find_row
        from ragassist.storage.origins import field_origins

        catalog = self._catalog()
        return field_origins(catalog, find_row(catalog, paper_id))

    def duplicates(self) -> "tuple[NearDuplicate, ...]":
        """Papers that may be one work and are not surely so, pair by pair.

        Those the user decided on are left out. Costs some seconds at 100,000 papers.
        """
        from ragassist.storage.duplicates import find_duplicates

        return tuple(find_duplicates(self._catalog()))

    def merge(self, *paper_ids: str) -> Paper:
        """Have papers be one work from now on, however often their files are read again.

        Returns:
            The paper they are now; their ids stay its aliases.

        Raises:
            UnknownPaper: there is no paper of one of the ids.
            UsageError: they are fewer than two papers, or state nothing to know them again by.
        """
        from ragassist.adding import chunker
        from ragassist.storage.duplicates import merge_papers
        from ragassist.storage.papers import load_papers

        with self._writing() as catalog:
            with catalog.transaction():
                row = merge_papers(catalog, paper_ids, chunker())
            self._index_pending(catalog)
            paper = load_papers(catalog, [row])[0]
            self._tell_renamed(catalog, but=(paper,))
            return paper

    def keep_both(self, one: str, other: str) -> tuple[Paper, Paper]:
        """Have two papers be two works from now on; what was merged by its title is parted again.

        Args:
            one, other: ids, or where they are one paper now, the keys or ids that its records had.

        Returns:
            The two papers.

        Raises:
            UnknownPaper: there is no paper of one of the ids.
            UsageError: an identifier says that they are one, or nothing tells them apart.
        """
        from ragassist.adding import chunker
        from ragassist.storage.duplicates import part_papers
        from ragassist.storage.papers import load_papers

        with self._writing() as catalog:
            with catalog.transaction():
                rows = part_papers(catalog, one, other, chunker())
            self._index_pending(catalog)
            first, second = load_papers(catalog, rows)
            self._tell_renamed(catalog, but=(first, second))
            return first, second

    def paper(self, paper_id: str) -> Paper:
        """One paper, by its id or an alias.

        Raises:
            UnknownPaper: there is none, or the alias is several papers'.
        """
        from ragassist.storage.lookup import find_row, other_owners
        from ragassist.storage.papers import load_papers

        catalog = self._catalog()
        paper = load_papers(catalog, [find_row(catalog, paper_id)])[0]
        others = other_owners(catalog, paper_id, paper.paper_id)
        if others:
            self._notify(f"{paper_id} was once the id of {', '.join(others)} as well")
        return paper

    def find_paper(self, paper_id: str) -> Paper | None:
        """As `paper`, without a word: None where there is none, or may be one of several."""
        from ragassist.storage.lookup import find_row
        from ragassist.storage.papers import load_papers

        catalog = self._catalog()
        try:
            found = load_papers(catalog, [find_row(catalog, paper_id)])
        except UnknownPaper:
            return None
        return found[0] if found else None

    def paper_named(self, name: str) -> Paper:
        """One paper, by its id or an alias, or by words that stand in no other paper's title.

        Raises:
            UnknownPaper: there is none, or several; names some of these.
        """
        from ragassist.storage.lookup import find_titled

        try:
            return self.paper(name)
        except UnknownPaper as unknown:
            titled = find_titled(self._catalog(), name)
            if len(titled) == 1:
                return self.paper(titled[0][0])
            if not titled:
                raise
            listed = "; ".join(f"[{paper_id}] {title}" for paper_id, title in titled)
            raise UnknownPaper(
                f"no paper is called {name!r}, and it stands in several titles: {listed}"
            ) from unknown

    def forget_failures(self, *files: PathLike) -> None:
        """Forget what failed in files that are gone: there is nothing in them to be mended."""
        from ragassist.adding import source_path
        from ragassist.storage.intake import forget_failures

        with self._writing() as catalog, catalog.transaction():
            for file in files:
                forget_failures(catalog, source_path(Path(file)))

    def remove(self, *paper_ids: str) -> tuple[Paper, ...]:
        """Forget papers and all that was read of them; all of them, or with an error none.

        Their files are not touched: adding those again brings them back.

        Returns:
            What was removed.

        Raises:
            UnknownPaper: naming the first that is not there.
        """
        from ragassist.adding import chunker
        from ragassist.storage.lookup import find_row
        from ragassist.storage.papers import load_papers
        from ragassist.storage.works import remove_works

        with self._writing() as catalog:
            with catalog.transaction():
                rows = list(dict.fromkeys(find_row(catalog, paper_id) for paper_id in paper_ids))
                removed = tuple(load_papers(catalog, rows))
                remove_works(catalog, rows, chunker())
            self._retrieval().update()
            self._tell_renamed(catalog)
        return removed

    def remove_source(self, file: PathLike) -> "DroppedSource":
        """Forget a file, there or not, and the papers that no other source has.

        Args:
            file: its path, or the end of it where that names one file alone; `-` is standard input.

        Raises:
            UsageError: nothing was read from such a file.
        """
        from ragassist.syncing import drop_source

        with self._writing() as catalog:
            dropped = drop_source(catalog, file)
            self._index_pending(catalog)
            self._tell_renamed(catalog)
        return dropped

    def papers_only_in(self, file: PathLike) -> tuple[Paper, ...]:
        """The papers that `remove_source` would take out of the library, by paper_id.

        Raises:
            UsageError: nothing was read from such a file.
        """
        from ragassist.storage.papers import load_papers
        from ragassist.syncing import papers_only_in

        catalog = self._catalog()
        return tuple(load_papers(catalog, papers_only_in(catalog, file)))

    def reindex(self, *, embedder: str | None = None) -> None:
        """Make the vector index anew, with another embedder where one is given.

        The index in use stays in use until the new one is complete. Texts that were embedded
        before are not embedded again, so a run that was killed goes on where it was.

        Raises:
            UsageError, EmbedderUnavailable: there is no such embedder, or not on this machine.
        """
        with self._writing():
            retriever = self._retrieval()
            retriever.choose_embedder(embedder or retriever.embedder_name)
            retriever.update(rebuild=True)

    def failures(self) -> list[Failure]:
        """What could not be read when each source was last read."""
        from ragassist.storage.failures import read_failures

        return read_failures(self._catalog())

    def status(self) -> Status:
        """The state of the library; opens no index."""
        from ragassist.index.generations import Generations
        from ragassist.storage.summary import summarise

        counts = summarise(self._catalog())
        generations = Generations(self.folder)
        space = generation = None
        try:
            generation = generations.current()
            space = generations.space()
        except IndexUnavailable as error:
            self._notify(str(error))
        return Status(
            folder=str(self.folder),
            papers=counts.papers,
            title_only=counts.title_only,
            chunks=counts.chunks,
            pending=counts.pending,
            embedder=None if space is None else space.identity,
            generation=generation,
            sources=counts.sources,
            failures=counts.failures,
            catalog_bytes=counts.size_bytes,
            index_bytes=generations.size_bytes(),
            read_at=counts.read_at,
        )

    def examine(self) -> Iterator["Finding"]:
        """Look for damage in everything stored, down to the single vector."""
        from ragassist.index.examination import examine
        from ragassist.index.generations import Generations

        return examine(self._catalog(), Generations(self.folder))

    def exists(self) -> bool:
        """Whether there is a library in the folder yet."""
        return catalog_exists(self.folder)

    def _find(self, question: str, filters: Filters, top_k: int) -> list[tuple[Passage, Paper]]:
        from ragassist.answering.searching import find

        found = find(self._catalog(), self._retrieval(), question, filters, top_k)
        return [(passage, found.papers[passage.paper_id]) for passage in found.passages]

    def _opened_here(self) -> Self:
        """The same library for the thread that asks."""
        return type(self)(
            self.folder,
            lock_wait_s=self._lock_wait_s,
            notify=self._notify,
            progress=self._progress,
            exact_up_to=self._exact_up_to,
            model=self._model_choice,
        )

    def _make(self, files: Sequence[Path], read_as: "ReadAs") -> list[SourceReport] | None:
        """Make the library where there is none, unless no file can be read: then why."""
        from ragassist.adding import open_file

        if self.exists():
            return None
        opened = [open_file(file, read_as) for file in files]
        unreadable = [one for one in opened if isinstance(one, SourceReport)]
        if len(unreadable) == len(files):
            return unreadable
        self._opened = Catalog.create(self.folder)
        return None

    @contextmanager
    def _scratch(self) -> Iterator[Catalog]:
        """A copy of the catalog to try things out on; an empty one where there is none yet."""
        with tempfile.TemporaryDirectory(prefix="ragassist-") as folder:
            if self.exists():
                self._catalog().copy_to(Path(folder))
            catalog = Catalog.create(Path(folder))
            try:
                yield catalog
            finally:
                catalog.close()

    def _tell_renamed(self, catalog: Catalog, but: Sequence[Paper] = ()) -> None:
        from ragassist.storage.renaming import take_renamed

        seen = {paper.paper_id for paper in but}
        with catalog.transaction():
            renamed = take_renamed(catalog)
        for note in renamed:
            if note.paper_id not in seen:
                self._notify(f"note: {note.key} is now called {note.paper_id} ({note.why})")

    def _find_synced(self, paths: Sequence[PathLike]) -> "tuple[list[Path], list[SyncedSource]]":
        from ragassist.adding import find_sources
        from ragassist.syncing import count_read_from

        if "-" in map(str, paths):
            raise UsageError("standard input cannot be synced: write it to a file, or `add` it")
        files, missing = find_sources(paths, self._notify)
        found = _as_synced(missing)
        for place, source in enumerate(found if self.exists() else ()):
            if count := count_read_from(self._catalog(), source.source):
                stays = f"{source.error}; what was read from it ({count:,}) stays: if it was moved,"
                hint = "sync it where it is; if it is gone, `ragassist remove --source"
                error = f"{stays} {hint} {source.source}` removes what is in no other file"
                found[place] = dataclasses.replace(source, error=error)
        return files, found

    def _follow_moved(self, catalog: Catalog, files: Sequence[Path], read_as: "ReadAs") -> None:
        from ragassist.syncing import follow_moved

        for old, new in follow_moved(catalog, files, read_as):
            self._notify(f"{new} is {old} moved: the library knows it by its new place now")

    def _index_pending(self, catalog: Catalog) -> None:
        from ragassist.storage.chunks import count_pending

        # Opening the vector index takes longer than finding that a file has not changed.
        if count_pending(catalog):
            self._retrieval().update()

    def _told_of(self, filters: Filters) -> Filters:
        """The filters; the user is told once of each tag, author … in them that no paper has."""
        from ragassist.storage.unknown_values import unknown_values

        for unknown in unknown_values(self._catalog(), filters):
            if unknown not in self._told:
                self._told.add(unknown)
                self._notify(unknown)
        return filters

    def _check_thread(self) -> None:
        if threading.get_ident() != self._owner:
            raise UsageError(
                "a Library belongs to the thread that opened it: open another one in this thread"
            )

    def _catalog(self) -> Catalog:
        self._check_thread()
        if self._opened is None:
            self._opened = Catalog.open(self.folder)
        return self._opened

    def _retrieval(self) -> "Retriever":
        from ragassist.index.retriever import Retriever

        if self._retriever is None:
            self._retriever = Retriever(
                self._catalog(), self._notify, self._progress, exact_up_to=self._exact_up_to
            )
        return self._retriever

    @contextmanager
    def _writing(self) -> Iterator[Catalog]:
        catalog = self._catalog()

        def on_wait() -> None:
            self._notify("another process is writing to this library: waiting for it")

        with catalog.writing(wait_s=self._lock_wait_s, on_wait=on_wait):
            yield catalog

    def _settle_embedder(self, catalog: Catalog, wanted: str | None) -> None:
        retriever = self._retrieval()
        if not _count(catalog):
            retriever.choose_embedder(wanted or retriever.embedder_name)
        elif wanted is not None and wanted != retriever.embedder_name:
            raise EmbedderMismatch(
                f"this library's vectors are made by {retriever.embedder_name!r}, not {wanted!r}: "
                f"`ragassist reindex --embedder {wanted}` changes that"
            )

    def _chat_model(self) -> "ChatModel | None":
        if self._model is None and self._model_choice is not None:
            from ragassist.models.chat import ChatModel

            choice = self._model_choice
            if isinstance(choice, str):
                from ragassist.models.choice import choice_from
                from ragassist.settings import load_settings

                choice = choice_from(load_settings(), choice)
            cache = self._replies() if choice.remember else None
            self._model = ChatModel(choice, cache=cache, notify=self._notify, wrote=self._wrote)
        return self._model

    def _wrote(self, tokens: int) -> None:
        self._progress(WRITING, tokens, 0)

    def _replies(self) -> "ReplyCache":
        from ragassist.models.reply_cache import FILE_NAME, ReplyCache

        return ReplyCache(self.folder / FILE_NAME)


def _anew(
    model: "ChatModel", written: Generator[Claim, None, Answer | Declined]
) -> Generator[Claim, None, Answer | Declined]:
    with model.asking_anew():
        return (yield from written)


def _count(catalog: Catalog) -> int:
    from ragassist.storage.papers import count_papers

    return count_papers(catalog)


def _read_as(format_name: str | None, columns: Mapping[str, str] | None) -> "ReadAs":
    from ragassist.adding import ReadAs

    return ReadAs(format_name=format_name, columns=tuple(sorted((columns or {}).items())))


def _as_synced(unreadable: Sequence[SourceReport]) -> "list[SyncedSource]":
    from ragassist.syncing import SyncedSource

    return [SyncedSource(source=one.source, error=one.error) for one in unreadable]
