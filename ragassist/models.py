"""Chat models: made by LangChain from one setting, their errors in our words, usage counted."""

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from ragassist.errors import ModelMisconfigured, ModelUnavailable, RagassistError
from ragassist.prompts import Prompt
from ragassist.text import one_line, strip_controls
from ragassist.types import Usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

_MAX_RETRIES = 2
# The openai client refuses to start without a key; a local server asks for none.
_NO_KEY_NEEDED = "no-key-needed"
_MOST_OF_A_MESSAGE = 200
_THOUGHTS, _END_OF_THOUGHTS = "<think>", "</think>"
_REASONS_BY_ITSELF = re.compile(r"o\d(?:-|$)|gpt-5")
_SECRET = re.compile(r"\bsk-[\w-]{8,}")
# As OpenAI (in both of its protocols), Anthropic and Google name them.
_CUT = frozenset({"length", "max_tokens", "incomplete"})
_WITHHELD = frozenset({"content_filter", "refusal", "safety"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Which chat model writes, and how it is reached.

    Attributes:
        name: `provider:model`, as LangChain's `init_chat_model` takes it.
        base_url: of an OpenAI-compatible server; None for OpenAI's own.
        api_key: OpenAI's; None where the server needs none. Other providers never see it: they
            read their own variable.
        timeout_s: seconds to wait for the next word.
        prompts: folder of templates that replace the shipped ones.
    """

    name: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0
    prompts: Path | None = None

    @property
    def provider(self) -> str:
        """What comes before the first colon of the name, in lower case."""
        return self.name.partition(":")[0].strip().lower()

    @property
    def model(self) -> str:
        """What comes after it; it may hold colons of its own."""
        return self.name.partition(":")[2].strip()

    @property
    def where(self) -> str:
        """What answers, for a message: the server's address without secrets, or the provider."""
        if self.base_url is None or self.provider != "openai":
            return self.provider
        try:
            address = urlsplit(self.base_url)
        except ValueError:
            return "an address that cannot be read"
        return f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"


@dataclass(slots=True)
class _Told:
    """What one call and its reader tell each other beside the text.

    Attributes:
        reason: why the model stopped, as it says itself; empty where it does not.
        enough: the reader has left. A chain that is closed reads its model's reply to the end all
            the same (langchain-ai/langchain#22662); so the step that asks the model must know.
    """

    reason: str = ""
    enough: bool = False


class ChatModel:
    """A chat model. Made at no cost; LangChain (3 s) is loaded by the first call.

    Args:
        choice: which one.

    Raises:
        ModelMisconfigured: the choice cannot work, as far as it can be told without loading.
    """

    def __init__(self, choice: ModelChoice) -> None:
        _check(choice)
        self.choice = choice
        self._usage = Usage()
        self._cut_short = False
        # OpenAI's protocol always says why a reply ends; others may not.
        self._unfinished = _CUT | {""} if choice.provider == "openai" else _CUT

    @property
    def name(self) -> str:
        """`provider:model`."""
        return self.choice.name

    @property
    def usage(self) -> Usage:
        """All calls so far, also those that failed; their tokens as far as the server told."""
        return self._usage

    @property
    def cut_short(self) -> bool:
        """Whether the last reply ends before the model did: at a limit, or without a sign-off."""
        return self._cut_short

    def prepare(self) -> None:
        """Load what the model needs (3 s), without a call.

        Raises:
            ModelMisconfigured: a package is missing, or the provider refuses the settings.
        """
        _ = self._model

    def stream(self, prompt: Prompt, slots: Mapping[str, str]) -> Generator[str, None, None]:
        """The reply as it is written, in pieces of any length; at temperature 0.

        Closing the iterator closes the connection. A KeyboardInterrupt passes through.

        Raises:
            ModelMisconfigured: the key, the model's name or the address is wrong.
            ModelUnavailable: no reply, or none that can be read; also behind the first pieces.
            PromptInvalid: the slots are not the prompt's.
        """
        said = False
        told = _Told()
        try:
            with closing(self._pieces(prompt, slots, told)) as pieces:
                for piece in map(strip_controls, _without_thoughts(pieces)):
                    said = said or bool(piece.strip())
                    if piece:
                        yield piece
        except RagassistError:
            raise
        except Exception as error:
            raise _translate(error, self.choice) from error
        finally:
            self._cut_short = told.reason in self._unfinished
        self._check_said(told, said=said)

    def complete(self, prompt: Prompt, slots: Mapping[str, str]) -> str:
        """The whole reply, not streamed: for the short ones, which are waited for in any case.

        Raises:
            RagassistError: as `stream` does.
        """
        told = _Told()
        try:
            whole = "".join(_without_thoughts(iter([self._whole(prompt, slots, told)])))
        except RagassistError:
            raise
        except Exception as error:
            raise _translate(error, self.choice) from error
        finally:
            self._cut_short = told.reason in self._unfinished
        reply = strip_controls(whole)
        self._check_said(told, said=bool(reply.strip()))
        return reply

    def _check_said(self, told: "_Told", *, said: bool) -> None:
        if told.reason in _WITHHELD:
            raise ModelUnavailable(f"{self.name} withheld its answer: {told.reason}")
        if not said:
            limit = ", having reached its limit of tokens" if told.reason in _CUT else ""
            raise ModelUnavailable(f"{self.name} answered nothing{limit}: try again")

    def _whole(self, prompt: Prompt, slots: Mapping[str, str], told: "_Told") -> str:
        from langchain_core.output_parsers import StrOutputParser
        from langchain_core.runnables import RunnableLambda

        model = self._model

        def fill(slots: Mapping[str, str]) -> list[tuple[str, str]]:
            messages = prompt.messages(slots)
            self._count(calls=1)
            return messages

        def note(message: "AIMessage") -> "AIMessage":
            self._note(message, told)
            return message

        chain = RunnableLambda(fill) | model | RunnableLambda(note) | StrOutputParser()
        return str(chain.invoke(dict(slots)))

    def _pieces(
        self, prompt: Prompt, slots: Mapping[str, str], told: "_Told"
    ) -> Generator[str, None, None]:
        from langchain_core.output_parsers import StrOutputParser
        from langchain_core.runnables import RunnableGenerator, RunnableLambda

        model = self._model

        def fill(slots: Mapping[str, str]) -> list[tuple[str, str]]:
            messages = prompt.messages(slots)
            self._count(calls=1)
            return messages

        def ask(filled: Iterator[list[tuple[str, str]]]) -> "Iterator[AIMessage]":
            for messages in filled:
                chunks = model.stream(messages)
                for chunk in chunks:
                    self._note(chunk, told)
                    yield chunk
                    if told.enough:
                        return

        chain = RunnableLambda(fill) | RunnableGenerator(ask) | StrOutputParser()
        # Declared an iterator, it is a generator.
        pieces = cast("Generator[str, None, None]", chain.stream(dict(slots)))
        with closing(pieces):
            try:
                for piece in pieces:  # noqa: UP028 (`yield from` would close it first)
                    yield piece
            finally:
                told.enough = True

    def _note(self, chunk: "AIMessage", told: "_Told") -> None:
        if used := chunk.usage_metadata:
            self._count(read=used["input_tokens"], written=used["output_tokens"])
        about = chunk.response_metadata
        for name in ("finish_reason", "stop_reason", "status"):
            if about.get(name):
                told.reason = str(about[name]).lower()
                break

    def _count(self, *, calls: int = 0, read: int = 0, written: int = 0) -> None:
        self._usage = Usage(
            calls=self._usage.calls + calls,
            input_tokens=self._usage.input_tokens + read,
            output_tokens=self._usage.output_tokens + written,
        )

    @cached_property
    def _model(self) -> "BaseChatModel":
        from langchain.chat_models import init_chat_model

        choice = self.choice
        try:
            model: BaseChatModel = init_chat_model(
                choice.model,
                model_provider=choice.provider,
                max_retries=_MAX_RETRIES,
                timeout=choice.timeout_s,
                **_temperature(choice),
                **_openai_only(choice),
            )
            return model
        except ImportError as error:
            named = re.search(r"pip install ([\w\[\]-]+)", str(error))
            package = named.group(1) if named else f"langchain-{choice.provider}"
            raise ModelMisconfigured(
                f"{choice.name} needs a package that is not installed: `pip install {package}`"
            ) from error
        except ValueError as error:
            raise ModelMisconfigured(
                f"{choice.name} cannot be set up: {_shorten(_reason_of(error), choice)}"
            ) from error


def _without_thoughts(pieces: Iterator[str]) -> Iterator[str]:
    """Leave out the block of thoughts that some local models put before their answer."""
    held = ""
    for piece in pieces:
        held += piece
        opening = held.lstrip()
        if opening.startswith(_THOUGHTS):
            _, closed, held_on = opening.partition(_END_OF_THOUGHTS)
            if not closed:
                continue
            held = held_on.lstrip()
        elif _THOUGHTS.startswith(opening):
            continue
        yield held
        yield from pieces
        return
    if not held.lstrip().startswith(_THOUGHTS):
        yield held


def _check(choice: ModelChoice) -> None:
    if not choice.provider or not choice.model:
        raise ModelMisconfigured(
            f"RAGASSIST_MODEL={choice.name!r} is not provider:model, such as openai:gpt-4o-mini"
        )
    if choice.provider != "openai":
        return
    if choice.base_url is None and not choice.api_key:
        raise ModelMisconfigured(
            f"{choice.name} needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL to a server that "
            "needs none, or unset RAGASSIST_MODEL to answer without a model"
        )
    if choice.api_key and not choice.api_key.strip().isascii():
        raise ModelMisconfigured("OPENAI_API_KEY holds characters that no key has")
    if choice.base_url is not None:
        _check_address(choice.base_url)


def _check_address(base_url: str) -> None:
    """See that it is one; it may hold a password, and is not shown."""
    try:
        address = urlsplit(base_url)
        right = address.scheme in {"http", "https"} and bool(address.hostname)
    except ValueError:
        right = False
    if not right:
        raise ModelMisconfigured(
            "OPENAI_BASE_URL is no address such as http://localhost:11434/v1: see how it is spelt"
        )


def _temperature(choice: ModelChoice) -> dict[str, Any]:
    """None for OpenAI's reasoning models, which refuse to be told."""
    return {} if _REASONS_BY_ITSELF.match(choice.model) else {"temperature": 0}


def _openai_only(choice: ModelChoice) -> dict[str, Any]:
    if choice.provider != "openai":
        return {}
    key = (choice.api_key or "").strip() or _NO_KEY_NEEDED
    return {"base_url": choice.base_url, "api_key": key, "stream_usage": True}


def _translate(error: Exception, choice: ModelChoice) -> RagassistError:
    """What a provider's error means to the reader, whichever library it comes from."""
    status = getattr(error, "status_code", None)
    said = _shorten(_reason_of(error), choice)
    if isinstance(status, int):
        return _translate_status(status, f": {said}" if said else "", choice)
    where = choice.where
    causes = _causes(error)
    names = {kind.__name__ for cause in causes for kind in type(cause).__mro__}
    if names & {"TimeoutException", "ModelTimeoutError", "TimeoutError"}:
        return ModelUnavailable(
            f"{where} said nothing for {choice.timeout_s:g} s: try again, or raise "
            "RAGASSIST_MODEL_TIMEOUT_S"
        )
    if "gaierror" in names:
        return ModelUnavailable(f"cannot reach {where}: no such host, or no network")
    if names & {"ConnectError", "ConnectionRefusedError"}:
        asked = "is there a network" if choice.base_url is None else "is the server running"
        return ModelUnavailable(f"cannot reach {where}: {asked}?")
    if names & {"NetworkError", "ProtocolError", "ModelConnectionError", "ConnectionError"}:
        return ModelUnavailable(f"{where} broke off before its answer was complete: try again")
    if isinstance(error, ValueError | TypeError | AttributeError | LookupError):
        # A reply that LangChain or the provider's package stumbles over.
        return ModelUnavailable(
            f"{where} does not answer as a chat model does: is the address right? ({said})"
        )
    return ModelUnavailable(f"{choice.name} failed: {said or type(error).__name__}")


def _translate_status(status: int, said: str, choice: ModelChoice) -> RagassistError:
    where = choice.where
    if status in {401, 403}:
        return ModelMisconfigured(f"{where} refuses the key given for {choice.name}{said}")
    if status == 404:
        return ModelMisconfigured(
            f"{where} has no model {choice.model!r}, or the address is wrong{said}"
        )
    if status == 429:
        return ModelUnavailable(f"rate limit of {where} reached, try again later{said}")
    if status >= 500:
        return ModelUnavailable(f"{where} failed (status {status}), try again later{said}")
    return ModelUnavailable(f"{where} refused the request (status {status}){said}")


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what led to it, outermost first."""
    causes: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in causes:
        causes.append(link)
        link = link.__cause__ or link.__context__
    return causes


def _reason_of(error: Exception) -> str:
    """What the server said, or else the library; never an HTML page."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        # As text it shows what was put in, the key among it.
        return error.errors(include_input=False)[0]["msg"]
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        return str(body.get("message") or body.get("detail") or body.get("error") or body)
    text = str(body or error)
    return "" if text.lstrip().startswith("<") else text


def _shorten(text: str, choice: ModelChoice) -> str:
    """One line of at most 200 characters, without the key."""
    line = one_line(text)
    if choice.api_key and (key := choice.api_key.strip()):
        line = line.replace(key, "***")
    line = _SECRET.sub("***", line)
    return line if len(line) <= _MOST_OF_A_MESSAGE else line[: _MOST_OF_A_MESSAGE - 1] + "…"
