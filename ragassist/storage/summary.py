"""What a catalog holds, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from ragassist.storage.catalog import CATALOG_NAME, Catalog
from ragassist.storage.chunks import count_pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts over the whole catalog.

    Attributes:
        sources: path, reader, number of records of each.
        read_at: by the path of a source when it was last read, ISO 8601 in UTC; of those alone of
            which that is known.
    """

    papers: int
    title_only: int
    chunks: int
    pending: int
    sources: tuple[tuple[str, str, int], ...]
    failures: int
    size_bytes: int
    read_at: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """A tag or keyword, spelt as most papers have it.

    Attributes:
        papers: that have it, whatever its case and accents, as tag or as keyword.
        as_tag: of these, those whose source files them under it.
        as_keyword: of these, those that have it as a keyword.
    """

    tag: str
    papers: int
    as_tag: int
    as_keyword: int


def count_tags(catalog: Catalog) -> tuple[TagCount, ...]:
    """Tags and keywords, the most frequent first, then by name; reads every paper."""
    rows = catalog.rows(
        """
        WITH stated AS (
            SELECT paper_row, value AS tag, fold(value) AS folded, 1 AS filed
            FROM papers, json_each(fields, '$.tags')
            UNION ALL
            SELECT paper_row, value, fold(value), 0 FROM papers, json_each(fields, '$.keywords')
        ), spelt AS (
            SELECT folded, tag, row_number() OVER (
                PARTITION BY folded ORDER BY count(DISTINCT paper_row) DESC, tag
            ) AS place
            FROM stated GROUP BY folded, tag
        ), counted AS (
            SELECT folded, count(DISTINCT paper_row) AS papers,
                count(DISTINCT iif(filed, paper_row, NULL)) AS as_tag,
                count(DISTINCT iif(filed, NULL, paper_row)) AS as_keyword
            FROM stated GROUP BY folded
        )
        SELECT tag, papers, as_tag, as_keyword
        FROM counted JOIN spelt USING (folded) WHERE place = 1 ORDER BY papers DESC, folded
        """
    )
    return tuple(
        TagCount(tag=tag, papers=papers, as_tag=as_tag, as_keyword=as_keyword)
        for tag, papers, as_tag, as_keyword in rows
    )


def count_languages(catalog: Catalog) -> Mapping[str, int]:
    """How many papers are in which language, most frequent first; English is not counted."""
    if not catalog.has("papers", "language"):
        return {}
    return dict(
        catalog.rows(
            "SELECT language, count(*) FROM papers WHERE language IS NOT NULL "
            "GROUP BY language ORDER BY count(*) DESC, language"
        )
    )


def _read_at(catalog: Catalog) -> Mapping[str, str]:
    if not catalog.has("sources", "read_at"):
        return {}
    return dict(catalog.rows("SELECT path, read_at FROM sources WHERE read_at IS NOT NULL"))


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
                "LEFT JOIN records USING (source_id) WHERE reader != '' "
                "GROUP BY source_id ORDER BY path"
            )
        ),
        failures=int(catalog.value("SELECT count(*) FROM failures WHERE NOT expected")),
        read_at=_read_at(catalog),
        size_bytes=sum(path.stat().st_size for path in catalog.folder.glob(f"{CATALOG_NAME}*")),
    )
