"""What could not be read of the sources."""

from ragassist.storage.catalog import Catalog
from ragassist.types import Failure


def read_failures(catalog: Catalog) -> list[Failure]:
    """What could not be read when each source was last read, by source and line."""
    return [
        Failure(source=path, line=line, reason=reason, excerpt=excerpt, expected=bool(expected))
        for path, line, reason, excerpt, expected in catalog.rows(
            "SELECT path, line, reason, excerpt, expected FROM failures "
            "JOIN sources USING (source_id) ORDER BY path, line, failure_id"
        )
    ]


def failed_sources(catalog: Catalog) -> tuple[str, ...]:
    """The paths of sources in which something failed, by path; page furniture is no failure.

    Standard input, which is no path, is left out.
    """
    rows = catalog.rows(
        "SELECT DISTINCT path FROM failures JOIN sources USING (source_id) "
        "WHERE NOT expected AND path NOT LIKE '<%>' ORDER BY path"
    )
    return tuple(path for (path,) in rows)
