"""The vector index on disk: Chroma, in generations that are written once and then only read.

An embedded Chroma folder survives neither a second process nor a kill while it is written, and
does not always say so: garbage in its files answers with wrong neighbours or a segmentation
fault. So a generation `gN` is written where no reader looks, closed, described in a manifest,
and becomes the one that readers use when `CURRENT` is atomically replaced. Readers hold a shared
lock on the generation they use; a superseded one is deleted when nobody holds it.
"""

import json
import os
import re
import secrets
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ragassist.errors import IndexUnavailable, StorageError
from ragassist.index.chroma import HNSW, VectorIndex, damaged, explained

if TYPE_CHECKING:
    from filelock import ReadWriteLock

_CURRENT = "CURRENT"
_MANIFEST = "manifest.json"
# Chroma rewrites pages of its own catalog when it merely reads; SQLite notices damage there.
_CHANGES_WHEN_READ = "chroma.sqlite3"
# A graph without this file was never stored (one chunk alone is not): readers make it themselves.
_STORED_GRAPH = "index_metadata.pickle"
_NAME = re.compile(r"g(\d{6,})-[0-9a-f]+")
_ATTEMPTS = 5
_FULL_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Which vectors a generation holds: the embedder's name and identity, and their dimension."""

    embedder: str
    identity: str
    dimension: int


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What a generation holds: size and checksum of each file; None for one that readers touch."""

    space: Space
    files: dict[str, list[int] | None]


class Reader:
    """A generation that is held open for reading until `close`."""

    def __init__(self, name: str, space: Space, index: VectorIndex, hold: "ReadWriteLock") -> None:
        self.name = name
        self.space = space
        self.index = index
        self._hold = hold

    def close(self) -> None:
        """Let go; the generation may be deleted now if it is superseded."""
        self.index.close()
        _let_go(self._hold)

    def __enter__(self) -> Self:
        """Nothing but itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


class Generations:
    """The generations under `<library>/chroma`. Writing methods need the catalog's writer lock."""

    def __init__(self, library: Path) -> None:
        self._folder = library / "chroma"

    def current(self) -> str | None:
        """The name of the generation that readers use; None before the first."""
        try:
            return (self._folder / _CURRENT).read_text("ascii").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexUnavailable(damaged(f"{_CURRENT} cannot be read")) from error

    def space(self) -> Space | None:
        """Which vectors the current generation holds; None before the first.

        Raises:
            IndexUnavailable: its manifest is missing or damaged.
        """
        name = self.current()
        while name is not None:
            try:
                return self._space_of(name)
            except IndexUnavailable:
                # A writer may have replaced it, and deleted it, since its name was read.
                before, name = name, self.current()
                if name == before:
                    raise
        return None

    def size_bytes(self) -> int:
        """What all generations together take on disk."""
        total = 0
        for folder, _, files in os.walk(self._folder):
            for file in files:
                # A writer may be deleting what was listed a moment ago.
                with suppress(FileNotFoundError):
                    total += (Path(folder) / file).stat().st_size
        return total

    def open(self) -> Reader | None:
        """Open the current generation for reading; None before the first.

        Raises:
            IndexUnavailable: it is missing, damaged, or cannot be opened here.
        """
        for _ in range(_ATTEMPTS):
            name = self.current()
            if name is None:
                return None
            hold = self._hold(name)
            try:
                # Superseded between reading the name and holding it, it may be gone already.
                if self.current() == name:
                    space = self._space_of(name)
                    self.verify(name)
                    return Reader(name, space, VectorIndex(self._folder / name), hold)
            except BaseException:
                _let_go(hold)
                raise
            _let_go(hold)
        raise IndexUnavailable("the vector index changed faster than it could be opened: try again")

    def verify(self, name: str) -> None:
        """Compare the files of a generation with its manifest; reads all of them, ~1 GB/s.

        Raises:
            IndexUnavailable: naming the first file that differs.
        """
        for file, expected in self._manifest(name).files.items():
            path = self._folder / name / file
            try:
                differs = path.stat() and expected is not None and _fingerprint(path) != expected
            except OSError as error:
                reason = error.strerror or "unreadable"
                raise IndexUnavailable(damaged(f"{name}/{file}: {reason}")) from error
            if differs:
                raise IndexUnavailable(damaged(f"{name}/{file} is not what was written"))

    @contextmanager
    def staged(self, space: Space, *, onto: str | None) -> Iterator[VectorIndex]:
        """A new generation to write to: empty, or a copy of the generation `onto`.

        When the block ends well the generation becomes the current one; when it does not, or the
        process is killed, readers never learn of it.

        Raises:
            StorageError: the disk, or Chroma, refused it.
            IndexUnavailable: Chroma cannot go on from `onto`.
        """
        name = self._next_name()
        place = self._folder / name
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            shutil.rmtree(place, ignore_errors=True)
            if onto is None:
                place.mkdir(mode=0o700)
            else:
                _copy(self._folder / onto, place)
            index = VectorIndex(place, new=onto is None)
            try:
                yield index
            finally:
                index.close()
            self._write_manifest(place, space)
            _replace_text(self._folder / _CURRENT, name)
        except BaseException as error:
            if self._named_current() != name:
                shutil.rmtree(place, ignore_errors=True)
            if isinstance(error, OSError):
                raise self._unwritten(error.strerror or str(error)) from error
            if isinstance(error, IndexUnavailable) and onto is None:
                raise self._unwritten(str(error.__cause__)) from error
            raise

    def sweep(self) -> None:
        """Delete the generations that no reader uses or will use."""
        current = self._named_current()
        for name in sorted(self._names() - {current}):
            self._delete_unless_held(name)

    def _named_current(self) -> str | None:
        try:
            return self.current()
        except IndexUnavailable:
            return None

    def _names(self) -> set[str]:
        names = (path.name.removesuffix(".lock") for path in self._folder.glob("g*"))
        return {name for name in names if _NAME.fullmatch(name)}

    def _unwritten(self, reason: str) -> StorageError:
        try:
            full = shutil.disk_usage(self._folder).free < _FULL_BYTES
        except OSError:
            full = False
        what = "no room left to write the vector index" if full else "cannot write the vector index"
        return StorageError(
            f"{what} in {str(self._folder)!r} ({reason}): no paper is lost; see that the disk has "
            "room and allows writing, then run `ragassist reindex`"
        )

    def _delete_unless_held(self, name: str) -> None:
        from filelock import ReadWriteLock, Timeout

        path = self._folder / f"{name}.lock"
        lock = ReadWriteLock(path, is_singleton=False)
        try:
            with lock.write_lock(blocking=False):
                shutil.rmtree(self._folder / name, ignore_errors=True)
            path.unlink(missing_ok=True)
        except (Timeout, OSError, sqlite3.Error, ValueError, RuntimeError):
            # In use, or its lock is broken: deleting is no reason to fail what was written.
            return
        finally:
            lock.close()

    def _hold(self, name: str) -> "ReadWriteLock":
        from filelock import ReadWriteLock

        hold = None
        try:
            with explained():
                hold = ReadWriteLock(self._folder / f"{name}.lock", is_singleton=False)
                hold.acquire_read(timeout=10)
        except BaseException as error:
            if hold is not None:
                hold.close()
            if isinstance(error, OSError):
                reason = error.strerror or str(error)
                raise IndexUnavailable(damaged(f"{name} cannot be held: {reason}")) from error
            raise
        return hold

    def _next_name(self) -> str:
        # Never a name used before: Chroma keeps what it knows of a path while a process lives.
        numbers = [int(name[1:].split("-")[0]) for name in self._names()]
        return f"g{max(numbers, default=0) + 1:06d}-{secrets.token_hex(3)}"

    def _space_of(self, name: str) -> Space:
        return self._manifest(name).space

    def _manifest(self, name: str) -> "_Manifest":
        try:
            stated = json.loads((self._folder / name / _MANIFEST).read_text("utf-8"))
            return _Manifest(Space(**stated["space"]), dict(stated["files"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnavailable(damaged(f"{name}/{_MANIFEST} cannot be read")) from error

    def _write_manifest(self, place: Path, space: Space) -> None:
        files: dict[str, list[int] | None] = {_CHANGES_WHEN_READ: None}
        for marker in sorted(place.glob(f"*/{_STORED_GRAPH}")):
            for path in sorted(marker.parent.iterdir()):
                files[path.relative_to(place).as_posix()] = _fingerprint(path)
        text = json.dumps({"space": asdict(space), "hnsw": HNSW, "files": files}, indent=1)
        (place / _MANIFEST).write_text(text, "utf-8")


def _let_go(hold: "ReadWriteLock") -> None:
    hold.release()
    hold.close()


def _copy(generation: Path, place: Path) -> None:
    leave = shutil.ignore_patterns(_MANIFEST, f"{_CHANGES_WHEN_READ}*")
    shutil.copytree(generation, place, ignore=leave)
    # Readers have it open and may be touching it: SQLite's own copy is never a torn one.
    with explained():
        there = sqlite3.connect(generation / _CHANGES_WHEN_READ)
        here = sqlite3.connect(place / _CHANGES_WHEN_READ)
        try:
            there.backup(here)
        finally:
            here.close()
            there.close()


def _fingerprint(path: Path) -> list[int]:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            checksum = zlib.crc32(block, checksum)
    return [path.stat().st_size, checksum]


def _replace_text(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
