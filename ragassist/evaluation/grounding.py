"""How grounded a library's answers are: a question set asked, measured, held against a gate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ragassist.errors import UsageError
from ragassist.evaluation.figures import Figure
from ragassist.evaluation.gate import Bound, Ruling, rule
from ragassist.evaluation.metrics import measure
from ragassist.evaluation.outcomes import Outcome, ask_all
from ragassist.evaluation.questions import QuestionSet, resolve_gold
from ragassist.library import Library
from ragassist.types import Status

_ASKING = "asking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounding:
    """What became of a question set.

    Attributes:
        unknown_gold: gold papers that the library does not have; they count as not found.
        outcomes: of the questions, in order; of the first ones, if the user interrupted.
        rulings: on the bounds; None without any, and where the user interrupted.
        library: as it was.
    """

    question_set: QuestionSet
    unknown_gold: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    figures: Mapping[str, Figure]
    rulings: tuple[Ruling, ...] | None
    library: Status

    @property
    def partial(self) -> bool:
        """Whether it was interrupted."""
        return len(self.outcomes) < len(self.question_set.questions)

    @property
    def met(self) -> bool:
        """Whether no bound is known to be missed."""
        return all(ruling.met for ruling in self.rulings or ())


def measure_grounding(
    library: Library,
    question_set: QuestionSet,
    bounds: Sequence[Bound],
    progress: Callable[[str, int, int], None],
) -> Grounding:
    """Ask every question once; interrupted by Ctrl-C, what was asked until then is measured.

    Args:
        bounds: of the gate; none without one.

    Cost: what `Library.ask` costs, once a question.

    Raises:
        UsageError: the library is empty, or has none of the gold papers.
    """
    status = library.status()
    if not status.papers:
        raise UsageError("the library has no papers yet: `ragassist add FILE`")
    questions, unknown = resolve_gold(library, question_set.questions)
    outcomes: list[Outcome] = []
    try:
        for outcome in ask_all(library, questions):
            outcomes.append(outcome)
            progress(_ASKING, len(outcomes), len(questions))
    except KeyboardInterrupt:
        # Nothing is lost: what was measured is shown, and said to be a part.
        pass
    figures = measure(outcomes)
    complete = len(outcomes) == len(questions)
    return Grounding(
        question_set=question_set,
        unknown_gold=unknown,
        outcomes=tuple(outcomes),
        figures=figures,
        rulings=rule(bounds, figures, outcomes) if bounds and complete else None,
        library=status,
    )
