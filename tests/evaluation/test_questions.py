"""Question sets: what is read, and what is said of a line that is none."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from ragassist.errors import UsageError
from ragassist.evaluation.questions import Question, read_questions, resolve_gold
from ragassist.library import Library
from ragassist.shipped import shipped
from tests.conftest import WriteJsonl

GOOD = {"id": "q1", "question": "Do owls hear mice?", "answerable": True, "gold": ["owls"]}


def written(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "questions.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_a_line_is_a_question_blank_lines_are_none_and_gold_is_named_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {**GOOD, "gold": ["owls", "bats", "owls"], "split": "dev", "note": "plain"},
        "",
        {"id": "q2", "question": " Who? ", "answerable": False},
    )

    found = read_questions(path)

    assert (found.name, found.sha256) == (path.name, sha256(path.read_bytes()).hexdigest())
    assert found.questions == (
        Question(id="q1", question="Do owls hear mice?", answerable=True, gold=("owls", "bats")),
        Question(id="q2", question="Who?", answerable=False),
    )


def test_a_byte_order_mark_before_the_first_line_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "marked.jsonl"
    path.write_text(json.dumps(GOOD), encoding="utf-8-sig")

    assert [question.id for question in read_questions(path).questions] == ["q1"]


def test_a_split_and_a_limit_choose_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        *({**GOOD, "id": f"q{n}", "split": "test" if n % 2 else "dev"} for n in range(6)),
    )

    assert [q.id for q in read_questions(path, split="test", limit=2).questions] == ["q1", "q3"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "Invalid JSON"),
        ("[1]", "Input should be an object"),
        ({**GOOD, "anser": "?"}, "anser: Extra inputs are not permitted"),
        ({**GOOD, "question": "  "}, "question: String should have at least 1 character"),
        ({**GOOD, "answerable": "yes"}, "answerable: Input should be a valid boolean"),
        ({**GOOD, "gold": "owls"}, "gold: Input should be a valid array"),
        ({**GOOD, "gold": ["owls", 3]}, "gold.1: Input should be a valid string"),
        ({**GOOD, "split": "train"}, "split: Input should be 'dev' or 'test'"),
        ({**GOOD, "answerable": False}, "`gold` names papers that answer it"),
        ({"id": "q9", "answerable": True}, "question: Field required"),
        ({**GOOD, "id": "q0"}, "the id 'q0' stands on line 1 already"),
    ],
)
def test_a_line_that_is_no_question_is_named_with_its_number(
    tmp_path: Path, line: object, says: str
) -> None:
    path = written(tmp_path, {**GOOD, "id": "q0"}, "", line)

    with pytest.raises(UsageError) as error:
        read_questions(path)

    assert str(error.value).startswith(f"{path}:3: ")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_set_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no question$"):
        read_questions(written(tmp_path, "", ""))
    with pytest.raises(UsageError, match=r"holds no question of split 'test'$"):
        read_questions(written(tmp_path, {**GOOD, "split": "dev"}), split="test")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere.jsonl' cannot be read: No such file"):
        read_questions(tmp_path / "nowhere.jsonl")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_questions(tmp_path)
    (tmp_path / "latin.jsonl").write_bytes(b'\n\n{"id": "\xe9"}\n')
    with pytest.raises(UsageError, match=r"latin.jsonl:3: not UTF-8 text$"):
        read_questions(tmp_path / "latin.jsonl")


def test_the_questions_that_ship_are_such_a_set_with_both_kinds_in_both_splits() -> None:
    for split in ("dev", "test"):
        questions = read_questions(shipped("questions", "sample.jsonl"), split=split).questions
        assert {question.answerable for question in questions} == {True, False}
        assert all(question.gold for question in questions if question.answerable)


def test_gold_is_what_the_library_calls_it_now_and_unknown_gold_stays(
    tmp_path: Path, jsonl_file: WriteJsonl
) -> None:
    source = jsonl_file(
        "owls.jsonl",
        [
            {"_id": "owls 2020!", "title": "Owls hear mice under snow", "abstract": "They do."},
            {"_id": "bats", "title": "Bats hear moths at night", "abstract": "They do."},
        ],
    )
    question = Question(id="q", question="?", answerable=True, gold=("owls 2020!", "lost", "bats"))
    with Library.open(tmp_path / "library") as library:
        library.add(source)
        owls = library.paper("owls 2020!").paper_id
        assert owls != "owls 2020!"

        (resolved,), unknown = resolve_gold(library, (question,))

        assert resolved.gold == (owls, "lost", "bats")
        assert unknown == ("lost",)
        with pytest.raises(UsageError, match=r"none of the 2 gold papers \(lost, gone"):
            resolve_gold(
                library, (Question(id="q", question="?", answerable=True, gold=("lost", "gone")),)
            )


def test_questions_without_any_gold_are_about_every_library(tmp_path: Path) -> None:
    questions = (Question(id="q", question="Who?", answerable=False),)
    with Library.open(tmp_path / "nowhere") as library:
        assert resolve_gold(library, questions) == (questions, ())
