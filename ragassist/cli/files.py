"""The files that a command is told to write: looked at first, then written whole or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path

from ragassist.errors import UsageError


def check_target(path: Path, *, force: bool, ours: str = "") -> None:
    """See that a file may be written to a path, before work is put into it.

    Args:
        force: what is there may be overwritten.
        ours: a file that begins with this may be overwritten in any case, and so may an empty one.

    Raises:
        UsageError: the folder is not there, the path is a folder, or a file is there.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UsageError(f"{str(path)!r} is no ordinary file: name one")
    if path.is_dir():
        raise UsageError(f"{str(path)!r} is a folder: name a file in it")
    if not path.resolve().parent.is_dir():
        raise UsageError(f"there is no folder {str(path.parent)!r} to write {path.name!r} to")
    if force or not path.exists():
        return
    with path.open("rb") as file:
        begins = file.read(len(ours.encode()) or 1)
    if ours and begins in {b"", ours.encode()}:
        return
    raise UsageError(
        f"{str(path)!r} is there and may be your own work: name another file, or overwrite it with "
        "--force"
    )


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all, as `write_pieces` does."""
    write_pieces(path, [text])


def write_pieces(path: Path, pieces: Iterable[str]) -> None:
    """Write a file whole or not at all; an old one stays until the new one is complete.

    Raises:
        OSError: the folder or the disk refuses it.
    """
    # A link keeps pointing to what it points to.
    target = path.resolve()
    written = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with written.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        if target.exists():
            written.chmod(target.stat().st_mode & 0o777)
        written.replace(target)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
