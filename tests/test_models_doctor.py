"""`ragassist doctor --model`."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chat_server import MODEL, WRONG_KEY, ChatServer, Reply
from tests.cli.terminal import environment_of, ragassist

HELLO = Reply(text='{"reached": true, "greeting": "Hello to you."}')


def test_it_says_what_one_call_showed(tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(
        f'{{"date": "2026-01-31", "models": {{"openai:{MODEL}": '
        '{"input": 1, "output": 10, "window": 32768}}}'
    )
    with ChatServer([HELLO]) as server:
        ran = ragassist(
            "doctor", "--model", "--json", cwd=tmp_path, **server.environment,
            RAGASSIST_PRICES=str(prices),
        )  # fmt: skip
        assert len(server.requests) == 1
    shape = json.loads(ran.stdout)
    found = shape["model"]

    assert (ran.returncode, ran.stderr, shape["ok"]) == (0, "", True)
    assert (found["model"], found["where"]) == (f"openai:{MODEL}", server.base_url)
    assert 0 < found["first_word_s"] <= found["whole_s"] < 60
    assert (found["streams"], found["pieces"], found["json"]) == (True, 6, "schema")
    assert (found["window"], found["window_known"]) == (32768, True)
    assert found["price"] == {"input": 1, "output": 10, "cached_input": 1}
    assert found["price_source"] == f"{prices}, 2026-01-31"
    assert found["usage"]["cost_usd"] == (120 * 1 + 30 * 10) / 1e6


def test_it_says_so_in_words(tmp_path: Path) -> None:
    with ChatServer([HELLO]) as server:
        ran = ragassist("doctor", "--model", cwd=tmp_path, **server.environment)
    lines = dict(line.split(":", 1) for line in ran.stdout.splitlines())

    assert ran.returncode == 0
    assert lines["model"].strip() == f"openai:{MODEL}"
    assert lines["streaming"].strip() == "yes, 6 pieces"
    assert lines["JSON"].strip() == "yes, held to a schema by the server"
    assert lines["window"].strip() == (
        "4096 tokens, assumed: set RAGASSIST_MODEL_WINDOW to what the server gives the model, such "
        "as RAGASSIST_MODEL_WINDOW=16384"
    )
    assert lines["price"].strip().startswith("not known")


@pytest.mark.parametrize(
    ("reply", "takes_schemas", "streams", "as_json"),
    [
        (Reply(chunks=("Hello.",)), True, False, "no"),
        (HELLO, False, True, "text"),
        (Reply(chunks=('{"reached": true, "greeting": ""}',)), True, False, "schema"),
    ],
)
def test_it_tells_what_a_server_cannot_do(
    tmp_path: Path, reply: Reply, takes_schemas: bool, streams: bool, as_json: str
) -> None:
    with ChatServer([reply], takes_schemas=takes_schemas) as server:
        ran = ragassist("doctor", "--model", "--json", cwd=tmp_path, **server.environment)
    found = json.loads(ran.stdout)["model"]

    assert (found["streams"], found["json"]) == (streams, as_json)


def test_a_model_that_fails_is_exit_code_1_and_says_why(tmp_path: Path) -> None:
    with ChatServer([WRONG_KEY]) as server:
        said = ragassist("doctor", "--model", cwd=tmp_path, **server.environment)
        shape = json.loads(
            ragassist("doctor", "--model", "--json", cwd=tmp_path, **server.environment).stdout
        )

    assert said.returncode == 1
    assert f"FAILED:    {server.base_url} refuses the key given for openai:{MODEL}" in said.stdout
    assert shape["ok"] is False
    assert "refuses the key" in shape["model"]["error"]
    assert shape["model"]["first_word_s"] is None


def test_without_a_call_it_says_what_window_is_assumed(tmp_path: Path) -> None:
    with ChatServer([HELLO]) as server:
        ran = ragassist("doctor", cwd=tmp_path, **server.environment)

        assert server.requests == []
    assert "note   window: 4096 tokens, assumed: set RAGASSIST_MODEL_WINDOW" in ran.stdout


def test_a_page_for_people_is_told_in_our_own_words(tmp_path: Path) -> None:
    page = Reply(body="<html>Welcome.</html>", headers={"Content-Type": "text/html"})
    with ChatServer([page]) as server:
        ran = ragassist("doctor", "--model", cwd=tmp_path, **server.environment)

    assert ran.returncode == 1
    assert f"FAILED:    {server.base_url} shows a web page and is no chat model" in ran.stdout


def test_a_window_too_small_is_a_setting_not_understood(tmp_path: Path) -> None:
    ran = ragassist("doctor", "--model", cwd=tmp_path, RAGASSIST_MODEL_WINDOW="512")

    assert ran.returncode == 2
    assert "RAGASSIST_MODEL_WINDOW='512': Input should be greater than or equal to 1024" in (
        ran.stderr
    )


def test_ctrl_c_ends_it_in_one_line(tmp_path: Path) -> None:
    with ChatServer([Reply(hang_after=0)]) as server:
        ran = subprocess.Popen(
            [sys.executable, "-m", "ragassist", "doctor", "--model"],
            cwd=tmp_path, env=environment_of(server.environment),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        ran.send_signal(signal.SIGINT)
        printed, told = ran.communicate(timeout=20)

    assert (ran.returncode, printed, told) == (130, "", "interrupted\n")


def test_where_no_model_is_configured_it_says_so(tmp_path: Path) -> None:
    ran = ragassist("doctor", "--model", cwd=tmp_path)

    assert ran.returncode == 2
    assert ran.stderr.startswith("error: no model is configured, and answers are the abstracts'")


def test_the_settings_of_the_model_are_heeded(tmp_path: Path) -> None:
    with ChatServer([HELLO]) as server:
        stated = {"RAGASSIST_MODEL_WINDOW": "4096", "RAGASSIST_MAX_ANSWER_TOKENS": "10"}
        ran = ragassist("doctor", "--model", cwd=tmp_path, **server.environment, **stated)

    assert "window:    4096 tokens\n" in ran.stdout
    assert server.requests[0].payload["max_tokens"] == 10 + 4096 // 4


def test_a_limit_without_a_price_fails_before_any_call(tmp_path: Path) -> None:
    with ChatServer([HELLO]) as server:
        ran = ragassist(
            "doctor", "--model", cwd=tmp_path, **server.environment, RAGASSIST_MAX_COST="1"
        )

    assert (ran.returncode, server.requests) == (1, [])
    assert "FAILED:    RAGASSIST_MAX_COST is set, and the price of" in ran.stdout


def test_an_address_that_is_none_is_a_model_that_fails(tmp_path: Path) -> None:
    stated = {"RAGASSIST_MODEL": "openai:x", "OPENAI_BASE_URL": "http://me:secret@[::1/v1"}
    ran = ragassist("doctor", "--model", cwd=tmp_path, **stated)

    assert ran.returncode == 1
    assert "FAILED:    OPENAI_BASE_URL is no address such as" in ran.stdout
    assert "secret" not in ran.stdout + ran.stderr
