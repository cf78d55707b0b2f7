"""Replies that are JSON of a given shape."""

import json
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from ragassist.errors import ModelMisconfigured, ModelUnavailable, PromptTooLong, ReplyInvalid
from ragassist.models.chat import ChatModel
from ragassist.models.choice import ModelChoice
from ragassist.models.probing import PROBE, Greeting
from ragassist.models.reply_cache import ReplyCache
from ragassist.models.structured import AGAIN, Unfit, read_reply
from ragassist.prompts import Prompt, load_prompt
from tests.chat_server import MODEL, WRONG_KEY, ChatServer, Reply, failing

PROMPT = Prompt(name="test", system="Judge as JSON.", request="Q: $question")
SLOTS = {"question": "Is $5 enough?"}


class Verdict(BaseModel):
    """What is asked for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    enough: bool
    missing: list[str]
    how: Literal["much", "little"] = "much"


FITS = Reply(text='{"enough": false, "missing": ["dates"], "how": "little"}')
FIELDS = {"enough": False, "missing": ["dates"], "how": "little"}


def model_at(server: ChatServer, cache: ReplyCache | None = None) -> ChatModel:
    choice = ModelChoice(name=f"openai:{MODEL}", base_url=server.base_url)
    return ChatModel(choice, cache=cache)


def test_a_server_that_takes_schemas_is_told_the_shape() -> None:
    with ChatServer([FITS]) as server:
        assert model_at(server).structured(PROMPT, SLOTS, Verdict) == FIELDS

    told = server.requests[0].payload["response_format"]
    assert told["type"] == "json_schema"
    schema = told["json_schema"]["schema"]
    assert (told["json_schema"]["name"], told["json_schema"]["strict"]) == ("Verdict", True)
    assert schema["required"] == ["enough", "missing", "how"]
    assert schema["additionalProperties"] is False


def test_a_server_that_takes_none_is_asked_without_and_not_told_again() -> None:
    with ChatServer([FITS], takes_schemas=False) as server:
        model = model_at(server)
        assert model.structured(PROMPT, SLOTS, Verdict) == FIELDS
        assert model.structured(PROMPT, SLOTS, Verdict) == FIELDS

    told = ["response_format" in request.payload for request in server.requests]
    assert told == [True, False, False]
    assert not model.takes_schemas
    assert model.usage.calls == 3


def test_a_reply_that_does_not_fit_is_sent_back_with_what_is_wrong() -> None:
    with ChatServer([Reply(text='{"enough": "no", "missing": []}'), FITS]) as server:
        assert model_at(server).structured(PROMPT, SLOTS, Verdict) == FIELDS

    again = server.requests[1]
    assert again.system == "Judge as JSON."
    assert again.user.startswith("Q: Is $5 enough?\n\n")
    assert '{"enough": "no", "missing": []}' in again.user
    assert "enough: Input should be a valid boolean" in again.user


def test_two_that_do_not_fit_are_a_failure_of_its_own() -> None:
    with ChatServer([Reply(text="I would say so.")]) as server:
        with pytest.raises(ReplyInvalid) as caught:
            model_at(server).structured(PROMPT, SLOTS, Verdict)

        assert len(server.requests) == 2
    assert isinstance(caught.value, ModelUnavailable)
    assert str(caught.value).startswith(
        f"openai:{MODEL} did not reply in the form asked for, twice: Invalid JSON: "
    )


@pytest.mark.parametrize(
    "reply",
    [
        '{"enough": true, "missing": []}',
        ' {"enough": true, "missing": []}\n',
        '```json\n{"enough": true, "missing": []}\n```',
        '```\n{"enough": true, "missing": []}\n```\n',
    ],
)
def test_one_object_is_read_also_within_a_fence(reply: str) -> None:
    assert read_reply(reply, Verdict) == {"enough": True, "missing": [], "how": "much"}


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ('Here: {"enough": true, "missing": []}', "Invalid JSON: expected value"),
        ('{"enough": true, "missing": []} Done.', "Invalid JSON: trailing characters"),
        ('{"enough": true}', "missing: Field required"),
        ('{"enough": 1, "missing": []}', "enough: Input should be a valid boolean"),
        ('{"enough": true, "missing": [], "by": 1}', "by: Extra inputs are not permitted"),
        ('{"enough": true, "missing": ["a", 2]}', "missing.1: Input should be a valid string"),
        ("[]", "Input should be an object"),
        ('{"enough": true, "missing": [', "Invalid JSON: EOF while parsing"),
    ],
)
def test_what_is_not_the_object_alone_does_not_fit(reply: str, problem: str) -> None:
    with pytest.raises(Unfit) as caught:
        read_reply(reply, Verdict)
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (WRONG_KEY, ModelMisconfigured),
        (failing(400, "maximum context length is 9 tokens"), PromptTooLong),
        (Reply(text="{", finish_reason="content_filter"), ModelUnavailable),
        (Reply(text="", finish_reason="length"), ModelUnavailable),
    ],
)
def test_a_model_that_fails_does_so_as_for_any_reply(reply: Reply, kind: type[Exception]) -> None:
    with ChatServer([reply]) as server:
        with pytest.raises(kind) as caught:
            model_at(server).structured(PROMPT, SLOTS, Verdict)

        assert len(server.requests) == 1
    assert type(caught.value) is kind


def test_a_reply_that_fits_is_kept_and_one_that_does_not_is_not(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "replies")
    with ChatServer([Reply(text="Hm."), FITS]) as server:
        for _ in range(2):
            assert model_at(server, cache).structured(PROMPT, SLOTS, Verdict) == FIELDS

    # What did not fit is asked for anew, and this time fits.
    assert len(server.requests) == 3
    assert json.loads(FITS.text) == FIELDS


def test_the_prompt_that_sends_json_back_keeps_the_first_and_says_what_is_wrong() -> None:
    said = {"system": "S", "request": "R", "reply": "{", "problem": "it ends"}
    (_, system), (_, request) = load_prompt(AGAIN).messages(said)

    assert system == "S"
    assert request.startswith("R\n\n")
    assert "\n\n{\n\n" in request
    assert "could not be read: it ends\n" in request


def test_the_example_in_the_probes_prompt_is_what_the_probe_reads() -> None:
    example = load_prompt(PROBE).system.strip().splitlines()[-1]

    assert read_reply(example, Greeting)["reached"] is True
