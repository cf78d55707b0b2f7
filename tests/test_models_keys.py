"""No key is shown or kept, whatever goes wrong."""

import json
import logging
import traceback
from pathlib import Path

import pytest

from ragassist.errors import RagassistError
from ragassist.library import Library
from ragassist.models.choice import ModelChoice
from tests.chat_server import (
    BROKEN,
    GARBAGE_STREAM,
    MODEL,
    NO_SUCH_MODEL,
    NOT_JSON,
    RATE_LIMITED,
    WRONG_KEY,
    ChatServer,
    Reply,
    failing,
    quotes_first,
)
from tests.cli.terminal import ragassist

KEY = "sk-owl-4711-zygomorphic"
OTHER_KEY = "my0wnS3cretWithoutPrefix"
QUESTION = "How do language models learn to use tools?"
REPEATED = f"Incorrect API key provided: {KEY}, {OTHER_KEY}."
FAILURES = {
    "wrong key": WRONG_KEY,
    "wrong key, repeated": failing(401, REPEATED),
    "forbidden, repeated": failing(403, REPEATED),
    "unknown model": NO_SUCH_MODEL,
    "rate limit, repeated": failing(429, REPEATED),
    "rate limit": RATE_LIMITED,
    "broken": BROKEN,
    "broken, repeated": failing(500, REPEATED),
    "refused, repeated": failing(400, REPEATED),
    "too long, repeated": failing(400, f"maximum context length {REPEATED}"),
    "repeated in a page": Reply(status=502, body=f"<html>{REPEATED}</html>"),
    "repeated in no form": Reply(body=REPEATED, headers={"Content-Type": "text/event-stream"}),
    "repeated in a stream": Reply(
        body=f"data: {json.dumps({'error': {'message': REPEATED}})}\n\n",
        headers={"Content-Type": "text/event-stream"},
    ),
    "no JSON": NOT_JSON,
    "garbage": GARBAGE_STREAM,
    "reset": Reply(text="Models learn to use tools.", reset_after=2),
    "hangs": Reply(hang_after=0),
    "empty": Reply(),
    "withheld": Reply(text="No.", finish_reason="content_filter"),
    "cut": Reply(text="Models learn", finish_reason="length"),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "library"
    papers = folder.parent / "refs.jsonl"
    abstract = "Language models learn to use tools from examples. We show that few examples do."
    papers.write_text(json.dumps({"title": "Tool use", "abstract": abstract}))
    with Library.open(folder) as opened:
        opened.add(papers)
    return folder


def keys_in(*texts: str) -> list[str]:
    """The keys that stand in one of the texts."""
    return [key for key in (KEY, OTHER_KEY) if any(key in text for text in texts)]


def keys_under(folder: Path) -> list[str]:
    """The keys that stand in a file under a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return keys_in(*(path.read_bytes().decode("latin-1") for path in files))


def all_of(error: BaseException) -> str:
    """An error, what led to it, and all that they carry."""
    links = [link for link in (error, error.__cause__, error.__context__) if link is not None]
    carried = "".join(f"{link!r}{vars(link)}" for link in links)
    return "".join(traceback.format_exception(error)) + carried


@pytest.mark.parametrize("failure", FAILURES)
def test_no_failure_shows_or_keeps_a_key(
    library: Path, failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    with ChatServer([FAILURES[failure]]) as server:
        choice = ModelChoice(
            name=f"openai:{MODEL}", base_url=server.base_url, api_key=OTHER_KEY, timeout_s=0.2
        )
        with Library.open(library, model=choice, notify=told.append) as opened:
            try:
                outcome = opened.ask(QUESTION)
                opened.log(outcome)
                shown = repr(outcome)
            except RagassistError as error:
                shown = all_of(error)
            objects = repr([opened, vars(opened), choice])
        assert server.requests[0].headers["authorization"] == f"Bearer {OTHER_KEY}"

    assert keys_in(shown, objects, caplog.text, *told) == []
    assert keys_under(library) == []


def test_a_refusal_by_langchain_shows_no_key(library: Path) -> None:
    choice = ModelChoice(name=f"llama9:{MODEL}", api_key=KEY)
    with Library.open(library, model=choice) as opened, pytest.raises(RagassistError) as caught:
        opened.ask(QUESTION)

    assert keys_in(all_of(caught.value)) == []


@pytest.mark.parametrize(
    ("failure", "command"),
    [
        (None, ("ask", QUESTION)),
        ("wrong key, repeated", ("ask", QUESTION)),
        ("repeated in a stream", ("ask", QUESTION, "--json")),
        ("wrong key, repeated", ("doctor", "--model")),
    ],
)
def test_the_command_line_shows_and_keeps_no_key(
    library: Path, failure: str | None, command: tuple[str, ...]
) -> None:
    with ChatServer(quotes_first if failure is None else [FAILURES[failure]]) as server:
        stated = {**server.environment, "OPENAI_API_KEY": OTHER_KEY, "OPENAI_LOG": "debug"}
        ran = ragassist("--library", library, *command, **stated)

    assert keys_in(ran.stdout, ran.stderr) == []
    assert keys_under(library) == []
