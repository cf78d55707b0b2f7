"""Chat models: made by LangChain from one setting, their errors in our words, their usage counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ragassist.prompts import Prompt
from ragassist.types import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Which chat model writes, and how it is reached.

    Attributes:
        name: `provider:model`, as LangChain's `init_chat_model` takes it.
        base_url: of an OpenAI-compatible server; None for OpenAI's own.
        api_key: None where the server needs none, or where the provider's own variable has it.
        timeout_s: seconds to wait for the next word.
        prompts: folder of templates that replace the shipped ones.
    """

    name: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0
    prompts: Path | None = None


class ChatModel:
    """STUB."""

    def __init__(self, choice: ModelChoice) -> None:
        self.choice = choice

    @property
    def usage(self) -> Usage:
        """STUB: all calls so far."""
        raise NotImplementedError

    def stream(self, prompt: Prompt, slots: dict[str, str]) -> Iterator[str]:
        """STUB."""
        raise NotImplementedError

    def complete(self, prompt: Prompt, slots: dict[str, str]) -> str:
        """STUB."""
        raise NotImplementedError
