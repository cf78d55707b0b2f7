"""The chat, typed at in a real pseudo-terminal, and fed through a pipe."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect

from tests.chat_server import ChatServer, Reply, quotes_first
from tests.cli.terminal import environment_of, ragassist

QUESTION = "What does dense passage retrieval improve?"
LEDGER = r"Ledger: \d+ claims?: \d+ supported"


class Screen:
    """A terminal with the chat in it."""

    def __init__(self, child: "pexpect.spawn[str]") -> None:
        self.child = child

    def type(self, text: str) -> None:
        """Type a line."""
        self.child.send(text + "\r")

    def see(self, pattern: str) -> str:
        """Wait for a pattern; returns what was shown up to it, without escapes."""
        self.child.expect(pattern)
        shown = str(self.child.before) + str(self.child.after)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "")

    def leave(self) -> None:
        """Type Ctrl-D until it is heard: before the prompt is there it is lost."""
        for _ in range(20):
            if not self.child.isalive():
                return
            self.child.send("\x04")
            if self.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
                return
        raise AssertionError("Ctrl-D did not end the chat")

    def ready(self) -> None:
        """Wait for the prompt."""
        self.see(r">[ \x08]")


@contextmanager
def chat(library: Path, *arguments: str, **environment: str) -> Iterator[Screen]:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "ragassist", "--library", str(library), "chat", *arguments],
        env=environment_of({"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **environment}),
        dimensions=(40, 100),
        encoding="utf-8",
        timeout=20,
    )
    try:
        screen = Screen(child)
        screen.ready()
        yield screen
        screen.leave()
    finally:
        child.close(force=True)


def piped(library: Path, lines: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ragassist", "--library", str(library), "chat"],
        input=lines,
        env=environment_of(environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def log_of(library: Path) -> list[dict[str, Any]]:
    listed = ragassist("--library", library, "log", "--json")
    exchanges: list[dict[str, Any]] = json.loads(listed.stdout)["exchanges"]
    return exchanges


def test_a_question_is_answered_with_citations_a_ledger_line_and_references(
    own_copy: Path,
) -> None:
    with chat(own_copy) as screen:
        screen.type(QUESTION)
        shown = screen.see(LEDGER)
        assert "[karpukhin2020dense]" in shown
        screen.see(r"References:\s+\[karpukhin2020dense\] Vladimir Karpukhin")


def test_why_shows_the_evidence_of_a_sentence(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type(QUESTION)
        screen.see(LEDGER)
        screen.ready()
        screen.type("/why 1")
        shown = screen.see(r"characters \d+ to \d+")
        assert "1. supported: " in shown
        assert re.search(r"\[karpukhin2020dense\] “", shown)


def test_the_commands_say_what_they_need(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type("/why 1")
        screen.see("there is no answer to look into yet")
        screen.type("/sources")
        screen.see("nothing was asked yet")
        screen.type("/show")
        screen.see("/show needs a paper's ID")
        screen.type("/show karpukhin2020dense")
        screen.see("Dense Passage Retrieval for Open-Domain Question Answering")
        screen.type("/show nobody1999")
        screen.see("error: no paper 'nobody1999' in this library")
        screen.type("/dance")
        screen.see("/dance is not known: /help lists what is")
        screen.type("/help")
        screen.see("/quit +leave")


def test_sources_lists_the_papers_of_the_last_answer(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type(QUESTION)
        screen.see("References:")
        screen.ready()
        screen.type("/sources")
        assert "References" not in screen.see(r"\[karpukhin2020dense\] Vladimir")


def test_quit_leaves_and_says_nothing_more(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type("/quit")
        screen.child.expect(pexpect.EOF)
        screen.child.wait()
        assert screen.child.exitstatus == 0


def test_the_arrow_brings_back_a_question_of_an_earlier_chat(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type(QUESTION)
        screen.see(LEDGER)
    with chat(own_copy) as screen:
        screen.child.send("\x1b[A")
        screen.see(re.escape(QUESTION))
        screen.child.send("\r")
        screen.see(LEDGER)
    assert (own_copy / "chat_history").stat().st_mode & 0o777 == 0o600


def test_a_command_is_completed(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.child.send("/sou\t")
        screen.see("rces")
        screen.child.send("\r")
        screen.see("nothing was asked yet")


def test_ctrl_c_at_the_prompt_forgets_the_line_and_stays(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.child.send("what was I\x03")
        screen.ready()
        screen.type("/help")
        screen.see("/sources")


def test_ctrl_c_stops_a_model_keeps_what_was_checked_and_stays(own_copy: Path) -> None:
    slow = Reply(
        text="BM25 is a robust baseline [P1]. It is " + "very " * 400 + "old [P1].", delay_s=0.05
    )
    with ChatServer([slow]) as server, chat(own_copy, **server.environment) as screen:
        screen.type("Can dense retrieval beat BM25?")
        screen.see(r"BM25 is a robust baseline")
        screen.child.sendintr()
        screen.see("interrupted: the text ends here")
        server.wait_abandoned()
        screen.type("/why 1")
        screen.see(r"1\. \w+")
    (kept,) = log_of(own_copy)
    assert kept["kept"]["origin"]["interrupted"] is True


def test_a_follow_up_is_searched_for_as_the_question_it_stands_for(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type("How does Self-RAG decide when to retrieve?")
        screen.see(LEDGER)
        screen.ready()
        screen.type("and what are its limits?")
        searched = screen.see(r"searching for: [^\n]+")
        assert "self" in searched.lower()
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
        screen.type("How does Self-RAG decide when to retrieve?")
        screen.see(LEDGER)
        screen.ready()
        screen.type("and what are its limits?")
        screen.see(re.escape("searching for: What limits Self-RAG?"))
        screen.see(LEDGER)


def test_questions_from_a_pipe_are_answered_one_by_one(own_copy: Path) -> None:
    asked = piped(own_copy, f"{QUESTION}\n\n/sources\nbest pizza in Naples\n")

    assert asked.returncode == 0
    first, second, third = re.split(r"^> .*\n", asked.stdout, flags=re.MULTILINE)[1:]
    assert "[karpukhin2020dense]" in first
    assert re.search(LEDGER, first)
    assert second.startswith("[karpukhin2020dense] ")
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
    asked = piped(own_copy, "How does Self-RAG decide when to retrieve?\nWhat is ColBERT?\n")

    assert "searching for" not in asked.stderr
    assert "[khattab2020colbert]" in asked.stdout


def test_a_chat_where_there_is_no_library_says_so_before_the_first_question(
    tmp_path: Path,
) -> None:
    started = piped(tmp_path / "none", QUESTION)

    assert started.returncode == 2
    assert "\nerror: no library in " in started.stderr
    assert started.stdout == ""


def test_sixty_columns_are_enough_for_an_answer(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.child.setwinsize(40, 60)
        screen.type(QUESTION)
        lines = screen.see(LEDGER).split("\n")[2:]
        assert max(map(len, lines)) <= 60
