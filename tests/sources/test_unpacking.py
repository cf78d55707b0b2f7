import bz2
import contextlib
import gzip
import io
import lzma
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.errors import SourceError
from ragassist.sources.unpacking import unpacked

Pack = Callable[[bytes], bytes]
PACKERS: list[Pack] = [gzip.compress, lzma.compress, bz2.compress]
PACKED = pytest.mark.parametrize("pack", PACKERS, ids=["gzip", "xz", "bzip2"])
TEXT = b"".join(b"Lamp %d of %d.\n" % (n, n * 7919 % 100_003) for n in range(20_000))


def opened(content: bytes) -> io.BufferedIOBase:
    stream = unpacked(io.BytesIO(content), "refs.gz")
    assert isinstance(stream, io.BufferedIOBase)
    return stream


def read_until_error(content: bytes) -> tuple[bytes, str]:
    read: list[bytes] = []
    stream = opened(content)
    with pytest.raises(SourceError) as caught:
        read.extend(iter(lambda: stream.read1(1000), b""))
    return b"".join(read), str(caught.value)


@PACKED
def test_what_was_packed_is_given_back(pack: Pack) -> None:
    assert opened(pack(TEXT)).read() == TEXT


@PACKED
def test_streams_one_after_another_and_padding_are_read(pack: Pack) -> None:
    assert opened(pack(b"one\n") + b"\0" * 512 + pack(b"two\n") + b"\0" * 4).read() == b"one\ntwo\n"


def test_what_is_not_packed_is_the_file_itself() -> None:
    file = io.BytesIO(b"BibTeX")

    assert unpacked(file, "refs.bib") is file
    assert file.read() == b"BibTeX"


@PACKED
def test_an_archive_that_is_cut_off_gives_what_came_before(pack: Pack) -> None:
    read, error = read_until_error(pack(TEXT)[:-100])

    assert TEXT.startswith(read)
    assert error.startswith("'refs.gz' is cut off: its ")


@pytest.mark.parametrize("pack", [lzma.compress, bz2.compress], ids=["xz", "bzip2"])
def test_a_damaged_archive_is_an_error_that_says_so(pack: Pack) -> None:
    packed = bytearray(pack(TEXT))
    packed[len(packed) // 2] ^= 0xFF

    assert "is damaged: its " in read_until_error(bytes(packed))[1]


def test_a_gzip_archive_whose_checksum_is_wrong_gives_its_text_and_the_error() -> None:
    packed = bytearray(gzip.compress(b"lamps\n"))
    packed[-8] ^= 0xFF
    _, error = read_until_error(bytes(packed))

    assert error == (
        "'refs.gz' is damaged: its gzip archive cannot be unpacked (Error -3 while decompressing "
        "data: incorrect data check); fetch it again"
    )


@PACKED
def test_what_unpacks_to_more_than_two_hundred_times_its_size_is_refused(pack: Pack) -> None:
    read, error = read_until_error(pack(b"\n" * 40_000_000))

    assert 30_000_000 < len(read) < 34_000_000
    assert "unpacks to more than 200 times its size" in error


def test_what_repeats_itself_in_a_small_file_is_read() -> None:
    assert len(opened(gzip.compress(b"lamp\n" * 4_000_000)).read()) == 20_000_000


def test_an_archive_that_asks_for_gigabytes_of_memory_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 29}]
    packed = lzma.compress(b"lamps", filters=filters)

    assert "memory" in read_until_error(packed)[1].lower()


@settings(deadline=None, max_examples=100)
@given(st.sampled_from([b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh"]), st.binary(max_size=200))
def test_whatever_follows_the_first_bytes_it_is_read_or_refused(magic: bytes, rest: bytes) -> None:
    with contextlib.suppress(SourceError):
        opened(magic + rest).read()
