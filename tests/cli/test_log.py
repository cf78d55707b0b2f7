import json
import re
from pathlib import Path

from tests.chat_server import ChatServer, quotes_first
from tests.cli.chatting import piped
from tests.cli.terminal import ragassist, ragassist_on_terminal

QUESTION = "What does dense passage retrieval improve?"
KEY = "sk-owl-4711-zygomorphic"


def ask(library: Path, question: str, *options: str, **environment: str) -> int:
    return ragassist("--library", library, "ask", question, *options, **environment).returncode


def test_what_was_asked_is_listed_the_latest_last(own_copy: Path) -> None:
    assert ask(own_copy, QUESTION) == 0
    assert ask(own_copy, "best pizza in Naples") == 3
    listed = ragassist("--library", own_copy, "log")

    first, second = listed.stdout.splitlines()
    number, conversation, when, came, question = first.split("\t")
    assert (number, conversation, question) == ("1", "1", QUESTION)
    assert when.startswith("20")
    assert came.endswith(" supported")
    assert second.split("\t")[3:] == ["declined", "best pizza in Naples"]


def test_on_a_terminal_an_exchange_takes_two_lines_that_fit_its_width(own_copy: Path) -> None:
    ask(own_copy, f"{QUESTION} Is it more than term matching can do for open domain questions?")
    _, shown = ragassist_on_terminal("--library", own_copy, "log", columns=60, TZ="UTC")

    head, first, question, _ = re.sub(r"\x1b\[[0-9;]*m", "", shown).split("\r\n")
    assert head == " No.  asked (local time)  what came of it"
    assert re.fullmatch(r"   1  \d{4}-\d\d-\d\d \d\d:\d\d   \d supported", first)
    assert question == "      What does dense passage retrieval improve? Is it…"


def test_a_search_shows_on_a_terminal_where_the_words_stand(own_copy: Path) -> None:
    ask(own_copy, QUESTION)
    options = ("--library", own_copy, "log", "--search", "BERT")
    _, shown = ragassist_on_terminal(*options, columns=60)

    found = re.sub(r"\x1b\[[0-9;]*m", "", shown).split("\r\n")[3]
    assert found == "      … term matching with two BERT encoders, one for…"


def test_words_in_place_of_a_number_are_told_to_be_searched_for(own_copy: Path) -> None:
    asked = ragassist("--library", own_copy, "log", "slot", "filling")

    assert asked.returncode == 2
    assert asked.stderr == (
        "error: 'slot filling' is no number of an exchange: "
        "`ragassist log --search 'slot filling'` looks for words\n"
    )


def test_an_exchange_is_shown_whole(own_copy: Path) -> None:
    ask(own_copy, QUESTION)
    shown = ragassist("--library", own_copy, "log", "1")

    assert "answered by extractive" in shown.stdout
    assert "[karpukhin2020dense]" in shown.stdout


def test_an_exchange_that_is_not_there_is_a_mistake_of_usage(own_copy: Path) -> None:
    shown = ragassist("--library", own_copy, "log", "7")

    assert shown.returncode == 2
    assert shown.stderr == "error: no exchange 7 in the log: `ragassist log` lists them\n"


def test_a_conversation_is_shown_whole_and_is_found_by_any_of_its_exchanges(
    own_copy: Path,
) -> None:
    piped(own_copy, f"{QUESTION}\nand what about its speed?\n")
    ask(own_copy, "best pizza in Naples")
    listed = ragassist("--library", own_copy, "log").stdout.splitlines()
    shown = ragassist("--library", own_copy, "log", "--conversation", "2")
    as_json = ragassist("--library", own_copy, "log", "--conversation", "1", "--json")
    missing = ragassist("--library", own_copy, "log", "--conversation", "9")

    assert [line.split("\t")[:2] for line in listed] == [["1", "1"], ["2", "1"], ["3", "3"]]
    assert QUESTION in shown.stdout
    assert "and what about its speed?" in shown.stdout
    assert "pizza" not in shown.stdout
    assert [one["number"] for one in json.loads(as_json.stdout)["exchanges"]] == [1, 2]
    assert missing.returncode == 2
    assert missing.stderr == "error: no conversation 9 in the log: `ragassist log` lists them\n"


def test_the_log_is_searched_in_questions_and_answers(own_copy: Path) -> None:
    ask(own_copy, QUESTION)
    ask(own_copy, "best pizza in Naples")
    by_question = ragassist("--library", own_copy, "log", "--search", "PIZZA nap")
    by_answer = ragassist("--library", own_copy, "log", "--search", "bert encod", "--json")
    nothing = ragassist("--library", own_copy, "log", "--search", "pizza bert")
    empty = ragassist("--library", own_copy, "log", "--search", "?!")

    assert [line.split("\t")[0] for line in by_question.stdout.splitlines()] == ["2"]
    assert [one["number"] for one in json.loads(by_answer.stdout)["exchanges"]] == [1]
    assert nothing.stdout == "Nothing in the log has that.\n"
    assert (empty.returncode, empty.stderr) == (
        2,
        "error: '?!' has no word to search the log for\n",
    )


def test_one_way_of_choosing_exchanges_at_a_time(own_copy: Path) -> None:
    for options in (["1", "--search", "owls"], ["--clear", "--conversation", "1"]):
        assert ragassist("--library", own_copy, "log", *options).returncode == 2


def test_json_holds_what_makes_the_answer_again(own_copy: Path) -> None:
    ask(own_copy, QUESTION)
    shape = json.loads(ragassist("--library", own_copy, "log", "--json").stdout)
    (exchange,) = shape["exchanges"]

    assert shape["schema"] == 1
    assert exchange["conversation"] == exchange["number"] == 1
    assert exchange["kept"]["library"]["papers"] == 44
    assert exchange["kept"]["origin"]["answerer"] == "extractive"
    assert exchange["kept"]["passages"][0]["rank"] == 1
    assert exchange["kept"]["claims"][0]["verdict"] == "supported"


def test_clearing_forgets_everything(own_copy: Path) -> None:
    ask(own_copy, QUESTION)
    cleared = ragassist("--library", own_copy, "log", "--clear")

    assert cleared.stdout == "1 exchange forgotten, and what was typed in chats\n"
    assert ragassist("--library", own_copy, "log").stdout == "Nothing is in the log.\n"


def test_clearing_forgets_what_was_typed_in_chats_as_well(own_copy: Path) -> None:
    (own_copy / "chat_history").write_text("+What did I ask?\n")
    ragassist("--library", own_copy, "log", "--clear")

    assert not (own_copy / "chat_history").exists()


def test_clearing_one_exchange_is_refused_and_clears_none(own_copy: Path) -> None:
    ask(own_copy, QUESTION)
    refused = ragassist("--library", own_copy, "log", "1", "--clear")

    assert refused.returncode == 2
    assert ragassist("--library", own_copy, "log", "1").returncode == 0


def test_a_question_with_bytes_that_are_no_text_is_answered_and_kept(own_copy: Path) -> None:
    asked = ragassist("--library", own_copy, "ask", "What does dense \udcff retrieval improve?")

    assert asked.returncode == 0, asked.stderr
    (kept,) = json.loads(ragassist("--library", own_copy, "log", "--json").stdout)["exchanges"]
    assert kept["question"] == "What does dense  retrieval improve?"


def test_logging_can_be_switched_off(own_copy: Path) -> None:
    ask(own_copy, QUESTION, "--no-log")
    ask(own_copy, QUESTION, RAGASSIST_LOG="false")

    assert ragassist("--library", own_copy, "log").stdout == "Nothing is in the log.\n"


def test_the_log_says_which_model_and_prompts_answered_and_holds_no_key(own_copy: Path) -> None:
    with ChatServer(quotes_first) as server:
        asked = ask(own_copy, QUESTION, **server.environment, OPENAI_API_KEY=KEY)
    (exchange,) = json.loads(ragassist("--library", own_copy, "log", "--json").stdout)["exchanges"]

    assert asked == 0
    assert exchange["answerer"] == "openai:test-model"
    assert set(exchange["kept"]["origin"]["prompts"]) >= {"answer"}
    assert exchange["kept"]["origin"]["usage"]["calls"] == 1
    on_disk = b"".join(file.read_bytes() for file in own_copy.rglob("*") if file.is_file())
    assert KEY.encode() not in on_disk
