"""The lines of a text file, whatever its encoding and line endings, numbered and bounded."""

import codecs
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ragassist.errors import SourceError
from ragassist.text import strip_controls

HEAD_BYTES = 1 << 16
_LONGEST_LINE = 32_000_000
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
    b"\x1f\x8b": "compressed with gzip: unpack it first",
    b"\xfd7zXZ": "compressed with xz: unpack it first",
    b"BZh": "compressed with bzip2: unpack it first",
    b"\xd0\xcf\x11\xe0": "an old office document: save its text first",
    b"{\\rtf": "rich text: save it as plain text first",
    b"SQLite format 3": "a database, not a list of papers",
}
# What no text has many of, in any encoding but UTF-16 and UTF-32.
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
_MOST_CONTROLS = 4
# A byte that was not of the text's encoding, as `surrogateescape` keeps it.
_STRAY = re.compile("[\udc80-\udcff]")
# What Windows-1252 text of Western languages is made of beyond ASCII.
_WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœŠšŽž"
                     "‘’“”–—…•«»¿¡°±²³µ·×§©®€£ªº\xa0")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its line ending.

    Attributes:
        number: 1-based.
        text: decoded, without control characters and byte-order mark; trailing blanks stay.
    """

    number: int
    text: str


class TextFile:
    """A file as lines of text.

    Args:
        path: to a regular file.

    Attributes:
        head: the first 64 kB, decoded.
        encoding: what it is read as.
        size_bytes: of the file.
        bytes_read: how far `lines` has come, a buffer ahead of the line it gave last.

    Raises:
        SourceError: it is not there, not readable, empty, or not text; the message says what to
            do instead.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0
        try:
            # Asked before opening: opening a pipe would wait for whoever writes to it.
            if not stat.S_ISREG(path.stat().st_mode):
                raise SourceError(f"{str(path)!r} is not a regular file: save its text as one")
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES)
                self.size_bytes = os.fstat(file.fileno()).st_size
        except OSError as error:
            raise _unreadable(path, error) from error
        if not head.strip():
            raise _empty(path)
        for start, what in _BINARY_STARTS.items():
            if head.startswith(start):
                raise SourceError(f"{str(path)!r} is {what}")
        encoding = _encoding_of(head)
        if encoding is None:
            raise SourceError(f"{str(path)!r} is not text: save it as plain text (UTF-8) first")
        self.encoding = encoding
        self.head = strip_controls(head.decode(encoding, "ignore"))
        if not self.head.strip():
            raise _empty(path)

    def lines(self) -> Iterator[Line]:
        r"""All lines; `\n`, `\r\n` and `\r` end one. Flat in memory.

        Bytes in another encoding than the rest are read as Windows-1252.

        Raises:
            SourceError: a line of more than 32 million characters, or the disk fails.
        """
        try:
            with self.path.open("rb") as raw:
                # Only where a character is a byte or UTF-8 can a stray byte be told from the rest.
                errors = "surrogateescape" if self.encoding in _REPAIRED else "replace"
                text = io.TextIOWrapper(raw, self.encoding, errors, newline=None)
                number = 0
                while line := text.readline(_LONGEST_LINE):
                    number += 1
                    self.bytes_read = raw.tell()
                    if len(line) == _LONGEST_LINE:
                        raise SourceError(
                            f"{str(self.path)!r} line {number} is longer than "
                            f"{_LONGEST_LINE:,} characters: this is no list of papers"
                        )
                    yield Line(number, strip_controls(_repaired(line).rstrip("\n")))
        except OSError as error:
            raise _unreadable(self.path, error) from error


def _repaired(line: str) -> str:
    return line if line.isascii() else _STRAY.sub(_as_windows_1252, line)


def _as_windows_1252(stray: re.Match[str]) -> str:
    return stray[0].encode("utf-8", "surrogateescape").decode("cp1252", "ignore")


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(
        f"{str(path)!r} cannot be read ({error.strerror}): see that it is there and that you may "
        "read it"
    )


def _empty(path: Path) -> SourceError:
    return SourceError(f"{str(path)!r} is empty: save it again, or leave it out")


def _encoding_of(head: bytes) -> str | None:
    """The encoding of a text that begins so; None when it is no text."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if b"\0" in head and (wide := _utf16_without_bom(head)):
        return wide
    # A few stray ones in a page that is readable otherwise are dropped later.
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > _MOST_CONTROLS and controls > len(head) / 100:
        return None
    if _decodes(head, "utf-8") or _is_mostly_utf8(head):
        return "utf-8"
    # Guessing from statistics goes wrong on the few accents of a Western page; rule that out.
    beyond = {char for char in head.decode("cp1252", "replace") if ord(char) > 127}
    if beyond <= _WESTERN:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(head).best()
    return None if best is None else best.encoding


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
