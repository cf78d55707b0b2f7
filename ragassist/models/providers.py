"""LangChain's model for a choice: what each provider is told, and which package it needs."""

import math
import re
from typing import TYPE_CHECKING, Any

from ragassist.errors import ModelMisconfigured
from ragassist.models.choice import ModelChoice
from ragassist.models.failures import is_clean, reason_of
from ragassist.models.watching import Watch

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# The openai client refuses to start without a key; a local server asks for none.
_NO_KEY_NEEDED = "no-key-needed"
_REASONS_BY_ITSELF = re.compile(r"o\d(?:-|$)|gpt-[5-9]")
_ROOM_FOR_THOUGHTS = 8000
# By the name that LangChain has for the provider.
_EXTRAS = {
    "anthropic": "anthropic",
    "google_genai": "google",
    "mistralai": "mistral",
    "ollama": "ollama",
}
_LANGCHAINS_NAMES = {"google": "google_genai", "mistral": "mistralai"}


def make_model(choice: ModelChoice, most: int, window: int, watch: Watch) -> "BaseChatModel":
    """The model; LangChain (3 s) is loaded by it. It tries nothing twice by itself.

    Args:
        most: tokens it may write for one call.
        window: tokens that prompt and reply have together, where it is ours to say.
        watch: sees the responses of OpenAI's protocol.

    Raises:
        ModelMisconfigured: a package is missing, or the provider refuses the settings.
    """
    from langchain.chat_models import init_chat_model

    provider = _LANGCHAINS_NAMES.get(choice.provider, choice.provider)
    refused: Exception
    try:
        model: BaseChatModel = init_chat_model(
            choice.model,
            model_provider=provider,
            **_arguments(choice, provider, most, window),
            **_watched(provider, watch),
        )
        return model
    except ImportError as error:
        raise ModelMisconfigured(_needs_a_package(choice, provider, error)) from error
    except ValueError as error:
        refused = error
    # Out of its reach: what a refusal quotes may be the key.
    raise ModelMisconfigured(f"{choice.name} cannot be set up: {reason_of(refused, choice)}") from (
        refused if is_clean(refused, choice) else None
    )


def _watched(provider: str, watch: Watch) -> dict[str, Any]:
    if provider != "openai":
        return {}
    from langchain_core.utils import get_from_env

    # LangChain heeds this variable only where it makes the client itself; and with a client given
    # it still warns of what it would have made.
    proxy = get_from_env("openai_proxy", "OPENAI_PROXY", default="")
    client = watch.client(proxy=proxy or None)
    return {"http_client": client, "openai_proxy": None, "http_socket_options": ()}


def most_tokens(choice: ModelChoice, window: int) -> int:
    """The most a model may write for one call: the answer, and room to think where it may.

    Both together have at most two fifths of the window, so that three are left for the prompt, and
    thoughts alone a quarter. OpenAI's models are known; Anthropic's think when they are told to,
    which they are not here.
    """
    room = window * 2 // 5
    answer = min(choice.max_answer_tokens, room)
    own = choice.provider == "openai" and not choice.elsewhere
    only_when_told = _REASONS_BY_ITSELF.match(choice.model) is None if own else False
    if only_when_told or choice.provider == "anthropic":
        return answer
    return min(room, answer + min(_ROOM_FOR_THOUGHTS, window // 4))


def parameters(choice: ModelChoice, most: int) -> dict[str, Any]:
    """What shapes a reply beside the messages.

    Args:
        most: tokens it may write.
    """
    # OpenAI's reasoning models refuse to be told a temperature.
    temperature = {} if _REASONS_BY_ITSELF.match(choice.model) else {"temperature": 0}
    return {**temperature, "max_tokens": most}


def beside_openais(choice: ModelChoice, most: int) -> dict[str, Any]:
    """What goes into the body of a request under the name that servers like OpenAI's know.

    LangChain names the limit as OpenAI does by now, `max_completion_tokens`; other servers ignore
    that, or refuse it.
    """
    return {"max_tokens": most} if choice.elsewhere else {}


def _arguments(choice: ModelChoice, provider: str, most: int, window: int) -> dict[str, Any]:
    stated = parameters(choice, most)
    if provider == "ollama":
        limits = {"num_predict": stated.pop("max_tokens"), "num_ctx": window}
        return {**stated, **limits, "client_kwargs": {"timeout": choice.timeout_s}}
    if provider != "openai":
        # Google's client takes 0 for "as often as you like"; Mistral's counts whole seconds.
        tries = 0 if provider == "anthropic" else 1
        timeout_s = math.ceil(choice.timeout_s) if provider == "mistralai" else choice.timeout_s
        return {**stated, "timeout": timeout_s, "max_retries": tries}
    if choice.elsewhere:
        stated.pop("max_tokens")
        stated["extra_body"] = beside_openais(choice, most)
    return {
        **stated,
        "timeout": choice.timeout_s,
        "max_retries": 0,
        "base_url": choice.base_url,
        "api_key": (choice.api_key or "").strip() or _NO_KEY_NEEDED,
        "stream_usage": True,
    }


def _needs_a_package(choice: ModelChoice, provider: str, error: ImportError) -> str:
    named = re.search(r"pip install ([\w\[\]-]+)", str(error))
    package = named.group(1) if named else f"langchain-{provider}"
    if provider in _EXTRAS:
        package = f"'ragassist[{_EXTRAS[provider]}]'"
    return f"{choice.name} needs a package that is not installed: `pip install {package}`"
