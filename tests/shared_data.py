"""Evaluation data that lies beside a checkout where it was fetched, and is never part of it."""

from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared"
SHARED: Path | None = _BESIDE if _BESIDE.is_dir() else None

needs_shared = pytest.mark.skipif(
    SHARED is None, reason="there is no folder `shared` with evaluation data beside the checkout"
)


def shared(*parts: str) -> Path:
    """A file of the shared folder; skips the test where it is not there."""
    path = _BESIDE.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"there is no `shared/{'/'.join(parts)}` beside the checkout")
    return path
