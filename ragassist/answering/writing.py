"""Having a model write from passages, and letting no sentence out unchecked."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from ragassist.grounding.ledger import Ledger
from ragassist.models import ChatModel
from ragassist.types import Claim, Origin, Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a model wrote.

    Attributes:
        claims: in order, each checked.
        declined: what the model says is missing, where it says that the passages do not answer;
            None where it wrote.
    """

    claims: tuple[Claim, ...]
    origin: Origin
    declined: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """Passages as a prompt shows them.

    Attributes:
        text: the passages, each under its key, nothing in them that looks like a key.
        papers: the paper of each key that may be cited.
    """

    text: str
    papers: Mapping[str, str]


def key_passages(passages: Sequence[Passage], years: Mapping[str, int | None]) -> Keyed:
    """STUB."""
    raise NotImplementedError


def write_checked(
    model: ChatModel, name: str, slots: Mapping[str, str], keyed: Keyed, ledger: Ledger
) -> Generator[Claim, None, Written]:
    """STUB."""
    raise NotImplementedError
