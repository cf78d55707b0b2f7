"""Gates: what a bound is, and that it holds back what it should."""

import json
from pathlib import Path

import pytest

from ragassist.errors import UsageError
from ragassist.evaluation.gate import Bound, Ruling, read_gate, rule
from ragassist.evaluation.metrics import METRICS, measure
from ragassist.evaluation.outcomes import Outcome
from ragassist.shipped import shipped
from tests.evaluation.made import OWLS, answered, claim, declined, quote

NO_FABRICATION = Bound(metric="fabricated_citation_rate", side="at_most", limit=0)
ALL_CITED = Bound(metric="citation_coverage", side="at_least", limit=1)
MICE = quote(OWLS, "Owls hear mice through 30 cm of snow.")
GOOD = answered(claim("Owls hear mice through 30 cm of snow.", "owls", evidence=(MICE,)))


def written(tmp_path: Path, text: object) -> Path:
    path = tmp_path / "gate.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def rulings(bounds: tuple[Bound, ...], *run: Outcome) -> tuple[Ruling, ...]:
    return rule(bounds, measure(run), run)


def test_a_gate_is_read_in_the_order_of_its_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"citation_coverage": {"at_least": 1}, "fabricated_citation_rate": {"at_most": 0}},
    )

    assert read_gate(path) == (ALL_CITED, NO_FABRICATION)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "Invalid JSON"),
        ("[]", "Input should be an object"),
        ({}, "a gate without a bound holds nothing back"),
        ({"faithfulness": {"at_least": 1}}, "there is no metric 'faithfulness'; there are fabri"),
        ({"error_rate": {}}, "error_rate: give one of `at_most` and `at_least`"),
        ({"error_rate": {"at_most": 1, "at_least": 0}}, "give one of"),
        ({"error_rate": {"below": 1}}, "error_rate.below: Extra inputs"),
        ({"error_rate": {"at_most": "0"}}, "error_rate.at_most: Input should be a valid number"),
        ({"error_rate": {"at_most": 5}}, "less than or equal to 1"),
        ('{"error_rate": {"at_most": NaN}}', "gate.json"),
    ],
)
def test_what_is_no_gate_is_refused_in_a_line(tmp_path: Path, text: object, says: str) -> None:
    with pytest.raises(UsageError) as error:
        read_gate(written(tmp_path, text))

    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_bound_that_is_reached_is_met() -> None:
    half = Bound(metric="answer_rate", side="at_least", limit=0.5)
    most = Bound(metric="answer_rate", side="at_most", limit=0.5)

    assert [ruling.met for ruling in rulings((half, most), GOOD, declined())] == [True, True]


def test_one_in_twenty_is_at_most_a_twentieth() -> None:
    refused = [declined(name=f"q{n}", answerable=False) for n in range(57)]
    answers = [answered(claim("Yes.", "owls"), answerable=False) for _ in range(3)]
    bound = Bound(metric="false_answer_rate", side="at_most", limit=0.05)

    assert [ruling.met for ruling in rulings((bound,), *refused, *answers)] == [True]
    (missed,) = rulings((bound,), *refused[1:], *answers)
    assert not missed.met


def test_a_missed_bound_names_the_questions_that_pull_it_the_wrong_way() -> None:
    inventing = answered(claim("Owls.", "owls", invented=("P9",)), name="inventing")
    silent = answered(claim("Owls."), name="silent")

    fabricated, coverage = rulings((NO_FABRICATION, ALL_CITED), GOOD, inventing, silent, declined())

    assert (fabricated.met, fabricated.mean, fabricated.failing) == (False, 1 / 3, ("inventing",))
    assert (coverage.met, coverage.failing) == (False, ("silent",))


def test_what_was_not_measured_does_not_meet_its_bound() -> None:
    assert rulings((NO_FABRICATION,), declined()) == (
        Ruling(bound=NO_FABRICATION, mean=None, met=False),
    )


@pytest.mark.parametrize("bound", read_gate(shipped("gates", "smoke.json")), ids=lambda b: b.metric)
def test_every_bound_of_the_gate_that_ships_can_be_missed(bound: Bound) -> None:
    wrong = {
        "fabricated_citation_rate": answered(claim("Owls.", "lost")),
        "unretrieved_citation_rate": answered(claim("Owls.", "owls"), retrieved=("bats",)),
        "citation_coverage": answered(claim("Owls.")),
        "evidence_exact": answered(claim("Owls.", "bats", evidence=(MICE,))),
        "number_match": answered(claim("31 cm.", "owls")),
        "false_answer_rate": answered(claim("Owls.", "owls"), answerable=False),
        "false_refusal_rate": declined(),
        "error_rate": Outcome(question=GOOD.question, kind="error"),
        "gold_recall@5": declined(retrieved=()),
    }[bound.metric]

    assert bound.metric in METRICS
    assert [ruling.met for ruling in rulings((bound,), wrong)] == [False]
