"""The log: what was asked of the library, and all that is needed to make the answer again."""

import dataclasses
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from ragassist.storage.catalog import Catalog
from ragassist.storage.chunks import generation_in_use
from ragassist.types import Answer, Declined, LoggedExchange, Passage


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
    """The latest exchanges, oldest first."""
    rows = catalog.rows(
        "SELECT number, conversation, asked_at, question, text, answered, answerer, verdicts, kept "
        "FROM exchanges ORDER BY number DESC LIMIT ?",
        (-1 if limit is None else limit,),
    )
    return tuple(
        LoggedExchange(
            number=number,
            conversation=conversation,
            asked_at=asked_at,
            question=question,
            text=text,
            answered=bool(answered),
            answerer=answerer,
            verdicts=json.loads(verdicts),
            kept=kept,
        )
        for (
            number, conversation, asked_at, question, text, answered, answerer, verdicts, kept,
        ) in reversed(rows)
    )  # fmt: skip


def clear_exchanges(catalog: Catalog) -> int:
    """Forget every exchange, down to the bytes on disk; returns how many there were."""
    with catalog.noting(erasing=True):
        count = int(catalog.value("SELECT count(*) FROM exchanges"))
        catalog.execute("DELETE FROM exchanges")
    return count


def _kept(outcome: Answer | Declined, catalog: Catalog) -> dict[str, Any]:
    """Passages by place, not by text: the catalog has it, and `library` says which catalog."""
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
    return shape


def _place(passage: Passage) -> dict[str, Any]:
    names = ("paper_id", "start", "stop", "rank", "score")
    return {name: getattr(passage, name) for name in names}
