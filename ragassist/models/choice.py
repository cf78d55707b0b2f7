"""Which chat model writes, and how it is reached."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ragassist.errors import ModelMisconfigured

if TYPE_CHECKING:
    from ragassist.settings import Settings

_OPENAIS_OWN = "api.openai.com"


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
        max_answer_tokens: the longest answer a model may write; what it thinks before is not in it.
        max_cost_usd: what all calls of one `ChatModel` together may cost; None for no limit.
        prices: a file of prices and windows that adds to the shipped one, and wins over it.
        window: how many tokens prompt and answer have together; None for what is known of the
            model.
        remember: whether replies are kept in the library, so that the same call is made once.
    """

    name: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0
    prompts: Path | None = None
    max_answer_tokens: int = 1500
    max_cost_usd: float | None = None
    prices: Path | None = None
    window: int | None = None
    remember: bool = True

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

    @property
    def elsewhere(self) -> bool:
        """Whether OpenAI's protocol is spoken with another server than OpenAI's."""
        if self.provider != "openai" or self.base_url is None:
            return False
        try:
            return urlsplit(self.base_url).hostname != _OPENAIS_OWN
        except ValueError:
            return True

    @property
    def on_this_machine(self) -> bool:
        """Whether the server is one of this machine's own."""
        if self.provider != "openai" or self.base_url is None:
            return False
        try:
            host = urlsplit(self.base_url).hostname or ""
        except ValueError:
            return False
        return host in {"localhost", "::1"} or host.startswith("127.")


def choice_from(settings: "Settings", name: str, *, remember: bool = True) -> ModelChoice:
    """The choice of a model by its name alone; how it is reached is as the settings say.

    Args:
        remember: whether replies may be kept, where the settings allow it.
    """
    key = settings.openai_api_key
    return ModelChoice(
        name=name,
        base_url=settings.openai_base_url,
        api_key=None if key is None else key.get_secret_value(),
        timeout_s=settings.model_timeout_s,
        prompts=settings.prompts,
        max_answer_tokens=settings.max_answer_tokens,
        max_cost_usd=settings.max_cost,
        prices=settings.prices,
        window=settings.model_window,
        # Replies are as telling as the log.
        remember=remember and settings.cache and settings.log,
    )


def check_choice(choice: ModelChoice) -> None:
    """See that the choice can work, as far as it can be told without loading anything.

    Raises:
        ModelMisconfigured: it cannot; no key and no address is repeated.
    """
    if not choice.provider or not choice.model:
        raise ModelMisconfigured(
            f"the model {choice.name!r} is not provider:model, such as openai:gpt-4o-mini"
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
        ) from None
