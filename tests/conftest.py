"""What tests share: a place for a library, files of invented papers, and no network."""

import json
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.papers_made import Stated

WriteJsonl = Callable[[str, Iterable[Stated]], Path]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach this machine, and nothing beyond it."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and str(address[0]) not in {"127.0.0.1", "::1"}:
            raise OSError(f"a test reached for the network: {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture
def library_folder(tmp_path: Path) -> Path:
    """Where the test's library will be; nothing is there yet."""
    return tmp_path / "library"


@pytest.fixture
def jsonl_file(tmp_path: Path) -> WriteJsonl:
    """Writes papers, as `make_papers` gives them, to a JSONL file of that name."""

    def write(name: str, papers: Iterable[Stated]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), "utf-8")
        return path

    return write
