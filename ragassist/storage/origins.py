"""Which record each field of a paper was taken from."""

from dataclasses import dataclass

from ragassist.papers.merge import field_winners, merge_records
from ragassist.storage.catalog import Catalog
from ragassist.storage.rows import record_from_json
from ragassist.types import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOrigin:
    """A field of a paper, what it says, and the records it was taken from.

    Attributes:
        name: as in `Work`, or among what else the sources state.
        value: as text.
        places: the first is the one that counts, but for lists, which all of them add to.
    """

    name: str
    value: str
    places: tuple[Provenance, ...]


def field_origins(catalog: Catalog, row: int) -> tuple[FieldOrigin, ...]:
    """Which record each field of a paper was taken from, found by merging them again."""
    rows = catalog.rows(
        "SELECT path, reader, line, fields FROM records JOIN sources USING (source_id) "
        "WHERE paper_row = ? ORDER BY path, line",
        (row,),
    )
    records = [record_from_json(fields, line=line) for _, _, line, fields in rows]
    places = [
        Provenance(source=path, reader=reader, line=line, key=record.key)
        for (path, reader, line, _), record in zip(rows, records, strict=True)
    ]
    merged = merge_records(records)
    beside = dict(merged.extra)
    return tuple(
        FieldOrigin(
            name=name,
            value=beside[name] if name in beside else _as_text(getattr(merged, name)),
            places=tuple(places[place] for place in won),
        )
        for name, won in field_winners(records)
    )


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "yes" if value is True else str(value)
