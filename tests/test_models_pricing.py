"""What calls cost, what they may cost, and how much a model reads."""

import json
import re
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from ragassist.errors import CostLimitReached, ModelMisconfigured, ModelUnavailable
from ragassist.models.chat import ChatModel
from ragassist.models.choice import ModelChoice
from ragassist.models.pricing import WINDOW_ASSUMED, Price, terms_of
from ragassist.prompts import Prompt
from ragassist.tokens import estimate_tokens
from ragassist.types import Usage
from tests.chat_server import MODEL, NO_SUCH_MODEL, ChatServer, Reply

PROMPT = Prompt(name="test", system="Be brief.", request="Q: $question")
SLOTS = {"question": "Is rain wet?"}
NAME = f"openai:{MODEL}"


def priced(folder: Path, **figures: float) -> Path:
    """A table in which the server's model has these figures."""
    stated = {"input": 1.0, "output": 10.0, **figures}
    path = folder / "prices.json"
    path.write_text(json.dumps({"models": {NAME: stated}, "date": "2026-01-31"}))
    return path


def model_at(server: ChatServer, prices: Path | None = None, **stated: Any) -> ChatModel:
    return ChatModel(ModelChoice(name=NAME, base_url=server.base_url, prices=prices, **stated))


def test_the_shipped_table_says_where_its_figures_are_from_and_of_when() -> None:
    table = json.loads((resources.files("ragassist.models") / "prices.json").read_text("utf-8"))

    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", table["date"])
    assert table["source"]
    for name, figures in table["models"].items():
        assert name.startswith("openai:")
        assert 0 < figures.get("cached_input", figures["input"]) <= figures["input"]
        assert figures["input"] < figures["output"]
        assert figures["window"] >= WINDOW_ASSUMED


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4o-mini-2024-07-18"])
def test_a_snapshot_of_a_date_costs_what_its_model_does(model: str) -> None:
    terms = terms_of(ModelChoice(name=f"openai:{model}"))

    assert terms.price == Price(input=0.15, cached_input=0.075, output=0.6)
    assert (terms.window, terms.window_known) == (128_000, True)


def test_a_longer_name_that_only_begins_like_a_known_one_has_no_price() -> None:
    assert terms_of(ModelChoice(name="openai:gpt-4o-mini-audio-preview")).price is None


def test_what_another_server_asks_for_a_model_of_the_same_name_is_not_known() -> None:
    terms = terms_of(ModelChoice(name="openai:gpt-4o", base_url="http://localhost:1/v1"))

    assert terms.price is None
    assert (terms.window, terms.window_known) == (4096, False)


def test_openais_own_address_written_out_is_still_openais_own() -> None:
    choice = ModelChoice(name="openai:gpt-4o", base_url="https://api.openai.com/v1")
    assert terms_of(choice).price is not None


def test_the_users_table_adds_to_the_shipped_one_and_wins(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"models": {"openai:gpt-4o": {"input": 1, "output": 2}}}')
    terms = terms_of(ModelChoice(name="openai:gpt-4o", prices=path))

    assert terms.price == Price(input=1, cached_input=1.25, output=2)
    assert terms.window == 128_000
    assert terms.source == str(path)
    assert terms_of(ModelChoice(name="openai:gpt-4.1", prices=path)).price is not None


def test_a_window_that_is_set_wins_over_what_is_known() -> None:
    terms = terms_of(ModelChoice(name="openai:gpt-4o", window=4096))
    assert (terms.window, terms.window_known) == (4096, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is no JSON"),
        ("[]", 'it has no "models"'),
        ('{"models": {"a:b": {"price": 1}}}', "'a:b' has other figures than cached_input, input"),
        ('{"models": {"a:b": {"input": 1}}}', "'a:b' has a price for input or output alone"),
        ('{"models": {"a:b": {"input": -1, "output": 1}}}', "the input of 'a:b' is -1"),
        ('{"models": {"a:b": {"input": "1", "output": 1}}}', "the input of 'a:b' is '1'"),
        ('{"models": {"a:b": {"window": 0.5}}}', "the window of 'a:b' is 0.5"),
        ('{"models": {"a:b": {"input": NaN, "output": 1}}}', "the input of 'a:b' is nan"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_fault(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text)

    with pytest.raises(ModelMisconfigured, match=re.escape(says)):
        terms_of(ModelChoice(name="openai:x", prices=path))


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMisconfigured, match=r"RAGASSIST_PRICES='.*gone' cannot be read: No s"):
        terms_of(ModelChoice(name="openai:x", prices=tmp_path / "gone"))


def test_a_call_costs_its_tokens_those_read_before_at_their_own_price(tmp_path: Path) -> None:
    with ChatServer([Reply(text="Yes.", usage=(1000, 20, 600))]) as server:
        model = model_at(server, priced(tmp_path, cached_input=0.5))
        model.complete(PROMPT, SLOTS)
        list(model.stream(PROMPT, SLOTS))

    each = (400 * 1.0 + 600 * 0.5 + 20 * 10.0) / 1e6
    assert model.usage == Usage(
        calls=2, input_tokens=2000, output_tokens=40, cost_usd=round(2 * each, 10)
    )


def test_where_the_server_counts_nothing_the_cost_is_estimated(tmp_path: Path) -> None:
    with ChatServer([Reply(text="Rain is wet.", usage=None)]) as server:
        model = model_at(server, priced(tmp_path))
        list(model.stream(PROMPT, SLOTS))
        estimate = model.estimate(PROMPT, SLOTS)

    usage = model.usage
    assert usage.input_tokens == estimate.prompt_tokens
    assert usage.output_tokens > 0
    assert usage.estimates == 1
    cost = (usage.input_tokens * 1.0 + usage.output_tokens * 10.0) / 1e6
    assert usage.cost_usd == round(cost, 10)


def test_a_reply_that_is_left_early_costs_what_came_of_it(tmp_path: Path) -> None:
    with ChatServer([Reply(text="Rain is wet.", hang_after=2)]) as server:
        model = model_at(server, priced(tmp_path))
        pieces = model.stream(PROMPT, SLOTS)
        next(pieces)
        pieces.close()

    assert (model.usage.cost_usd or 0) > 0


def test_a_call_that_was_refused_costs_nothing(tmp_path: Path) -> None:
    with ChatServer([NO_SUCH_MODEL]) as server:
        model = model_at(server, priced(tmp_path))
        with pytest.raises(ModelMisconfigured):
            model.complete(PROMPT, SLOTS)

    assert model.usage == Usage(calls=1, cost_usd=0.0)


def test_an_estimate_is_of_the_prompt_and_the_most_the_model_may_write(tmp_path: Path) -> None:
    with ChatServer([]) as server:
        estimate = model_at(server, priced(tmp_path), max_answer_tokens=100, window=8192).estimate(
            PROMPT, SLOTS
        )

    assert server.requests == []
    assert estimate.most_answer_tokens == 2148
    if estimate.counted_with == "estimate":
        texts = ("Be brief.", "Q: Is rain wet?")
        assert estimate.prompt_tokens == sum(estimate_tokens(text) + 4 for text in texts)
    assert estimate.most_usd == (estimate.prompt_tokens * 1.0 + 2148 * 10.0) / 1e6


@pytest.mark.parametrize(
    ("choice", "most"),
    [
        (ModelChoice(name="openai:gpt-4o-mini", api_key="k"), 1500),
        (ModelChoice(name="openai:o4-mini", api_key="k"), 9500),
        (ModelChoice(name="anthropic:claude-sonnet-4-5"), 1500),
        (ModelChoice(name="openai:x", base_url="http://localhost:1/v1", window=16384), 5596),
        (ModelChoice(name="openai:x", base_url="http://localhost:1/v1", window=99999), 9500),
        (ModelChoice(name="openai:qwen3", base_url="http://localhost:1/v1"), 4096 * 2 // 5),
        (ModelChoice(name="openai:x", base_url="http://localhost:1/v1", window=2048), 819),
        (ModelChoice(name="openai:gpt-4o", api_key="k", window=2048), 819),
    ],
)
def test_a_model_that_may_think_before_it_answers_has_room_for_it(
    choice: ModelChoice, most: int
) -> None:
    assert ChatModel(choice).estimate(PROMPT, SLOTS).most_answer_tokens == most


def test_another_server_is_told_the_limit_by_the_name_that_all_of_them_know() -> None:
    with ChatServer([Reply(text="Yes.")]) as server:
        model_at(server, max_answer_tokens=100, window=8192).complete(PROMPT, SLOTS)

    assert server.requests[0].payload["max_tokens"] == 2148
    assert "max_completion_tokens" not in server.requests[0].payload


def test_the_call_that_might_pass_the_limit_is_not_made(tmp_path: Path) -> None:
    with ChatServer([Reply(text="Yes.", usage=(100, 1000))]) as server:
        model = model_at(
            server, priced(tmp_path), max_cost_usd=0.0402, max_answer_tokens=1000, window=8192
        )
        model.complete(PROMPT, SLOTS)
        with pytest.raises(CostLimitReached) as caught:
            model.complete(PROMPT, SLOTS)

        assert len(server.requests) == 1
    assert isinstance(caught.value, ModelUnavailable)
    assert str(caught.value) == (
        "RAGASSIST_MAX_COST=0.0402 stops here: $0.0101 is spent, and the next call may cost "
        "$0.0305; raise it, or lower RAGASSIST_MAX_ANSWER_TOKENS"
    )
    assert model.usage == Usage(calls=1, input_tokens=100, output_tokens=1000, cost_usd=0.0101)


def test_what_a_call_under_way_may_cost_is_kept_for_it(tmp_path: Path) -> None:
    with ChatServer([Reply(text="Rain is wet.", usage=(100, 1000))]) as server:
        model = model_at(
            server, priced(tmp_path), max_cost_usd=0.05, max_answer_tokens=1000, window=8192
        )
        with closing(model.stream(PROMPT, SLOTS)) as pieces:
            next(pieces)
            with pytest.raises(CostLimitReached, match=r"\$0.0305 may be by what is under way"):
                model.complete(PROMPT, SLOTS)

    assert len(server.requests) == 1


def test_what_was_kept_for_a_call_is_free_again_when_it_has_ended(tmp_path: Path) -> None:
    with ChatServer([Reply(text="Rain is wet.", usage=(100, 10))]) as server:
        model = model_at(
            server, priced(tmp_path), max_cost_usd=0.05, max_answer_tokens=1000, window=8192
        )
        list(model.stream(PROMPT, SLOTS))
        with closing(model.stream(PROMPT, SLOTS)) as pieces:
            next(pieces)
        assert model.complete(PROMPT, SLOTS) == "Rain is wet."


def test_a_try_that_timed_out_costs_its_prompt(tmp_path: Path) -> None:
    with ChatServer([Reply(hang_after=0), Reply(text="Yes.", usage=(100, 10))]) as server:
        model = model_at(server, priced(tmp_path), timeout_s=0.3)
        model.complete(PROMPT, SLOTS)
        prompt = model.estimate(PROMPT, SLOTS).prompt_tokens

    assert model.usage == Usage(
        calls=1, input_tokens=prompt + 100, output_tokens=10, estimates=1,
        cost_usd=round((prompt + 100 + 100) / 1e6, 10),
    )  # fmt: skip


def test_another_try_that_might_pass_the_limit_is_not_made(tmp_path: Path) -> None:
    with ChatServer([Reply(hang_after=0)]) as server:
        prices = priced(tmp_path)
        free = model_at(server, prices, timeout_s=0.3)
        limit = free.estimate(PROMPT, SLOTS).most_usd
        model = model_at(server, prices, timeout_s=0.3, max_cost_usd=limit)
        with pytest.raises(CostLimitReached):
            model.complete(PROMPT, SLOTS)

    assert len(server.requests) == 1


@pytest.mark.parametrize("window", [1, 1023])
def test_a_window_without_room_for_passages_is_refused(window: int) -> None:
    choice = ModelChoice(name="openai:x", base_url="http://localhost:1/v1", window=window)

    with pytest.raises(ModelMisconfigured) as caught:
        ChatModel(choice)
    assert str(caught.value) == (
        f"a window of {window} tokens has no room for passages: RAGASSIST_MODEL_WINDOW, or the "
        "window in RAGASSIST_PRICES, must be 1024 or more"
    )


def test_a_limit_without_a_price_is_refused_with_the_way_to_state_one() -> None:
    choice = ModelChoice(name="openai:x", base_url="http://localhost:1/v1", max_cost_usd=1)

    with pytest.raises(ModelMisconfigured) as caught:
        ChatModel(choice)
    assert str(caught.value) == (
        "RAGASSIST_MAX_COST is set, and the price of openai:x is not known: unset it, or name a "
        'file in RAGASSIST_PRICES with {"models": {"openai:x": {"input": 0.15, "output": 0.6}}} '
        "(USD per million tokens; 0 for a model of your own)"
    )


def test_what_was_added_to_a_usage_has_a_cost_where_both_have_one() -> None:
    before = Usage(calls=1, input_tokens=5, output_tokens=2, cached_replies=1, cost_usd=0.1)
    after = Usage(calls=3, input_tokens=9, output_tokens=4, cached_replies=1, cost_usd=0.3)

    assert after.since(before) == Usage(calls=2, input_tokens=4, output_tokens=2, cost_usd=0.2)
    assert Usage(calls=2, cost_usd=None).since(before).cost_usd is None


def test_where_nothing_was_called_nothing_was_spent_whatever_the_price() -> None:
    before = Usage(calls=1, cost_usd=None)
    after = Usage(calls=1, cached_replies=1, cost_usd=None)

    assert after.since(before) == Usage(cached_replies=1, cost_usd=0.0)
