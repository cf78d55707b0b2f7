"""The settings, and the only reader of the environment and of `.env`.

Importing this costs 0.4 s (pydantic): import it inside the function that needs a setting.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ragassist.errors import UsageError

_TIKTOKEN_TABLES = "https://openaipublic.blob.core.windows.net/encodings/"


class Settings(BaseSettings):
    """What the environment or a `.env` in the working folder may say; the environment wins.

    Attributes:
        library: folder of the library; without it, `.ragassist/` here or above is used.
        embedder: the embedder a new library starts with.
        lock_wait_s: seconds to wait for another process that is writing.
        model: the chat model as `provider:model`; without one, answers are the abstracts' own
            sentences.
        model_timeout_s: seconds to wait for a model's next word.
        model_window: tokens that the model reads and writes together, 1024 at least; without it,
            what is known of the model.
        max_answer_tokens: the longest answer a model may write.
        max_cost: US dollars that a run may cost; the call that might pass it is not made.
        prices: file of what models cost, and of their windows, beside those that are known.
        cache: whether a model's replies are kept in the library, so that the same call is made
            once.
        prompts: folder of prompt templates that replace the shipped ones of the same name.
        log: whether questions and answers are kept in the library.
        openai_base_url: OpenAI's own variable (OPENAI_BASE_URL): any compatible server.
        openai_api_key: OpenAI's own variable (OPENAI_API_KEY); local servers need none.
        langsmith_tracing: LangSmith's own switch (LANGSMITH_TRACING); `doctor` warns of it.
    """

    model_config = SettingsConfigDict(
        env_prefix="RAGASSIST_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    library: Path | None = None
    embedder: Literal["builtin", "minilm"] = "builtin"
    lock_wait_s: float = Field(default=300.0, ge=0)
    model: str | None = None
    model_timeout_s: float = Field(default=60.0, gt=0)
    model_window: int | None = Field(default=None, ge=1024)
    max_answer_tokens: int = Field(default=1500, ge=1)
    max_cost: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    prices: Path | None = None
    cache: bool = True
    prompts: Path | None = None
    log: bool = True
    openai_base_url: str | None = Field(
        # The second is LangChain's old name for it, which it still obeys.
        default=None,
        validation_alias=AliasChoices("OPENAI_BASE_URL", "OPENAI_API_BASE"),
    )
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    langsmith_tracing: bool = Field(
        default=False,
        validation_alias=AliasChoices("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"),
    )


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        UsageError: naming each variable whose value is not understood.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{_variable(str(problem['loc'][0]))}={problem['input']!r}: {problem['msg']}"
            for problem in error.errors()
        )
        raise UsageError(f"settings not understood: {wrong}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f".env is not UTF-8 text: {error}") from error


def _variable(location: str) -> str:
    """The variable a setting is read from; pydantic names those with another name by it."""
    ours = location in Settings.model_fields
    return f"{Settings.model_config['env_prefix'] if ours else ''}{location}".upper()


def tiktoken_table(encoding: str, sha256: str) -> Path | None:
    """Where tiktoken keeps the table of an encoding, None where it would have to download it.

    The folder is TIKTOKEN_CACHE_DIR or DATA_GYM_CACHE_DIR, or the one tiktoken chooses without
    them. A table of another content is none: tiktoken would delete it and download its own.
    """
    default = str(Path(tempfile.gettempdir()) / "data-gym-cache")
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR", default))
    address = f"{_TIKTOKEN_TABLES}{encoding}.tiktoken"
    name = hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
    table = Path(folder) / name
    try:
        found = hashlib.sha256(table.read_bytes()).hexdigest() if folder else None
    except OSError:
        return None
    return table if found == sha256 else None
