import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.sources.jsonl import looks_like, read
from ragassist.sources.lines import Line, TextFile
from ragassist.sources.reading import Source
from ragassist.types import Failure, Record
from tests.sources.texts import json_values, only_record

NAMES = [
    "_id", "id", "paper_id", "title", "text", "abstract", "authors", "authors_truncated", "year",
    "date", "published", "venue", "journal", "doi", "arxiv_id", "arxiv", "pmid", "pubmed_id", "url",
    "categories", "keywords", "metadata",
]  # fmt: skip
TEXTS = st.text() | st.sampled_from(
    ["\ud800", "\x1b[31mred", "\0", "10.1000/x", "2301.00001v2", "2020-05-01", "et al.", ";", "and"]
)
JSON = json_values(TEXTS, ["name", "title", "text"])


def outcome(*lines: str) -> list[Record | Failure]:
    return list(read((Line(n, text) for n, text in enumerate(lines, 1)), "refs.jsonl"))


def only(line: str) -> Record:
    return only_record(outcome(line))


def paper(**fields: object) -> Record:
    return only(json.dumps({"title": "Lamps", **fields}))


def failure(line: str) -> Failure:
    [found] = outcome(line)
    assert isinstance(found, Failure)
    return found


def test_every_name_is_read_from_its_field() -> None:
    stated = {
        "_id": "lee2020lamps",
        "title": "Lamps for readers",
        "abstract": "We study lamps.",
        "authors": ["Ann Lee", "Bo Yu"],
        "year": 2020,
        "date": "2020-05-01",
        "venue": "Journal of Lamps",
        "doi": "https://doi.org/10.1000/LAMPS.1",
        "arxiv_id": "arXiv:2005.00001v3",
        "pmid": "PMID: 1234567",
        "url": "https://example.org/lamps",
        "categories": ["cs.LG", "stat.ML"],
        "keywords": "lamps; readers",
        "unknown": {"ignored": True},
    }

    assert only(json.dumps(stated)) == Record(
        key="lee2020lamps",
        title="Lamps for readers",
        abstract="We study lamps.",
        authors=("Ann Lee", "Bo Yu"),
        year=2020,
        date="2020-05-01",
        venue="Journal of Lamps",
        doi="10.1000/lamps.1",
        arxiv_id="2005.00001",
        pmid="1234567",
        url="https://example.org/lamps",
        categories=("cs.LG", "stat.ML"),
        keywords=("lamps", "readers"),
        line=1,
    )


def test_what_stands_under_metadata_counts_where_nothing_stands_beside() -> None:
    nested = {"year": 2020, "authors": ["Ann Lee"], "title": "Not this", "doi": "10.1000/a"}
    record = paper(metadata=nested, year=2021, authors=None, doi="")

    assert (record.title, record.year, record.authors) == ("Lamps", 2021, ("Ann Lee",))
    assert record.doi == "10.1000/a"


def test_the_line_is_that_of_the_file_and_blank_lines_are_nothing() -> None:
    found = outcome('{"title": "One"}', "", "   ", '{"title": "Two"}')

    assert [(f.title, f.line) for f in found if isinstance(f, Record)] == [("One", 1), ("Two", 4)]
    assert len(found) == 2


def test_a_bad_line_costs_that_line() -> None:
    found = outcome('{"title": "One"}', '{"title": "Tw', '{"title": "Three"}')

    assert found[1] == Failure(
        source="refs.jsonl",
        line=2,
        reason="not JSON: Unterminated string starting at",
        excerpt='{"title": "Tw',
    )
    assert [f.title for f in found if isinstance(f, Record)] == ["One", "Three"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("plain words", "not JSON: Expecting value"),
        ('["title"]', "not a JSON object"),
        ('"title"', "not a JSON object"),
        ("17", "not a JSON object"),
        ("null", "not a JSON object"),
        ("{}", "neither title nor abstract"),
        ('{"title": "", "abstract": null}', "neither title nor abstract"),
        ('{"title": 7, "text": ["words"]}', "neither title nor abstract"),
        ('{"title": "\\ud800\\u001b[0m"}', "neither title nor abstract"),
        ('{"title": "T"} trailing', "not JSON: Extra data"),
    ],
)
def test_a_line_that_is_no_paper_says_why(line: str, reason: str) -> None:
    assert failure(line).reason == reason


def test_nesting_that_python_cannot_follow_costs_the_line() -> None:
    depth = 100_000
    line = '{"title": ' + "[" * depth + "]" * depth + "}"

    assert failure(line).reason == "not JSON that can be read: nested too deeply"


def test_a_number_that_python_does_not_read_costs_the_line() -> None:
    digits = "9" * (sys.get_int_max_str_digits() + 1)

    reason = failure('{"title": "T", "year": ' + digits + "}").reason
    assert reason == "not JSON that can be read: a number of too many digits"


def test_the_excerpt_of_a_failure_is_short() -> None:
    assert len(failure("x" * 5000).excerpt) == 80


def test_of_a_name_given_twice_the_last_holds() -> None:
    assert only('{"title": "One", "title": "Two"}').title == "Two"


def test_numbers_that_are_none_are_left_out() -> None:
    record = only('{"title": "T", "year": NaN, "pmid": Infinity, "_id": -Infinity, "doi": 1e999}')

    assert record == Record(title="T", line=1)


def test_escapes_in_strings_cannot_steer_a_terminal_or_upset_the_catalog() -> None:
    line = (
        r'{"_id": "le\u001b[31me", "title": "La\u0000mps \u001b]0;owned\u0007\ud800for\u202e you",'
        r' "abstract": "One\u001b[2J\r\ntwo\ud83d\ude00.", "authors": ["Ann\u009b31m Lee"],'
        r' "keywords": ["a\u0008b"], "venue": "\udfffV", "url": "u\u0007"}'
    )

    assert only(line) == Record(
        key="lee",
        title="Lamps for you",
        abstract="One two\U0001f600.",
        authors=("Ann Lee",),
        keywords=("ab",),
        venue="V",
        url="u",
        line=1,
    )


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        ({"_id": 4983}, "4983"),
        ({"_id": 0}, "0"),
        ({"id": "a  b"}, "a b"),
        ({"paper_id": "x"}, "x"),
        ({"_id": None, "id": "x"}, "x"),
        ({"_id": True}, None),
        ({"_id": 1.5}, None),
        ({"_id": ["x"]}, None),
        ({"_id": "  "}, None),
        ({"_id": "x" * 5000}, "x" * 200),
    ],
)
def test_keys_are_strings_or_whole_numbers(stated: dict[str, object], key: str | None) -> None:
    assert paper(**stated).key == key


@pytest.mark.parametrize(
    ("authors", "names", "truncated"),
    [
        (["Ann Lee", "Bo Yu"], ("Ann Lee", "Bo Yu"), False),
        ([{"name": "Ann Lee", "id": 1}, {"name": "Bo Yu"}], ("Ann Lee", "Bo Yu"), False),
        ("Ann Lee", ("Ann Lee",), False),
        ("Lee, Ann and Yu, Bo", ("Lee, Ann", "Yu, Bo"), False),
        ("Lee, Ann; Yu, Bo;", ("Lee, Ann", "Yu, Bo"), False),
        (["Ann Lee", "et al."], ("Ann Lee",), True),
        ("Ann Lee and others", ("Ann Lee",), True),
        ("Lee et al.", ("Lee",), True),
        ("et al", (), True),
        (["Ann Lee", 7, None, {"given": "Bo"}, ["Cy"], ""], ("Ann Lee",), False),
        (7, (), False),
        ({"name": "Ann Lee"}, (), False),
    ],
)
def test_authors_are_names_in_order(
    authors: object, names: tuple[str, ...], truncated: bool
) -> None:
    record = paper(authors=authors)

    assert (record.authors, record.authors_truncated) == (names, truncated)


@pytest.mark.parametrize(
    ("stated", "year", "date"),
    [
        ({"year": 2020}, 2020, None),
        ({"year": "2020"}, 2020, None),
        ({"year": "in 2020."}, 2020, None),
        ({"year": 20}, None, None),
        ({"year": 2020.0}, None, None),
        ({"year": True}, None, None),
        ({"year": "", "date": "2019-07"}, 2019, "2019-07"),
        ({"published": "2019-07-01T10:00:00Z"}, 2019, "2019-07-01"),
        ({"date": "2019"}, 2019, "2019"),
        ({"date": "2019-13-01"}, None, None),
        ({"date": "2019-7-1"}, None, None),
        ({"date": "20190701123"}, None, None),
        ({"date": 2019}, None, None),
    ],
)
def test_years_and_dates_are_taken_only_as_they_are_written(
    stated: dict[str, object], year: int | None, date: str | None
) -> None:
    record = paper(**stated)

    assert (record.year, record.date) == (year, date)


@pytest.mark.parametrize(
    ("stated", "field", "value"),
    [
        ({"doi": "10.1000/Lamps."}, "doi", "10.1000/lamps"),
        ({"doi": "doi:10.1000/lamps"}, "doi", "10.1000/lamps"),
        ({"doi": "lamps"}, "doi", None),
        ({"doi": 10.1000}, "doi", None),
        ({"arxiv_id": "2301.00001"}, "arxiv_id", "2301.00001"),
        ({"arxiv": "https://arxiv.org/abs/2301.00001v12"}, "arxiv_id", "2301.00001"),
        ({"arxiv": "cs.CL/0601001v1"}, "arxiv_id", "cs.CL/0601001"),
        ({"arxiv": "10.48550/arXiv.2301.00001"}, "arxiv_id", "2301.00001"),
        ({"arxiv": "12301.00001"}, "arxiv_id", None),
        ({"pmid": 123}, "pmid", "123"),
        ({"pubmed_id": "123"}, "pmid", "123"),
        ({"pmid": "PMC123"}, "pmid", None),
        ({"pmid": False}, "pmid", None),
        ({"venue": 7}, "venue", None),
        ({"categories": {"a": 1}}, "categories", ()),
        ({"keywords": ["a", 1, None, "b"]}, "keywords", ("a", "b")),
    ],
)
def test_identifiers_are_normalised_and_wrong_types_left_out(
    stated: dict[str, object], field: str, value: object
) -> None:
    assert getattr(paper(**stated), field) == value


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8))
def test_whatever_the_values_a_line_is_a_record_or_a_failure(stated: dict[str, object]) -> None:
    [found] = outcome(json.dumps(stated))
    if isinstance(found, Record):
        for value in (found.title, found.abstract, found.key or "", *found.authors):
            value.encode("utf-8")
            assert "\x1b" not in value
        assert found.title or found.abstract
        assert found.year is None or 1400 <= found.year < 2100


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_any_line_is_nothing_a_record_or_a_failure(line: str) -> None:
    assert len(outcome(line)) == (1 if line.strip() else 0)


@pytest.mark.parametrize(
    ("head", "recognised"),
    [
        ('{"_id": "1", "title": "T", "text": "A"}\n', True),
        ('\n\n{"abstract": "A"}\r\n', True),
        ('{"metadata": {"title": "T"}}', True),
        ('{"id": 1, "venue": "V", "title": "cut o', True),
        ("[" * 5000, False),
        ('broken line\n{"title": "T"}\n', True),
        ('{"year": 20,}\r{"title": "T"}\r', True),
        ('{"title": "with\u2028separator"}', True),
        ('{"name": "x", "version": 1}\n', False),
        ('[{"title": "T"}]', False),
        ("A title\nAn abstract.", False),
        ("", False),
    ],
)
def test_a_file_is_recognised_by_what_its_lines_hold(head: str, recognised: bool) -> None:
    assert looks_like(head) is recognised


def test_utf16_with_carriage_returns_is_read_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "refs.jsonl"
    path.write_text('{"title": "Öne"}\r{"title": "Two"}', encoding="utf-16", newline="")
    found = list(read(TextFile(path).lines(), str(path)))

    assert found == [Record(title="Öne", line=1), Record(title="Two", line=2)]


def test_a_line_in_pieces_is_one_record() -> None:
    pieces = [Line(1, '{"title": "Ow'), Line(1, "ls"), Line(1, '"}'), Line(2, '{"title": "Mice"}')]

    assert list(read(pieces, "refs.jsonl")) == [
        Record(title="Owls", line=1),
        Record(title="Mice", line=2),
    ]


def test_a_line_too_long_to_be_held_costs_that_line(tmp_path: Path) -> None:
    path = tmp_path / "refs.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.write('{"title": "Owls"}\n{"title": "')
        for _ in range(33):
            file.write("x" * 1_000_000)
        file.write('"}\n{"title": "Mice"}\n')
    first, failure, last = Source(path).read()

    assert isinstance(failure, Failure)
    assert (failure.line, failure.reason) == (
        2,
        "longer than 32,000,000 characters: no record of a paper is",
    )
    assert (first, last) == (Record(title="Owls", line=1), Record(title="Mice", line=3))


def test_a_single_work_of_crossref_on_one_line_is_read() -> None:
    work = {"DOI": "10.1000/x", "title": ["Lamps"], "type": "journal-article", "indexed": {}}
    text = json.dumps({"status": "ok", "message-type": "work", "message": work})
    [found] = read([Line(1, text)], "x.json")

    assert looks_like(text)
    assert isinstance(found, Record)
    assert (found.title, found.doi) == ("Lamps", "10.1000/x")
