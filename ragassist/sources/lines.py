"""The lines of a text file, whatever its packing, encoding and line endings; numbered, bounded."""

import codecs
import functools
import hashlib
import io
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ragassist.errors import SourceError
from ragassist.sources.encodings import single_byte
from ragassist.sources.unpacking import unpacked
from ragassist.text import strip_controls

STDIN = Path("-")
HEAD_BYTES = 1 << 16
_DIGEST_CHARS = 8
_PIECE_OF_DIGEST = 1 << 20
_LONG_HEAD_BYTES = 1 << 21
_PIECE = 1 << 10
LONGEST_LINE = 32_000_000
_LONGEST_PIECE = 2_000_000
_REPAIRED = frozenset({"utf-8", "utf-8-sig", "cp1252"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_STARTS = {
    b"%PDF": "a PDF: ragassist reads titles and abstracts as text; save the page that shows "
    "the abstract as plain text, or write title and abstract as a line of JSON",
    b"PK\x03\x04": "a zip archive or an office document: save its text first",
    b"\x28\xb5\x2f\xfd": "compressed with zstandard: unpack it first",
    b"\x1f\x8b": "compressed twice: unpack it first",
    b"\xfd7zXZ": "compressed twice: unpack it first",
    b"BZh": "compressed twice: unpack it first",
    b"\xd0\xcf\x11\xe0": "an old office document: save its text first",
    b"{\\rtf": "rich text: save it as plain text first",
    b"SQLite format 3": "a database, not a list of papers",
}
# A tape archive says so behind the name of its first file.
_TAPE_ARCHIVE = (257, b"ustar")
# What no text has many of, in any encoding but UTF-16 and UTF-32.
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
_MOST_CONTROLS = 4
_LINE_END = re.compile(r"\r\n|\r|\n")
# A byte that was not of the text's encoding, as `surrogateescape` keeps it.
_STRAY = re.compile("[\udc80-\udcff]")
# In XML, and in the first comment that JabRef writes.
_DECLARED = re.compile(
    rb"""\s*(?:<\?xml[^>]{1,200}?encoding\s*=\s*["']|%+\s*Encoding:\s*)([\w.:-]{2,40})""",
    re.IGNORECASE,
)
# Only those in which ASCII is ASCII.
_BELIEVED = ("iso8859", "cp125", "koi8", "gb", "big5", "euc_", "shift_jis", "mac-", "tis-620")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its line ending.

    Attributes:
        number: 1-based.
        text: decoded, without control characters and byte-order mark; trailing blanks stay.
    """

    number: int
    text: str


def lines_in(head: str) -> list[str]:
    """The lines of a text that say anything, whichever way they end."""
    return [line for line in _LINE_END.split(head) if line.strip()]


class TextFile:
    """A file as lines of text; gzip, xz and bzip2 are unpacked on the way.

    Args:
        path: to a regular file, or `-`: standard input is then read to its end first, into a
            temporary file that goes with the process.

    Attributes:
        name: what messages and provenance call it: the path, or `<stdin>`.
        head: the first 64 kB, decoded.
        goes_on: there is more than that.
        encoding: what it is read as.
        is_guessed: it may as well be another: names of people want looking at.
        size_bytes: of the file as it lies there, compressed or not.
        bytes_read: how far in it `lines` has come, a buffer ahead of the line it gave last.

    Raises:
        SourceError: it is not there, not readable, empty, or not text; the message says what to
            do instead.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = "<stdin>" if path == STDIN else str(path)
        self.bytes_read = 0
        with self._opened() as packed:
            self.size_bytes = os.fstat(packed.fileno()).st_size
            head = _first_bytes(unpacked(packed, self.name))
        if not head.strip():
            raise self._empty()
        for start, what in _BINARY_STARTS.items():
            if head.startswith(start):
                raise SourceError(f"{self.name!r} is {what}")
        offset, mark = _TAPE_ARCHIVE
        if head.startswith(mark, offset):
            raise SourceError(f"{self.name!r} is an archive of files: unpack it first")
        encoding, self.is_guessed = _encoding_of(head)
        if encoding is None:
            raise SourceError(f"{self.name!r} is not text: save it as plain text (UTF-8) first")
        self.encoding = encoding
        self.goes_on = len(head) >= HEAD_BYTES
        self.head = strip_controls(head.decode(encoding, "ignore"))
        if not self.head.strip():
            raise self._empty()

    def digest(self) -> str:
        """Eight hexadecimal digits that tell its content from others'; all of it is read."""
        told = hashlib.sha256()
        with self._opened() as packed:
            while piece := packed.read(_PIECE_OF_DIGEST):
                told.update(piece)
        return told.hexdigest()[:_DIGEST_CHARS]

    def long_head(self) -> str:
        """The first 2 MB, decoded: of a file that begins with something very long."""
        with self._opened() as packed:
            head = _first_bytes(unpacked(packed, self.name), _LONG_HEAD_BYTES)
        return strip_controls(head.decode(self.encoding, "ignore"))

    def lines(self, *, in_pieces: bool = False) -> Iterator[Line]:
        r"""All lines; `\n`, `\r\n` and `\r` end one. Flat in memory.

        Bytes in another encoding than the rest are read as Windows-1252.

        Args:
            in_pieces: give a line of more than two million characters in pieces, one after
                another under one number, however long it is.

        Raises:
            SourceError: a line of more than 32 million characters that is not given in pieces, an
                archive that is cut off, damaged or unpacks to too much, or the disk fails; the
                lines before are given.
        """
        longest = _LONGEST_PIECE if in_pieces else LONGEST_LINE
        with self._opened() as packed:
            # Only where a character is a byte or UTF-8 can a stray byte be told from the rest.
            errors = "surrogateescape" if self.encoding in _REPAIRED else "replace"
            stream = unpacked(packed, self.name)
            text = io.TextIOWrapper(stream, self.encoding, errors, newline=None)
            number = 1
            while line := text.readline(longest):
                self.bytes_read = packed.tell()
                goes_on = len(line) == longest and not line.endswith("\n")
                if goes_on and not in_pieces:
                    raise SourceError(
                        f"{self.name!r} line {number} is longer than "
                        f"{LONGEST_LINE:,} characters: this is no list of papers"
                    )
                yield Line(number, strip_controls(_repaired(line).rstrip("\n")))
                number += not goes_on
            self.bytes_read = packed.tell()

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        try:
            if self.path == STDIN:
                with open(os.dup(standard_input().fileno()), "rb") as file:  # noqa: PTH123
                    file.seek(0)
                    yield file
            else:
                # Asked before opening: opening a pipe would wait for whoever writes to it.
                if not stat.S_ISREG(self.path.stat().st_mode):
                    raise SourceError(
                        f"{self.name!r} is not a regular file: save its text as one, or pipe it "
                        "into `-`"
                    )
                with self.path.open("rb") as file:
                    yield file
        except OSError as error:
            raise SourceError(
                f"{self.name!r} cannot be read ({error.strerror}): see that it is there and that "
                "you may read it"
            ) from error

    def _empty(self) -> SourceError:
        return SourceError(f"{self.name!r} is empty: save it again, or leave it out")


@functools.cache
def standard_input() -> BinaryIO:
    """All of standard input, in a file: it can be read once, and is asked for more than once."""
    spooled = tempfile.TemporaryFile()  # noqa: SIM115
    if sys.stdin is not None:
        shutil.copyfileobj(sys.stdin.buffer, spooled, 1 << 20)
        spooled.flush()
    return spooled


def _first_bytes(stream: BinaryIO, count: int = HEAD_BYTES) -> bytes:
    """As many as a head has; fewer where an archive is broken there, but for one broken at once."""
    head = b""
    try:
        # In pieces: one that cannot be unpacked takes none of those before it along.
        while len(head) < count and (piece := stream.read(_PIECE)):
            head += piece
    except SourceError:
        if not head:
            raise
    return head


def _repaired(line: str) -> str:
    return line if line.isascii() else _STRAY.sub(_as_windows_1252, line)


def _as_windows_1252(stray: re.Match[str]) -> str:
    return stray[0].encode("utf-8", "surrogateescape").decode("cp1252", "ignore")


def _encoding_of(head: bytes) -> tuple[str | None, bool]:
    """The encoding of a text that begins so, None when it is no text; whether it is a guess."""
    if known := _known_encoding(head):
        return known, False
    if not _may_be_text(head):
        return None, False
    if told := single_byte(head):
        name, is_sure = told
        return name, not is_sure
    from charset_normalizer import from_bytes

    best = from_bytes(head).best()
    return (None if best is None else best.encoding), True


def _may_be_text(head: bytes) -> bool:
    """A few controls in a page that is readable otherwise are dropped later."""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= _MOST_CONTROLS or controls <= len(head) / 100


def _known_encoding(head: bytes) -> str | None:
    """The encoding that a text's bytes can be in alone, or that it says; None for any other."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if b"\0" in head and (wide := _utf16_without_bom(head)):
        return wide
    if not _may_be_text(head):
        return None
    if _decodes(head, "utf-8") or _is_mostly_utf8(head):
        return "utf-8"
    return _declared_encoding(head)


def _declared_encoding(head: bytes) -> str | None:
    """What a text that is not UTF-8 says of itself, where that can be and is so."""
    found = _DECLARED.match(head)
    try:
        name = codecs.lookup(found[1].decode("ascii")).name if found else ""
    except (LookupError, ValueError):
        return None
    # What calls itself Latin-1 is Windows-1252, which differs by quotes and dashes.
    name = "cp1252" if name == "iso8859-1" else name
    return name if name.startswith(_BELIEVED) and _decodes(head, name) else None


def _utf16_without_bom(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for zeros, others, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > len(head) / 5 and others <= zeros / 20 and _decodes(head, encoding):
            return encoding
    return None


def _is_mostly_utf8(head: bytes) -> bool:
    """Whether what is beyond ASCII is UTF-8 but for strays: by chance, other text hardly is."""
    beyond = [char for char in head.decode("utf-8", "surrogateescape") if not char.isascii()]
    return 2 * sum(map(bool, map(_STRAY.match, beyond))) <= len(beyond)


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return False
    return True
