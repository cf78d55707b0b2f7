import gzip
import io
import os
import re
import sys
import time
from pathlib import Path

import pytest

from ragassist.errors import SourceError
from ragassist.sources.lines import standard_input
from ragassist.sources.reading import FORMATS, Source, find_files
from ragassist.types import Failure, Record

JSONL = '{"title": "Lamps for readers"}\n{"title": \n{"title": "Ink for writers"}\n'
NAMES = ", ".join(form.name for form in FORMATS)
PAGE = (
    "Lamps for Readers of Long Reports\n"
    "We study how readers of long reports choose their lamps and propose a rule that saves half of "
    "the light. Experiments in four libraries show that nobody minds.\n"
    "A Survey of Page Numbers in Books\n"
    "We present a small survey of page numbers. Our results hold for two bookshops.\n"
)


def written(path: Path, text: str = JSONL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_format_is_told_by_the_content_whatever_the_name(tmp_path: Path) -> None:
    source = Source(written(tmp_path / "notes.txt"))
    found = list(source.read())

    assert source.reader == "jsonl"
    assert [f.title for f in found if isinstance(f, Record)] == [
        "Lamps for readers",
        "Ink for writers",
    ]
    assert [(f.source, f.line) for f in found if isinstance(f, Failure)] == [
        (str(tmp_path / "notes.txt"), 2)
    ]


def test_a_page_that_lists_papers_is_read_even_if_it_is_called_jsonl(tmp_path: Path) -> None:
    assert Source(written(tmp_path / "page.jsonl", PAGE)).reader == "paper-list"


def test_a_text_that_lists_no_papers_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path / "letter.txt", "Dear Ann,\n\nthank you for the lamp.\n\nBo\n")
    with pytest.raises(SourceError) as caught:
        Source(path)

    assert str(caught.value) == (
        f"{str(path)!r} is in no format that ragassist knows ({NAMES}): name the format if it is "
        "one of these, save the page that lists the papers as text, or write one JSON object a "
        "line with title and abstract"
    )


@pytest.mark.parametrize(
    ("content", "reader"),
    [
        (JSONL, "jsonl"),
        (PAGE, "paper-list"),
        ("TY  - JOUR\nTI  - Lamps\nER  - \n", "ris"),
        ("FN Clarivate Analytics Web of Science\nPT J\nTI Lamps\nER\n", "isi"),
        ("PMID- 1\nOWN - NLM\nTI  - Lamps\n", "medline"),
        ("<PubmedArticleSet><PubmedArticle>", "pubmed-xml"),
        ("<feed><id>http://arxiv.org/api/x</id></feed>", "arxiv-atom"),
    ],
)
def test_each_format_is_told_from_its_content(tmp_path: Path, content: str, reader: str) -> None:
    assert Source(written(tmp_path / "export.txt", content)).reader == reader


def test_a_format_that_is_named_is_the_one(tmp_path: Path) -> None:
    path = written(tmp_path / "letter.txt", "TI  - Lamps\n")
    source = Source(path, "RIS")

    assert source.reader == "ris"
    assert [found.title for found in source.read() if isinstance(found, Record)] == ["Lamps"]


def test_a_name_that_no_format_has_is_refused_with_the_names(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        Source(written(tmp_path / "refs.jsonl"), "endnote")

    assert str(caught.value) == f"there is no format 'endnote': name one of {NAMES}"


def test_a_compressed_file_is_read_as_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "refs.gz"
    path.write_bytes(gzip.compress(JSONL.encode()))
    source = Source(path)

    assert source.reader == "jsonl"
    assert len(list(source.read())) == 3
    assert source.bytes_read == source.size_bytes == path.stat().st_size


def test_an_archive_that_is_cut_off_gives_the_papers_before(tmp_path: Path) -> None:
    lines = (f'{{"title": "Lamps {n * 7919 % 100_003}"}}\n' for n in range(30_000))
    path = tmp_path / "refs.gz"
    path.write_bytes(gzip.compress("".join(lines).encode())[:-100])
    found: list[Record | Failure] = []
    with pytest.raises(SourceError, match="is cut off"):
        found.extend(Source(path).read())

    assert len(found) > 20_000


def test_standard_input_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    standard_input.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(JSONL.encode())))
    source = Source(Path("-"))
    found = list(source.read())
    standard_input().close()
    standard_input.cache_clear()

    assert re.fullmatch("<stdin>:[0-9a-f]{8}", source.path)
    assert (source.reader, len(found)) == ("jsonl", 3)
    assert [f.source for f in found if isinstance(f, Failure)] == [source.path]


def test_a_hyphen_means_standard_input_wherever_it_stands(tmp_path: Path) -> None:
    file = written(tmp_path / "refs.jsonl")

    assert find_files([Path("-"), file, Path("-")]) == [Path("-"), file]


def test_the_path_of_a_source_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "refs.jsonl")
    monkeypatch.chdir(tmp_path)

    assert Source(Path("refs.jsonl")).path == str(tmp_path / "refs.jsonl")


def test_a_file_name_that_is_no_text_becomes_a_path_that_is(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.jsonl")
    try:
        written(path)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    assert Source(path).path == f"{tmp_path}/caf\\xe9.jsonl"


def test_progress_runs_to_the_size_of_the_file(tmp_path: Path) -> None:
    source = Source(written(tmp_path / "refs.jsonl"))
    list(source.read())

    assert source.bytes_read == source.size_bytes == len(JSONL)


def test_a_folder_means_its_files_at_any_depth_by_name_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/.hidden.txt", ".git/config", "c/.d/e.txt", "c/f.txt"):
        written(tmp_path / name)

    names = [str(file.relative_to(tmp_path)) for file in find_files([tmp_path])]
    assert names == ["a/z.txt", "b.txt", "c/f.txt"]


def test_a_hidden_folder_given_by_name_is_read(tmp_path: Path) -> None:
    file = written(tmp_path / ".papers" / "refs.jsonl")

    assert find_files([tmp_path / ".papers"]) == [file]


def test_pipes_and_broken_links_in_a_folder_are_left_out(tmp_path: Path) -> None:
    file = written(tmp_path / "refs.jsonl")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "gone")

    assert find_files([tmp_path]) == [file]


def test_a_file_meant_twice_is_found_once_where_it_was_first_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = written(tmp_path / "one.txt"), written(tmp_path / "two.txt")
    monkeypatch.chdir(tmp_path)

    assert find_files([two, tmp_path, Path("one.txt"), tmp_path / "." / "two.txt"]) == [two, one]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("gone.txt", "is not there: check how it is spelt, and from where"),
        ("empty", "holds no files: name the files, or another folder"),
        ("only-hidden", "holds no files: name the files, or another folder"),
        ("x" * 5000, "cannot be read: File name too long"),
        ("link", "is not there: check how it is spelt, and from where"),
        ("two\nlines", "is not there: check how it is spelt, and from where"),
    ],
)
def test_a_path_that_means_no_file_is_an_error_of_one_line(
    tmp_path: Path, name: str, says: str
) -> None:
    (tmp_path / "empty").mkdir()
    written(tmp_path / "only-hidden" / ".hidden")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SourceError) as caught:
        find_files([tmp_path / name])

    assert str(caught.value) == f"{str(tmp_path / name)!r} {says}"
    assert "\n" not in str(caught.value)


def test_a_pipe_named_by_itself_is_found_and_refused_on_opening(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    [pipe] = find_files([tmp_path / "pipe"])

    with pytest.raises(SourceError, match="not a regular file"):
        Source(pipe)


@pytest.mark.parametrize(
    ("content", "reader"),
    [
        ("% a comment of some length\n" * 10_000 + "@article{k, title = {Lamps}}\n", "bibtex"),
        ('{"meta": {"x": "' + "y" * 300_000 + '"}, "results": [{"title": "Lamps"}]}', "json"),
        ('title,abstract,year\nLamps,"' + "light " * 1_000_000 + '",2020\n', "csv"),
    ],
    ids=["comments", "meta", "cell"],
)
def test_a_file_that_begins_with_something_very_long_is_recognised(
    tmp_path: Path, content: str, reader: str
) -> None:
    source = Source(written(tmp_path / "refs", content))

    assert source.reader == reader
    assert [f.title for f in source.read() if isinstance(f, Record)] == ["Lamps"]


@pytest.mark.parametrize("content", ["@" * 1_000_000, "@a{" * 300_000, "% " * 1_000_000])
def test_what_is_of_no_format_is_refused_in_bounded_time(tmp_path: Path, content: str) -> None:
    begun = time.monotonic()
    with pytest.raises(SourceError, match="is in no format"):
        Source(written(tmp_path / "refs", content))

    assert time.monotonic() - begun < 10


def test_a_guess_at_the_encoding_is_reported_as_expected(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    path.write_bytes("@article{k, title = {Лампа для читателя}}\n".encode("koi8-r"))
    first = next(Source(path).read())

    assert isinstance(first, Failure)
    assert (first.line, first.expected) == (0, True)
    assert first.reason.startswith("its encoding is not stated: read as ")


def test_two_contents_of_standard_input_are_two_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = []
    for content in (JSONL, JSONL, JSONL.upper()):
        standard_input.cache_clear()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
        source = Source(Path("-"), "jsonl")
        paths.append(source.path)
        standard_input().close()
    standard_input.cache_clear()

    assert paths[0] == paths[1] != paths[2]
