import contextlib
import gzip
import io
import lzma
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.errors import SourceError
from ragassist.sources.lines import HEAD_BYTES, STDIN, TextFile, standard_input

PAGE = "Gödel’s lamp – “naïve” café\nΑθήνα 注意力 \U0001f600\n"


def written(folder: Path, content: bytes) -> Path:
    path = folder / "page.txt"
    path.write_bytes(content)
    return path


def texts(path: Path) -> list[str]:
    return [line.text for line in TextFile(path).lines()]


def refusal(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        list(TextFile(path).lines())
    message = str(caught.value)
    assert repr(str(path)) in message
    assert "\n" not in message
    return message.replace(repr(str(path)), "FILE")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_is_read_with_and_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, (PAGE * 3).encode(encoding))

    assert texts(path) == PAGE.splitlines() * 3


def test_utf16_with_the_big_endian_mark_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xfe\xff" + PAGE.encode("utf-16-be"))

    assert texts(path) == PAGE.splitlines()


def test_a_latin1_page_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "Über die Größe der Äpfel\nÉtude sur le café".encode("latin-1"))

    assert texts(path) == ["Über die Größe der Äpfel", "Étude sur le café"]


def test_windows_quotes_and_dashes_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"\x93Lamps\x94 \x96 a reader\x92s choice\x85 for \x80 5")

    assert texts(path) == ["“Lamps” – a reader’s choice… for € 5"]


def test_an_encoding_beyond_western_europe_is_recognised(tmp_path: Path) -> None:
    line = "Исследование ламп для чтения длинных отчетов в четырёх библиотеках города."
    path = written(tmp_path, "\n".join([line] * 5).encode("cp1251"))

    assert texts(path) == [line] * 5


def test_stray_bytes_in_utf8_are_read_as_windows_1252_and_leave_the_rest_alone(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "Gödel naïve ".encode() + b"caf\xe9 \x93x\x94\n" + "Ökonomie".encode())

    assert texts(path) == ["Gödel naïve café “x”", "Ökonomie"]


def test_a_stray_byte_after_a_byte_order_mark_leaves_no_mark(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbfcaf\xe9\nna\xc3\xafve G\xc3\xb6del")

    assert texts(path) == ["café", "naïve Gödel"]


def test_an_encoding_that_changes_behind_the_head_costs_no_line(tmp_path: Path) -> None:
    path = written(tmp_path, b"x" * HEAD_BYTES + b"\ncaf\xe9\n" + "naïve".encode())

    assert texts(path)[1:] == ["café", "naïve"]


def test_broken_utf16_costs_the_character_alone(tmp_path: Path) -> None:
    good = "lamps for readers".encode("utf-16-le")
    path = written(tmp_path, b"\xff\xfe" + good + b"\x00\xd8" + "\nend".encode("utf-16-le") + b"x")

    assert texts(path) == ["lamps for readers\ufffd", "end\ufffd"]


def test_any_line_ending_ends_a_line_and_the_last_needs_none(tmp_path: Path) -> None:
    path = written(tmp_path, b"one\r\ntwo\rthree\n\nfive")

    assert [(line.number, line.text) for line in TextFile(path).lines()] == [
        (1, "one"), (2, "two"), (3, "three"), (4, ""), (5, "five"),
    ]  # fmt: skip


def test_a_line_is_not_ended_by_what_only_unicode_calls_a_line_break(tmp_path: Path) -> None:
    path = written(tmp_path, "one\u2028still one\u0085\x0bstill\n".encode())

    assert texts(path) == ["one\u2028still onestill"]


def test_nuls_control_characters_and_escape_sequences_are_stripped(tmp_path: Path) -> None:
    path = written(
        tmp_path, b"la\0mp\x07 \x1b[31mred\x1b[0m \x1b]0;owned\x07for \xe2\x80\xaereaders\n"
    )

    assert texts(path) == ["lamp red for readers"]
    assert TextFile(path).head == "lamp red for readers\n"


def test_a_nul_in_a_windows_1252_page_is_stripped_too(tmp_path: Path) -> None:
    path = written(tmp_path, b"caf\xe9 for\0 readers")

    assert texts(path) == ["café for readers"]


@pytest.mark.parametrize("content", [b"", b"\n \n\t\r\n", b"\xef\xbb\xbf", b"\xff\xfe \x00"])
def test_a_file_of_nothing_is_refused_as_empty(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)

    assert refusal(path) == "FILE is empty: save it again, or leave it out"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "save the page"),
        (b"PK\x03\x04rest", "an office document: save its text first"),
        (b"\x1f\x8b\x08rest", "its gzip archive cannot be unpacked"),
        (b"\xfd7zXZ\x00rest", "its xz archive"),
        (b"BZh91AY&SY", "its bzip2 archive has no end"),
        (
            gzip.compress(gzip.compress(b"lamps", mtime=0), mtime=0),
            "compressed twice: unpack it first",
        ),
        (b"\x28\xb5\x2f\xfd\x04", "compressed with zstandard: unpack it first"),
        (gzip.compress(b"refs.bib".ljust(257, b"\0") + b"ustar", mtime=0), "an archive of files"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"{\\rtf1\\ansi text}", "save it as plain text first"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save its text first"),
        (b"SQLite format 3\0", "a database, not a list of papers"),
        (bytes(range(256)) * 40, "not text: save it as plain text"),
        (b"\0" * 5000, "not text: save it as plain text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(200)) * 9, "not text"),
    ],
)
def test_what_is_no_text_is_refused_with_what_to_do(
    tmp_path: Path, content: bytes, says: str
) -> None:
    assert says in refusal(written(tmp_path, content))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "gone.txt")


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    assert "not a regular file" in refusal(tmp_path)


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert "not a regular file" in refusal(tmp_path / "pipe")


def test_a_file_that_goes_away_before_it_is_read_is_refused(tmp_path: Path) -> None:
    file = TextFile(written(tmp_path, b"lamps"))
    file.path.unlink()

    with pytest.raises(SourceError, match="cannot be read"):
        list(file.lines())


def test_an_impossibly_long_name_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / ("x" * 5000))


def test_a_line_without_end_is_refused_after_the_lines_before_it(tmp_path: Path) -> None:
    path = tmp_path / "endless.jsonl"
    path.write_bytes(b"first\n" + b"x" * 33_000_000)
    lines = TextFile(path).lines()

    assert next(lines).text == "first"
    with pytest.raises(SourceError, match="line 2 is longer than 32,000,000 characters"):
        next(lines)


def test_a_line_in_pieces_may_be_of_any_length_and_keeps_its_number(tmp_path: Path) -> None:
    path = tmp_path / "endless.json"
    path.write_bytes(b"first\r\n" + b"x" * 4_000_000 + b"\nlast")
    lines = list(TextFile(path).lines(in_pieces=True))

    assert [(line.number, len(line.text)) for line in lines] == [
        (1, 5),
        (2, 2_000_000),
        (2, 2_000_000),
        (2, 0),
        (3, 4),
    ]


def test_progress_is_in_bytes_of_the_file(tmp_path: Path) -> None:
    file = TextFile(written(tmp_path, ("é\n" * 50_000).encode()))
    assert (file.size_bytes, file.bytes_read) == (150_000, 0)
    list(file.lines())

    assert file.bytes_read == 150_000


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_compressed_file_is_read_and_its_progress_is_that_of_the_file(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(PAGE.encode() * 9_000)
    file = TextFile(written(tmp_path, packed))

    assert [line.text for line in file.lines()] == PAGE.splitlines() * 9_000
    assert file.bytes_read == file.size_bytes == len(packed)


def test_an_archive_that_is_cut_off_gives_the_lines_before(tmp_path: Path) -> None:
    text = b"".join(b"%d\n" % (n * 7919) for n in range(50_000))
    file = TextFile(written(tmp_path, gzip.compress(text)[:-100]))
    read: list[str] = []
    with pytest.raises(SourceError, match="is cut off: its gzip archive has no end"):
        read.extend(line.text for line in file.lines())

    assert len(read) > 40_000
    assert read == [str(n * 7919) for n in range(len(read))]


def test_a_line_of_a_compressed_file_without_end_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b"first\n" + b"x" * 33_000_000))

    assert "than 32,000,000 characters" in refusal(path) or "200 times its size" in refusal(path)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """Puts bytes where standard input is."""

    def put(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    standard_input.cache_clear()
    yield put
    standard_input().close()
    standard_input.cache_clear()


def test_standard_input_is_read_as_often_as_it_is_asked_for(
    typed: Callable[[bytes], None],
) -> None:
    typed(PAGE.encode() * 3)

    assert texts(STDIN) == texts(STDIN) == PAGE.splitlines() * 3
    assert TextFile(STDIN).name == "<stdin>"


def test_a_compressed_standard_input_is_read(typed: Callable[[bytes], None]) -> None:
    typed(gzip.compress(PAGE.encode()))

    assert texts(STDIN) == PAGE.splitlines()


def test_an_empty_standard_input_is_refused(typed: Callable[[bytes], None]) -> None:
    typed(b"")
    with pytest.raises(SourceError, match="'<stdin>' is empty"):
        TextFile(STDIN)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("<?xml version='1.0' encoding='ISO-8859-2'?> \u0141\u00f3d\u017a".encode("latin2"),
         "<?xml version='1.0' encoding='ISO-8859-2'?> \u0141\u00f3d\u017a"),
        ("% Encoding: Cp1251\nЛампа".encode("cp1251"), "Лампа"),
        (b"% Encoding: ISO8859_1\ncaf\xe9 \x93x\x94", "caf\u00e9 \u201cx\u201d"),
        (b"% Encoding: UTF-8\ncaf\xe9", "caf\u00e9"),
        (b"% Encoding: rot13\ncaf\xe9", "caf\u00e9"),
    ],
)  # fmt: skip
def test_what_a_text_says_of_its_encoding_holds_where_it_can(
    tmp_path: Path, content: bytes, line: str
) -> None:
    assert texts(written(tmp_path, content))[-1] == line


FLAT = """
import resource, sys
from pathlib import Path
from ragassist.sources.lines import TextFile
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for line in TextFile(Path(sys.argv[1])).lines())
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_large_file_is_read_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_text(("naïve lines of a large file " * 14 + "\n") * 80_000)
    assert path.stat().st_size > 30_000_000
    completed = subprocess.run(
        [sys.executable, "-c", FLAT, path], capture_output=True, text=True, check=True, timeout=60
    )
    count, grown_kb = map(int, completed.stdout.split())

    assert count == 80_000
    assert grown_kb < 8_000


@settings(deadline=None, max_examples=100)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_lines_of_clean_text_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = written(tmp_path_factory.getbasetemp(), content)
    try:
        read = texts(path)
    except SourceError:
        return
    for text in read:
        text.encode("utf-8")
        assert "\x1b" not in text
        assert "\0" not in text


@settings(deadline=None, max_examples=60)
@given(text=st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=200))
def test_utf8_text_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = written(tmp_path_factory.getbasetemp(), ("lamps " + text).encode())

    assert "\n".join(texts(path)) == ("lamps " + text).replace("\r\n", "\n").replace("\r", "\n")


def test_guessing_an_encoding_takes_bounded_time(tmp_path: Path) -> None:
    path = written(tmp_path, bytes(range(128, 256)) * 200_000)
    started = time.perf_counter()
    with contextlib.suppress(SourceError):
        TextFile(path)

    assert time.perf_counter() - started < 5
