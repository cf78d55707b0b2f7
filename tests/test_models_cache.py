"""Replies kept on this machine: which, for whom, and for how long."""

import json
import sqlite3
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.errors import CostLimitReached, ModelUnavailable
from ragassist.library import Library
from ragassist.models.chat import ChatModel
from ragassist.models.choice import ModelChoice
from ragassist.models.reply_cache import FILE_NAME, ReplyCache, key_of
from ragassist.prompts import Prompt
from ragassist.types import Usage
from tests.chat_server import MODEL, USAGE, ChatServer, Reply, quotes_first
from tests.cli.terminal import ragassist

PROMPT = Prompt(name="test", system="Be brief.", request="Q: $question")
SLOTS = {"question": "Is rain wet?"}
KEY = "sk-proj-0123456789abcdef"
WET = Reply(text="Rain is wet.")
QUESTION = "How do language models learn to use tools?"


@pytest.fixture
def cache(tmp_path: Path) -> ReplyCache:
    return ReplyCache(tmp_path / "replies.sqlite3")


def model_at(server: ChatServer, cache: ReplyCache | None, **stated: Any) -> ChatModel:
    stated = {"name": f"openai:{MODEL}", "api_key": KEY, **stated}
    return ChatModel(ModelChoice(base_url=server.base_url, **stated), cache=cache)


def test_the_same_call_is_made_once_streamed_or_not(cache: ReplyCache) -> None:
    with ChatServer([WET, Reply(text="No.")]) as server:
        first = model_at(server, cache)
        assert "".join(first.stream(PROMPT, SLOTS)) == "Rain is wet."
        second = model_at(server, cache)
        assert "".join(second.stream(PROMPT, SLOTS)) == "Rain is wet."
        assert second.complete(PROMPT, SLOTS) == "Rain is wet."

    assert len(server.requests) == 1
    assert first.usage == Usage(
        calls=1, input_tokens=USAGE[0], output_tokens=USAGE[1], cost_usd=None
    )
    assert second.usage == Usage(cached_replies=2)


def test_an_answer_from_the_cache_is_told_and_a_short_reply_is_not(cache: ReplyCache) -> None:
    told: list[str] = []
    with ChatServer([WET]) as server:
        choice = ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url)
        model = ChatModel(choice, cache=cache, notify=told.append)
        list(model.stream(PROMPT, SLOTS))
        assert told == []
        model.complete(PROMPT, SLOTS)
        list(model.stream(PROMPT, SLOTS))

    assert told == ["answered from the cache of replies; --no-cache asks anew"]


def test_a_reply_from_the_cache_is_not_cut_short(cache: ReplyCache) -> None:
    with ChatServer([WET, Reply(text="Rain", finish_reason="length")]) as server:
        model = model_at(server, cache)
        model.complete(PROMPT, SLOTS)
        model.complete(PROMPT, {"question": "And snow?"})
        assert model.cut_short
        model.complete(PROMPT, SLOTS)
        assert not model.cut_short


@pytest.mark.parametrize(
    "stated", [{"name": "openai:other"}, {"max_answer_tokens": 7}, {"api_key": None}]
)
def test_a_call_is_another_by_its_model_and_its_limit_and_not_by_its_key(
    cache: ReplyCache, stated: dict[str, Any]
) -> None:
    with ChatServer([WET]) as server:
        model_at(server, cache).complete(PROMPT, SLOTS)
        model_at(server, cache, **stated).complete(PROMPT, SLOTS)

    assert len(server.requests) == (1 if "api_key" in stated else 2)


def test_a_call_is_another_by_its_messages(cache: ReplyCache) -> None:
    told = Prompt(name="test", system="Be long.", request="Q: $question")
    with ChatServer([WET]) as server:
        model = model_at(server, cache)
        model.complete(PROMPT, SLOTS)
        model.complete(PROMPT, {"question": "Is snow wet?"})
        model.complete(told, SLOTS)

    assert len(server.requests) == 3


def test_a_call_is_another_by_its_server(cache: ReplyCache) -> None:
    for _ in range(2):
        with ChatServer([WET]) as server:
            model_at(server, cache).complete(PROMPT, SLOTS)
        assert len(server.requests) == 1


@given(st.lists(st.tuples(st.text(), st.text()), max_size=3, unique=True))
def test_calls_of_other_messages_have_other_keys(messages: list[tuple[str, str]]) -> None:
    keys = {key_of("here", "a:b", {}, messages[:count]) for count in range(len(messages) + 1)}

    assert len(keys) == len(messages) + 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="Rain is", finish_reason="length"),
        Reply(text="Rain is", finish_reason=None),
        Reply(text="Rain is", finish_reason="content_filter"),
        Reply(text="Rain is wet.", reset_after=2),
        Reply(),
    ],
)
def test_a_reply_that_is_not_complete_is_not_kept(cache: ReplyCache, reply: Reply) -> None:
    with ChatServer([reply, WET]) as server:
        with suppress(ModelUnavailable):
            list(model_at(server, cache).stream(PROMPT, SLOTS))
        assert "".join(model_at(server, cache).stream(PROMPT, SLOTS)) == "Rain is wet."

    assert len(server.requests) == 2


def test_a_reply_that_was_left_early_is_not_kept(cache: ReplyCache) -> None:
    with ChatServer([WET]) as server:
        pieces = model_at(server, cache).stream(PROMPT, SLOTS)
        next(pieces)
        pieces.close()
        assert model_at(server, cache).complete(PROMPT, SLOTS) == "Rain is wet."

    assert len(server.requests) == 2


def test_thoughts_are_not_kept(cache: ReplyCache) -> None:
    with ChatServer([Reply(text="<think>Is it?</think>Yes.")]) as server:
        model = model_at(server, cache)
        assert [model.complete(PROMPT, SLOTS) for _ in range(2)] == ["Yes.", "Yes."]

    assert b"Is it?" not in cache.path.read_bytes()


def test_the_file_is_its_users_alone_and_holds_neither_key_nor_question(cache: ReplyCache) -> None:
    with ChatServer([WET]) as server:
        model_at(server, cache).complete(PROMPT, SLOTS)
    kept = cache.path.read_bytes()

    assert stat.S_IMODE(cache.path.stat().st_mode) == 0o600
    assert b"Rain is wet." in kept
    assert KEY.encode() not in kept
    assert b"Is rain wet?" not in kept


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "replies", most_replies=2)
    for key in "abc":
        cache.put(key, key * 3)

    assert [cache.get(key) for key in "abc"] == [None, "bbb", "ccc"]
    assert b"aaa" not in cache.path.read_bytes()


def test_the_oldest_go_when_they_are_too_large(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "replies", most_bytes=10)
    cache.put("a", "12345")
    cache.put("b", "ä" * 2)
    cache.put("c", "12")

    assert [cache.get(key) for key in "abc"] == [None, "ää", "12"]


def test_one_that_is_too_large_by_itself_is_not_kept(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "replies", most_bytes=3)
    cache.put("a", "1234")

    assert cache.get("a") is None


def test_clearing_leaves_no_file(cache: ReplyCache) -> None:
    cache.put("a", "1")
    cache.clear()
    cache.clear()

    assert cache.get("a") is None
    assert list(cache.path.parent.iterdir()) == []


def test_a_file_that_is_no_database_is_begun_anew(cache: ReplyCache) -> None:
    cache.path.write_bytes(b"nonsense " * 1000)

    assert cache.get("a") is None
    cache.put("a", "1")
    assert cache.get("a") == "1"


def test_a_folder_that_is_not_there_keeps_nothing_and_fails_nothing(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "gone" / "replies")
    cache.put("a", "1")

    assert cache.get("a") is None


def test_a_file_that_another_process_holds_is_done_without(
    cache: ReplyCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ragassist.models.reply_cache._WAIT_S", 0.01)
    cache.put("a", "1")
    with sqlite3.connect(cache.path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        cache.put("b", "2")
        assert cache.get("a") is None
        other.execute("ROLLBACK")
    other.close()

    assert [cache.get("a"), cache.get("b")] == ["1", None]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replies") / "library"
    papers = folder.parent / "refs.jsonl"
    papers.write_text(
        '{"title": "Tool use", "abstract": "Language models learn to use tools from examples. '
        'We show that few examples do."}'
    )
    assert ragassist("--library", folder, "add", papers).returncode == 0
    return folder


def ask(library: Path, server: ChatServer, *options: str, **environment: str) -> None:
    stated = {**server.environment, **environment}
    asked = ragassist("--library", library, "ask", QUESTION, *options, **stated)
    assert asked.returncode == 0, asked.stderr


def test_asking_again_costs_nothing_until_the_log_is_cleared(library: Path) -> None:
    with ChatServer(quotes_first) as server:
        ask(library, server)
        once = len(server.requests)
        ask(library, server)
        assert len(server.requests) == once
        ragassist("--library", library, "log", "--clear")
        assert not (library / FILE_NAME).exists()
        ask(library, server)
        assert len(server.requests) == 2 * once


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (("--no-cache",), {}),
        (("--no-log",), {}),
        ((), {"RAGASSIST_CACHE": "false"}),
        ((), {"RAGASSIST_LOG": "false"}),
    ],
)
def test_replies_are_kept_out_by_an_option_or_a_setting(
    library: Path, options: tuple[str, ...], environment: dict[str, str]
) -> None:
    (library / FILE_NAME).unlink(missing_ok=True)
    with ChatServer(quotes_first) as server:
        ask(library, server, *options, **environment)

    assert not (library / FILE_NAME).exists()


def test_what_a_call_cost_is_in_the_log(library: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(f'{{"models": {{"openai:{MODEL}": {{"input": 1, "output": 10}}}}}}')
    with ChatServer(quotes_first) as server:
        choice = ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url, prices=prices)
        for _ in range(2):
            with Library.open(library, model=choice) as opened:
                opened.log(opened.ask(QUESTION))
        with Library.open(library) as opened:
            kept = [json.loads(one.kept)["origin"]["usage"] for one in opened.exchanges(limit=2)]
        calls = len(server.requests)

    assert kept[0] == {
        "calls": calls, "input_tokens": 120 * calls, "output_tokens": 30 * calls,
        "cached_replies": 0, "estimates": 0, "cost_usd": round(calls * (120 + 300) / 1e6, 10),
    }  # fmt: skip
    assert kept[1] == {
        "calls": 0, "input_tokens": 0, "output_tokens": 0, "cached_replies": calls,
        "estimates": 0, "cost_usd": 0.0,
    }  # fmt: skip


def test_the_limit_stops_a_question_before_its_first_call(library: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(f'{{"models": {{"openai:{MODEL}": {{"input": 1, "output": 10}}}}}}')
    with ChatServer(quotes_first) as server:
        choice = ModelChoice(
            name=f"openai:{MODEL}", base_url=server.base_url, prices=prices, max_cost_usd=0.001
        )
        with Library.open(library, model=choice) as opened, pytest.raises(CostLimitReached):
            opened.ask(QUESTION)

    assert server.requests == []


def test_a_model_named_in_python_is_reached_as_the_settings_say(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer(quotes_first) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        with Library.open(library, model=f"openai:{MODEL}") as opened:
            opened.ask(QUESTION)

    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
