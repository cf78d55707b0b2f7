"""Letting go of entries, and of whole sources."""

from collections.abc import Sequence
from pathlib import Path

from ragassist.adding import chunker
from ragassist.storage.catalog import Catalog
from ragassist.storage.synced import Lost, delete_source, ids_by_row, records_of_source
from ragassist.storage.works import remove_records
from ragassist.syncing.named import source_called
from ragassist.syncing.reports import DroppedSource


def drop_entries(catalog: Catalog, entries: Sequence[Lost]) -> None:
    """Forget entries, all in one transaction, and the papers that nothing else is known of."""
    if entries:
        with catalog.transaction():
            remove_records(catalog, [one.record_id for one in entries], chunker())


def drop_source(catalog: Catalog, file: str | Path) -> DroppedSource:
    """Forget a source and all that it alone has; inside `writing()`. Its file is not touched.

    Args:
        file: that it was read from, whether it is still there or not.

    Raises:
        UsageError: nothing was read from such a file.
    """
    path, source_id = source_called(catalog, file)
    entries = records_of_source(catalog, source_id)
    stays = [entry.paper_row for entry in entries if entry.elsewhere]
    removed = tuple(dict.fromkeys(one.paper_id for one in entries if not one.elsewhere))
    with catalog.transaction():
        remove_records(catalog, [entry.record_id for entry in entries], chunker())
        delete_source(catalog, source_id)
    left = tuple(sorted(set(ids_by_row(catalog, stays).values())))
    return DroppedSource(source=path, removed=removed, left=left)


def papers_only_in(catalog: Catalog, file: str | Path) -> tuple[int, ...]:
    """The rows of the papers that no other source has, by paper_id.

    Raises:
        UsageError: nothing was read from such a file.
    """
    _, source_id = source_called(catalog, file)
    entries = records_of_source(catalog, source_id)
    return tuple(dict.fromkeys(one.paper_row for one in entries if not one.elsewhere))
