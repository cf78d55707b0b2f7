"""Running the real command line, in a pipe or on a pseudo-terminal."""

import os
import pty
import struct
import subprocess
import sys
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

NO_NETWORK = str(Path(__file__).parent / "no_network")


def ragassist(
    *arguments: str | Path, cwd: Path | str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `ragassist` with no network, in a pipe, with nothing on standard input."""
    return subprocess.run(
        [sys.executable, "-m", "ragassist", *map(str, arguments)],
        cwd=cwd,
        env=environment_of(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def ragassist_on_terminal(
    *arguments: str | Path, columns: int, typed: str = "", **environment: str
) -> tuple[int, str]:
    """Run it on a pseudo-terminal of that width; returns the exit code and all it showed."""
    child, screen = pty.fork()
    if not child:
        command = [sys.executable, "-m", "ragassist", *map(str, arguments)]
        os.execvpe(command[0], command, environment_of(environment))
    ioctl(screen, TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    os.write(screen, typed.encode())
    shown = b""
    try:
        while block := os.read(screen, 65536):
            shown += block
    except OSError:
        pass  # Linux says EIO when the child has closed its side.
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


def environment_of(extra: dict[str, str]) -> dict[str, str]:
    """The variables of this process, none that configures ragassist, and those given."""
    dropped = ("RAGASSIST_", "OPENAI_", "COLUMNS")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    return {**kept, "PYTHONPATH": NO_NETWORK, "PYTHONIOENCODING": "utf-8", **extra}
