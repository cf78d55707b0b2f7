"""Which source of the library a user means by a file, there or gone."""

import difflib
from pathlib import Path

from ragassist.adding import source_path
from ragassist.errors import UsageError
from ragassist.sources.lines import STDIN
from ragassist.storage.catalog import Catalog
from ragassist.storage.synced import records_of_source, source_paths


def source_called(catalog: Catalog, file: str | Path) -> tuple[str, int]:
    """The path and the id of the source that was read from a file, or from one so called.

    Raises:
        UsageError: there is none, or there are several.
    """
    paths = source_paths(catalog)
    path = source_path(Path(file) if str(file) == str(STDIN) else Path(file).expanduser())
    named = [path] if path in paths else [one for one in paths if _is_named(one, str(file))]
    if len(named) == 1:
        return named[0], paths[named[0]]
    if named:
        raise UsageError(f"{str(file)!r} may be any of {', '.join(named)}: say which")
    names = {Path(one).name: one for one in paths}
    near = difflib.get_close_matches(Path(file).name, names, n=3, cutoff=0.6)
    hint = f"did you mean {', '.join(names[one] for one in near)}? " if near else ""
    raise UsageError(
        f"nothing in this library was read from {str(file)!r}: {hint}`ragassist status` lists the "
        "files"
    )


def _is_named(path: str, written: str) -> bool:
    """Whether a path ends in what was written, which may be all that is known of a lost file."""
    return path == written or path.endswith(f"/{written}")


def count_read_from(catalog: Catalog, file: str | Path) -> int:
    """How many entries the library has of a file; 0 where it was never read."""
    source_id = source_paths(catalog).get(source_path(Path(file).expanduser()))
    return 0 if source_id is None else len(records_of_source(catalog, source_id))
