import gzip
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.sources import csl_json, json_records, jsonl
from ragassist.sources.lines import Line, TextFile
from ragassist.sources.reading import Source
from ragassist.types import Failure, Record
from tests.shared_data import shared
from tests.sources.texts import lines_of

ITEM = '"type": "book", "issued": {"date-parts": [[2020]]}'


def outcome(text: str) -> list[Record | Failure]:
    return list(json_records.read(lines_of(text), "refs.json"))


@pytest.mark.parametrize(
    ("head", "reader"),
    [
        ('[{"title": "T"}]', json_records),
        ('[\n  {\n    "abstract": "A"', json_records),
        ('\n [ {"title": "T"},\n {"title": "U"} ]', json_records),
        ('{"results": [{"display_name": "T", "id": "https://openalex.org/W1"}]}', json_records),
        ('{"message": {"items": [{"title": ["T"], "DOI": "10.1/x", "member": "1"', json_records),
        ('{\n  "paperId": "1",\n  "title": "T"\n}', json_records),
        ('{"data": [{"citedPaper": {"title": "T"}}]}', json_records),
        ('[{"key": "A", "library": {}, "data": {"itemType": "book"}}]', json_records),
        ('{"results": [{"title": "T"}]}\n{"results": [{"title": "U"}]}', json_records),
        ('[null, {"title": "T"}]', json_records),
        (f'[{{"id": "a", "title": "T", {ITEM}}}]', csl_json),
        (f'[\n\t{{"id": "a", {ITEM}, "title": "cut o', csl_json),
        (f'{{"items": [{{"title": "T", {ITEM}}}]}}', csl_json),
        (f'{{\n  "title": "T", {ITEM}\n}}', csl_json),
        (f'{{"title": "T", {ITEM}}}\n{{"title": "U", {ITEM}}}\n', jsonl),
        ('{"title": "T"}', jsonl),
        ('{"title": "T", "references": [{"title": "U"}]}', jsonl),
        ('{"title": "broken\n{"title": "T"}\n', jsonl),
        ('[2024-01-01 12:00] {"title": "a log"}\n', None),
        ('[1] Lee. Lamps {and} "readers".\n[2] Yu. Ink.', None),
        ('{"name": "x", "version": 1,\n "scripts": {"title": "no"}}', None),
        ('[{"name": "x"}]', None),
        ("[" * 5000, None),
        ('{"a":' * 5000, None),
        ("words", None),
        ("", None),
    ],
)
def test_each_layout_has_its_reader(head: str, reader: object) -> None:
    asked = (csl_json, json_records, jsonl)

    assert next((one for one in asked if one.looks_like(head)), None) is reader


def test_a_list_is_read_as_the_lines_of_it_would_be() -> None:
    stated = {
        "_id": "a",
        "title": "Lamps",
        "authors": ["Ann Lee"],
        "year": 2020,
        "doi": "10.1000/A",
    }

    assert outcome(json.dumps([stated])) == [
        Record(key="a", title="Lamps", authors=("Ann Lee",), year=2020, doi="10.1000/a", line=1)
    ]


def test_each_object_of_a_list_is_read_by_its_own_names() -> None:
    text = (
        '[{"title": "A"},\n{"paperId": "p", "title": "B"},\n{"DOI": "10.1000/X", "title": ["C"]}]'
    )

    assert outcome(text) == [
        Record(title="A", line=1),
        Record(title="B", extra=(("s2", "p"),), line=2),
        Record(title="C", doi="10.1000/x", line=3),
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_collections_that_stand_beside_the_items_are_tags(indent: int | None) -> None:
    library = {
        "config": {"label": "BetterBibTeX JSON"},
        "collections": {
            "AAAA1111": {"key": "AAAA1111", "name": "Lamps", "parent": False, "items": [3, 4]},
            "BBBB2222": {"key": "BBBB2222", "name": "Wicks", "parent": "AAAA1111", "items": [4]},
        },
        "items": [
            {"itemType": "book", "title": "A", "itemID": 3, "creators": [], "citationKey": "a"},
            {"itemType": "book", "title": "B", "itemID": 4, "tags": [{"tag": "own"}]},
            {"itemType": "book", "title": "C", "itemID": 5, "collections": ["BBBB2222"]},
        ],
    }
    papers = outcome(json.dumps(library, indent=indent))

    assert [(found.title, found.tags) for found in papers if isinstance(found, Record)] == [
        ("A", ("Lamps",)), ("B", ("own", "Lamps", "Wicks")), ("C", ("Wicks",)),
    ]  # fmt: skip


def test_an_object_with_neither_title_nor_abstract_is_a_failure_where_it_begins() -> None:
    assert outcome('[{"title": "A"},\n{"year": 2020}]')[1] == Failure(
        source="refs.json", line=2, reason="neither title nor abstract", excerpt='{"year": 2020}'
    )


def test_broken_json_in_the_middle_keeps_what_came_and_what_follows() -> None:
    assert outcome('[\n  {"title": "A"},\n  {"title": "B" "C"},\n  {"title": "D"}\n]') == [
        Record(title="A", line=2),
        Failure(
            source="refs.json",
            line=3,
            reason="not JSON: Expecting ',' delimiter",
            excerpt='{"title": "B" "C"}',
        ),
        Record(title="D", line=4),
    ]


def test_a_single_work_in_its_envelope_is_that_work() -> None:
    answer = {"status": "ok", "message": {"DOI": "10.1000/x", "title": ["Lamps"], "member": "1"}}

    assert outcome(json.dumps(answer)) == [Record(title="Lamps", doi="10.1000/x", line=1)]


def test_a_page_of_answers_on_one_line_of_json_lines_is_its_papers() -> None:
    page = json.dumps({"data": [{"title": "A"}, {"title": "B"}, {"x": 1}]})
    found = list(jsonl.read([Line(7, page)], "refs.jsonl"))

    assert found[:2] == [Record(title="A", line=7), Record(title="B", line=7)]
    assert isinstance(found[2], Failure)


def test_memory_does_not_grow_with_the_list() -> None:
    def lines(count: int) -> Iterator[Line]:
        yield Line(1, "[")
        for number in range(count):
            yield Line(number + 2, '  {"title": "Lamps", "abstract": "' + "word " * 100 + '"},')

    def peak(count: int) -> int:
        tracemalloc.start()
        assert sum(isinstance(one, Record) for one in json_records.read(lines(count), "x")) == count
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(4000) < 2 * peak(400)


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet='{}[]",:\\ \ntile') | st.text())
def test_any_text_is_recognised_or_not_and_read_as_records_and_failures(text: str) -> None:
    for reader in (json_records, csl_json, jsonl):
        assert reader.looks_like(text) in (True, False)
    for found in outcome(text):
        assert isinstance(found, (Record, Failure))


@pytest.mark.parametrize("name", ["cranfield", "scifact", "pubmedqa"])
def test_every_line_of_an_evaluation_set_is_a_paper_or_a_failure(name: str) -> None:
    file = TextFile(shared("eval", "retrieval", name, "corpus.jsonl"))
    lines = [line for line in file.lines() if line.text.strip()]
    found = list(jsonl.read(lines, name))

    assert jsonl.looks_like(file.head)
    assert len(found) == len(lines)
    assert sum(isinstance(one, Failure) for one in found) <= len(lines) / 100


def test_a_list_in_one_line_longer_than_memory_allows_is_read_paper_by_paper(
    tmp_path: Path,
) -> None:
    packed = tmp_path / "dump.json.gz"
    abstract = " ".join(f"w{n * 7919}" for n in range(2_000))
    with gzip.open(packed, "wt", compresslevel=1, encoding="utf-8") as file:
        for number in range(2_600):
            stated = {"title": f"Owls {number}", "abstract": f"{number} {abstract}"}
            file.write(("[" if number == 0 else ", ") + json.dumps(stated))
        file.write("]")
    tracemalloc.start()
    titles = [found.title for found in Source(packed).read() if isinstance(found, Record)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert titles == [f"Owls {number}" for number in range(2_600)]
    assert most < 20_000_000


def test_a_single_work_of_crossref_is_read() -> None:
    work = {"DOI": "10.1000/x", "title": ["Lamps"], "type": "journal-article", "indexed": {}}
    answer = {"status": "ok", "message-type": "work", "message-version": "1", "message": work}
    text = json.dumps(answer, indent=1)
    lines = list(lines_of(text))
    found = list(json_records.read(lines, "x.json"))

    assert json_records.looks_like(text)
    assert [(one.title, one.doi) for one in found if isinstance(one, Record)] == [
        ("Lamps", "10.1000/x")
    ]
