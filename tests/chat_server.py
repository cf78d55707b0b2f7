"""A chat model's server on this machine: OpenAI's chat completions, misbehaving on cue.

    with ChatServer([Reply(text="Rain is wet [P1].")]) as server:
        ragassist("ask", "Is rain wet?", **server.environment)

It runs in the test's process, on a port of its own; a program in a child process reaches it too.
"""

import json
import os
import re
import select
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from ragassist.sentences import split_sentences

MODEL = "test-model"
USAGE = (120, 30)
"""Tokens read and written, as the server claims for every reply."""

Message = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server says to one request.

    Attributes:
        text: the model's; streamed word by word unless `chunks` says how.
        chunks: the text in the pieces it is streamed in; stands for `text`.
        finish_reason: None leaves it out, as a server does that stops in the middle.
        signs_off: a stream ends with `[DONE]`; None where it has a reason to finish.
        thoughts: streamed before the text, as the servers of some models do that think.
        delay_s: before each piece.
        status, headers, body: of the response; a body stands for a chat reply.
        reset_after: the connection is reset behind so many pieces.
        hang_after: nothing is said behind so many pieces, until the client leaves; behind 0, not
            even the status.
        usage: tokens read and written, as the server claims, and where there is a third number, how
            many of those read it had read before; None where it claims nothing.
    """

    text: str = ""
    chunks: tuple[str, ...] = ()
    finish_reason: str | None = "stop"
    signs_off: bool | None = None
    thoughts: tuple[str, ...] = ()
    delay_s: float = 0.0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    reset_after: int | None = None
    hang_after: int | None = None
    usage: tuple[int, ...] | None = USAGE

    @property
    def pieces(self) -> tuple[str, ...]:
        """What is streamed, piece by piece."""
        return self.chunks or tuple(re.findall(r"\s*\S+\s*$|\s*\S+", self.text))


Script = Sequence[Reply] | Callable[[list[Message]], Reply]
"""The replies in order, the last one again and again; or what makes one of a request's messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent, the names of headers in lower case."""

    path: str
    headers: Mapping[str, str]
    payload: dict[str, Any]

    @property
    def messages(self) -> list[Message]:
        """The messages, each with `role` and `content`."""
        found: list[Message] = self.payload["messages"]
        return found

    @property
    def system(self) -> str:
        """The text of the system message."""
        return self.messages[0]["content"]

    @property
    def user(self) -> str:
        """The text of the user's message."""
        return self.messages[-1]["content"]


class ChatServer:
    """The server, running from `with` to its end.

    Args:
        takes_schemas: whether a request may say which form the reply is to have.

    Attributes:
        requests: all that came, in order.
        abandoned: how many clients left before the reply was complete.
    """

    def __init__(self, script: Script, *, takes_schemas: bool = True) -> None:
        self.requests: list[Request] = []
        self.sent: list[tuple[str, float]] = []
        self.abandoned = 0
        self.stopping = threading.Event()
        self._script = script
        self._takes_schemas = takes_schemas
        self._lock = threading.Lock()
        self._refused = 0

    def __enter__(self) -> Self:
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.chat = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL is set to."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which ragassist uses this server as its model."""
        return {
            "OPENAI_BASE_URL": self.base_url,
            "RAGASSIST_MODEL": f"openai:{MODEL}",
            "NO_PROXY": "127.0.0.1",
        }

    def answer(self, request: Request) -> Reply:
        """The reply to a request, which is recorded."""
        with self._lock:
            self.requests.append(request)
            turn = len(self.requests) - 1 - self._refused
            if "response_format" in request.payload and not self._takes_schemas:
                self._refused += 1
                return NO_SCHEMAS
        if callable(self._script):
            return self._script(request.messages)
        return self._script[min(turn, len(self._script) - 1)]

    def note_abandoned(self) -> None:
        """One more client has left early."""
        with self._lock:
            self.abandoned += 1

    def wait_abandoned(self, count: int = 1) -> None:
        """Wait until so many clients have left early; fails when they do not."""
        deadline = time.monotonic() + 5
        while self.abandoned < count:
            assert time.monotonic() < deadline, f"{self.abandoned} of {count} clients left early"
            time.sleep(0.005)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # joined on closing, so that no socket outlives the test
    chat: ChatServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        request = Request(
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            payload=json.loads(self.rfile.read(length)),
        )
        reply = self.server.chat.answer(request)
        self.close_connection = True
        try:
            self._send(reply, request)
        except (ConnectionError, _ClientLeft):
            self.server.chat.note_abandoned()

    def _send(self, reply: Reply, request: Request) -> None:
        if reply.hang_after == 0:
            self._wait(float("inf"))
        elif reply.body is not None:
            self._send_whole(reply.body, reply)
        elif request.payload.get("stream"):
            self._send_stream(reply, request)
        else:
            self._wait(reply.delay_s)
            whole = {
                **_frame("chat.completion", reply.finish_reason),
                "usage": _usage(reply),
            }
            whole["choices"][0]["message"] = {
                "role": "assistant",
                "content": "".join(reply.pieces),
            }
            self._send_whole(json.dumps(whole), reply)

    def _send_whole(self, body: str, reply: Reply) -> None:
        encoded = body.encode()
        self.send_response(reply.status)
        own = {"Content-Type": "application/json", "Content-Length": str(len(encoded))}
        for name, value in {**own, "Connection": "close", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(encoded)

    def _send_stream(self, reply: Reply, request: Request) -> None:
        self.send_response(reply.status)
        own = {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"}
        for name, value in {**own, "Connection": "close", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for thought in reply.thoughts:
            self._event(_delta({"role": "assistant", "reasoning_content": thought}))
        for number, piece in enumerate(reply.pieces):
            if number == reply.reset_after:
                return self._reset()
            if number == reply.hang_after:
                self._wait(float("inf"))
            self._wait(reply.delay_s)
            self._event(_delta({"role": "assistant", "content": piece}))
            self.server.chat.sent.append((piece, time.perf_counter()))
        if reply.reset_after is not None:
            return self._reset()
        if reply.finish_reason is not None:
            self._event(_delta({}, reply.finish_reason))
        if reply.usage and request.payload.get("stream_options", {}).get("include_usage"):
            self._event({**_delta({}), "choices": [], "usage": _usage(reply)})
        if reply.finish_reason is not None if reply.signs_off is None else reply.signs_off:
            self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")
        return None

    def _event(self, content: Mapping[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(content)}\n\n".encode())

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))

    def _reset(self) -> None:
        time.sleep(0.02)  # What was sent must be read before the reset discards it.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def _wait(self, seconds: float) -> None:
        """Wait, but no longer than the client does or the server runs."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.server.chat.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], min(left, 0.01))
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise _ClientLeft

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
        """Keep standard error clean."""


class _ClientLeft(Exception):
    pass


def _frame(kind: str, finish_reason: str | None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": kind,
        "created": 1700000000,
        "model": MODEL,
        "choices": [{"index": 0, "finish_reason": finish_reason}],
    }


def _delta(delta: Mapping[str, str], finish_reason: str | None = None) -> dict[str, Any]:
    frame = _frame("chat.completion.chunk", finish_reason)
    frame["choices"][0]["delta"] = dict(delta)
    return frame


def _usage(reply: Reply) -> dict[str, Any] | None:
    if reply.usage is None:
        return None
    read, written, *cached = reply.usage
    details = {"prompt_tokens_details": {"cached_tokens": cached[0]}} if cached else {}
    total = read + written
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": total, **details}


def failing(status: int, message: str, **headers: str) -> Reply:
    """An error as OpenAI words it. A client that tries again does so after a millisecond."""
    body = json.dumps({"error": {"message": message, "type": "error", "code": None}})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=body, headers={"retry-after-ms": "1", **named})


RATE_LIMITED = failing(429, "You have sent too many requests.")
WRONG_KEY = failing(401, "Incorrect API key provided.")
NO_SUCH_MODEL = failing(404, f"The model '{MODEL}' does not exist.")
BROKEN = failing(500, "The server had an error.")
NO_SCHEMAS = failing(400, "Unrecognized request argument supplied: response_format")
NOT_JSON = Reply(body="<html><body>Welcome to the hotel's network</body></html>")
GARBAGE_STREAM = Reply(
    body='data: {"choices": [{"del\n\n', headers={"Content-Type": "text/event-stream"}
)
REFUSES = Reply(text="NO_ANSWER: none of the passages speaks of that.")
FROM_MEMORY = Reply(text="Transformers were introduced in 2017 by eight authors at Google.")


def passages_in(messages: Sequence[Message]) -> dict[str, str]:
    """The passages a request shows: the text of each key."""
    found = re.findall(
        r'<passage key="(\w+)"[^>]*>\n[^\n]*\n(.*?)\n</passage>', messages[-1]["content"], re.DOTALL
    )
    return dict(found)


def first_sentence(text: str) -> str:
    """The first sentence of a text, without its full stop."""
    start, stop = split_sentences(text)[0]
    return text[start:stop].rstrip(".")


def quotes_first(messages: Sequence[Message], *, key: str = "P1", cites: str = "P1") -> Reply:
    """A model that says what the first sentence of passage `key` says, and cites `cites` for it.

    A question to be condensed it repeats as it is.
    """
    passages = passages_in(messages)
    if not passages:
        return Reply(text=messages[-1]["content"].rpartition("Last question: ")[2])
    return Reply(text=f"{first_sentence(passages[key])} [{cites}].")


def invents_a_key(messages: Sequence[Message]) -> Reply:
    """A model that cites a passage it was not given."""
    return quotes_first(messages, cites="P99")


def cites_the_wrong_paper(messages: Sequence[Message]) -> Reply:
    """A model that cites the second passage for what the first one says."""
    return quotes_first(messages, cites="P2")


def obeys_passages(messages: Sequence[Message]) -> Reply:
    """A model that does what a passage tells it: `... and write: <this>`."""
    told = re.search(r"and write: ([^.\n]+\.)", messages[-1]["content"])
    return Reply(text=told.group(1)) if told else quotes_first(messages)


def interrupt_when(come: Callable[[], bool]) -> threading.Thread:
    """Send this process what Ctrl-C sends, once something has come about."""

    def watch() -> None:
        deadline = time.monotonic() + 20
        while not come() and time.monotonic() < deadline:
            time.sleep(0.005)
        signal.pthread_kill(_main_thread(), signal.SIGINT)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def is_waiting() -> bool:
    """Whether the main thread waits for what a server says in the middle of its reply."""
    frame = sys._current_frames()[_main_thread()]
    return {"stream", "read"} <= {above.f_code.co_name for above, _ in traceback.walk_stack(frame)}


def _main_thread() -> int:
    return threading.main_thread().ident or 0
