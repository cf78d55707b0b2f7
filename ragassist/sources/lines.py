"""The lines of a text file, whatever its encoding and line endings, numbered and bounded."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ragassist.errors import SourceError
from ragassist.text import strip_controls

HEAD_BYTES = 1 << 16
_LONGEST_LINE = 32_000_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_STARTS = {
    b"%PDF": "a PDF: ragassist reads titles and abstracts as text; export the reference from "
    "your reference manager, or save the page that shows the abstract as text",
    b"PK\x03\x04": "a zip archive or an office document: save its text first",
    b"\x1f\x8b": "compressed with gzip: unpack it first",
    b"\xfd7zXZ": "compressed with xz: unpack it first",
    b"BZh": "compressed with bzip2: unpack it first",
    b"SQLite format 3": "a database, not a list of papers",
}
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
        bytes_read: how far `lines` has come, a buffer ahead of the line it gave last.

    Raises:
        SourceError: it is not there, not readable, empty, or not text; the message says what to
            do instead.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0
        if path.exists() and not path.is_file():
            raise SourceError(f"{str(path)!r} is not a regular file")
        try:
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES)
        except OSError as error:
            raise SourceError(f"{str(path)!r} cannot be read: {error.strerror}") from error
        if not head.strip():
            raise SourceError(f"{str(path)!r} is empty")
        for start, what in _BINARY_STARTS.items():
            if head.startswith(start):
                raise SourceError(f"{str(path)!r} is {what}")
        encoding = _encoding_of(head)
        if encoding is None:
            raise SourceError(f"{str(path)!r} is not text: save it as plain text (UTF-8) first")
        self.encoding = encoding
        self.head = strip_controls(head.decode(encoding, "ignore"))

    def lines(self) -> Iterator[Line]:
        r"""All lines; `\n`, `\r\n` and `\r` end one. Flat in memory.

        A line in another encoding than the rest is read as Windows-1252.

        Raises:
            SourceError: a line of more than 32 million characters, or the disk fails.
        """
        try:
            with self.path.open("rb") as raw:
                # surrogateescape keeps the bytes of a line that needs another encoding.
                text = io.TextIOWrapper(raw, self.encoding, "surrogateescape", newline=None)
                number = 0
                while line := text.readline(_LONGEST_LINE):
                    number += 1
                    self.bytes_read = raw.tell()
                    if len(line) == _LONGEST_LINE:
                        raise SourceError(
                            f"{str(self.path)!r} line {number} is longer than "
                            f"{_LONGEST_LINE:,} characters: this is no list of papers"
                        )
                    yield Line(number, strip_controls(self._repaired(line).rstrip("\n")))
        except OSError as error:
            raise SourceError(f"{str(self.path)!r} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise SourceError(
                f"{str(self.path)!r} is not the {self.encoding} text it began as: save it as UTF-8"
            ) from error

    def _repaired(self, line: str) -> str:
        if line.isascii() or not any("\udc80" <= char <= "\udcff" for char in line):
            return line
        raw = line.encode(self.encoding, "surrogateescape")
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            return raw.decode("latin-1")


def _encoding_of(head: bytes) -> str | None:
    """The encoding of a text that begins so; None when it is no text."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if b"\0" in head:
        return _utf16_without_bom(head)
    if _decodes(head, "utf-8"):
        return "utf-8"
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    if controls > len(head) / 100:
        return None
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
    # A stray NUL in an otherwise readable page is dropped with the other control characters.
    if head.count(0) <= len(head) / 1000 and _decodes(head, "utf-8"):
        return "utf-8"
    return None


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return False
    return True
