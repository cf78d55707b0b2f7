"""The catalog's tables, and how an older catalog becomes a current one."""

import json
import sqlite3
from collections.abc import Callable

from ragassist.errors import SchemaTooNew
from ragassist.papers.language import language_of
from ragassist.storage.fingerprints import fingerprints, papers_named

TOKENIZER = "porter unicode61 remove_diacritics 2"

_VERSION_1 = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE sources (
    source_id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    reader TEXT NOT NULL
);

-- One work. Every column but paper_row is a function of its records; paper_id is NULL only
-- inside the transaction that assigns it.
CREATE TABLE papers (
    paper_row INTEGER PRIMARY KEY,
    paper_id TEXT UNIQUE,
    base_id TEXT NOT NULL,
    own_key INTEGER NOT NULL,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    year INTEGER,
    fields TEXT NOT NULL
);
CREATE INDEX papers_by_base ON papers (base_id);
CREATE INDEX papers_by_year ON papers (year);

-- What one source says of one work; the papers are made from these.
CREATE TABLE records (
    record_id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources,
    record_key TEXT NOT NULL,
    line INTEGER NOT NULL,
    digest BLOB NOT NULL,
    fields TEXT NOT NULL,
    import_id INTEGER NOT NULL,
    paper_row INTEGER REFERENCES papers,
    UNIQUE (source_id, record_key)
);
CREATE INDEX records_by_paper ON records (paper_row);

CREATE TABLE record_keys (
    key TEXT NOT NULL,
    record_id INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    PRIMARY KEY (key, record_id)
) WITHOUT ROWID;
CREATE INDEX record_keys_by_record ON record_keys (record_id);

-- Ids that resolve to a paper beside its own: earlier ones, and the sources' keys.
CREATE TABLE aliases (
    alias TEXT NOT NULL,
    paper_row INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    PRIMARY KEY (alias, paper_row)
) WITHOUT ROWID;
CREATE INDEX aliases_by_paper ON aliases (paper_row);

-- pending: not yet in the vector index that readers use. Ids are never used again.
CREATE TABLE chunks (
    chunk_id INTEGER PRIMARY KEY AUTOINCREMENT,
    paper_row INTEGER NOT NULL REFERENCES papers,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    text_hash BLOB NOT NULL,
    pending INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX chunks_by_paper ON chunks (paper_row);
CREATE INDEX chunks_pending ON chunks (chunk_id) WHERE pending;

-- Chunks that are gone from the catalog and may still stand in the vector index.
CREATE TABLE removed_chunks (chunk_id INTEGER PRIMARY KEY);

CREATE VIEW chunk_texts AS
    SELECT chunk_id, title, substr(abstract, start + 1, stop - start) AS body
    FROM chunks JOIN papers USING (paper_row);

CREATE VIRTUAL TABLE chunks_fts USING fts5 (
    title, body, content = 'chunk_texts', content_rowid = 'chunk_id',
    tokenize = '{TOKENIZER}'
);

-- Vectors cost time or money: kept for every text that was ever embedded, float16.
CREATE TABLE embeddings (
    embedder TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (embedder, text_hash)
) WITHOUT ROWID;

CREATE TABLE failures (
    failure_id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE,
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    expected INTEGER NOT NULL
);
CREATE INDEX failures_by_source ON failures (source_id);
"""


_VERSION_2 = """
-- The log of what was asked. Written by readers, too; nothing else depends on it.
CREATE TABLE exchanges (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL,
    asked_at TEXT NOT NULL,
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    answered INTEGER NOT NULL,
    answerer TEXT NOT NULL,
    verdicts TEXT NOT NULL,
    kept TEXT NOT NULL
);
"""

_VERSION_3 = """
-- digest: of the file's bytes and of how it was read, when it was last read to its end; NULL while
-- the records of the source are not those of the file. import_id: of that reading.
ALTER TABLE sources ADD COLUMN digest BLOB;
ALTER TABLE sources ADD COLUMN import_id INTEGER;

-- suspect: new in a file that also misses records it had, and may be one of these.
ALTER TABLE failures ADD COLUMN import_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE failures ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0;

-- Where it is not English; NULL as well where that cannot be told.
ALTER TABLE papers ADD COLUMN language TEXT;

-- What the user said of two papers, as pairs of handles, each pair both ways round; key is the
-- entry of record_keys under which records with the handle are found. Outlives the papers.
CREATE TABLE decisions (
    key TEXT NOT NULL,
    handle TEXT NOT NULL,
    other_key TEXT NOT NULL,
    other_handle TEXT NOT NULL,
    same INTEGER NOT NULL,
    PRIMARY KEY (key, handle, other_key, other_handle)
) WITHOUT ROWID;
"""

_VERSION_4 = """
-- How the user said the source is to be read, as JSON; NULL where that is recognised.
ALTER TABLE sources ADD COLUMN read_as TEXT;
"""

_VERSION_5 = """
-- What a paper was called when the user was last told what is called otherwise; `origin` is the
-- paper_row it had then. See also `told_row` in meta.
CREATE TABLE renamed (
    origin INTEGER NOT NULL,
    paper_row INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    paper_id TEXT NOT NULL,
    PRIMARY KEY (origin, paper_row)
) WITHOUT ROWID;
CREATE INDEX renamed_by_paper ON renamed (paper_row);

INSERT OR REPLACE INTO meta SELECT 'told_row', coalesce(max(paper_row), 0) FROM papers;
"""


_VERSION_6 = """
-- When the source was last read, in UTC; NULL where that was before anybody noted it.
ALTER TABLE sources ADD COLUMN read_at TEXT;
"""


def _create(connection: sqlite3.Connection) -> None:
    for statement in _statements(_VERSION_1):
        connection.execute(statement)


def _add_log(connection: sqlite3.Connection) -> None:
    for statement in _statements(_VERSION_2):
        connection.execute(statement)


def _add_sync_and_decisions(connection: sqlite3.Connection) -> None:
    for statement in _statements(_VERSION_3):
        connection.execute(statement)
    told = [
        (language, row)
        for row, title, abstract in connection.execute(
            "SELECT paper_row, title, abstract FROM papers"
        )
        if (language := language_of(title, abstract)) is not None
    ]
    connection.executemany("UPDATE papers SET language = ? WHERE paper_row = ?", told)


def _add_reading(connection: sqlite3.Connection) -> None:
    for statement in _statements(_VERSION_4):
        connection.execute(statement)


def _add_renamed_and_fingerprints(connection: sqlite3.Connection) -> None:
    for statement in _statements(_VERSION_5):
        connection.execute(statement)
    logged = connection.execute("SELECT number, kept FROM exchanges").fetchall()
    for number, text in logged:
        kept = json.loads(text)
        # The best that is known of an old answer is whom its ids name today.
        kept["works"] = fingerprints(connection.execute, papers_named(kept))
        connection.execute(
            "UPDATE exchanges SET kept = ? WHERE number = ?",
            (json.dumps(kept, ensure_ascii=False), number),
        )


def _add_times(connection: sqlite3.Connection) -> None:
    for statement in _statements(_VERSION_6):
        connection.execute(statement)


# The n-th entry takes a catalog from version n to n + 1; version 0 is an empty file.
_MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _create,
    _add_log,
    _add_sync_and_decisions,
    _add_reading,
    _add_renamed_and_fingerprints,
    _add_times,
)

SCHEMA_VERSION = len(_MIGRATIONS)


def schema_version(connection: sqlite3.Connection) -> int:
    """The version of the catalog; 0 for a new file.

    Raises:
        SchemaTooNew: the catalog was written by a newer ragassist.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise SchemaTooNew(
            f"this library has schema {version}, this ragassist knows up to {SCHEMA_VERSION}: "
            "upgrade ragassist (the library was not touched)"
        )
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the catalog to the current schema: every step of it, or none."""
    if schema_version(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for version in range(schema_version(connection), SCHEMA_VERSION):
            _MIGRATIONS[version](connection)
            connection.execute(f"PRAGMA user_version = {version + 1}")
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction that failed; where SQLite ended it by itself, a full disk, do nothing."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _statements(script: str) -> list[str]:
    # sqlite3's executescript would commit the transaction that makes a migration atomic.
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
