"""Progress bars on standard error: for work that takes a while, on a terminal, and else none."""

import sys
import time
from functools import cached_property
from typing import TYPE_CHECKING, Self

import typer

from ragassist.types import WRITING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE_S = 0.5


class ProgressBars:
    """One bar a stage, shown once work has gone on for half a second."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._since = time.monotonic()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._counter = TokenCounter()

    def update(self, stage: str, done: int, total: int) -> None:
        """Move the bar of a stage; count, behind the text, the tokens of what is being written."""
        if stage == WRITING:
            self._counter.show(done)
            return
        if not self._shown or time.monotonic() - self._since < _PATIENCE_S:
            return
        if self._bars is None:
            self._bars = _start()
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)

    def __enter__(self) -> Self:
        """Nothing but itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the bars as they stand."""
        if self._bars is not None:
            self._bars.stop()


class TokenCounter:
    """How much of an unfinished sentence a model has written: `… 23 tokens`, gone when it is shown.

    It stands behind the cursor, which stays where it is, so that the text goes on over it.
    """

    def __init__(self) -> None:
        self._seen = sys.stderr.isatty() and sys.stdout.isatty()
        self._stands = False

    @cached_property
    def _cannot_go_back(self) -> bool:
        from rich.console import Console

        return Console(stderr=True).is_dumb_terminal

    def show(self, tokens: int) -> None:
        """Show the count; 0 takes it away."""
        if not self._seen or not (tokens or self._stands) or self._cannot_go_back:
            return
        self._stands = tokens > 0
        # What does not fit is written over its last letter: a blank, rather than a cut number.
        said = f" … {tokens} token{'' if tokens == 1 else 's'} " if tokens else ""
        sys.stdout.flush()
        # Save the cursor, stop at the right edge rather than wrap, clear what stood there; go back.
        typer.echo(f"\x1b7\x1b[?7l\x1b[K{said}\x1b[?7h\x1b8", nl=False, err=True)


def _start() -> "Progress":
    from rich.console import Console
    from rich.progress import Progress

    bars = Progress(console=Console(stderr=True), transient=True)
    bars.start()
    return bars
