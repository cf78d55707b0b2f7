"""How answers look on a terminal."""

import re
from pathlib import Path

import pytest

from ragassist.cli.look import address_of, cut, in_lines
from ragassist.types import Paper
from tests.chat_server import ChatServer, Reply
from tests.cli.chatting import LINK, QUESTION, chat
from tests.cli.terminal import ragassist_on_terminal

TABLE = (
    "| Method | Finding | Papers |\n|---|---|---|\n"
    "| BM25 | BM25 is a **robust baseline** that is hard to beat in many tasks | [P1] |\n"
    "| Owls | Owls hear mice under 42 cm of snow | [P1] |\n"
)


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        ({"doi": "10.1/a b<c>"}, "https://doi.org/10.1/a%20b%3Cc%3E"),
        ({"doi": "10.1/x", "arxiv_id": "2001.00001"}, "https://doi.org/10.1/x"),
        ({"arxiv_id": "hep-th/9901001"}, "https://arxiv.org/abs/hep-th/9901001"),
        ({"pmid": "7"}, "https://pubmed.ncbi.nlm.nih.gov/7/"),
        ({"url": "https://owls.example/ä?q=1"}, "https://owls.example/%C3%A4?q=1"),
        ({"url": "https://owls.example/\x1b[31m\x07"}, "https://owls.example/"),
        ({"url": "javascript:alert(1)"}, None),
        ({}, None),
    ],
)
def test_a_paper_leads_to_its_place_on_the_web(stated: dict[str, str], address: str | None) -> None:
    paper = Paper(paper_id="owls", title="Owls", **stated)  # type: ignore[arg-type]

    assert address_of(paper) == address


def test_what_stands_under_the_prompt_takes_as_many_lines_as_it_needs() -> None:
    parts = ("44 papers", "extractive", "filter author:Vladimir Karpukhin author:Lewis", "as list")

    assert in_lines(parts, 80) == "44 papers  ·  extractive  ·  " + parts[2] + "\nas list"
    assert in_lines(parts, 40).split("\n") == [
        "44 papers  ·  extractive",
        "filter author:Vladimir Karpukhin…",
        "as list",
    ]


def test_text_is_cut_between_words_by_the_columns_it_takes() -> None:
    assert cut("owls hear mice", 14) == "owls hear mice"
    assert cut("owls hear mice", 13) == "owls hear…"
    assert cut("owls hear mice", 10) == "owls hear…"
    assert cut("zygomorphic", 5) == "zygo…"
    assert cut("検索は難しい", 7) == "検索は…"


def test_a_table_has_columns_that_fit_the_terminal(own_copy: Path) -> None:
    with (
        ChatServer([Reply(text=TABLE)]) as server,
        chat(own_copy, "--as", "table", **server.environment) as screen,
    ):
        screen.child.setwinsize(40, 60)
        screen.type("Can dense retrieval beat BM25?")
        screen.see("Method +Finding +Sources\n")
        rows = screen.see("\n\nLedger:").split("\n")[:-2]

    assert rows[:2] == [
        "BM25       BM25 is a robust baseline     [thakur2021beir]",
        "           that is hard to beat in many",
    ]
    assert rows[3].startswith("Owls       Owls hear mice under 42 cm    [thakur2021beir]")
    assert max(map(len, rows)) <= 59


def test_a_long_id_in_a_table_stays_whole(own_copy: Path) -> None:
    with (
        ChatServer(
            [Reply(text=re.sub(r"(\[P1\]|Papers|---) \|$", r"2021 | \1 |", TABLE, flags=re.M))]
        ) as server,
        chat(own_copy, "--as", "table", **server.environment) as screen,
    ):
        screen.child.setwinsize(40, 60)
        screen.type("Can dense retrieval beat BM25?")
        screen.see("Method +Finding +2021 +Sources\n")
        rows = screen.see("\n\nLedger:").split("\n")[:-2]

    assert rows[0] == "BM25      BM25 is a robust        2021    [thakur2021beir]"
    assert max(map(len, rows)) <= 59


def test_an_invented_key_cannot_be_read_as_another(own_copy: Path) -> None:
    reply = Reply(text="BM25 is a robust baseline [P1, smith2020foo].")
    with ChatServer([reply]) as server, chat(own_copy, **server.environment) as screen:
        screen.type(QUESTION)
        screen.see(r"\[\w+, smith2020foo \(no such paper\)\]")
        assert "\x1b[1;31msmith2020foo (no such paper)" in screen.raw


def test_errors_and_notices_are_wrapped_between_words_on_a_terminal(made_once: Path) -> None:
    with chat(made_once, "--no-log") as screen:
        screen.child.setwinsize(40, 60)
        screen.type("/filter author:Kapukhin")
        shown = screen.see("as it was")

    said = shown[shown.index("error:") :].split("\n")
    assert said[0] == "error: no paper has an author 'Kapukhin': did you mean"
    assert max(map(len, said)) <= 59


def test_a_table_that_is_too_wide_is_shown_column_by_column(own_copy: Path) -> None:
    with (
        ChatServer([Reply(text=TABLE)]) as server,
        chat(own_copy, "--as", "table", **server.environment) as screen,
    ):
        screen.child.setwinsize(40, 40)
        screen.type("Can dense retrieval beat BM25?")
        shown = screen.see("Ledger:")

    assert "Method: BM25\nFinding: BM25 is a robust baseline that\n  is hard" in shown
    assert "Sources: [thakur2021beir]" in shown


def test_ask_links_its_citations_on_a_terminal_too(made_once: Path) -> None:
    options = ("--library", made_once, "ask", QUESTION, "--no-log")
    _, rich = ragassist_on_terminal(*options, columns=80, TERM="xterm")
    _, plain = ragassist_on_terminal(*options, columns=80, TERM="dumb")

    assert re.search(LINK + r"[^;]*;https://doi\.org/[^\x1b]+\x1b\\karpukhin2020dense", rich)
    assert "\x1b" not in plain


def test_a_flag_says_in_words_what_its_colour_says(own_copy: Path) -> None:
    reply = Reply(text="Rain falls upwards in most of the years [P1].")
    with ChatServer([reply]) as server, chat(own_copy, **server.environment) as screen:
        screen.type(QUESTION)
        screen.see(r"\(!unsupported: ")
        screen.see("Ledger: 1 claim: 1 unsupported")
        assert "\x1b[1;31m(!unsupported" in screen.raw
