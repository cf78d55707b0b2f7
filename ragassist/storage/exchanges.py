"""The log: what was asked of the library, and all that is needed to make the answer again."""

import dataclasses
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from ragassist.storage.catalog import Catalog, Row
from ragassist.storage.chunks import generation_in_use
from ragassist.storage.fingerprints import fingerprints, papers_named
from ragassist.types import Answer, Declined, LoggedExchange, Passage

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
