"""What is tried again, what is not, and what the user is told of it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ragassist.errors import ModelMisconfigured, ModelUnavailable, PromptTooLong
from ragassist.models.chat import ChatModel
from ragassist.models.choice import ModelChoice
from ragassist.prompts import Prompt
from ragassist.types import Usage
from tests.chat_server import (
    BROKEN,
    MODEL,
    RATE_LIMITED,
    USAGE,
    WRONG_KEY,
    ChatServer,
    Reply,
    failing,
    interrupt_when,
)

PROMPT = Prompt(name="test", system="Be brief.", request="Q: $question")
SLOTS = {"question": "Is rain wet?"}
YES = Reply(text="Yes it is.")
TOO_LONG = "This model's maximum context length is 8192 tokens, you sent 9000."


class Asked:
    """A model at a server, and what it told."""

    def __init__(self, server: ChatServer, *, window: int | None = None) -> None:
        self.told: list[str] = []
        choice = ModelChoice(
            name=f"openai:{MODEL}", base_url=server.base_url, timeout_s=0.5, window=window
        )
        self.model = ChatModel(choice, notify=self.told.append)

    def stream(self) -> str:
        return "".join(self.model.stream(PROMPT, SLOTS))

    def complete(self) -> str:
        return self.model.complete(PROMPT, SLOTS)


def limited(**headers: str) -> Reply:
    """A rate limit that says when it ends, in whole seconds or as a date."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=429, body='{"error": {"message": "Slow."}}', headers=named)


@pytest.mark.parametrize("ask", [Asked.stream, Asked.complete])
def test_what_passes_is_tried_again_and_each_time_is_told(ask: Callable[[Asked], str]) -> None:
    with ChatServer([RATE_LIMITED, BROKEN, YES]) as server:
        asked = Asked(server)
        assert ask(asked) == "Yes it is."

    assert asked.told == [
        f"rate limit of {server.base_url}, trying again in 1 s (1 of 2)",
        f"{server.base_url} failed (status 500), trying again in 1 s (2 of 2)",
    ]
    usage = Usage(calls=1, input_tokens=USAGE[0], output_tokens=USAGE[1], cost_usd=None)
    assert asked.model.usage == usage


def test_it_is_tried_twice_again_at_most() -> None:
    with ChatServer([BROKEN]) as server:
        asked = Asked(server)
        with pytest.raises(ModelUnavailable, match=r"failed \(status 500\), try again later"):
            asked.complete()

    assert (len(server.requests), len(asked.told)) == (3, 2)


def test_right_after_a_call_in_vain_the_next_is_made_once() -> None:
    with ChatServer([BROKEN]) as server:
        asked = Asked(server)
        for requests in (3, 4):
            with pytest.raises(ModelUnavailable):
                asked.complete()
            assert len(server.requests) == requests


def test_a_call_in_vain_for_its_own_fault_leaves_the_next_its_tries() -> None:
    with ChatServer([failing(400, "No."), BROKEN, YES]) as server:
        asked = Asked(server)
        with pytest.raises(ModelUnavailable):
            asked.complete()
        assert asked.complete() == "Yes it is."


def test_a_server_that_asks_for_a_second_gets_it() -> None:
    with ChatServer([limited(Retry_After="1"), YES]) as server:
        asked = Asked(server)
        started = time.monotonic()
        assert asked.complete() == "Yes it is."

    assert 1 <= time.monotonic() - started < 3
    assert asked.told == [f"rate limit of {server.base_url}, trying again in 1 s (1 of 2)"]


def test_a_server_that_names_the_date_when_it_is_over_is_waited_for() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    with ChatServer([limited(Retry_After=until), YES]) as server:
        started = time.monotonic()
        assert Asked(server).complete() == "Yes it is."

    assert time.monotonic() - started > 1


@pytest.mark.parametrize(
    ("stated", "says"),
    [("61", "in 61 s"), ("1200", "in 20 min"), ("7200", "in 2 h"), ("9" * 400, "in some days")],
)
def test_a_wait_beyond_a_minute_is_not_waited_for(stated: str, says: str) -> None:
    with ChatServer([limited(Retry_After=stated)]) as server:
        asked = Asked(server)
        with pytest.raises(ModelUnavailable) as caught:
            asked.complete()

    assert str(caught.value) == (
        f"rate limit of {server.base_url} reached, try again {says}: Slow."
    )
    assert (len(server.requests), asked.told) == (1, [])


@pytest.mark.parametrize("stated", ["soon", "-3", "inf", "", "Mon, 99 Foo 2026"])
def test_a_wait_that_cannot_be_read_is_not_stated(stated: str) -> None:
    with ChatServer([limited(Retry_After=stated), YES]) as server:
        assert Asked(server).complete() == "Yes it is."


def test_ctrl_c_ends_a_wait_at_once() -> None:
    with ChatServer([limited(Retry_After="30"), YES]) as server:
        asked = Asked(server)
        watching = interrupt_when(lambda: bool(asked.told))
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            asked.stream()
        watching.join()

    assert time.monotonic() - started < 10
    assert len(server.requests) == 1


def test_a_server_that_hangs_is_asked_again() -> None:
    with ChatServer([Reply(hang_after=0), YES]) as server:
        asked = Asked(server)
        assert asked.stream() == "Yes it is."

    assert asked.told == [f"{server.base_url} said nothing for 0.5 s, trying again in 1 s (1 of 2)"]


def test_a_reset_before_the_first_word_is_made_up_for() -> None:
    with ChatServer([Reply(text="Yes it is.", reset_after=0), YES]) as server:
        asked = Asked(server)
        assert asked.stream() == "Yes it is."

    assert asked.told == [f"{server.base_url} broke off, trying again in 1 s (1 of 2)"]


def test_a_reset_among_the_thoughts_is_made_up_for_and_leaves_nothing_of_them() -> None:
    thinking = Reply(chunks=("<think>", "Is it?", "Hm"), reset_after=2)
    with ChatServer([thinking, YES]) as server:
        assert Asked(server).stream() == "Yes it is."


def test_a_reply_that_breaks_off_begins_anew_where_nothing_of_it_was_shown() -> None:
    with ChatServer([Reply(text="No it is not.", reset_after=2), YES]) as server:
        asked = Asked(server)
        replies = asked.model.stream_anew(PROMPT, SLOTS, shown=lambda: False)
        parts = ["".join(pieces) for pieces in replies]

    assert parts == ["No it", "Yes it is."]
    assert asked.told == [f"{server.base_url} broke off, trying again in 1 s (1 of 2)"]
    usage = asked.model.usage
    assert (usage.calls, usage.estimates) == (1, 1)


def test_a_reply_begins_anew_once() -> None:
    with ChatServer([Reply(text="No it is not.", reset_after=2)]) as server:
        replies = Asked(server).model.stream_anew(PROMPT, SLOTS, shown=lambda: False)
        with pytest.raises(ModelUnavailable, match="broke off before its answer was complete"):
            list(map(list, replies))

    assert len(server.requests) == 2


def test_a_reply_that_breaks_off_stays_as_it_is_once_something_is_shown() -> None:
    with ChatServer([Reply(text="No it is not.", reset_after=2), YES]) as server:
        replies = Asked(server).model.stream_anew(PROMPT, SLOTS, shown=lambda: True)
        with pytest.raises(ModelUnavailable, match="broke off before its answer was complete"):
            list(map(list, replies))

    assert len(server.requests) == 1


def test_an_error_with_a_status_at_the_beginning_of_a_stream_is_tried_again() -> None:
    gone = Reply(
        body='data: {"error": {"message": "Bad gateway.", "code": 502}}\n\n',
        headers={"Content-Type": "text/event-stream"},
    )
    with ChatServer([gone, YES]) as server:
        assert Asked(server).stream() == "Yes it is."


@pytest.mark.parametrize("ask", [Asked.stream, Asked.complete])
def test_an_empty_reply_is_asked_for_once_more(ask: Callable[[Asked], str]) -> None:
    with ChatServer([Reply(), YES]) as server:
        asked = Asked(server)
        assert ask(asked) == "Yes it is."

    assert asked.told == [f"openai:{MODEL} answered nothing, trying once more in 1 s"]


def test_nothing_is_tried_again_behind_the_first_piece() -> None:
    with ChatServer([Reply(text="Yes it is.", reset_after=1), YES]) as server:
        asked = Asked(server)
        pieces = asked.model.stream(PROMPT, SLOTS)
        assert next(pieces) == "Yes"
        with pytest.raises(ModelUnavailable, match="broke off before its answer was complete"):
            next(pieces)

    assert (len(server.requests), asked.told) == (1, [])


def test_a_server_of_this_machine_that_is_not_there_is_knocked_at_once() -> None:
    with ChatServer([]) as server:
        asked = Asked(server)
    with pytest.raises(ModelUnavailable, match="is the server running"):
        asked.complete()

    assert asked.told == []


@pytest.mark.parametrize("reply", [WRONG_KEY, failing(404, "No."), failing(400, "No.")])
def test_what_another_try_cannot_mend_is_tried_once(reply: Reply) -> None:
    with ChatServer([reply, YES]) as server:
        asked = Asked(server)
        with pytest.raises((ModelMisconfigured, ModelUnavailable)):
            asked.complete()

    assert (len(server.requests), asked.told) == (1, [])


def test_an_account_without_credit_is_not_knocked_at_again() -> None:
    body = '{"error": {"message": "You exceeded your quota.", "code": "insufficient_quota"}}'
    replies = [Reply(status=429, body=body)]
    with ChatServer(replies) as server, pytest.raises(ModelMisconfigured) as caught:
        Asked(server).complete()

    assert str(caught.value) == (
        f"the account at {server.base_url} has no credit left: You exceeded your quota."
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "message",
    [
        TOO_LONG,
        "the request exceeds the available context size (4096 tokens), try increasing it",
        "prompt is too long: 9000 tokens > 8192 maximum",
        "Trying to keep the first 9000 tokens when context overflows. n_ctx: 4096",
        "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 9000 and 800",
        "`inputs` must have less than 4096 tokens. Given: 9000",
    ],
)
def test_a_prompt_that_is_too_long_names_the_window_and_what_to_set(message: str) -> None:
    with ChatServer([failing(400, message)]) as server, pytest.raises(PromptTooLong) as caught:
        Asked(server, window=9216).complete()

    assert str(caught.value) == (
        f"openai:{MODEL} cannot read that much at once ({message}): it was taken to have 9216 "
        "tokens; set RAGASSIST_MODEL_WINDOW to what it has"
    )


@pytest.mark.parametrize("status", [422, 500])
def test_a_prompt_that_is_too_long_is_sent_once_whatever_the_status(status: int) -> None:
    reply = failing(status, "the request exceeds the available context size")
    with ChatServer([reply]) as server, pytest.raises(PromptTooLong):
        Asked(server).complete()

    assert len(server.requests) == 1


def test_a_rate_limit_that_speaks_of_tokens_is_still_a_rate_limit() -> None:
    limited = failing(429, "Too many tokens per minute: context length 9.")
    with ChatServer([limited]) as server, pytest.raises(ModelUnavailable) as caught:
        Asked(server).complete()

    assert str(caught.value).startswith("rate limit of http")

    assert not isinstance(caught.value, PromptTooLong)
