"""Python imports this at start: no process that has it in its path reaches beyond this machine."""

import socket
from typing import Any

_connect = socket.socket.connect


def _connect_here(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX and str(address[0]) not in {"127.0.0.1", "::1"}:
        raise OSError(f"the test allows no network, not even {address!r}")
    _connect(self, address)


socket.socket.connect = _connect_here  # type: ignore[method-assign, assignment]
