"""The chat: questions, follow-ups and what is kept of them."""

import re
import subprocess
import sys
from pathlib import Path

from tests.chat_server import ChatServer, Reply, quotes_first
from tests.cli.chatting import LEDGER, LINK, QUESTION, chat, log_of, piped
from tests.cli.terminal import environment_of

SELF_RAG = "How does Self-RAG decide when to retrieve?"


def test_a_question_is_answered_with_citations_a_ledger_line_and_references(
    own_copy: Path,
) -> None:
    with chat(own_copy) as screen:
        screen.type(QUESTION)
        assert "[karpukhin2020dense]" in screen.see(LEDGER)
        screen.see(r"References:\s+1 \[karpukhin2020dense\] Vladimir Karpukhin")


def test_citations_and_references_link_to_the_paper(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type(QUESTION)
        screen.see("References:")
        screen.ready()
        links = re.findall(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b\\([^\x1b]+)", screen.raw)

    address = "https://doi.org/10.18653/v1/2020.emnlp-main.550"
    assert links[0] == (address, "karpukhin2020dense")
    # The title, as far as the line goes.
    assert (address, "Dense Passage") in links


def test_a_dumb_terminal_is_sent_no_escape_and_no_color_no_colour(own_copy: Path) -> None:
    made_up = Reply(text="Rain falls upwards in most of the years [P1].")
    with (
        ChatServer([made_up]) as server,
        chat(own_copy, NO_COLOR="1", **server.environment) as screen,
    ):
        screen.type(QUESTION)
        screen.see(r"\(!unsupported")
        screen.see("References:")
        screen.ready()
        assert LINK in screen.raw
        assert not re.search(r"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|9[0-7]|38;[0-9;]+)m", screen.raw)
    with chat(own_copy, TERM="dumb") as screen:
        screen.type(QUESTION)
        screen.see("References:")
        assert "\x1b" not in screen.raw.split(QUESTION)[-1]


def test_what_a_model_marks_up_is_rendered(own_copy: Path) -> None:
    text = "BM25 is a **robust baseline** [P1].\n\n- BM25 beats *many* neural retrievers [P1].\n"
    with ChatServer([Reply(text=text)]) as server, chat(own_copy, **server.environment) as screen:
        screen.type("Can dense retrieval beat BM25?")
        shown = screen.see("Ledger:")
        assert "BM25 is a robust baseline [thakur2021beir]." in shown
        assert "BM25 beats many neural retrievers [thakur2021beir]." in shown
        assert "\x1b[1mrobust" in screen.raw
        assert "\x1b[3mmany" in screen.raw


def test_a_follow_up_is_searched_for_as_the_question_it_stands_for(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type(SELF_RAG)
        screen.see(LEDGER)
        screen.ready()
        screen.type("and what are its limits?")
        searched = screen.see(r"searching for: [^\n]+")
        assert "self" in searched.lower()
        assert "\x1b[2msearching for: " in screen.raw
    first, second = log_of(own_copy)
    assert second["conversation"] == first["number"]
    assert second["question"] == "and what are its limits?"
    assert "self" in second["kept"]["standalone"].lower()


def test_a_model_is_asked_to_make_a_follow_up_stand_alone(own_copy: Path) -> None:
    def reply(messages: list[dict[str, str]]) -> Reply:
        if "its limits" in messages[-1]["content"] and "<passage" not in messages[-1]["content"]:
            return Reply(text="What limits Self-RAG?")
        return quotes_first(messages)

    with ChatServer(reply) as server, chat(own_copy, **server.environment) as screen:
        screen.type(SELF_RAG)
        screen.see(LEDGER)
        screen.ready()
        screen.type("and what are its limits?")
        screen.see(re.escape("searching for: What limits Self-RAG?"))
        screen.see(LEDGER)


def test_an_earlier_conversation_goes_on(own_copy: Path) -> None:
    piped(own_copy, f"{SELF_RAG}\n")
    piped(own_copy, f"{QUESTION}\n")
    with chat(own_copy, "--conversation", "1") as screen:
        screen.type("and what are its limits?")
        assert "self" in screen.see(r"searching for: [^\n]+").lower()
        screen.see(LEDGER)

    assert f"conversation 1\n> {SELF_RAG}\n" in screen.shown()
    first, other, third = log_of(own_copy)
    assert (first["conversation"], other["conversation"], third["conversation"]) == (1, 2, 1)


def test_the_latest_conversation_goes_on_and_its_papers_can_be_listed(own_copy: Path) -> None:
    piped(own_copy, f"{QUESTION}\n")
    asked = piped(own_copy, "/sources\n/why 1\n", "--continue")

    assert asked.stdout.startswith(f"Going on with conversation 1\n> {QUESTION}\n")
    assert "\n1 [karpukhin2020dense] Vladimir" in asked.stdout
    assert "1. supported: " in asked.stdout


def test_a_resumed_chat_shows_the_last_answer_whole_and_earlier_ones_as_a_line_each(
    own_copy: Path,
) -> None:
    before = piped(own_copy, f"{SELF_RAG}\n{QUESTION}\n").stdout
    resumed = piped(own_copy, "", "--continue").stdout

    lead, first, answer = resumed.split("\n", 2)
    assert lead == "Going on with conversation 1: 1 earlier exchange"
    assert first.startswith(f"> {SELF_RAG}  Self-")
    assert (len(first) <= 160, first[-1]) == (True, "…")
    assert answer == f"> {QUESTION}\n" + before.split(f"> {QUESTION}\n")[1]


def test_the_filter_of_the_last_question_holds_in_a_resumed_chat(own_copy: Path) -> None:
    piped(own_copy, f"/filter author:Karpukhin year:2020..\n{QUESTION}\n")
    kept = piped(own_copy, "/filter\n", "--continue").stdout
    another = piped(own_copy, "/filter\n", "--continue", "--author", "Izacard").stdout

    assert kept.startswith("Going on with conversation 1; filter year:2020.. author:Karpukhin\n")
    assert kept.endswith("> /filter\nyear:2020.. author:Karpukhin: 2 papers\n")
    assert another.endswith("> /filter\nauthor:Izacard: 2 papers\n")


def test_where_a_model_fails_the_text_says_so_before_the_ledger_and_the_references(
    own_copy: Path,
) -> None:
    breaks = Reply(text="BM25 is a robust baseline [P1]. It is very", reset_after=8)
    with ChatServer([breaks]) as server:
        asked = piped(own_copy, "Can dense retrieval beat BM25?\n", **server.environment)

    cut, ledger, references = asked.stdout.split("\n\n")[1:4]
    assert cut.startswith("[cut off here: ")
    assert ledger == "Ledger: 1 claim: 1 supported (incomplete)"
    assert references.startswith("References:\n1 [thakur2021beir] ")
    assert asked.returncode == 1
    assert "error: the text ends here: " in asked.stderr


def test_an_answer_that_used_up_its_words_says_where_it_was_cut_off(own_copy: Path) -> None:
    asked = piped(own_copy, f"{QUESTION}\n", "--words", "30")

    assert asked.stdout.count("[cut off here: as many words as were asked for]\n") == 1
    assert "supported (incomplete)\n" in asked.stdout


def test_a_conversation_that_is_not_there_is_a_mistake_of_usage(own_copy: Path) -> None:
    latest = piped(own_copy, QUESTION, "--continue")
    named = piped(own_copy, QUESTION, "--conversation", "7")

    assert (latest.returncode, named.returncode) == (2, 2)
    assert latest.stderr.endswith(
        "error: nothing is in the log: there is no conversation to go on with\n"
    )
    assert named.stderr.endswith(
        "error: no conversation 7 in the log: `ragassist log` lists them\n"
    )


def test_questions_from_a_pipe_are_answered_one_by_one(own_copy: Path) -> None:
    asked = piped(own_copy, f"{QUESTION}\n\n/sources\nbest pizza in Naples\n")

    assert asked.returncode == 0
    first, second, third = re.split(r"^> .*\n", asked.stdout, flags=re.MULTILINE)[1:]
    assert "[karpukhin2020dense]" in first
    assert re.search(LEDGER, first)
    assert second.startswith("1 [karpukhin2020dense] ")
    assert third.startswith("No abstract in the library answers this.")
    assert "\x1b" not in asked.stdout
    assert asked.stderr.count("no model is configured") == 1


def test_a_question_that_fails_in_a_pipe_stops_no_other_and_is_the_exit_code(
    own_copy: Path,
) -> None:
    asked = piped(own_copy, f"?!\n{QUESTION}\n")

    assert asked.returncode == 1
    assert asked.stderr.count("error: the question '?!' has no word to search for") == 1
    assert "[karpukhin2020dense]" in asked.stdout


def test_a_chat_without_log_leaves_no_trace(own_copy: Path) -> None:
    with chat(own_copy, "--no-log") as screen:
        screen.type(QUESTION)
        screen.see(LEDGER)
    piped(own_copy, QUESTION, RAGASSIST_LOG="false")

    assert log_of(own_copy) == []
    assert not (own_copy / "chat_history").exists()


def test_bytes_that_are_no_text_in_a_pipe_cost_nothing_but_themselves(own_copy: Path) -> None:
    command = [sys.executable, "-m", "ragassist", "--library", str(own_copy), "chat"]
    asked = subprocess.run(
        command, input=b"what \xff is a caf\xe9\n" + QUESTION.encode() + b"\n",
        env=environment_of({}), capture_output=True, timeout=120, check=False,
    )  # fmt: skip

    assert b"Traceback" not in asked.stderr
    assert b"[karpukhin2020dense]" in asked.stdout


def test_a_new_question_of_one_name_is_not_taken_for_a_follow_up(own_copy: Path) -> None:
    asked = piped(own_copy, f"{SELF_RAG}\nWhat is ColBERT?\n")

    assert "searching for" not in asked.stderr
    assert "[khattab2020colbert]" in asked.stdout


def test_a_chat_where_there_is_no_library_says_so_before_the_first_question(
    tmp_path: Path,
) -> None:
    started = piped(tmp_path / "none", QUESTION)

    assert started.returncode == 2
    assert "error: no library in " in started.stderr
    assert started.stdout == ""


def test_sixty_columns_are_enough_for_an_answer(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.child.setwinsize(40, 60)
        screen.type(QUESTION)
        screen.see("\n")
        lines = screen.see(LEDGER).split("\n")
        screen.ready()
        screen.type("/help")
        screen.see("Ask in")
        lines += screen.see("/quit").split("\n")
        assert [line for line in lines if len(line) > 60] == []
