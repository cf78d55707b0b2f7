"""Reading judged collections: what takes part, what is left out, and what is no collection."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ragassist.errors import UsageError
from ragassist.evaluation.beir import LeftOut, read_collection

HEADER = "query-id\tcorpus-id\tscore\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two queries with a relevant document, three that take no part, one of them unknown."""
    place = tmp_path / "toy"
    (place / "qrels").mkdir(parents=True)
    write(place / "corpus.jsonl", *({"_id": f"d{n}", "title": "", "text": "x"} for n in range(4)))
    write(place / "queries.jsonl", *({"_id": f"q{n}", "text": f"Text {n}?"} for n in (3, 2, 1, 0)))
    (place / "qrels" / "test.tsv").write_text(
        f"{HEADER}q0\td0\t1\nq0\td1\t0\nq1\td1\t2\nq1\tlost\t1\nq2\td2\t-1\nqx\td3\t1\n"
    )
    return place


def write(path: Path, *rows: Mapping[str, object]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_queries_with_a_relevant_document_take_part_and_all_else_is_counted(folder: Path) -> None:
    collection = read_collection(folder)

    assert (collection.name, collection.qrels_name, collection.documents) == ("toy", "test.tsv", 4)
    assert list(collection.queries.items()) == [("q1", "Text 1?"), ("q0", "Text 0?")]
    assert collection.qrels == {"q1": {"d1": 2, "lost": 1}, "q0": {"d0": 1, "d1": 0}}
    assert collection.left_out == LeftOut(
        unjudged_queries=1, fruitless_queries=1, unknown_queries=1, unknown_documents=1
    )


def test_a_limit_takes_the_first_queries_of_the_file_that_take_part(folder: Path) -> None:
    assert list(read_collection(folder, limit=1).queries) == ["q1"]


def test_ids_may_be_numbers(folder: Path) -> None:
    write(folder / "corpus.jsonl", {"_id": 7, "text": "x"})
    write(folder / "queries.jsonl", {"_id": 1, "text": "What?"})
    (folder / "qrels" / "test.tsv").write_text(f"{HEADER}1\t7\t1\n")

    collection = read_collection(folder)

    assert (collection.qrels, collection.left_out.unknown_documents) == ({"1": {"7": 1}}, 0)


def test_of_several_qrels_test_is_read_unless_another_is_named(folder: Path) -> None:
    (folder / "qrels" / "dev.tsv").write_text(f"{HEADER}q3\td3\t1\n")

    assert read_collection(folder).qrels_name == "test.tsv"
    assert list(read_collection(folder, qrels_name="dev").queries) == ["q3"]
    assert read_collection(folder, qrels_name="dev.tsv").qrels_name == "dev.tsv"
    with pytest.raises(UsageError, match=r"has no qrels/train.tsv; it has dev, test$"):
        read_collection(folder, qrels_name="train")


def test_without_test_the_only_qrels_is_read_and_of_several_one_has_to_be_named(
    folder: Path,
) -> None:
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "train.tsv")
    assert read_collection(folder).qrels_name == "train.tsv"

    (folder / "qrels" / "dev.tsv").write_text(HEADER)
    with pytest.raises(UsageError, match=r"several qrels \(dev, train\): choose with --qrels"):
        read_collection(folder)


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("corpus.jsonl", '{"title": "x"}', "corpus.jsonl:2: _id: Field required"),
        ("corpus.jsonl", "{", "corpus.jsonl:2: Invalid JSON"),
        ("queries.jsonl", '{"_id": "q0"}', "queries.jsonl:2: text: Field required"),
        ("queries.jsonl", '["q0"]', "queries.jsonl:2: Input should be an object"),
        ("qrels/test.tsv", "q0\td0", "test.tsv:2: not a query, a document and a whole number"),
        ("qrels/test.tsv", "q0\td0\thigh", "test.tsv:2: not a query, a document and a whole"),
        ("qrels/test.tsv", "q0 d0 1", "test.tsv:2: not a query, a document and a whole number"),
    ],
)
def test_a_line_that_is_not_understood_is_named_with_its_number(
    folder: Path, file: str, line: str, says: str
) -> None:
    path = folder / file
    first, *others = path.read_text().splitlines()
    path.write_text("\n".join([first, line, *others]))

    with pytest.raises(UsageError) as error:
        read_collection(folder)

    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_qrels_without_their_header_would_lose_the_first_judgement(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("q0\td0\t1\n")

    with pytest.raises(UsageError, match=r"test.tsv:1: not the header"):
        read_collection(folder)


def test_a_folder_that_is_no_collection_is_told_what_one_is(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a collection is a folder with corpus.jsonl"):
        read_collection(tmp_path / "nowhere")
    (folder / "queries.jsonl").unlink()
    with pytest.raises(UsageError, match=r"queries.jsonl' cannot be read: No such file"):
        read_collection(folder)


def test_a_collection_in_which_nothing_can_be_found_is_refused(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text(f"{HEADER}q0\td0\t0\n")

    with pytest.raises(UsageError, match=r"no query of .* has a relevant document"):
        read_collection(folder)
