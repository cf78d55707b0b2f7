"""One SQLite file: opening it, transactions, the writer's lock, and what its errors mean."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from ragassist.errors import (
    CatalogCorrupt,
    LibraryLocked,
    LibraryNotFound,
    LibraryReadOnly,
    StorageError,
)
from ragassist.storage.schema import SCHEMA_VERSION, migrate, roll_back, schema_version
from ragassist.text import fold

CATALOG_NAME = "catalog.sqlite3"
_LOCK_NAME = "write.lock"
_BUSY_WAIT_S = 30.0
_NOTE_WAIT_S = 2
_NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC")

Row = tuple[Any, ...]


class Catalog:
    """A connection to the catalog of the library in `folder`.

    Many processes may read while one writes (WAL). Writing needs the writer's lock, held by
    `writing()` from its first statement to its last; a killed process releases it.
    Use it from the thread that opened it.

    Attributes:
        folder: of the library; the catalog is `catalog.sqlite3` in it.
        read_only: the folder refuses writes; reading works, `writing()` raises.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.folder = folder
        self.read_only = read_only
        self._connection = connection
        self._translated = _Translated(folder)

    @classmethod
    def open(cls, folder: Path) -> "Catalog":
        """Open the catalog that is there.

        Raises:
            LibraryNotFound: there is none.
            CatalogCorrupt, SchemaTooNew, LibraryReadOnly, StorageError: as they say.
        """
        path = folder / CATALOG_NAME
        if not catalog_exists(folder):
            raise LibraryNotFound(f"no library in {str(folder)!r}: `ragassist add FILE` makes one")
        read_only = not (os.access(path, os.W_OK) and os.access(folder, os.W_OK))
        catalog = cls(folder, _connect(path, read_only=read_only), read_only=read_only)
        try:
            catalog._bring_up_to_date()
        except BaseException:
            catalog.close()
            raise
        return catalog

    def _bring_up_to_date(self) -> None:
        with self._translated:
            version = schema_version(self._connection)
        if version == SCHEMA_VERSION or (version and self.read_only):
            # Every later version has only added to the first; who reads what it added asks `has`.
            return
        # A new catalog needs no writer's lock: whoever holds it may hold it for hours.
        with nullcontext() if version == 0 else self.writing(), self._translated:
            migrate(self._connection)

    @classmethod
    def create(cls, folder: Path) -> "Catalog":
        """Open the catalog in `folder`, making the folder and an empty catalog where needed.

        Raises:
            LibraryReadOnly: the place refuses it.
        """
        path = folder / CATALOG_NAME
        try:
            if not path.exists():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                # Made by hand so that no moment exists at which others can read it.
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise LibraryReadOnly(
                f"cannot make a library in {str(folder)!r}: {error.strerror}"
            ) from error
        return cls.open(folder)

    def close(self) -> None:
        """Close the connection; closing twice is fine."""
        self._connection.close()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of a query, in memory."""
        with self._translated:
            return self._connection.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """The first column of the first row, None without rows."""
        with self._translated:
            row = self._connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement; returns the rowid it inserted last."""
        with self._translated:
            return self._connection.execute(sql, parameters).lastrowid or 0

    def execute_many(self, sql: str, parameters: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row of parameters."""
        with self._translated:
            self._connection.executemany(sql, parameters)

    def meta(self, name: str) -> str | None:
        """A named value of the library; None when it was never set."""
        value = self.value("SELECT value FROM meta WHERE name = ?", (name,))
        return None if value is None else str(value)

    def has(self, table: str, column: str) -> bool:
        """Whether there is such a column; one of an older schema that is read-only lacks it."""
        found = self.rows("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (table, column))
        return bool(found)

    def set_meta(self, name: str, value: str) -> None:
        """Set a named value of the library."""
        self.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (name, value),
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All the statements inside, or none of them; call it inside `writing()` or `noting()`."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            roll_back(self._connection)
            raise

    @contextmanager
    def writing(
        self, *, wait_s: float = _BUSY_WAIT_S, on_wait: Callable[[], None] | None = None
    ) -> Iterator[None]:
        """Hold the writer's lock.

        Args:
            wait_s: how long to wait for another writer; 0 does not wait.
            on_wait: called once when there is something to wait for.

        Raises:
            LibraryLocked: the other writer took longer.
            LibraryReadOnly: the folder refuses writes.
        """
        if self.read_only:
            raise LibraryReadOnly(
                f"the library {str(self.folder)!r} cannot be written to: make its folder writable, "
                "or work on a copy"
            )
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / _LOCK_NAME, mode=0o600)
        try:
            try:
                lock.acquire(blocking=False)
            except Timeout:
                if on_wait is not None:
                    on_wait()
                lock.acquire(timeout=wait_s)
        except Timeout as error:
            raise LibraryLocked(
                f"another process is writing to {str(self.folder)!r}: try again when it is done"
            ) from error
        except OSError as error:
            raise LibraryReadOnly(
                f"the library {str(self.folder)!r} cannot be written to: {error.strerror}"
            ) from error
        try:
            yield
            with suppress(sqlite3.Error):
                # All is committed already: this puts it beyond the reach of a power cut.
                self._connection.execute("PRAGMA wal_checkpoint (PASSIVE)")
        finally:
            lock.release()

    @contextmanager
    def noting(self, *, erasing: bool = False) -> Iterator[None]:
        """A transaction for the log alone, which whoever asks may write beside a writer.

        Needs no writer's lock, which an import may hold for hours; where that import is in the
        middle of a transaction it waits two seconds and gives up.

        Args:
            erasing: what is deleted inside is overwritten on disk as well.

        Raises:
            LibraryReadOnly, LibraryLocked, StorageError: nothing was written.
        """
        if self.read_only:
            raise LibraryReadOnly(f"the library {str(self.folder)!r} cannot be written to")
        self.execute(f"PRAGMA busy_timeout = {1000 * _NOTE_WAIT_S}")
        try:
            if erasing:
                self.execute("PRAGMA secure_delete = ON")
            with self.transaction():
                yield
        finally:
            self.execute("PRAGMA secure_delete = OFF")
            self.execute(f"PRAGMA busy_timeout = {int(1000 * _BUSY_WAIT_S)}")

    def erase_traces(self) -> bool:
        """Empty the log of changes, which holds what was overwritten; False while others read."""
        busy, *_ = self.rows("PRAGMA wal_checkpoint (TRUNCATE)")[0]
        return not busy

    def copy_to(self, folder: Path) -> None:
        """Copy the catalog, as it stands, into another folder."""
        with self._translated:
            copy = sqlite3.connect(folder / CATALOG_NAME)
            try:
                self._connection.backup(copy)
            finally:
                copy.close()

    def integrity(self) -> str:
        """`ok`, or what SQLite finds wrong; reads the whole file."""
        return str(self.value("PRAGMA quick_check(1)"))


def catalog_exists(folder: Path) -> bool:
    """Whether there is a library in the folder.

    Raises:
        LibraryReadOnly: the folder does not let itself be looked into.
    """
    try:
        return (folder / CATALOG_NAME).is_file()
    except OSError as error:
        raise LibraryReadOnly(
            f"the library {str(folder)!r} cannot be read: {error.strerror}"
        ) from error


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    with _Translated(path):
        if not read_only:
            connection = sqlite3.connect(path, timeout=_BUSY_WAIT_S, isolation_level=None)
            _use_wal(connection)
            # A power cut may take the last commits; which generation goes with what is left, the
            # catalog itself knows. A killed process loses nothing, and `writing` ends in a sync.
            connection.execute("PRAGMA synchronous = NORMAL")
            # A long import checkpoints every 32 MB, not every 4, and keeps its B-trees at hand.
            connection.execute("PRAGMA wal_autocheckpoint = 8000")
            connection.execute("PRAGMA cache_size = -32000")
        else:
            connection = _connect_read_only(path)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.create_function("fold", 1, fold, deterministic=True)
        return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch a new catalog to WAL; on one that is there already it does nothing.

    Two processes that switch at once make SQLite say busy at once, whatever the timeout.
    """
    give_up = time.monotonic() + _BUSY_WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _connect_read_only(path: Path) -> sqlite3.Connection:
    address = path.absolute().as_uri() + "?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=_BUSY_WAIT_S, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError:
        # WAL wants a shared-memory file beside the catalog, which this folder does not allow.
        # Nobody else can write here either, so the file may be read as it stands.
        connection.close()
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise LibraryReadOnly(
                f"the latest changes of {str(path)!r} are in {log.name!r} and cannot be read "
                "here: open it once where it can be written to"
            ) from None
        connection = sqlite3.connect(address + "&immutable=1", uri=True, isolation_level=None)
    return connection


class _Translated:
    """Inside it, SQLite's errors are ours. A class, since it is entered for every statement."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Translate."""
        if isinstance(error, sqlite3.Error):
            raise _meaning(error, self._path) from error


def _meaning(error: sqlite3.Error, path: Path) -> StorageError:
    name = getattr(error, "sqlite_errorname", "")
    undecodable = str(error).startswith("Could not decode to UTF-8")
    if undecodable or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return CatalogCorrupt(
            f"the catalog of {str(path)!r} is damaged ({name or 'its text'}): restore it from a "
            "backup, or move the folder away and add your files again"
        )
    if name.startswith(_NO_ROOM):
        return StorageError(
            f"no room left to write {str(path)!r}: free some space and run it again; "
            "everything committed so far is kept"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return LibraryReadOnly(
            f"the library {str(path)!r} cannot be opened or written to ({error}): "
            "see to the permissions of the folder and the files in it"
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryLocked(f"another process holds {str(path)!r}: try again when it is done")
    return StorageError(f"the catalog of {str(path)!r} failed: {error}")
