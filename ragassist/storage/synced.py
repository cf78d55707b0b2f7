"""What the library holds of a source beyond what its file holds now."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ragassist.storage.catalog import Catalog
from ragassist.storage.rows import record_from_json
from ragassist.types import Failure, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The last reading of a source that came to the file's end.

    Attributes:
        import_id: the number of the import that read it.
        digest: of the file then.
        records: how many it holds.
        suspects: entries that could not be read, and may be ones the file seems to have lost.
    """

    source_id: int
    reader: str
    import_id: int
    digest: bytes
    records: int
    suspects: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An entry that the file of a source has no longer, and the paper it is of.

    Attributes:
        key: of the entry.
        elsewhere: another record of the paper stays, and with it the paper.
    """

    record_id: int
    source_id: int
    paper_row: int
    paper_id: str
    key: str | None
    elsewhere: bool


def last_reading(catalog: Catalog, path: str) -> Reading | None:
    """None where the source is not known, or its records are not known to be those of a file."""
    rows = catalog.rows(
        "SELECT source_id, reader, import_id, digest, (SELECT count(*) FROM records "
        "WHERE records.source_id = sources.source_id AND records.import_id = sources.import_id) "
        "FROM sources WHERE path = ? AND digest IS NOT NULL",
        (path,),
    )
    if not rows:
        return None
    source_id, reader, import_id, digest, records = rows[0]
    suspects = catalog.rows(
        "SELECT line, reason, excerpt FROM failures WHERE source_id = ? AND suspect ORDER BY line",
        (source_id,),
    )
    return Reading(
        source_id=source_id,
        reader=reader,
        import_id=import_id,
        digest=digest,
        records=records,
        suspects=tuple(
            Failure(source=path, line=line, reason=reason, excerpt=excerpt)
            for line, reason, excerpt in suspects
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinkage:
    """How the records of a source's last reading lie to those it had before and lost.

    Attributes:
        kept: how many the file holds.
        lost: how many it held before and does not hold now.
        at_end: all that it lost stood behind all that it holds.
    """

    kept: int
    lost: int
    at_end: bool


def shrinkage(catalog: Catalog, source_id: int) -> Shrinkage:
    """What became of the records of a source that was read to its end."""
    kept, lost, at_end = catalog.rows(
        "SELECT count(*) FILTER (WHERE is_kept), count(*) FILTER (WHERE NOT is_kept), "
        "min(line) FILTER (WHERE NOT is_kept) > max(line) FILTER (WHERE is_kept) "
        "FROM (SELECT line, records.import_id = sources.import_id AS is_kept "
        "FROM sources JOIN records USING (source_id) WHERE source_id = ?)",
        (source_id,),
    )[0]
    return Shrinkage(kept=kept, lost=lost, at_end=bool(at_end))


def lost_records(
    catalog: Catalog, source_ids: Sequence[int], *, with_suspects: bool = False
) -> list[Lost]:
    """What the files of these sources have no longer, by paper_id.

    Args:
        with_suspects: also of sources with suspect failures, of which what they seem to have lost
            may only be hard to read.
    """
    return _of_papers(
        catalog,
        """
            SELECT record_id, records.source_id, paper_row
            FROM sources JOIN records USING (source_id)
            WHERE source_id IN (SELECT value FROM json_each(?)) AND sources.digest IS NOT NULL
                AND records.import_id != sources.import_id
                AND (? OR NOT EXISTS (
                    SELECT 1 FROM failures
                    WHERE failures.source_id = sources.source_id AND suspect
                ))
        """,
        (json.dumps(list(source_ids)), with_suspects),
    )


def records_of_source(catalog: Catalog, source_id: int) -> list[Lost]:
    """All that is known from a source, as if its file had lost it, by paper_id."""
    chosen = "SELECT record_id, source_id, paper_row FROM records WHERE source_id = ?"
    return _of_papers(catalog, chosen, (source_id,))


def _of_papers(catalog: Catalog, chosen: str, parameters: Sequence[object]) -> list[Lost]:
    rows = catalog.rows(
        f"""
        WITH lost AS ({chosen})
        SELECT record_id, lost.source_id, lost.paper_row, paper_id,
            json_extract(entries.fields, '$.key'),
            EXISTS (
                SELECT 1 FROM records
                WHERE records.paper_row = lost.paper_row
                    AND record_id NOT IN (SELECT record_id FROM lost)
            )
        FROM lost JOIN papers USING (paper_row) JOIN records AS entries USING (record_id)
        ORDER BY paper_id, record_id
        """,
        parameters,
    )
    return [
        Lost(
            record_id=record_id,
            source_id=source_id,
            paper_row=paper_row,
            paper_id=paper_id,
            key=key,
            elsewhere=bool(elsewhere),
        )
        for record_id, source_id, paper_row, paper_id, key, elsewhere in rows
    ]


def stated_in(catalog: Catalog, source_id: int) -> dict[int, Record]:
    """Titles and first authors of all that is known from a source, by record_id."""
    return {
        record_id: Record(title=title, authors=(author,) if author else (), line=0)
        for record_id, title, author in catalog.rows(
            "SELECT record_id, json_extract(fields, '$.title'), "
            "json_extract(fields, '$.authors[0]') FROM records WHERE source_id = ?",
            (source_id,),
        )
    }


def records_with(catalog: Catalog, record_ids: Sequence[int]) -> dict[int, tuple[int, Record]]:
    """Records by their ids, each with the row of its paper."""
    return {
        record_id: (row, record_from_json(fields))
        for record_id, row, fields in catalog.rows(
            "SELECT record_id, paper_row, fields FROM records "
            "WHERE record_id IN (SELECT value FROM json_each(?)) ORDER BY record_id",
            (json.dumps(list(record_ids)),),
        )
    }


def kept_siblings(catalog: Catalog, record_ids: Sequence[int]) -> dict[int, int]:
    """To records that a file lost, the one it has still of the same paper, where there is one."""
    return dict(
        catalog.rows(
            "SELECT gone.record_id, min(kept.record_id) FROM records AS gone "
            "JOIN sources USING (source_id) JOIN records AS kept "
            "ON kept.paper_row = gone.paper_row AND kept.source_id = gone.source_id "
            "AND kept.import_id = sources.import_id "
            "WHERE gone.record_id IN (SELECT value FROM json_each(?)) GROUP BY gone.record_id",
            (json.dumps(list(record_ids)),),
        )
    )


def count_missing(catalog: Catalog, source_id: int) -> int:
    """How many entries of the last reading but one the source's file seems to have lost."""
    return int(
        catalog.value(
            "SELECT count(*) FROM sources JOIN records USING (source_id) "
            "WHERE source_id = ? AND records.import_id != sources.import_id",
            (source_id,),
        )
    )


def paper_ids_of(catalog: Catalog, record_ids: Sequence[int]) -> tuple[str, ...]:
    """The papers that records are of, each once, by id; records that are gone are left out."""
    rows = catalog.rows(
        "SELECT DISTINCT paper_id FROM records JOIN papers USING (paper_row) "
        "WHERE record_id IN (SELECT value FROM json_each(?)) ORDER BY paper_id",
        (json.dumps(list(record_ids)),),
    )
    return tuple(paper_id for (paper_id,) in rows)


def ids_by_row(catalog: Catalog, rows: Sequence[int]) -> dict[int, str]:
    """The ids of papers by their rows; rows that are gone are left out."""
    return dict(
        catalog.rows(
            "SELECT paper_row, paper_id FROM papers "
            "WHERE paper_row IN (SELECT value FROM json_each(?))",
            (json.dumps(list(rows)),),
        )
    )


def records_after(catalog: Catalog, source_id: int | None, last: int) -> list[int]:
    """The records of a source, none without one, whose ids are above `last`."""
    rows = catalog.rows(
        "SELECT record_id FROM records WHERE source_id = ? AND record_id > ?", (source_id, last)
    )
    return [record_id for (record_id,) in rows]


def last_record(catalog: Catalog) -> int:
    """The highest id given to a record so far; 0 without records."""
    return int(catalog.value("SELECT coalesce(max(record_id), 0) FROM records"))


def distrust(catalog: Catalog, source_id: int) -> None:
    """Have a source read again the next time, and nothing removed until then; in a transaction."""
    catalog.execute("UPDATE sources SET digest = NULL WHERE source_id = ?", (source_id,))


def source_paths(catalog: Catalog) -> dict[str, int]:
    """The ids of all sources by their paths."""
    return dict(catalog.rows("SELECT path, source_id FROM sources ORDER BY path"))


def digests_by_path(catalog: Catalog) -> dict[str, bytes]:
    """Of the sources that were read to their end: path and what the file was then."""
    return dict(
        catalog.rows("SELECT path, digest FROM sources WHERE digest IS NOT NULL ORDER BY path")
    )


def rename_source(catalog: Catalog, old: str, new: str) -> None:
    """Call a source by another path, which no other source has; inside a transaction."""
    catalog.execute("UPDATE sources SET path = ? WHERE path = ?", (new, old))


def delete_source(catalog: Catalog, source_id: int) -> None:
    """Forget a source without records, and what failed in it; inside a transaction."""
    catalog.execute("DELETE FROM sources WHERE source_id = ?", (source_id,))
