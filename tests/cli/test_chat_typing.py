"""Typing at the chat: editing, history, completion, paste, and the keys that stop things."""

import re
from pathlib import Path

from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from ragassist.cli.chatting.completion import ChatCompleter
from ragassist.library import Library
from tests.chat_server import ChatServer, Reply, quotes_first
from tests.cli.chatting import LEDGER, QUESTION, chat, log_of

COUNTER_GONE = "\x1b7\x1b[?7l\x1b[K\x1b[?7h\x1b8"
PASTE = "\x1b[200~{}\x1b[201~"


def test_the_arrow_brings_back_a_question_of_an_earlier_chat(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type(QUESTION)
        screen.see(LEDGER)
    with chat(own_copy) as screen:
        screen.send("\x1b[A")
        screen.see(re.escape(QUESTION))
        screen.send("\r")
        screen.see(LEDGER)
    assert (own_copy / "chat_history").stat().st_mode & 0o777 == 0o600


def test_several_lines_that_are_pasted_or_written_are_one_question(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.send(PASTE.format("What does dense\rpassage retrieval") + "\x1b\rimprove?")
        screen.see(r"improve\?")
        screen.send("\r")
        screen.see(LEDGER)
    (kept,) = log_of(own_copy)
    assert kept["question"] == QUESTION


def test_tab_completes_commands_papers_and_conditions(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.send("/sou\t")
        screen.see("rces")
        screen.send("\r")
        screen.see("error: nothing was asked yet")
        screen.ready()
        screen.send("/sho\tkarpu\t\r")
        screen.see("Dense Passage Retrieval for Open-Domain Question Answering")
        screen.ready()
        screen.send("/filter auth\tThakur\t\r")
        screen.see(r"author:Nandan Thakur: 1 paper\b")
        screen.ready()
        screen.send("why is [thak\t")
        screen.see("ur2021beir")
        screen.send("\x01\x0b/filter off\r")
        screen.see("no filter: 44 papers")


def test_tab_goes_as_far_as_all_that_begin_so_agree_and_then_lists_them(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.send("/show izac\t")
        screen.see("ard202")
        screen.see("izacard2021leveraging")
        screen.send("\x01\x0b")


def test_authors_whose_family_name_begins_so_are_offered_first(own_copy: Path) -> None:
    with Library.open(own_copy) as library:
        completer = ChatCompleter(library, {})
        asked = CompleteEvent(completion_requested=True)
        found = list(completer.get_completions(Document("/filter author:le"), asked))

    families = [one.text.split()[-1].lower().startswith("le") for one in found]
    assert families[0]
    assert families == sorted(families, reverse=True)


def test_a_list_of_completions_that_is_cut_says_so(own_copy: Path) -> None:
    with Library.open(own_copy) as library:
        completer = ChatCompleter(library, {})
        asked = CompleteEvent(completion_requested=True)
        found = list(completer.get_completions(Document("/filter author:a"), asked))

    assert len(found) == 51
    assert (found[-1].text, found[-1].display_text) == ("", "… more: type on")


def test_ctrl_c_at_the_prompt_forgets_the_line_and_stays(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.send("what was I\x03")
        screen.ready()
        screen.type("/help")
        screen.see("/sources")


def test_ctrl_d_leaves_also_while_the_model_is_being_loaded(own_copy: Path) -> None:
    with ChatServer(quotes_first) as server, chat(own_copy, **server.environment) as screen:
        screen.send("\x04")
        assert screen.ended().strip("> \n") == ""
        assert screen.child.exitstatus == 0


def test_the_prompt_is_there_before_the_model_is_loaded_and_that_goes_on_meanwhile(
    own_copy: Path,
) -> None:
    # Python says on standard error what it has imported, as soon as it has.
    told = {"PYTHONPROFILEIMPORTTIME": "1"}
    with ChatServer(quotes_first) as server, chat(own_copy, **told, **server.environment) as screen:
        before = re.split(r">[ \x08]", screen.shown())[0]
        assert "prompt_toolkit" in before
        assert not re.search(r"\| +(?:langchain|openai|chromadb)", before)
        screen.see(r"\| +langchain_openai\.chat_models\n")
        assert "chromadb" not in screen.shown()


def test_quit_leaves_and_says_nothing_more(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.type("/quit")
        screen.see("/quit")
        # A slow terminal is shown the typed line a second time.
        assert screen.ended().strip("> \n").removeprefix("/quit") == ""
        assert screen.child.exitstatus == 0


def test_ctrl_c_stops_a_model_keeps_what_was_checked_and_stays(own_copy: Path) -> None:
    slow = Reply(
        text="BM25 is a robust baseline [P1]. It is " + "very " * 400 + "old [P1].", delay_s=0.05
    )
    with ChatServer([slow]) as server, chat(own_copy, **server.environment) as screen:
        screen.type("Can dense retrieval beat BM25?")
        screen.see("BM25 is a robust baseline")
        screen.child.setwinsize(30, 60)
        screen.child.sendintr()
        screen.see(r"\n\[cut off here: interrupted\]\n\nLedger: .*\(incomplete\)")
        server.wait_abandoned()
        assert re.findall(r"\x1b7[^\n]*?\x1b8", screen.raw)[-1] == COUNTER_GONE
        screen.type("/why 1")
        screen.see(r"1\. \w+")
    (kept,) = log_of(own_copy)
    assert kept["kept"]["origin"]["interrupted"] is True


def test_what_is_typed_during_an_answer_is_kept_for_the_prompt(own_copy: Path) -> None:
    slow = Reply(text="BM25 is a robust baseline [P1]. BM25 is a baseline [P1].", delay_s=0.1)
    with ChatServer([slow]) as server, chat(own_copy, **server.environment) as screen:
        screen.type("Can dense retrieval beat BM25?")
        screen.see("BM25 is a robust baseline")
        screen.type("/why 1")
        assert "/why" not in screen.see("References:")
        screen.see("/why 1")
        screen.see(r"1\. \w+: BM25 is a robust baseline")


def test_a_terminal_that_changes_its_size_does_no_harm(own_copy: Path) -> None:
    with chat(own_copy) as screen:
        screen.send(QUESTION[:20])
        screen.see(re.escape(QUESTION[:20]))
        screen.child.setwinsize(30, 50)
        screen.send(QUESTION[20:] + "\r")
        screen.see(LEDGER)
        screen.see("\n")
        screen.ready()
        screen.type("/sources")
        screen.see("\n")
        lines = screen.see("EMNLP").split("\n")
        assert max(map(len, lines)) <= 50
    (kept,) = log_of(own_copy)
    assert kept["question"] == QUESTION


def test_the_line_under_the_prompt_says_what_is_asked(own_copy: Path) -> None:
    with chat(own_copy, "--year", "2022..", PROMPT_TOOLKIT_NO_CPR="") as screen:
        # What a terminal answers that is asked where its cursor is.
        screen.send("\x1b[1;1R")
        screen.see(r"44 papers {2}·  extractive {2}·  filter year:2022\.\. \(\d+\)")
