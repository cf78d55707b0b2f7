"""What a catalog holds, in numbers."""

from dataclasses import dataclass

from ragassist.storage.catalog import CATALOG_NAME, Catalog
from ragassist.storage.chunks import count_pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts over the whole catalog; `sources` are path, reader and number of records."""

    papers: int
    title_only: int
    chunks: int
    pending: int
    sources: tuple[tuple[str, str, int], ...]
    failures: int
    size_bytes: int


def summarise(catalog: Catalog) -> Summary:
    """Count; costs one scan of the papers."""
    return Summary(
        papers=int(catalog.value("SELECT count(*) FROM papers")),
        title_only=int(catalog.value("SELECT count(*) FROM papers WHERE abstract = ''")),
        chunks=int(catalog.value("SELECT count(*) FROM chunks")),
        pending=count_pending(catalog),
        sources=tuple(
            catalog.rows(
                "SELECT path, reader, count(record_id) FROM sources "
                "LEFT JOIN records USING (source_id) GROUP BY source_id ORDER BY path"
            )
        ),
        failures=int(catalog.value("SELECT count(*) FROM failures WHERE NOT expected")),
        size_bytes=sum(path.stat().st_size for path in catalog.folder.glob(f"{CATALOG_NAME}*")),
    )
