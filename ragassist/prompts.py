"""Prompts: one Markdown template a message, filled strictly, its hash its version."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from ragassist.errors import PromptInvalid
from ragassist.shipped import shipped

_VERSION_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The messages of one call to a model, as templates.

    Attributes:
        system: what the model is told to be and to keep to.
        request: what it is given to work on.
    """

    name: str
    system: str
    request: str

    @property
    def version(self) -> str:
        """The first twelve hex digits of the SHA-256 of both templates."""
        both = f"{self.system}\0{self.request}".encode()
        return hashlib.sha256(both).hexdigest()[:_VERSION_DIGITS]

    def messages(self, slots: Mapping[str, str]) -> list[tuple[str, str]]:
        """The two messages with every slot filled, as (role, text).

        What fills a slot is taken as it is: a `$` in it is not a slot.

        Raises:
            PromptInvalid: a slot has nothing to fill it, or something fills no slot.
        """
        templates = (Template(self.system), Template(self.request))
        system, request = _fill(templates, slots, self.name)
        return [("system", system), ("user", request)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A passage of a prompt that stands there in one case and not in another."""

    name: str
    text: str

    def fill(self, slots: Mapping[str, str]) -> str:
        """The text with every slot filled.

        Raises:
            PromptInvalid: a slot has nothing to fill it, or something fills no slot.
        """
        return _fill((Template(self.text),), slots, self.name)[0]


def load_part(name: str, folder: Path | None = None) -> Part:
    """The part `name` of a prompt, from `<name>.md`.

    Args:
        folder: a template there replaces the shipped one of the same name.

    Raises:
        PromptInvalid: it cannot be read.
    """
    return Part(name=name, text=_read(f"{name}.md", folder))


def load_prompt(name: str, folder: Path | None = None) -> Prompt:
    """The prompt `name`, from `<name>.system.md` and `<name>.user.md`.

    Args:
        folder: templates there replace the shipped ones of the same name.

    Raises:
        PromptInvalid: a template cannot be read.
    """
    return Prompt(
        name=name,
        system=_read(f"{name}.system.md", folder),
        request=_read(f"{name}.user.md", folder),
    )


def _read(file: str, folder: Path | None) -> str:
    own = None if folder is None else folder.expanduser() / file
    path = own if own is not None and own.exists() else shipped("prompts", file)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptInvalid(f"the prompt template {str(path)!r} cannot be read: {error}") from error


def _fill(templates: Sequence[Template], slots: Mapping[str, str], name: str) -> list[str]:
    wanted = {slot for template in templates for slot in _slots(template, name)}
    if wanted != set(slots):
        raise PromptInvalid(
            f"prompt {name!r} has the slots {', '.join(sorted(wanted)) or 'none'}, and is "
            f"filled with {', '.join(sorted(slots)) or 'none'}"
        )
    return [template.substitute(slots).strip() for template in templates]


def _slots(template: Template, name: str) -> list[str]:
    if not template.is_valid():
        raise PromptInvalid(f"prompt {name!r} has a stray `$`: write `$$` for one")
    return template.get_identifiers()
