"""Following files that were moved."""

import os
from collections.abc import Sequence
from pathlib import Path

from ragassist.adding import ReadAs, digest_of, source_path
from ragassist.storage.catalog import Catalog
from ragassist.storage.synced import digests_by_path, rename_source, source_paths


def follow_moved(
    catalog: Catalog, files: Sequence[Path], read_as: ReadAs
) -> tuple[tuple[str, str], ...]:
    """Know files again that were moved: the same bytes at a new path, and nothing at the old.

    Their sources get the new path; call it inside `catalog.writing()`. Costs a look at the disk
    for each source, and the reading of new files as bytes where the file of one is gone.

    Returns:
        Old path and new path of each.
    """
    known = digests_by_path(catalog)
    # A path with bytes that are no text cannot be looked for as it is written here.
    gone = {
        digest: path
        for path, digest in known.items()
        if not path.startswith("<") and "\\x" not in path and not os.path.lexists(path)
    }
    paths = source_paths(catalog)
    moved = []
    for file in files if gone else ():
        new = source_path(file)
        digest = digest_of(file, read_as) if new not in paths else None
        if digest is not None and (old := gone.pop(digest, None)):
            with catalog.transaction():
                rename_source(catalog, old, new)
            moved.append((old, new))
    return tuple(moved)
