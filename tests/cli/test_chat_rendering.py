"""How answers look on a terminal."""

import re
from pathlib import Path

import pytest

from ragassist.cli.look import address_of
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


def test_a_table_has_columns_that_fit_the_terminal(own_copy: Path) -> None:
    with (
        ChatServer([Reply(text=TABLE)]) as server,
        chat(own_copy, "--as", "table", **server.environment) as screen,
    ):
        screen.child.setwinsize(40, 60)
        screen.type("Can dense retrieval beat BM25?")
        screen.see("Method +Finding +Sources\n")
        rows = screen.see("\n\nLedger:").split("\n")[:-2]

    assert rows[0] == "BM25                BM25 is a robust    [thakur2021beir]"
    assert rows[1].strip() == "baseline that is"
    assert [row for row in rows if row.startswith("Owls")] != []
    assert max(map(len, rows)) <= 60


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
