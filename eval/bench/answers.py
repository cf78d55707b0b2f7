"""How well a library answers a set of questions without a model, and how well it declines.

python -m eval.bench.answers --library DIR --questions FILE [--split dev|test] [--out FILE] [--show]

Prints the figures, each with its n, and writes them with every question's outcome as JSON where
`--out` says. Gold papers are those a question's author holds to answer it; see eval/README.md.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median
from typing import TypeVar

from ragassist.library import Library
from ragassist.types import Answer

_RECALL_AT = 5
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One line of a question set."""

    id: str
    split: str
    question: str
    answerable: bool
    gold: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one question.

    Attributes:
        retrieved: the papers of the passages, best first.
        cited: the paper of each claim, in order; empty when declined.
        answer_s: seconds from passages to claims.
    """

    question: Question
    retrieved: tuple[str, ...]
    cited: tuple[str, ...]
    text: str
    answer_s: float

    @property
    def answered(self) -> bool:
        """Whether there was an answer."""
        return bool(self.cited)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean over n observations; None where there is none."""

    value: float | None
    n: int


def read_questions(path: Path, split: str | None) -> list[Question]:
    """The questions of a JSONL file, of one split or of all."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    questions = [Question(**{**row, "gold": tuple(row["gold"])}) for row in rows]
    return [question for question in questions if split in (None, question.split)]


def ask_all(library: Library, questions: Sequence[Question]) -> list[Outcome]:
    """Ask every question once."""
    outcomes = []
    for question in questions:
        said = library.ask(question.question)
        answer = said if isinstance(said, Answer) else None
        outcomes.append(
            Outcome(
                question=question,
                retrieved=tuple(passage.paper_id for passage in said.passages),
                cited=tuple(claim.citations[0] for claim in answer.claims) if answer else (),
                text=answer.text if answer else "",
                answer_s=said.timings["answer"],
            )
        )
    return outcomes


def measure(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """The figures of a run.

    `gold cited`: of a question's gold papers, the share that an answer cites, over the answered;
    `gold claims`: of all claims given to answerable questions, the share that cites a gold paper;
    `any gold`: answered with at least one gold paper, over all answerable questions.
    """
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    unanswerable = [outcome for outcome in outcomes if not outcome.question.answerable]
    answered = [outcome for outcome in answerable if outcome.answered]
    claims = [cited in outcome.question.gold for outcome in answered for cited in outcome.cited]
    return {
        "answered": _mean(answerable, lambda o: o.answered),
        "refused wrongly": _mean(answerable, lambda o: not o.answered),
        "declined rightly": _mean(unanswerable, lambda o: not o.answered),
        "answered wrongly": _mean(unanswerable, lambda o: o.answered),
        f"recall@{_RECALL_AT}": _mean(answerable, _recall),
        "any gold": _mean(answerable, lambda o: bool(set(o.cited) & set(o.question.gold))),
        "gold cited": _mean(answered, lambda o: _share(o.question.gold, o.cited)),
        "gold claims": _mean(claims, float),
        "claims": _mean(answered, lambda o: len(o.cited)),
        "papers": _mean(answered, lambda o: len(set(o.cited))),
    }


def _mean(things: Sequence[_T], value: Callable[[_T], float]) -> Figure:
    return Figure(value=fmean(map(value, things)) if things else None, n=len(things))


def _share(gold: Sequence[str], found: Sequence[str]) -> float:
    return len(set(gold) & set(found)) / len(gold)


def _recall(outcome: Outcome) -> float:
    gold = outcome.question.gold
    return len(set(gold) & set(outcome.retrieved[:_RECALL_AT])) / min(len(gold), _RECALL_AT)


def _write(outcomes: Sequence[Outcome], figures: dict[str, Figure], *, show: bool) -> None:
    say = sys.stdout.write
    for outcome in outcomes:
        asked = outcome.question
        if show:
            say(f"\n{asked.id} {asked.question}\n  {outcome.text or 'DECLINED'}\n")
        elif outcome.answered != asked.answerable:
            kind = "answered wrongly" if outcome.answered else "refused wrongly"
            say(f"{kind}: {asked.id} {asked.question}\n")
    say("\n")
    for name, figure in figures.items():
        value = "-" if figure.value is None else f"{figure.value:.3f}"
        say(f"{name:18} {value:>6}  n={figure.n}\n")
    slowest = [outcome.answer_s for outcome in outcomes]
    say(f"{'answer, ms':18} median {1000 * median(slowest):.1f}, ")
    say(f"slowest {1000 * max(slowest):.1f}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--split", choices=["dev", "test"])
    parser.add_argument("--out", type=Path, help="where to write the run as JSON")
    parser.add_argument("--show", action="store_true", help="print every answer")
    wanted = parser.parse_args()
    questions = read_questions(wanted.questions, wanted.split)
    with Library.open(wanted.library) as library:
        outcomes = ask_all(library, questions)
    figures = measure(outcomes)
    _write(outcomes, figures, show=wanted.show)
    if wanted.out is not None:
        run = {
            "questions": wanted.questions.name,
            "split": wanted.split,
            "figures": {name: asdict(figure) for name, figure in figures.items()},
            "outcomes": [asdict(outcome) for outcome in outcomes],
        }
        wanted.out.write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
