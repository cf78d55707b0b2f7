"""A question set asked of a real library, without a model."""

import json
from importlib import resources
from pathlib import Path

import pytest

from ragassist.errors import UsageError
from ragassist.evaluation.gate import Bound
from ragassist.evaluation.grounding import Grounding, measure_grounding
from ragassist.evaluation.questions import Question, QuestionSet
from ragassist.evaluation.report import of_grounding
from ragassist.library import Library
from ragassist.models.choice import ModelChoice
from tests.chat_server import MODEL, ChatServer, Message, Reply

SELF_RAG = "asai2024self"
QUESTIONS = (
    Question(
        id="self-rag",
        question="How does Self-RAG decide when to retrieve?",
        answerable=True,
        gold=(SELF_RAG,),
    ),
    Question(id="wordless", question="?!", answerable=False),
    Question(id="bread", question="How long does bread dough have to rise?", answerable=False),
)
RECALL = Bound(metric="gold_recall@5", side="at_least", limit=0.9)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample papers; a test that changes them puts them back."""
    folder = tmp_path_factory.mktemp("sample") / "library"
    with Library.open(folder) as opened:
        opened.add(sample())
    return folder


def sample() -> Path:
    return Path(str(resources.files("ragassist") / "resources" / "sample_library.jsonl"))


def asked(library: Library, *questions: Question, bounds: tuple[Bound, ...] = ()) -> Grounding:
    return measure_grounding(library, set_of(*questions), bounds, lambda *_: None)


def set_of(*questions: Question) -> QuestionSet:
    return QuestionSet(name="made.jsonl", sha256="0" * 64, questions=questions)


def test_every_question_has_its_outcome_and_an_error_is_that_of_one_question(library: Path) -> None:
    with Library.open(library) as opened:
        done = asked(opened, *QUESTIONS)

    self_rag, wordless, bread = done.outcomes
    assert [outcome.kind for outcome in done.outcomes] == ["answered", "error", "declined"]
    assert self_rag.cited[0] == SELF_RAG
    assert self_rag.retrieved[0] == SELF_RAG
    assert set(self_rag.cited) <= set(self_rag.papers)
    assert self_rag.origin is not None
    assert (self_rag.origin.answerer, self_rag.origin.usage.calls) == ("extractive", 0)
    assert "no word to search for" in wordless.text
    assert (bread.cited, bread.claims) == ((), ())
    assert len(bread.retrieved) == len(set(bread.retrieved)) > 0
    assert done.figures["evidence_exact"].mean == 1
    assert done.figures["error_rate"].mean == pytest.approx(1 / 3)
    assert (done.partial, done.rulings) == (False, None)


def test_inventing_a_key_is_told_from_citing_a_paper_that_was_not_found(library: Path) -> None:
    with Library.open(library) as opened:
        (outcome,) = asked(opened, QUESTIONS[0]).outcomes
        ids = {paper.paper_id for paper in opened.papers()}
    away = next(key for key in sorted(ids.difference(outcome.retrieved)) if "2023" in key)
    text = f"It decides by itself [P1]. Passages [{away}] help [smith2020foo], say some [P99]."

    def model(messages: list[Message]) -> Reply:
        return Reply(text="NO_SUPPORT" if "What is wrong" in messages[-1]["content"] else text)

    with ChatServer(model) as server:
        choice = ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url, timeout_s=5)
        with Library.open(library, model=choice) as opened:
            done = asked(opened, QUESTIONS[0])

    (outcome,) = done.outcomes
    assert outcome.cited == (SELF_RAG, away)
    assert outcome.claims[1].invented == ("smith2020foo", "P99")
    assert done.figures["fabricated_citation_rate"].mean == 2 / 4
    assert done.figures["unretrieved_citation_rate"].mean == 1 / 4


def test_a_gate_that_is_met_is_missed_once_a_gold_paper_is_gone(library: Path) -> None:
    other = Question(
        id="rag", question="What is retrieval-augmented generation?", answerable=True,
        gold=("lewis2020retrieval",),
    )  # fmt: skip
    with Library.open(library) as opened:
        assert asked(opened, QUESTIONS[0], other, bounds=(RECALL,)).met

        opened.remove(SELF_RAG)
        try:
            done = asked(opened, QUESTIONS[0], other, bounds=(RECALL,))
        finally:
            opened.add(sample())

    assert not done.met
    assert done.unknown_gold == (SELF_RAG,)
    assert done.rulings is not None
    assert [(ruling.mean, ruling.failing) for ruling in done.rulings] == [(0.5, ("self-rag",))]


def test_interrupted_what_was_asked_until_then_is_measured_and_held_against_no_gate(
    library: Path,
) -> None:
    def interrupt(_stage: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with Library.open(library) as opened:
        done = measure_grounding(opened, set_of(*QUESTIONS), (RECALL,), interrupt)

    assert [outcome.question.id for outcome in done.outcomes] == ["self-rag", "wordless"]
    assert done.partial
    assert done.rulings is None
    assert done.figures["gold_recall@5"].n == 1


def test_a_run_is_json_without_nan_and_twice_the_same(library: Path) -> None:
    with Library.open(library) as opened:
        first = of_grounding(asked(opened, *QUESTIONS, bounds=(RECALL,)))
        again = of_grounding(asked(opened, *QUESTIONS, bounds=(RECALL,)))

    assert json.dumps(first, allow_nan=False) == json.dumps(again, allow_nan=False)
    assert first["figures"]["gold_recall@5"] == {
        "mean": 1.0, "low": 0.025, "high": 1.0, "n": 1, "questions": 1,
    }  # fmt: skip
    assert first["gate"] == {
        "met": True,
        "bounds": [
            {"metric": "gold_recall@5", "at_least": 0.9, "mean": 1.0, "met": True, "failing": []}
        ],
    }


def test_a_library_without_papers_cannot_be_asked(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text(
        '{"_id": "owls", "title": "Owls", "abstract": "They hear."}'
    )
    with Library.open(tmp_path / "library") as library:
        library.add(tmp_path / "one.jsonl")
        library.remove("owls")

        with pytest.raises(UsageError, match="has no papers yet"):
            asked(library, *QUESTIONS)
