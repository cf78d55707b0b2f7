"""Making what the library has of a file equal to the file: what it gained, changed and lost."""

from ragassist.syncing.dropping import drop_source, papers_only_in
from ragassist.syncing.moved import follow_moved
from ragassist.syncing.named import count_read_from
from ragassist.syncing.reports import DroppedSource, SyncedSource, SyncReport
from ragassist.syncing.run import Sync

__all__ = [
    "DroppedSource",
    "Sync",
    "SyncReport",
    "SyncedSource",
    "count_read_from",
    "drop_source",
    "follow_moved",
    "papers_only_in",
]
