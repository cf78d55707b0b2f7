"""What compressed files hold, a buffer at a time: gzip, xz and bzip2, told by their content."""

import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, Protocol

from ragassist.errors import SourceError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAGIC_BYTES = 6
_CHUNK = 1 << 16
_BUFFER = 1 << 17
_PADDING = b"\0"
# Text compresses three to thirty times. What repeats itself further is no list of papers.
_JUDGED_FROM_BYTES = 32_000_000
_MOST_TIMES = 200
_MOST_BYTES = 100_000_000_000
# `xz -9` needs 65 MB to be undone; a header may ask for gigabytes.
_MOST_MEMORY = 1 << 28


class _Decompressor(Protocol):
    """What `lzma` and `bz2` give: one compressed stream, undone step by step."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Gzip:
    """A gzip member, its checksum verified, as a `_Decompressor`."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)
        self._filled = False

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return not self._filled and not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        piece = self._stream.decompress(self._stream.unconsumed_tail + data, max_length)
        self._filled = len(piece) == max_length
        return piece


def _xz() -> _Decompressor:
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)


def _bzip2() -> _Decompressor:
    import bz2

    return bz2.BZ2Decompressor()


_KINDS: dict[bytes, tuple[str, Callable[[], _Decompressor]]] = {
    b"\x1f\x8b": ("gzip", _Gzip),
    b"\xfd7zXZ\0": ("xz", _xz),
    b"BZh": ("bzip2", _bzip2),
}


def unpacked(packed: BinaryIO, name: str) -> BinaryIO:
    """The bytes of a file that stands at its beginning, decompressed where it is compressed.

    Args:
        packed: stays the caller's to close, and tells by `tell` how far reading has come.
        name: for messages.

    Returns:
        `packed` itself, or a stream whose reading raises `SourceError` where the archive is cut
        off or damaged, and where it unpacks to what no list of papers does; all before it is read.
    """
    start = packed.read(MAGIC_BYTES)
    packed.seek(0)
    for magic, (kind, decompressor) in _KINDS.items():
        if start.startswith(magic):
            return io.BufferedReader(_Unpacked(packed, name, kind, decompressor), _BUFFER)
    return packed


class _Unpacked(io.RawIOBase):
    """The streams of a compressed file, one after another, as a file to be read."""

    def __init__(
        self, packed: BinaryIO, name: str, kind: str, begin: Callable[[], _Decompressor]
    ) -> None:
        self._packed = packed
        self._name = name
        self._kind = kind
        self._begin = begin
        self._stream = begin()
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        room = memoryview(buffer).cast("B")
        piece = b""
        while not piece:
            given = self._input()
            if given is None:
                return 0
            piece = self._decompress(given, len(room))
        room[: len(piece)] = piece
        self._given += len(piece)
        self._judge()
        return len(piece)

    def _input(self) -> bytes | None:
        """What the decompressor is to be given next; None when the file ends where it may."""
        if self._stream.eof:
            following = self._stream.unused_data.lstrip(_PADDING)
            while not following:
                chunk = self._packed.read(_CHUNK)
                if not chunk:
                    return None
                following = chunk.lstrip(_PADDING)
            self._stream = self._begin()
            return following
        if not self._stream.needs_input:
            return b""
        chunk = self._packed.read(_CHUNK)
        if not chunk:
            raise SourceError(
                f"{self._name!r} is cut off: its {self._kind} archive has no end; fetch it again"
            )
        return chunk

    def _decompress(self, given: bytes, room: int) -> bytes:
        from lzma import LZMAError

        try:
            return self._stream.decompress(given, room)
        # bz2 says so by an OSError; no disk is read here.
        except (zlib.error, LZMAError, OSError, EOFError, ValueError) as error:
            raise SourceError(
                f"{self._name!r} is damaged: its {self._kind} archive cannot be unpacked "
                f"({error}); fetch it again"
            ) from error

    def _judge(self) -> None:
        if self._given > _MOST_BYTES:
            raise SourceError(
                f"{self._name!r} unpacks to more than {_MOST_BYTES:,} bytes: split it first"
            )
        if self._given > max(_JUDGED_FROM_BYTES, _MOST_TIMES * self._packed.tell()):
            raise SourceError(
                f"{self._name!r} unpacks to more than {_MOST_TIMES} times its size: this is no "
                "list of papers; unpack it yourself if you trust it"
            )
