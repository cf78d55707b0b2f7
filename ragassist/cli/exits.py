"""How a command ends: what each exit code means, and which an outcome has."""

import typer

from ragassist.cli.look import tell
from ragassist.errors import ModelUnavailable
from ragassist.types import Origin

FAILED = 1
REFUSED = 2
"""Wrong usage or configuration, or a yes is wanted and there is nobody to ask."""
NOT_MET = 3
"""The library does not answer, or a gate is not met."""
INTERRUPTED = 130


def end_with(origin: Origin, *, declined: bool) -> None:
    """Leave as a text ends that has been shown: complete, declined, interrupted or cut off.

    Raises:
        ModelUnavailable: the model failed on the way.
        typer.Exit: with the code, where it is not 0.
    """
    if origin.shortened:
        tell("the text ends at the number of words asked for: there was more")
    if origin.failure:
        raise ModelUnavailable(f"the text ends here: {origin.failure}")
    if origin.interrupted:
        tell("interrupted: the text ends here")
        raise typer.Exit(INTERRUPTED)
    if declined:
        raise typer.Exit(NOT_MET)
