"""The chat in a real pseudo-terminal: typing at it, and reading what it shows."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect

from tests.cli.terminal import environment_of, ragassist

QUESTION = "What does dense passage retrieval improve?"
LEDGER = r"Ledger: \d+ claims?: \d+ supported"
LINK = "\x1b]8;"

# What stands between saving the cursor and going back to it is written over.
_ESCAPE = re.compile(
    r"\x1b7[^\n]*?\x1b8|\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[=>]|\([A-Z0])"
)
_UNFINISHED = re.compile(r"\x1b7(?:(?!\x1b8)[^\n])*$|\x1b(?:\[[0-9;?]*|\][^\x07\x1b]*\x1b?|\()?$")
_PATIENCE_S = 30.0


class Screen:
    """A terminal with the chat in it.

    Attributes:
        raw: all that was written to it, escapes included.
    """

    def __init__(self, child: "pexpect.spawn[str]") -> None:
        self.child = child
        self.raw = ""
        self._seen = 0

    def send(self, keys: str) -> None:
        """Press keys."""
        self.child.send(keys)

    def type(self, text: str) -> None:
        """Type a line, and Enter."""
        self.send(f"{text}\r")

    def see(self, pattern: str) -> str:
        """Wait for a pattern behind what was seen before; returns what was shown up to its end."""
        give_up = time.monotonic() + _PATIENCE_S
        while True:
            shown = self.shown()[self._seen :]
            if (found := re.search(pattern, shown)) is not None:
                self._seen += found.end()
                return shown[: found.end()]
            assert self._read(give_up), f"{pattern!r} was not shown, but {shown!r}"

    def shown(self) -> str:
        """All that was shown so far, without escapes."""
        return _ESCAPE.sub("", _UNFINISHED.sub("", self.raw)).replace("\r", "")

    def ready(self) -> None:
        """Wait for the prompt."""
        self.see(r">[ \x08]")

    def ended(self) -> str:
        """Wait for the chat to end; returns what it showed on the way."""
        give_up = time.monotonic() + _PATIENCE_S
        while self._read(give_up):
            pass
        self.child.wait()
        return self.shown()[self._seen :]

    def leave(self) -> None:
        """Type Ctrl-D until it is heard: before the prompt is there it is lost."""
        give_up = time.monotonic() + _PATIENCE_S
        while self.child.isalive() and time.monotonic() < give_up:
            self.send("\x04")
            while self._read(time.monotonic() + 0.5):
                pass
        assert not self.child.isalive(), "Ctrl-D did not end the chat"

    def _read(self, give_up: float) -> bool:
        """Read more of what is written; False at its end, and when it takes too long."""
        try:
            self.raw += self.child.read_nonblocking(65536, max(0.0, give_up - time.monotonic()))
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        return True


@contextmanager
def chat(library: Path, *arguments: str, **environment: str) -> Iterator[Screen]:
    """A chat, its prompt shown; it is left by Ctrl-D."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "ragassist", "--library", str(library), "chat", *arguments],
        env=environment_of({"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **environment}),
        dimensions=(40, 100),
        encoding="utf-8",
    )
    child.delaybeforesend = None
    try:
        screen = Screen(child)
        screen.ready()
        yield screen
        if child.isalive():
            screen.leave()
    finally:
        child.close(force=True)


def piped(
    library: Path, lines: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A chat that reads lines from a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "ragassist", "--library", str(library), "chat", *arguments],
        input=lines,
        env=environment_of(environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def log_of(library: Path) -> list[dict[str, Any]]:
    """What the log has of a library, as JSON."""
    listed = ragassist("--library", library, "log", "--json")
    exchanges: list[dict[str, Any]] = json.loads(listed.stdout)["exchanges"]
    return exchanges
