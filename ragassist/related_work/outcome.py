"""What writing about a topic comes to."""

from dataclasses import dataclass, field

from ragassist.types import Claim, Origin, Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Papers that do something alike.

    Attributes:
        name: what sets them apart from the other themes, in a few words; never empty.
        paper_ids: by year, those without one last, ties by id.
    """

    name: str
    paper_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A paper that bears on the topic, or nearly, and is not written about.

    Attributes:
        reason: one clause, no trailing full stop.
    """

    paper: Paper
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedWork:
    """A text about the papers that bear on a topic.

    Attributes:
        themes: in the order of the paragraphs; a claim's `paragraph` is the place of its theme.
        claims: the ledger.
        references: the cited papers, in order of first citation.
        left_out: most relevant first.
        uncited: papers of the themes that the text does not cite, in the order of the themes.
    """

    topic: str
    themes: tuple[Theme, ...]
    claims: tuple[Claim, ...]
    references: tuple[Paper, ...]
    left_out: tuple[LeftOut, ...] = ()
    uncited: tuple[Paper, ...] = ()
    origin: Origin = field(default_factory=Origin)
