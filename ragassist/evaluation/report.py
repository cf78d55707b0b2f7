"""What a run tells, as JSON can hold it; `ragassist.cli.evaluate` documents the shapes."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ragassist.evaluation.beir import Collection
from ragassist.evaluation.figures import Figure
from ragassist.evaluation.gate import Ruling
from ragassist.evaluation.grounding import Grounding
from ragassist.evaluation.outcomes import Outcome
from ragassist.evaluation.retrieval import Retrieval
from ragassist.types import Origin

_DIGITS = 4


def of_grounding(done: Grounding) -> dict[str, Any]:
    """The shape of `eval grounding`: no times in it, so that equal runs are equal texts."""
    return {
        "ragassist": _version(),
        "partial": done.partial,
        "questions": {
            "file": done.question_set.name,
            "sha256": done.question_set.sha256,
            "to_ask": len(done.question_set.questions),
            "asked": len(done.outcomes),
            "unknown_gold": list(done.unknown_gold),
        },
        "library": {
            name: getattr(done.library, name)
            for name in ("papers", "title_only", "chunks", "embedder")
        },
        "origin": origin_of(done.outcomes),
        "figures": {name: _of_figure(figure) for name, figure in done.figures.items()},
        "gate": None if done.rulings is None else _of_rulings(done.rulings),
        "outcomes": [_of_outcome(outcome) for outcome in done.outcomes],
    }


def origin_of(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Who wrote, with which prompts, and what was used for all questions together."""
    origins = [outcome.origin for outcome in outcomes if outcome.origin is not None]
    return {
        "answerers": sorted({origin.answerer for origin in origins}),
        "prompts": dict(sorted(pair for origin in origins for pair in origin.prompts.items())),
        "usage": {
            name: _total(origins, name) for name in ("calls", "input_tokens", "output_tokens")
        },
        "repairs": sum(origin.repairs for origin in origins),
    }


def of_retrieval(collection: Collection, measured: Retrieval, depth: int) -> dict[str, Any]:
    """The shape of `eval retrieval`."""
    return {
        "ragassist": _version(),
        "dataset": collection.name,
        "qrels": collection.qrels_name,
        "queries": len(collection.queries),
        "left_out": dataclasses.asdict(collection.left_out),
        "documents": collection.documents,
        "unreadable": measured.unreadable,
        "papers": measured.papers,
        "embedder": measured.embedder,
        "depth": depth,
        "systems": {
            system: {metric: _of_mean(figure) for metric, figure in figures.items()}
            for system, figures in measured.systems.items()
        },
        "gains": {metric: _of_mean(figure) for metric, figure in measured.gains.items()},
    }


def _of_outcome(outcome: Outcome) -> dict[str, Any]:
    verdicts = Counter(claim.verdict for claim in outcome.claims)
    return {
        "id": outcome.question.id,
        "question": outcome.question.question,
        "answerable": outcome.question.answerable,
        "gold": list(outcome.question.gold),
        "outcome": outcome.kind,
        "text": outcome.text,
        "cited": list(outcome.cited),
        "invented": [key for claim in outcome.claims for key in claim.invented],
        "retrieved": list(outcome.retrieved),
        "claims": len(outcome.claims),
        "verdicts": dict(sorted(verdicts.items())),
    }


def _of_rulings(rulings: Sequence[Ruling]) -> dict[str, Any]:
    return {
        "met": all(ruling.met for ruling in rulings),
        "bounds": [
            {
                "metric": ruling.bound.metric,
                ruling.bound.side: ruling.bound.limit,
                "mean": _rounded(ruling.mean),
                "met": ruling.met,
                "failing": list(ruling.failing),
            }
            for ruling in rulings
        ],
    }


def _of_figure(figure: Figure) -> dict[str, Any]:
    return {**_of_mean(figure), "questions": figure.questions}


def _of_mean(figure: Figure) -> dict[str, Any]:
    values = {name: _rounded(getattr(figure, name)) for name in ("mean", "low", "high")}
    return {**values, "n": figure.n}


def _rounded(value: float | None) -> float | None:
    # Adding zero makes -0.0, which JSON keeps, plain.
    return None if value is None else round(value, _DIGITS) + 0.0


def _total(origins: Sequence[Origin], name: str) -> int:
    return sum(getattr(origin.usage, name) for origin in origins)


def _version() -> str:
    from importlib.metadata import version

    return version("ragassist")
