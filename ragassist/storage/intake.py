"""Taking records in: what a source says, stored once, and handed on to be made papers of."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto

from ragassist.papers.keys import identity_keys
from ragassist.storage.catalog import Catalog
from ragassist.storage.rows import record_to_json
from ragassist.storage.works import Chunker, refresh_works, sharing_keys
from ragassist.text import title_key
from ragassist.types import Failure, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of some records: `records` read, of which `unchanged` were known already.

    Attributes:
        new_papers: papers that were not in the library before; negative when records turned
            out to be one work.
        replaced: ids of records whose key was known with other words.
    """

    records: int = 0
    unchanged: int = 0
    new_papers: int = 0
    replaced: tuple[int, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            records=self.records + other.records,
            unchanged=self.unchanged + other.unchanged,
            new_papers=self.new_papers + other.new_papers,
            replaced=self.replaced + other.replaced,
        )


class _Fate(Enum):
    """What became of a record: `BACK` is one that its source had lost, word for word."""

    NEW = auto()
    REWORDED = auto()
    KNOWN = auto()
    BACK = auto()


def open_source(catalog: Catalog, path: str, reader: str) -> int:
    """The id of a source, made when it is new, of which nothing is certain while it is read."""
    source_id = catalog.value(
        "INSERT INTO sources (path, reader, read_at) VALUES (?, ?, ?) ON CONFLICT (path) "
        "DO UPDATE SET reader = excluded.reader, digest = NULL, read_at = excluded.read_at "
        "RETURNING source_id",
        (path, reader, datetime.now(UTC).isoformat(timespec="seconds")),
    )
    return int(source_id)


def remember_reading(
    catalog: Catalog, path: str, format_name: str | None, columns: Sequence[tuple[str, str]]
) -> None:
    """Keep how the user said that a known source is to be read; inside a transaction."""
    catalog.execute(
        "UPDATE sources SET read_as = ? WHERE path = ?",
        (json.dumps([format_name, list(columns)]), path),
    )


def remembered_reading(
    catalog: Catalog, path: str
) -> tuple[str | None, tuple[tuple[str, str], ...]] | None:
    """Format and columns, as the user named them last for a source; None where never."""
    stored = catalog.value("SELECT read_as FROM sources WHERE path = ?", (path,))
    if stored is None:
        return None
    format_name, columns = json.loads(stored)
    return format_name, tuple((name, column) for name, column in columns)


def close_source(
    catalog: Catalog, source_id: int, import_id: int, *, digest: bytes | None, error: str = ""
) -> None:
    """Note how far a source was read; inside a transaction, behind its last record.

    What failed in it when it was read before is forgotten, but for what lies behind an error.

    Args:
        digest: of the whole file; None where it cannot be had, or was not read to its end.
        error: why it was not read to its end.
    """
    if error:
        _forget_failures_met_again(catalog, source_id, import_id)
        whole = Failure(source="", line=0, reason=error)
        store_failures(catalog, source_id, [whole], import_id)
        return
    _suspect_new_failures(catalog, source_id, import_id)
    catalog.execute(
        "DELETE FROM failures WHERE source_id = ? AND import_id != ?", (source_id, import_id)
    )
    catalog.execute(
        "UPDATE sources SET digest = ?, import_id = ? WHERE source_id = ?",
        (digest, import_id, source_id),
    )


def last_import(catalog: Catalog, source_id: int) -> int:
    """The number of the import that last read a source to its end; 0 where none did."""
    found = catalog.value("SELECT import_id FROM sources WHERE source_id = ?", (source_id,))
    return int(found or 0)


def call_by_what_is(catalog: Catalog, source_id: int, since: int, chunker: Chunker) -> None:
    """Have works go by the keys that their source has for them now; inside a transaction.

    Costs as much as the entries the source lost while there is another entry for the same work.

    Args:
        since: the import that had read the source to its end before the last one did.
    """
    gone = catalog.rows(
        "SELECT gone.record_id FROM sources JOIN records AS gone USING (source_id) "
        "WHERE source_id = ? AND gone.import_id >= ? AND gone.import_id < sources.import_id "
        "AND EXISTS (SELECT 1 FROM records AS kept WHERE kept.paper_row = gone.paper_row "
        "AND kept.source_id = gone.source_id AND kept.import_id > gone.import_id)",
        (source_id, since),
    )
    if gone:
        refresh_works(catalog, dict.fromkeys(record_id for (record_id,) in gone), chunker)


def note_unreadable(catalog: Catalog, path: str, import_id: int, error: str) -> None:
    """Keep that a file could not be read at all; what it held before stays. In a transaction."""
    source_id = catalog.value(
        "INSERT INTO sources (path, reader) VALUES (?, '') ON CONFLICT (path) "
        "DO UPDATE SET digest = NULL RETURNING source_id",
        (path,),
    )
    close_source(catalog, int(source_id), import_id, digest=None, error=error)


def forget_empty_source(catalog: Catalog, path: str) -> None:
    """Forget a source and what failed in it, unless there is a record of it; in a transaction."""
    catalog.execute(
        "DELETE FROM sources WHERE path = ? AND NOT EXISTS "
        "(SELECT 1 FROM records WHERE records.source_id = sources.source_id)",
        (path,),
    )


def forget_failures(catalog: Catalog, path: str) -> None:
    """Forget what failed in a source, and the source where nothing else is known of it."""
    catalog.execute(
        "DELETE FROM failures WHERE source_id = (SELECT source_id FROM sources WHERE path = ?)",
        (path,),
    )
    forget_empty_source(catalog, path)


def forget_reading(catalog: Catalog, path: str) -> None:
    """Recognise a source by its content from now on; inside a transaction."""
    catalog.execute("UPDATE sources SET read_as = NULL WHERE path = ?", (path,))


def has_records(catalog: Catalog, path: str) -> bool:
    """Whether anything that was read from a source is known."""
    found = catalog.value(
        "SELECT EXISTS (SELECT 1 FROM records JOIN sources USING (source_id) WHERE path = ?)",
        (path,),
    )
    return bool(found)


# What failed is known again by what it looks like: the lines above it come and go.
_LOOKS = "coalesce(nullif(excerpt, ''), reason)"


def _forget_failures_met_again(catalog: Catalog, source_id: int, import_id: int) -> None:
    catalog.execute(
        "DELETE FROM failures WHERE source_id = ?1 AND import_id != ?2 AND (line = 0 OR "
        f"{_LOOKS} IN (SELECT {_LOOKS} FROM failures WHERE source_id = ?1 AND import_id = ?2))",
        (source_id, import_id),
    )


def _suspect_new_failures(catalog: Catalog, source_id: int, import_id: int) -> None:
    """Where records are missing, what failed for the first time may be one of them."""
    catalog.execute(
        "UPDATE failures SET suspect = 1 WHERE source_id = ?1 AND import_id = ?2 AND NOT expected "
        "AND EXISTS (SELECT 1 FROM records WHERE source_id = ?1 AND import_id != ?2) "
        f"AND {_LOOKS} NOT IN (SELECT {_LOOKS} FROM failures "
        "WHERE source_id = ?1 AND import_id != ?2 AND NOT suspect)",
        (source_id, import_id),
    )


def next_import(catalog: Catalog) -> int:
    """A number that no record was read under yet."""
    number = int(catalog.meta("imports") or 0) + 1
    catalog.set_meta("imports", str(number))
    return number


def absorb(
    catalog: Catalog,
    source_id: int,
    import_id: int,
    records: Sequence[Record],
    chunker: Chunker,
    damaged: Collection[int] = (),
) -> Tally:
    """Take a batch of records of one source in; call it inside a transaction.

    A record already there word for word changes nothing; one whose key is there with other words
    replaces it.

    Args:
        damaged: the lines where an entry begins of which a part could not be read; what is left of
            it replaces nothing.
    """
    before = int(catalog.value("SELECT coalesce(max(paper_row), 0) FROM papers"))
    changed: dict[int, Record | None] = {}
    keys: list[tuple[str, int]] = []
    replaced: list[int] = []
    known = 0
    last = last_import(catalog, source_id)
    for record in records:
        whole = record.line not in damaged
        record_id, fate = _store_record(catalog, source_id, (import_id, last), record, whole=whole)
        if fate in {_Fate.KNOWN, _Fate.BACK}:
            known += 1
            if fate is _Fate.BACK:
                changed.setdefault(record_id, None)
            continue
        if fate is _Fate.REWORDED:
            replaced.append(record_id)
            # What shared its old keys may be grouped otherwise without it.
            changed.update(dict.fromkeys(sharing_keys(catalog, [record_id])))
            catalog.execute("DELETE FROM record_keys WHERE record_id = ?", (record_id,))
        changed[record_id] = record
        keys.extend((key, record_id) for key in identity_keys(record))
    if changed:
        catalog.execute_many("INSERT INTO record_keys (key, record_id) VALUES (?, ?)", keys)
        refresh_works(catalog, changed, chunker)
    new = catalog.value("SELECT count(*) FROM papers WHERE paper_row > ?", (before,))
    return Tally(
        records=len(records), unchanged=known, new_papers=int(new), replaced=tuple(replaced)
    )


def _store_record(
    catalog: Catalog, source_id: int, imports: tuple[int, int], record: Record, *, whole: bool
) -> tuple[int, _Fate]:
    """The id of the record, and what became of it.

    Args:
        imports: the number of this one, and of the last that read the source to its end.
    """
    import_id, last = imports
    fields = record_to_json(record)
    digest = hashlib.blake2b(fields.encode(), digest_size=16).digest()
    key = record.key or title_key(record.title) or f"#{digest.hex()}"
    # The same key a second time in one file: another statement, not a newer one.
    second_key = f"{key}#{digest.hex()}"
    columns = (record.line, digest, fields, import_id)
    record_id = _insert_record(catalog, source_id, key, columns)
    if record_id is not None:
        return record_id, _Fate.NEW
    found = None
    for place in (second_key, key):
        found = _find_record(catalog, source_id, place)
        if found is not None and found[1] == digest:
            _update_record(catalog, found[0], columns)
            return found[0], _seen_again(found[2], last)
    if found is not None and found[2] != import_id and not whole:
        # Seen all the same, so that it does not count as gone from the file.
        catalog.execute(
            "UPDATE records SET line = ?, import_id = ? WHERE record_id = ?",
            (record.line, import_id, found[0]),
        )
        return found[0], _seen_again(found[2], last)
    if found is not None and found[2] != import_id:
        _update_record(catalog, found[0], columns)
        return found[0], _Fate.REWORDED
    return _insert_record(catalog, source_id, second_key, columns) or 0, _Fate.NEW


def _seen_again(import_id: int, last: int) -> _Fate:
    return _Fate.BACK if import_id < last else _Fate.KNOWN


def _update_record(catalog: Catalog, record_id: int, columns: tuple[int, bytes, str, int]) -> None:
    catalog.execute(
        "UPDATE records SET line = ?, digest = ?, fields = ?, import_id = ? WHERE record_id = ?",
        (*columns, record_id),
    )


def _insert_record(
    catalog: Catalog, source_id: int, key: str, columns: tuple[int, bytes, str, int]
) -> int | None:
    """Returns the id of the new record; None where the source has one of that key already."""
    record_id = catalog.value(
        "INSERT INTO records (source_id, record_key, line, digest, fields, import_id) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING record_id",
        (source_id, key, *columns),
    )
    return None if record_id is None else int(record_id)


def _find_record(catalog: Catalog, source_id: int, key: str) -> tuple[int, bytes, int] | None:
    rows = catalog.rows(
        "SELECT record_id, digest, import_id FROM records WHERE source_id = ? AND record_key = ?",
        (source_id, key),
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


def store_failures(
    catalog: Catalog, source_id: int, failures: Sequence[Failure], import_id: int
) -> None:
    """Keep what could not be read, until the source is read again."""
    catalog.execute_many(
        "INSERT INTO failures (source_id, line, reason, excerpt, expected, import_id) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [(source_id, f.line, f.reason, f.excerpt, f.expected, import_id) for f in failures],
    )
