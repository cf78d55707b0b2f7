"""Progress bars on standard error: for work that takes a while, on a terminal, and else none."""

import sys
import time
from typing import TYPE_CHECKING, Self

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

    def update(self, stage: str, done: int, total: int) -> None:
        """Move the bar of a stage."""
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


def _start() -> "Progress":
    from rich.console import Console
    from rich.progress import Progress

    bars = Progress(console=Console(stderr=True), transient=True)
    bars.start()
    return bars
