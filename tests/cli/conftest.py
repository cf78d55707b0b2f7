"""Libraries that several tests of the command line read, made once."""

import shutil
from importlib import resources
from pathlib import Path

import pytest

from tests.cli.terminal import ragassist


@pytest.fixture(scope="session")
def _untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the sample papers of which nothing was asked yet."""
    folder = tmp_path_factory.mktemp("sample") / "library"
    sample = resources.files("ragassist") / "resources" / "sample_library.jsonl"
    added = ragassist("--library", folder, "add", str(sample))
    assert added.returncode == 0, added.stderr
    return folder


@pytest.fixture(scope="session")
def made_once(_untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the sample papers. Ask it; change nothing but its log."""
    return Path(shutil.copytree(_untouched, tmp_path_factory.mktemp("shared") / "library"))


@pytest.fixture
def own_copy(_untouched: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may change, with nothing in its log."""
    return Path(shutil.copytree(_untouched, tmp_path / "library"))
