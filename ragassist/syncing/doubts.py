"""Whether a file that lost entries looks as if it had not been written to its end."""

import os
from pathlib import Path

from ragassist.storage.synced import Shrinkage
from ragassist.types import SourceReport

# So many entries gone from the very end are rather a file that was cut off than entries deleted.
_MOST_AT_END = 2
# In these a cut is met by the reader: what was opened is not closed.
_CLOSED_FORMATS = frozenset({"json", "csl-json", "pubmed-xml", "arxiv-atom"})
_LINE_ENDS = (b"\n", b"\r", b"\n\0", b"\r\0")
_PACKED = (b"\x1f\x8b", b"\xfd7zXZ", b"BZh")


def doubt_of(found: Shrinkage, report: SourceReport) -> str:
    """Why a file that lost entries may not have been written to its end; empty for no reason."""
    entries = found.kept + found.lost
    if found.lost > found.kept:
        return f"{found.lost:,} of its {entries:,} entries are gone, more than half"
    if not found.at_end or report.reader in _CLOSED_FORMATS:
        return ""
    if found.lost > _MOST_AT_END:
        return f"the {found.lost:,} entries that are gone were its last, as in a file cut off"
    if not _ends_with_line(Path(report.source)):
        return "what is gone was its end, and it does not end with a line, as in a file cut off"
    return ""


def _ends_with_line(file: Path) -> bool:
    """Whether a file ends as programs end them; of a compressed one that is taken to be so."""
    try:
        with file.open("rb") as opened:
            if opened.read(6).startswith(_PACKED):
                return True
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - 2))
            return opened.read().endswith(_LINE_ENDS)
    except OSError:
        return False
