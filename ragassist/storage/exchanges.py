"""The log: what was asked of the library, and all that is needed to make the answer again."""

import dataclasses
import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from ragassist.errors import UsageError
from ragassist.storage.catalog import Catalog, Row
from ragassist.storage.chunks import generation_in_use
from ragassist.storage.fingerprints import fingerprints, papers_named
from ragassist.types import Answer, Declined, LoggedExchange, Passage

_WORD = re.compile(r"[^\W_]+")
_COLUMNS = "number, conversation, asked_at, question, text, answered, answerer, verdicts, kept"


def log_exchange(
    catalog: Catalog, outcome: Answer | Declined, conversation: int | None = None
) -> int:
    """Keep an exchange; returns its number, which never is another's.

    Args:
        conversation: the number of the conversation's first exchange; None where this is it.

    Raises:
        StorageError: it cannot be written.
    """
    answered = isinstance(outcome, Answer)
    claims = outcome.claims if isinstance(outcome, Answer) else ()
    values = (
        datetime.now(UTC).isoformat(timespec="seconds"),
        outcome.question,
        outcome.text if isinstance(outcome, Answer) else outcome.reason,
        answered,
        outcome.origin.answerer,
        json.dumps(Counter(claim.verdict for claim in claims)),
        json.dumps(_kept(outcome, catalog), ensure_ascii=False),
    )
    with catalog.noting():
        number = catalog.execute(
            "INSERT INTO exchanges (conversation, asked_at, question, text, answered, answerer, "
            "verdicts, kept) VALUES (0, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        catalog.execute(
            "UPDATE exchanges SET conversation = ? WHERE number = ?",
            (conversation or number, number),
        )
    return number


def read_exchanges(catalog: Catalog, limit: int | None = None) -> tuple[LoggedExchange, ...]:
    """The latest exchanges, oldest first; none in a catalog from before there was a log."""
    if not _has_log(catalog):
        return ()
    rows = catalog.rows(
        f"SELECT {_COLUMNS} FROM exchanges ORDER BY number DESC LIMIT ?",
        (-1 if limit is None else limit,),
    )
    return tuple(map(_exchange, reversed(rows)))


def read_exchange(catalog: Catalog, number: int) -> LoggedExchange | None:
    """The exchange of that number; None where there is none."""
    if not _has_log(catalog):
        return None
    rows = catalog.rows(f"SELECT {_COLUMNS} FROM exchanges WHERE number = ?", (number,))
    return _exchange(rows[0]) if rows else None


def read_conversation(catalog: Catalog, number: int | None = None) -> tuple[LoggedExchange, ...]:
    """The exchanges of a conversation, oldest first; none where there is none.

    Args:
        number: of any exchange of it; None for that of the latest exchange.
    """
    if not _has_log(catalog):
        return ()
    one = "SELECT conversation FROM exchanges WHERE number = ?"
    latest = "SELECT conversation FROM exchanges ORDER BY number DESC LIMIT 1"
    which = catalog.value(latest) if number is None else catalog.value(one, (number,))
    rows = catalog.rows(
        f"SELECT {_COLUMNS} FROM exchanges WHERE conversation = ? ORDER BY number", (which,)
    )
    return tuple(map(_exchange, rows))


def search_exchanges(
    catalog: Catalog, words: str, limit: int | None = None
) -> tuple[LoggedExchange, ...]:
    """The exchanges with all of the words in question or text, best first (BM25), ties the latest.

    A word is found where it begins one, whatever the case and the accents. Costs an index in memory
    of all that is in the log, made for the search: 0.6 s for 10,000 exchanges.

    Args:
        limit: the best so many; None for all.

    Raises:
        UsageError: there is no word to look for.
    """
    wanted = _WORD.findall(words)
    if not wanted:
        raise UsageError(f"{words!r} has no word to search the log for")
    if not _has_log(catalog):
        return ()
    logged = catalog.rows("SELECT number, question, text FROM exchanges")
    with closing(sqlite3.connect(":memory:")) as index:
        index.execute(
            "CREATE VIRTUAL TABLE said USING fts5 "
            "(question, text, tokenize = 'unicode61 remove_diacritics 2')"
        )
        index.executemany("INSERT INTO said (rowid, question, text) VALUES (?, ?, ?)", logged)
        found = index.execute(
            "SELECT rowid FROM said WHERE said MATCH ? ORDER BY rank, rowid DESC LIMIT ?",
            (" AND ".join(f'"{word}"*' for word in wanted), -1 if limit is None else limit),
        ).fetchall()
    exchanges = (read_exchange(catalog, number) for (number,) in found)
    return tuple(exchange for exchange in exchanges if exchange is not None)


def clear_exchanges(catalog: Catalog) -> int:
    """Forget every exchange; returns how many there were. `Catalog.erase_traces` does the rest."""
    with catalog.noting(erasing=True):
        count = int(catalog.value("SELECT count(*) FROM exchanges"))
        catalog.execute("DELETE FROM exchanges")
    return count


def _has_log(catalog: Catalog) -> bool:
    # A catalog that could not be brought up to date for want of the right to write.
    return bool(catalog.value("SELECT 1 FROM sqlite_master WHERE name = 'exchanges'"))


def _exchange(row: Row) -> LoggedExchange:
    number, conversation, asked_at, question, text, answered, answerer, verdicts, kept = row
    origin = json.loads(kept)["origin"]
    return LoggedExchange(
        number=number,
        conversation=conversation,
        asked_at=asked_at,
        question=question,
        text=text,
        answered=bool(answered),
        answerer=answerer,
        interrupted=bool(origin["interrupted"] or origin["failure"]),
        verdicts=json.loads(verdicts),
        kept=kept,
    )


def _kept(outcome: Answer | Declined, catalog: Catalog) -> dict[str, Any]:
    """Passages by place, not by text: the catalog has it, and `library` says which catalog.

    `works` says which works the ids name, for the ids may come to name others.
    """
    shape: dict[str, Any] = {
        "standalone": outcome.standalone,
        "library": {
            "papers": int(catalog.value("SELECT count(*) FROM papers")),
            "generation": generation_in_use(catalog),
        },
        "filters": dataclasses.asdict(outcome.filters),
        "origin": dataclasses.asdict(outcome.origin),
        "passages": [_place(passage) for passage in outcome.passages],
        "timings": {stage: round(seconds, 4) for stage, seconds in outcome.timings.items()},
    }
    if isinstance(outcome, Answer):
        shape["claims"] = [dataclasses.asdict(claim) for claim in outcome.claims]
    shape["works"] = fingerprints(catalog.rows, papers_named(shape))
    return shape


def _place(passage: Passage) -> dict[str, Any]:
    names = ("paper_id", "start", "stop", "rank", "score")
    return {name: getattr(passage, name) for name in names}
