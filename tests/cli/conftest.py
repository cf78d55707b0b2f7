"""Libraries that several tests of the command line read, made once."""

import shutil
from importlib import resources
from pathlib import Path

import pytest

from tests.cli.terminal import ragassist


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the sample papers. Read it; do not write to it."""
    folder = tmp_path_factory.mktemp("sample") / "library"
    sample = resources.files("ragassist") / "resources" / "sample_library.jsonl"
    added = ragassist("--library", folder, "add", str(sample))
    assert added.returncode == 0, added.stderr
    return folder


@pytest.fixture
def own_copy(made_once: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may change."""
    return Path(shutil.copytree(made_once, tmp_path / "library"))
