"""Real processes for tests to run, race and kill.

Each is forked from a server that has Chroma imported and has opened nothing, so it starts in
milliseconds and knows no more of a library than a process started by hand.
"""

import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["chromadb.api.rust", "filelock", "ragassist.index.retriever", "ragassist.adding"]
)
_PATIENCE_S = 120.0


class Running(Generic[T]):
    """A process at work on one function.

    Args:
        deed: a function of a module, so that the process can import it.
    """

    def __init__(self, deed: Callable[..., T], *arguments: object) -> None:
        self._outcome, there = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_perform, args=(there, deed, arguments))
        self._process.start()
        there.close()

    def kill_after(self, seconds: float) -> None:
        """SIGKILL it then, unless it ended before."""
        self._process.join(seconds)
        self._process.kill()
        self._process.join()

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def exit_code(self) -> int:
        """Wait for its end; -9 when it was killed."""
        self._process.join(_PATIENCE_S)
        code = self._process.exitcode
        assert code is not None, "the process hangs"
        return code

    def outcome(self) -> T:
        """Wait for what the function returns; what it raises is raised here."""
        assert self._outcome.poll(_PATIENCE_S), "the process hangs"
        try:
            returned, raised = self._outcome.recv()
        except EOFError:
            raise AssertionError(f"the process died: exit code {self.exit_code()}") from None
        self.exit_code()
        if raised is not None:
            raise cast("Exception", raised)
        return cast("T", returned)

    def close(self) -> None:
        """Kill it if it still runs."""
        self.kill_after(0)
        self._outcome.close()
        self._process.close()


@contextmanager
def started(deed: Callable[..., T], *arguments: object) -> Iterator[Running[T]]:
    """A process that is gone when the block ends."""
    running = Running(deed, *arguments)
    try:
        yield running
    finally:
        running.close()


def in_fresh_process(deed: Callable[..., T], *arguments: object) -> T:
    """What the function returns, or raises, in a process that has opened no library before."""
    with started(deed, *arguments) as running:
        return running.outcome()


def kill_myself_at(function: str, *, event: str = "call", time: int = 1) -> None:
    """Have this process SIGKILL itself when a function of that name is called the n-th time.

    Args:
        event: `call`, or `return` to let the function finish first.
    """
    seen = 0

    def watch(frame: FrameType, happened: str, _: Any) -> None:
        nonlocal seen
        if happened == event and frame.f_code.co_name == function:
            seen += 1
            if seen == time:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)


def _perform(there: Connection, deed: Callable[..., object], arguments: tuple[object, ...]) -> None:
    try:
        there.send((deed(*arguments), None))
    except Exception as error:  # noqa: BLE001 - whatever it is, the test is to see it
        error.add_note("".join(traceback.format_exception(error)))
        there.send((None, error))
    finally:
        there.close()
