"""Reading the JSON that users write for measuring, with the line of whatever is wrong in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from ragassist.errors import UsageError

if TYPE_CHECKING:
    from hashlib import _Hash as Digest

_Model = TypeVar("_Model", bound=BaseModel)


def read_rows(
    path: Path, model: type[_Model], digest: "Digest | None" = None
) -> Iterator[tuple[int, _Model]]:
    """The rows of a JSON-lines file, each with its 1-based line; blank lines are none.

    Raises:
        UsageError: `FILE:LINE: ...` for the first line that is not such a row, or the file cannot
            be read.
    """
    for number, line in read_lines(path, digest):
        if line.strip():
            yield number, parse(line, model, f"{path}:{number}")


def read_lines(path: Path, digest: "Digest | None" = None) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 text, numbered from 1; it is read once, and may be a pipe.

    Args:
        digest: fed with every byte.

    Raises:
        UsageError: it cannot be read, or is not UTF-8; `FILE:LINE: ...` then.
    """
    number = 0
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if digest is not None:
                    digest.update(line)
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}:{number}: not UTF-8 text") from error
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}") from error


def parse(text: str, model: type[_Model], place: str) -> _Model:
    """One JSON object.

    Raises:
        UsageError: it is not what the model says; begins with the place.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        said = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{place}: {f'{where}: ' if where else ''}{said}") from error
