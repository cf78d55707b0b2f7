"""The real LangChain and openai clients, against a real server on this machine."""

import socket
import subprocess
import sys

import pytest

from ragassist.errors import ModelMisconfigured, ModelUnavailable, PromptInvalid, RagassistError
from ragassist.models.chat import ChatModel
from ragassist.models.choice import ModelChoice
from ragassist.prompts import Prompt
from ragassist.types import Usage
from tests.chat_server import (
    BROKEN,
    GARBAGE_STREAM,
    MODEL,
    NO_SUCH_MODEL,
    NOT_JSON,
    RATE_LIMITED,
    USAGE,
    WRONG_KEY,
    ChatServer,
    Reply,
    failing,
    interrupt_when,
    is_waiting,
)

PROMPT = Prompt(name="test", system="Be brief.", request="Q: $question")
SLOTS = {"question": "Is rain wet?"}
KEY = "sk-proj-0123456789abcdef"
EVENTS = {"Content-Type": "text/event-stream"}


def model_at(
    server: ChatServer, *, api_key: str | None = None, timeout_s: float = 5.0
) -> ChatModel:
    return ChatModel(
        ModelChoice(
            name=f"openai:{MODEL}", base_url=server.base_url, api_key=api_key, timeout_s=timeout_s
        )
    )


def error_of(reply: Reply, *, api_key: str | None = None) -> tuple[RagassistError, ChatServer]:
    with ChatServer([reply]) as server:
        with pytest.raises(RagassistError) as caught:
            list(model_at(server, api_key=api_key).stream(PROMPT, SLOTS))
        return caught.value, server


def test_a_reply_streams_in_pieces_as_they_come() -> None:
    with ChatServer([Reply(chunks=("Rain is ", "wet [P", "1", "]."))]) as server:
        model = model_at(server)

        assert list(model.stream(PROMPT, SLOTS)) == ["Rain is ", "wet [P", "1", "]."]
        assert not model.cut_short


def test_the_server_is_asked_with_both_messages_at_temperature_0() -> None:
    with ChatServer([Reply(text="Yes.")]) as server:
        assert model_at(server).complete(PROMPT, SLOTS) == "Yes."

    asked = server.requests[0]
    assert asked.path == "/v1/chat/completions"
    assert (asked.system, asked.user) == ("Be brief.", "Q: Is rain wet?")
    assert (asked.payload["model"], asked.payload["temperature"]) == (MODEL, 0)


def test_usage_adds_up_over_calls() -> None:
    with ChatServer([Reply(text="Yes.")]) as server:
        model = model_at(server)
        assert model.usage == Usage()
        model.complete(PROMPT, SLOTS)
        model.complete(PROMPT, SLOTS)

    assert model.usage == Usage(
        calls=2, input_tokens=2 * USAGE[0], output_tokens=2 * USAGE[1], cost_usd=None
    )


def test_a_call_that_failed_is_counted() -> None:
    with ChatServer([NO_SUCH_MODEL]) as server:
        model = model_at(server)
        with pytest.raises(ModelMisconfigured):
            model.complete(PROMPT, SLOTS)

    assert model.usage == Usage(calls=1, cost_usd=None)


def test_a_key_goes_to_the_server_and_a_local_server_needs_none() -> None:
    with ChatServer([Reply(text="Yes.")]) as server:
        model_at(server, api_key=f" {KEY}\n").complete(PROMPT, SLOTS)
        model_at(server).complete(PROMPT, SLOTS)

    keys = [request.headers["authorization"] for request in server.requests]
    assert keys == [f"Bearer {KEY}", "Bearer no-key-needed"]


def test_what_could_steer_a_terminal_is_dropped_from_a_reply() -> None:
    with ChatServer([Reply(chunks=("Rain\x1b[", "31m is", "\u202e wet."))]) as server:
        assert "".join(model_at(server).stream(PROMPT, SLOTS)) == "Rain31m is wet."
        assert model_at(server).complete(PROMPT, SLOTS) == "Rain is wet."


@pytest.mark.parametrize(
    ("chunks", "answer"),
    [
        (("<th", "ink>Is it? [P1]", "</thi", "nk>\n\nYes", "."), "Yes."),
        (("<", "5 is less."), "<5 is less."),
        (("a <think> b",), "a <think> b"),
    ],
)
def test_thoughts_before_an_answer_are_left_out(chunks: tuple[str, ...], answer: str) -> None:
    with ChatServer([Reply(chunks=chunks)]) as server:
        assert model_at(server).complete(PROMPT, SLOTS) == answer


@pytest.mark.parametrize("reason", ["length", None])
def test_a_reply_that_ends_before_the_model_did_is_known_as_cut_short(reason: str | None) -> None:
    replies = [Reply(text="Rain is", finish_reason=reason), Reply(text="Rain is wet.")]
    with ChatServer(replies) as server:
        model = model_at(server)

        assert "".join(model.stream(PROMPT, SLOTS)) == "Rain is"
        assert model.cut_short
        list(model.stream(PROMPT, SLOTS))
        assert not model.cut_short


def test_a_server_that_signs_off_without_a_reason_has_said_all() -> None:
    with ChatServer([Reply(text="Rain is wet.", finish_reason=None, signs_off=True)]) as server:
        model = model_at(server)

        assert "".join(model.stream(PROMPT, SLOTS)) == "Rain is wet."
        assert not model.cut_short


def test_a_whole_reply_without_a_reason_has_said_all() -> None:
    with ChatServer([Reply(text="Rain is wet.", finish_reason=None)]) as server:
        model = model_at(server)

        assert model.complete(PROMPT, SLOTS) == "Rain is wet."
        assert not model.cut_short


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (WRONG_KEY, "URL refuses the key given for openai:test-model: Incorrect API key provided."),
        (
            failing(403, "Not in your country."),
            "URL refuses the key given for openai:test-model: Not in your country.",
        ),
        (
            NO_SUCH_MODEL,
            "URL has no model 'test-model', or the address is wrong: "
            "The model 'test-model' does not exist.",
        ),
    ],
)
def test_what_is_configured_wrong_is_named(reply: Reply, message: str) -> None:
    error, server = error_of(reply)

    assert isinstance(error, ModelMisconfigured)
    assert error.exit_code == 2
    assert str(error) == message.replace("URL", server.base_url)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "message", "calls"),
    [
        (
            failing(400, "The parameter 'mood' is not known."),
            "URL refused the request (status 400): The parameter 'mood' is not known.",
            1,
        ),
        (
            RATE_LIMITED,
            "rate limit of URL reached, try again later: You have sent too many requests.",
            3,
        ),
        (BROKEN, "URL failed (status 500), try again later: The server had an error.", 3),
        (
            Reply(status=502, body="<html>Bad gateway</html>", headers={"retry-after-ms": "1"}),
            "URL failed (status 502), try again later",
            3,
        ),
        (
            NOT_JSON,
            "URL does not answer as a chat model does: is the address right?",
            1,
        ),
        (
            GARBAGE_STREAM,
            "URL does not answer as a chat model does: is the address right? "
            "(Unterminated string starting at: line 1 column 15 (char 14))",
            1,
        ),
        (
            Reply(body="data: [1]\n\n", headers=EVENTS),
            "URL does not answer as a chat model does: is the address right?",
            1,
        ),
        (
            Reply(body='data: {"error": {"message": "Overloaded."}}\n\n', headers=EVENTS),
            "openai:test-model failed: Overloaded.",
            1,
        ),
        (
            Reply(text="Rain is wet.", reset_after=2),
            "URL broke off before its answer was complete: try again",
            1,
        ),
        (
            Reply(body='data: {"error": {"message": "No.", "code": 502}}\n\n', headers=EVENTS),
            "URL failed (status 502), try again later: No.",
            3,
        ),
        (Reply(), "openai:test-model answered nothing: try again", 2),
        (Reply(text=" \n"), "openai:test-model answered nothing: try again", 2),
        (
            Reply(text="<think>Hm", finish_reason="length"),
            "openai:test-model answered nothing, having reached its limit of tokens: "
            "raise RAGASSIST_MAX_ANSWER_TOKENS",
            1,
        ),
        (
            Reply(text="Rain is", finish_reason="content_filter"),
            "openai:test-model withheld its answer: content_filter",
            1,
        ),
    ],
)
def test_a_server_that_fails_is_told_in_one_line(reply: Reply, message: str, calls: int) -> None:
    error, server = error_of(reply)

    assert type(error) is ModelUnavailable
    assert str(error) == message.replace("URL", server.base_url)
    assert len(server.requests) == calls


def test_a_short_reply_is_asked_for_whole() -> None:
    with ChatServer([Reply(text="Rain is wet.")]) as server:
        model_at(server).complete(PROMPT, SLOTS)
        list(model_at(server).stream(PROMPT, SLOTS))

    asked_to_stream = [bool(request.payload.get("stream")) for request in server.requests]
    assert asked_to_stream == [False, True]


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (WRONG_KEY, ModelMisconfigured, "refuses the key"),
        (RATE_LIMITED, ModelUnavailable, "rate limit"),
        (BROKEN, ModelUnavailable, "status 500"),
        (NOT_JSON, ModelUnavailable, "does not answer as a chat model does"),
        (Reply(text=" "), ModelUnavailable, "answered nothing"),
        (Reply(text="No.", finish_reason="content_filter"), ModelUnavailable, "withheld"),
    ],
)
def test_a_short_reply_fails_in_the_same_words(
    reply: Reply, kind: type[RagassistError], says: str
) -> None:
    with ChatServer([reply]) as server, pytest.raises(kind, match=says):
        model_at(server).complete(PROMPT, SLOTS)


def test_pieces_that_came_before_a_reset_are_handed_out() -> None:
    with ChatServer([Reply(text="Rain is wet.", reset_after=2)]) as server:
        pieces = model_at(server).stream(PROMPT, SLOTS)

        assert (next(pieces), next(pieces)) == ("Rain", " is")
        with pytest.raises(ModelUnavailable, match="broke off"):
            next(pieces)


def test_a_server_that_hangs_is_given_up_after_the_time_limit() -> None:
    with ChatServer([Reply(hang_after=0)]) as server:
        with pytest.raises(ModelUnavailable) as caught:
            model_at(server, timeout_s=0.05).complete(PROMPT, SLOTS)

        assert str(caught.value) == (
            f"{server.base_url} said nothing for 0.05 s: try again, or raise "
            "RAGASSIST_MODEL_TIMEOUT_S"
        )


def test_a_server_that_is_not_running_is_named() -> None:
    with ChatServer([]) as server:
        model = model_at(server)
        address = server.base_url

    with pytest.raises(ModelUnavailable) as caught:
        model.complete(PROMPT, SLOTS)
    assert str(caught.value) == f"cannot reach {address}: is the server running?"


def test_a_host_that_does_not_exist_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    choice = ModelChoice(name="openai:x", base_url="http://me:secret@host.invalid/v1?key=secret")

    with pytest.raises(ModelUnavailable) as caught:
        ChatModel(choice).complete(PROMPT, SLOTS)
    assert str(caught.value) == ("cannot reach http://host.invalid/v1: no such host, or no network")


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_the_key_is_masked_where_the_server_repeats_it(status: int) -> None:
    key = "my own secret"
    error, _ = error_of(failing(status, f"Key {key} and sk-ant-0123456789 no."), api_key=key)

    assert str(error).endswith(": Key *** and *** no.")


@pytest.mark.parametrize(
    "secret",
    [
        "AIzaSyA1234567890-abcdefghijklmnop_xyz",
        "sk-ant-api03-abcdefgh",
        "gsk_abcdefgh1234",
        "hf_abcdefgh1234",
        "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6",
    ],
)
def test_keys_of_other_providers_are_masked(secret: str) -> None:
    error, _ = error_of(failing(400, f"The key {secret} has no rights."))

    assert str(error).endswith(": The key *** has no rights.")


def test_a_token_in_a_header_is_masked() -> None:
    error, _ = error_of(failing(400, "Authorization: Bearer abc.def-ghi failed."))

    assert str(error).endswith(": Authorization: Bearer *** failed.")


def test_a_web_page_is_told_as_one() -> None:
    page = Reply(body="<html>Welcome.</html>", headers={"Content-Type": "text/html"})
    error, server = error_of(page)

    assert str(error) == (
        f"{server.base_url} shows a web page and is no chat model: is OPENAI_BASE_URL right? With "
        "most servers it ends in /v1"
    )
    assert len(server.requests) == 1


def test_thoughts_that_a_server_sends_apart_are_no_part_of_a_reply() -> None:
    with ChatServer([Reply(text="Yes.", thoughts=("Is it?", " It is."))]) as server:
        assert list(model_at(server).stream(PROMPT, SLOTS)) == ["Yes."]


def test_thoughts_without_a_tag_before_them_are_taken_back_where_nothing_is_shown() -> None:
    with ChatServer([Reply(chunks=("Is it?", " Hm.\n", "</think>", "\n\nYes."))]) as server:
        model = model_at(server)
        replies = model.stream_anew(PROMPT, SLOTS, shown=lambda: False)
        assert ["".join(pieces) for pieces in replies] == ["Is it? Hm.\n", "Yes."]


def test_a_model_that_once_left_the_tag_out_is_waited_for() -> None:
    with ChatServer([Reply(chunks=("Is it?", " Hm.\n", "</think>", "\n\nYes."))]) as server:
        model = model_at(server)
        model.complete(PROMPT, SLOTS)
        assert list(model.stream(PROMPT, SLOTS)) == ["Yes."]


def test_thoughts_that_were_shown_are_told() -> None:
    told: list[str] = []
    with ChatServer([Reply(chunks=("Hm.", "\n</think>", "\n\nYes."))]) as server:
        choice = ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url)
        model = ChatModel(choice, notify=told.append)
        assert "".join(model.stream(PROMPT, SLOTS)) == "Hm.\nYes."

    assert told == [
        "some of what was shown was thought and no answer: the model marks only where its thoughts "
        "end"
    ]


def test_a_servers_message_is_shortened_and_cannot_steer_the_terminal() -> None:
    error, server = error_of(failing(400, "\x1b[31mNo\n\n" + "x" * 500))

    assert str(error) == f"{server.base_url} refused the request (status 400): No {'x' * 196}…"


def test_the_key_is_not_in_what_a_choice_shows_of_itself() -> None:
    assert KEY not in repr(ModelChoice(name="openai:x", api_key=KEY))


def test_ctrl_c_passes_through_and_closes_the_connection() -> None:
    with ChatServer([Reply(text="Rain is wet.", hang_after=2)]) as server:
        model = model_at(server)
        pieces = model.stream(PROMPT, SLOTS)
        assert (next(pieces), next(pieces)) == ("Rain", " is")
        watching = interrupt_when(is_waiting)
        with pytest.raises(KeyboardInterrupt):
            next(pieces)
        watching.join()
        server.wait_abandoned()

    assert model.usage.calls == 1
    assert model.usage.estimates == 1


def test_closing_the_iterator_closes_the_connection() -> None:
    with ChatServer([Reply(text="Rain is wet.", hang_after=2)]) as server:
        pieces = model_at(server).stream(PROMPT, SLOTS)
        assert next(pieces) == "Rain"
        pieces.close()
        server.wait_abandoned()


def test_slots_that_are_not_the_prompts_fail_before_anything_is_sent() -> None:
    with ChatServer([Reply(text="Yes.")]) as server:
        model = model_at(server)
        with pytest.raises(PromptInvalid):
            model.complete(PROMPT, {"query": "?"})

    assert server.requests == []
    assert model.usage == Usage()


@pytest.mark.parametrize("name", ["gpt-4o-mini", "openai:", ":gpt", ""])
def test_a_name_without_provider_or_model_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(ModelMisconfigured) as caught:
        ChatModel(ModelChoice(name=name, api_key=KEY))
    assert str(caught.value) == (
        f"the model {name!r} is not provider:model, such as openai:gpt-4o-mini"
    )


def test_openai_without_key_or_server_says_which_variables_there_are() -> None:
    with pytest.raises(ModelMisconfigured, match=r"OPENAI_API_KEY.*RAGASSIST_MODEL"):
        ChatModel(ModelChoice(name="openai:gpt-4o-mini"))


@pytest.mark.parametrize(
    "address",
    ["localhost:11434/v1", "ftp://host/v1", "http:///v1", "http://[::1/v1", "me:topsecret@host/v1"],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ModelMisconfigured, match=r"OPENAI_BASE_URL is no address such as [^@]+$"):
        ChatModel(ModelChoice(name="openai:x", base_url=address))


def test_a_key_that_no_header_can_hold_is_refused_without_being_shown() -> None:
    with pytest.raises(ModelMisconfigured) as caught:
        ChatModel(ModelChoice(name="openai:x", api_key="sk-schlüssel-0123"))
    assert "schl" not in str(caught.value)


def test_a_provider_whose_package_is_missing_is_told_with_the_command() -> None:
    model = ChatModel(ModelChoice(name="anthropic:claude-sonnet-4-5", api_key=KEY))

    with pytest.raises(ModelMisconfigured) as caught:
        model.complete(PROMPT, SLOTS)
    assert str(caught.value) == (
        "anthropic:claude-sonnet-4-5 needs a package that is not installed: "
        "`pip install 'ragassist[anthropic]'`"
    )


def test_a_provider_that_nobody_knows_is_told() -> None:
    model = ChatModel(ModelChoice(name="llama3:8b"))

    with pytest.raises(ModelMisconfigured, match=r"^llama3:8b cannot be set up: Unsupported prov"):
        model.complete(PROMPT, SLOTS)


def test_making_a_chat_model_loads_nothing_heavy() -> None:
    code = (
        "import sys; from ragassist.models.chat import ChatModel; "
        "from ragassist.models.choice import ModelChoice; "
        "ChatModel(ModelChoice(name='openai:x', api_key='k')); "
        "print([m for m in ('langchain', 'langchain_core', 'openai', 'httpx') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
