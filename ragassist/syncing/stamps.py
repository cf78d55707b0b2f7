"""Whether a file is being written to while it is read."""

import time
from pathlib import Path

# A program that writes a file pauses for less between two parts of it.
_QUIET_S = 0.5
_LONGEST_WAIT_S = 10.0


def stamp_of(file: Path) -> tuple[int, int] | None:
    """Size and time of a file; None where it is not there, as when another takes its place."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def changes(file: Path, stamp: tuple[int, int] | None, *, wait: bool) -> bool:
    """Whether a file is no longer what it was before it was read.

    Args:
        wait: where it was written just now, until it has not been for half a second, ten at most.
    """
    end = time.monotonic() + _LONGEST_WAIT_S
    now = stamp_of(file)
    while (wait or now != stamp) and _is_fresh(now) and time.monotonic() < end:
        time.sleep(_QUIET_S / 10)
        now = stamp_of(file)
    return now != stamp


def _is_fresh(stamp: tuple[int, int] | None) -> bool:
    return stamp is None or abs(time.time() - stamp[1] / 1e9) < _QUIET_S
