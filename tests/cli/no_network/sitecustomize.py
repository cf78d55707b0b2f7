"""Python imports this at start: no process that has it in its path reaches a network."""

import socket
from typing import Any

_connect = socket.socket.connect


def _refuse(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX:
        raise OSError(f"the test allows no network, not even {address!r}")
    _connect(self, address)


socket.socket.connect = _refuse  # type: ignore[method-assign, assignment]
