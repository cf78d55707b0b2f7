"""Replies kept on this machine, so that the same call is made once.

One SQLite file in the library's folder, beside the catalog: what a model wrote there quotes that
library's papers, and goes where the library goes. Of what was asked it holds a hash.
"""

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

FILE_NAME = "replies.sqlite3"
"""In the library's folder."""

_MOST_REPLIES = 10_000
_MOST_BYTES = 200_000_000
_WAIT_S = 2.0
_VERSION = 1
_JOURNALS = ("", "-journal", "-wal", "-shm")
_TABLE = (
    "CREATE TABLE IF NOT EXISTS replies (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, "
    "bytes INTEGER NOT NULL, stored_at INTEGER NOT NULL, reply TEXT NOT NULL)"
)


class ReplyCache:
    """Replies by what was asked. Without a file that can be written, nothing is kept.

    Args:
        path: made, for its user alone, when the first reply is kept.
        most_replies, most_bytes: beyond them the oldest are dropped.
    """

    def __init__(
        self, path: Path, *, most_replies: int = _MOST_REPLIES, most_bytes: int = _MOST_BYTES
    ) -> None:
        self.path = path
        self._most_replies = most_replies
        self._most_bytes = most_bytes

    def get(self, key: str) -> str | None:
        """The reply of that key; None where there is none."""
        if not self.path.exists():
            return None
        row = None
        with suppress(sqlite3.OperationalError, OSError), self._opened() as opened:
            row = opened.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, key: str, reply: str) -> None:
        """Keep a reply; one that cannot be kept is not."""
        with suppress(sqlite3.OperationalError, OSError), self._opened() as opened:
            opened.execute(
                "INSERT OR REPLACE INTO replies (key, bytes, stored_at, reply) VALUES (?, ?, ?, ?)",
                (key, len(reply.encode()), int(time.time()), reply),
            )
            self._drop_oldest(opened)

    def clear(self) -> None:
        """Forget every reply, down to the file.

        Raises:
            OSError: the file cannot be removed.
        """
        for journal in _JOURNALS:
            self.path.with_name(self.path.name + journal).unlink(missing_ok=True)

    def _drop_oldest(self, opened: sqlite3.Connection) -> None:
        count, size = opened.execute("SELECT count(*), sum(bytes) FROM replies").fetchone()
        while count > self._most_replies or size > self._most_bytes:
            number, freed = opened.execute(
                "SELECT number, bytes FROM replies ORDER BY number LIMIT 1"
            ).fetchone()
            opened.execute("DELETE FROM replies WHERE number = ?", (number,))
            count, size = count - 1, size - freed

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file, open for one transaction; removed where it is no database any more."""
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self.path.chmod(0o600)
        try:
            with closing(sqlite3.connect(self.path, timeout=_WAIT_S)) as opened, opened:
                # What is dropped is to be gone from the file as well.
                opened.execute("PRAGMA secure_delete = ON")
                opened.execute(_TABLE)
                yield opened
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            self.clear()
            raise sqlite3.OperationalError("the file was damaged, and is gone") from error


def key_of(
    where: str, model: str, parameters: Mapping[str, Any], messages: Sequence[tuple[str, str]]
) -> str:
    """The hash of all that makes a call what it is."""
    call = [_VERSION, where, model, parameters, messages]
    stated = json.dumps(call, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(stated.encode()).hexdigest()
