"""`ragassist eval`, as its user meets it: what it prints, where, and how it exits."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ragassist.shipped import shipped
from tests.chat_server import (
    NOT_JSON,
    REFUSES,
    USAGE,
    WRONG_KEY,
    ChatServer,
    Message,
    Reply,
    invents_a_key,
)
from tests.cli.terminal import environment_of, ragassist

SELF_RAG = {
    "id": "self-rag",
    "question": "How does Self-RAG decide when to retrieve?",
    "answerable": True,
    "gold": ["asai2024self"],
}
BREAD = {"id": "bread", "question": "How long does bread dough have to rise?", "answerable": False}
WORDLESS = {"id": "wordless", "question": "?!", "answerable": False}


def write(path: Path, *rows: Mapping[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def grounding(library: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return ragassist("--library", library, "eval", "grounding", *arguments)


@pytest.mark.parametrize("command", ["retrieval", "grounding"])
def test_each_command_has_help_with_a_runnable_example(command: str) -> None:
    shown = ragassist("eval", command, "--help")

    assert shown.returncode == 0
    assert re.search(rf"Examples:\n\s+ragassist eval {command} ", shown.stdout)


def test_eval_alone_names_its_commands() -> None:
    shown = ragassist("eval", "--help")

    assert re.search(r"\n  retrieval .*\n  grounding ", shown.stdout, re.DOTALL)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, Path]:
    """The run of `--smoke`, where a model is configured that nobody could reach."""
    out = tmp_path_factory.mktemp("smoke") / "run.json"
    shown = ragassist(
        "eval", "grounding", "--smoke", "--json", "--out", out,
        cwd=out.parent, RAGASSIST_MODEL="openai:nobody", OPENAI_BASE_URL="http://127.0.0.1:9/v1",
    )  # fmt: skip
    assert shown.returncode == 0, shown.stdout[-2000:] + shown.stderr
    assert out.read_text("utf-8") == shown.stdout
    return json.loads(shown.stdout), shown.stderr, out


def test_smoke_meets_its_gate_offline_without_a_model_and_leaves_nothing(
    smoke: tuple[dict[str, Any], str, Path],
) -> None:
    run, said, out = smoke

    assert run["gate"]["met"] is True
    assert "gate met: 9 of 9 bounds" in said
    assert run["origin"]["answerers"] == ["extractive"]
    assert run["origin"]["usage"] == {"calls": 0, "input_tokens": 0, "output_tokens": 0}
    assert list(out.parent.iterdir()) == [out]


def test_a_run_says_what_was_asked_of_what_and_all_that_came_of_it(
    smoke: tuple[dict[str, Any], str, Path],
) -> None:
    run, _, _ = smoke
    file = shipped("questions", "sample.jsonl")

    assert run["schema"] == 1
    assert run["partial"] is False
    assert run["questions"] == {
        "file": "sample.jsonl",
        "sha256": sha256(file.read_bytes()).hexdigest(),
        "to_ask": 90,
        "asked": 90,
        "unknown_gold": [],
    }
    assert run["library"]["papers"] == 44
    assert len(run["outcomes"]) == 90
    for outcome in run["outcomes"]:
        assert outcome["outcome"] in {"answered", "declined"}
        assert bool(outcome["cited"]) == (outcome["outcome"] == "answered")
        assert sum(outcome["verdicts"].values()) == outcome["claims"]
        assert len(outcome["retrieved"]) == 10
    figures = run["figures"]
    assert all(
        set(figure) == {"mean", "low", "high", "n", "questions"} for figure in figures.values()
    )
    assert figures["fabricated_citation_rate"]["mean"] == 0
    assert figures["answer_rate"]["n"] == 90


def test_the_table_names_each_metric_with_its_interval_and_the_questions_that_went_wrong(
    made_once: Path, tmp_path: Path
) -> None:
    unanswered = {**BREAD, "id": "dough", "answerable": True}
    shown = grounding(
        made_once, "--questions", write(tmp_path / "q.jsonl", SELF_RAG, unanswered, WORDLESS)
    )

    assert shown.returncode == 0
    assert "refused wrongly: dough How long does bread dough have to rise?\n" in shown.stdout
    assert "failed (the question '?!' has no word to search for): wordless" in shown.stdout
    assert "3 of 3 questions, 44 papers, extractive" in shown.stdout
    assert re.search(r"\n  false_refusal_rate +0\.500 +0\.000 to 1\.000 +2\n", shown.stdout)
    assert re.search(r"\n  error_rate +0\.333 .* 3\n", shown.stdout)
    # The only unanswerable question failed.
    assert re.search(r"\n  false_answer_rate +- +not measured +0\n", shown.stdout)


def test_show_prints_every_answer(made_once: Path, tmp_path: Path) -> None:
    shown = grounding(
        made_once, "--show", "--questions", write(tmp_path / "q.jsonl", SELF_RAG, BREAD)
    )

    assert re.search(r"self-rag How does .*\?\nanswered: .+ \[asai2024self\]", shown.stdout)
    assert "bread How long does bread dough have to rise?\ndeclined: No abstract" in shown.stdout


def test_a_gate_that_is_not_met_says_which_bound_and_which_question_and_exits_3(
    own_copy: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "gate.json"
    gate.write_text('{"gold_recall@5": {"at_least": 0.9}, "false_answer_rate": {"at_most": 0}}')
    other = {**SELF_RAG, "id": "rag", "question": "What is dense passage retrieval?"}
    questions = write(tmp_path / "q.jsonl", SELF_RAG, {**other, "gold": ["karpukhin2020dense"]})
    assert ragassist("--library", own_copy, "remove", "asai2024self").returncode == 0

    shown = grounding(own_copy, "--questions", questions, "--gate", gate)

    assert shown.returncode == 3
    assert "1 gold paper is not in the library, and not to be found: asai2024self" in shown.stderr
    assert (
        "gate not met: gold_recall@5 is 0.5000, and has to be at least 0.9; see self-rag\n"
        "gate not met: false_answer_rate was not measured, and has to be at most 0\n"
    ) in shown.stdout


def test_a_model_is_measured_as_it_answers_with_all_it_used_and_an_error_ends_nothing(
    made_once: Path, tmp_path: Path
) -> None:
    def model(messages: list[Message]) -> Reply:
        asked = messages[-1]["content"]
        if "bread dough" in asked:
            return NOT_JSON
        return REFUSES if "no answer" in asked else invents_a_key(messages)

    gate = tmp_path / "gate.json"
    gate.write_text('{"fabricated_citation_rate": {"at_most": 0}}')
    refused = {**SELF_RAG, "id": "refused", "question": "How does no answer look?"}
    questions = write(tmp_path / "q.jsonl", BREAD, refused, SELF_RAG)
    with ChatServer(model) as server:
        shown = ragassist(
            "--library", made_once, "eval", "grounding", "--questions", questions,
            "--gate", gate, "--json", **server.environment,
        )  # fmt: skip
    run = json.loads(shown.stdout)

    assert shown.returncode == 3
    assert (
        "fabricated_citation_rate is 1.0000, and has to be at most 0; see self-rag" in shown.stderr
    )
    outcomes = [outcome["outcome"] for outcome in run["outcomes"]]
    assert outcomes == ["error", "declined", "answered"]
    assert run["outcomes"][2]["invented"] == ["P99"]
    assert run["origin"]["answerers"] == ["openai:test-model"]
    assert "answer" in run["origin"]["prompts"]
    calls = run["origin"]["usage"]["calls"]
    # However often it was asked, a question that ended in an error counts for nothing.
    assert calls == sum("bread dough" not in request.user for request in server.requests)
    assert run["origin"]["usage"]["input_tokens"] == calls * USAGE[0]
    assert run["figures"]["error_rate"]["mean"] == pytest.approx(1 / 3, abs=1e-4)
    assert run["figures"]["citation_coverage"]["mean"] == 0


def test_a_wrong_key_ends_the_run_at_its_first_question(made_once: Path, tmp_path: Path) -> None:
    questions = write(tmp_path / "q.jsonl", BREAD, SELF_RAG)
    with ChatServer([WRONG_KEY]) as server:
        shown = ragassist(
            "--library", made_once, "eval", "grounding", "--questions", questions,
            **server.environment,
        )  # fmt: skip

    assert (shown.returncode, shown.stdout) == (2, "")
    assert "refuses the key" in shown.stderr
    assert len(server.requests) == 1


def test_where_every_question_fails_the_run_has_failed(made_once: Path, tmp_path: Path) -> None:
    shown = grounding(made_once, "--questions", write(tmp_path / "q.jsonl", WORDLESS))

    assert shown.returncode == 1
    assert "error: every question failed, the first with: the question '?!' has no" in shown.stderr
    assert re.search(r"\n  error_rate +1\.000", shown.stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "which questions? --questions FILE, or --smoke"),
        (["--questions", "bad.jsonl"], "bad.jsonl:2: answerable: Input should be a valid boolean"),
        (["--questions", "fine.jsonl", "--gate", "gate.json"], "there is no metric 'truth'"),
        (["--questions", "fine.jsonl", "--out", "no/run.json"], "there is no folder 'no'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    made_once: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    write(tmp_path / "bad.jsonl", SELF_RAG, {**BREAD, "answerable": 1})
    write(tmp_path / "fine.jsonl", SELF_RAG)
    (tmp_path / "gate.json").write_text('{"truth": {"at_least": 1}}')

    shown = ragassist("--library", made_once, "eval", "grounding", *arguments, cwd=tmp_path)

    assert (shown.returncode, shown.stdout) == (2, "")
    assert says in shown.stderr
    assert len([line for line in shown.stderr.splitlines() if line.startswith("error: ")]) == 1


def test_interrupted_it_shows_what_was_measured_and_says_that_it_is_a_part(
    made_once: Path, tmp_path: Path
) -> None:
    questions = write(tmp_path / "q.jsonl", *({**SELF_RAG, "id": f"q{n}"} for n in range(5000)))
    terminal, screen = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "ragassist", "--library", str(made_once), "eval", "grounding",
         "--questions", str(questions), "--json"],
        stdout=subprocess.PIPE,
        stderr=screen,
        env=environment_of({"TERM": "xterm"}),
        text=True,
    )  # fmt: skip
    os.close(screen)
    seen = b""
    while b"asking" not in seen:
        seen += os.read(terminal, 65536)
    running.send_signal(signal.SIGINT)
    shown, _ = running.communicate(timeout=60)
    os.close(terminal)
    run = json.loads(shown)

    assert running.returncode == 130
    assert run["partial"] is True
    assert 0 < run["questions"]["asked"] == len(run["outcomes"]) < run["questions"]["to_ask"]
    assert run["figures"]["answer_rate"]["n"] == run["questions"]["asked"]
    assert run["gate"] is None


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("collections") / "toy"
    (place / "qrels").mkdir(parents=True)
    write(
        place / "corpus.jsonl",
        {"_id": "owl", "title": "Owls hear mice", "text": "Owls hear mice under deep snow."},
        {"_id": "bat", "title": "Bats hear moths", "text": "Bats find moths by echo."},
    )
    write(
        place / "queries.jsonl",
        {"_id": "1", "text": "Do owls hear mice?"},
        {"_id": "2", "text": "How do bats find moths?"},
        {"_id": "3", "text": "Nobody judged this"},
    )
    judged = "query-id\tcorpus-id\tscore\n1\towl\t1\n2\tbat\t1\n"
    (place / "qrels" / "dev.tsv").write_text(judged)
    return place


def test_retrieval_measures_each_leg_and_both_and_needs_no_library(
    collection: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.json"
    shown = ragassist("eval", "retrieval", "--dataset", collection, "--out", out, cwd=tmp_path)
    run = json.loads(out.read_text("utf-8"))

    assert shown.returncode == 0, shown.stderr
    assert "toy, dev.tsv: 2 queries, 2 papers of 2 documents, builtin-" in shown.stdout
    assert "left out or not to be found: 1 unjudged queries" in shown.stdout
    assert re.findall(r"\n(\S.*?) +mean", shown.stdout) == [
        "bm25",
        "dense",
        "fused",
        "fused - bm25",
    ]
    assert {name: run[name] for name in ("schema", "dataset", "qrels", "queries", "depth")} == {
        "schema": 1, "dataset": "toy", "qrels": "dev.tsv", "queries": 2, "depth": 100,
    }  # fmt: skip
    assert run["embedder"].startswith("builtin-")
    assert list(run["systems"]["bm25"]) == [
        "nDCG@10", "R@10", "R@50", "R@100", "RR@100", "P@5", "Judged@10",
    ]  # fmt: skip
    assert run["systems"]["fused"]["nDCG@10"]["mean"] == 1
    assert run["gains"]["nDCG@10"] == {"mean": 0.0, "low": 0.0, "high": 0.0, "n": 2}
    assert list(tmp_path.iterdir()) == [out]


def test_a_folder_that_is_no_collection_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    shown = ragassist("eval", "retrieval", "--dataset", tmp_path)

    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith("error: ")
    assert "a collection is a folder with corpus.jsonl" in shown.stderr
