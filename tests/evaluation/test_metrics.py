"""Every metric: what it is on small cases, what moves it, and what must not."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from ragassist.evaluation.metrics import METRICS, measure
from ragassist.evaluation.outcomes import Outcome
from ragassist.types import Evidence
from tests.evaluation.made import BATS, HELD, OWLS, answered, claim, declined, failed, quote

MICE = quote(OWLS, "Owls hear mice through 30 cm of snow.")
MOTHS = quote(BATS, "Bats hear moths.")
Run = tuple[Outcome, ...]


def base() -> Run:
    """Seven questions that have all there can be, right and wrong, in every place."""
    return (
        answered(
            claim("Owls hear mice through 30 cm of snow.", "owls", evidence=(MICE,)),
            claim("Bats hear moths.", "bats", evidence=(MOTHS,), verdict="partial"),
            claim("Owls are wise.", verdict="uncited"),
            name="mixed",
        ),
        answered(
            claim(
                "40 owls “hear mice”, not “hear moths”.",
                "owls",
                evidence=(MICE,),
                verdict="partial",
            ),
            claim("Foxes do, too.", "owls", invented=("P9",), verdict="unsupported"),
            claim("Nobody knows.", "bats", verdict="unjudged"),
            name="wrong",
            gold=("owls", "bats", "lost"),
            retrieved=("owls",),
        ),
        answered(
            claim("Bats hear moths.", "bats", evidence=(replace(MOTHS, start=1),)),
            name="misquoted",
            retrieved=("bats",),
        ),
        answered(claim("Owls hear mice.", "owls"), name="should-not", answerable=False),
        declined(name="rightly", answerable=False),
        declined(name="wrongly"),
        failed(name="broken"),
    )


def test_the_rates_of_a_mixed_run_are_what_counting_by_hand_gives() -> None:
    found = {name: (figure.mean, figure.n) for name, figure in measure(base()).items()}

    assert found == {
        "fabricated_citation_rate": (1 / 8, 8),
        "unretrieved_citation_rate": (1 / 8, 8),
        "citation_coverage": (7 / 8, 8),
        "quote_match": (1 / 2, 2),
        "evidence_exact": (3 / 4, 4),
        "number_match": (1 / 2, 2),
        "supported_rate": (3 / 7, 7),
        "partial_rate": (2 / 7, 7),
        "unsupported_rate": (1 / 7, 7),
        "uncited_rate": (1 / 7, 7),
        "unjudged_rate": (1 / 8, 8),
        "answer_rate": (4 / 6, 6),
        "false_answer_rate": (1 / 2, 2),
        "false_refusal_rate": (1 / 4, 4),
        "error_rate": (1 / 7, 7),
        "gold_recall@5": (pytest.approx((1 + 1 / 3 + 0 + 0) / 4), 4),
        "gold_cited": (pytest.approx((1 + 2 / 3 + 0) / 3), 3),
        "any_gold": (2 / 4, 4),
        "gold_claims": (4 / 7, 7),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A change of one question's outcome, by name of the question."""

    of: str
    change: Callable[[Outcome], Outcome]

    def __call__(self, run: Run) -> Run:
        assert any(outcome.question.id == self.of for outcome in run)
        return tuple(self.change(o) if o.question.id == self.of else o for o in run)


def with_claim(text: str, *cited: str, **kinds: object) -> Callable[[Outcome], Outcome]:
    """One claim more."""

    def change(outcome: Outcome) -> Outcome:
        added = claim(text, *cited, **kinds)  # type: ignore[arg-type]
        papers = {key: HELD[key] for key in (*outcome.papers, *cited) if key in HELD}
        return replace(outcome, claims=(*outcome.claims, added), papers=papers)

    return change


def without_paper(key: str) -> Callable[[Outcome], Outcome]:
    """As the library would have it without that paper."""

    def change(outcome: Outcome) -> Outcome:
        return replace(outcome, papers={k: v for k, v in outcome.papers.items() if k != key})

    return change


def with_verdict(verdict: str) -> Callable[[Outcome], Outcome]:
    """The first claim, judged so."""

    def change(outcome: Outcome) -> Outcome:
        first, *others = outcome.claims
        return replace(outcome, claims=(replace(first, verdict=verdict), *others))  # type: ignore[arg-type]

    return change


def refused(outcome: Outcome) -> Outcome:
    return declined(
        name=outcome.question.id,
        answerable=outcome.question.answerable,
        gold=outcome.question.gold,
        retrieved=outcome.retrieved,
    )


def spoken(outcome: Outcome) -> Outcome:
    return replace(
        outcome, kind="answered", claims=(claim("Owls hear mice.", "owls"),), papers=HELD
    )


def broken(outcome: Outcome) -> Outcome:
    return replace(outcome, kind="error", claims=(), retrieved=())


def found(*papers: str) -> Callable[[Outcome], Outcome]:
    return lambda outcome: replace(outcome, retrieved=papers)


def quoting(evidence: Evidence) -> Callable[[Outcome], Outcome]:
    return with_claim("Owls hear mice.", "owls", evidence=(evidence,))


FINE = Mutation(of="mixed", change=with_claim("Owls hear mice.", "owls"))
OF_DECLINED = Mutation(of="wrongly", change=lambda o: replace(o, text="Nothing. [P9] 99"))
# By metric: what must raise it, what must lower it, and what must leave it alone.
MOVES: dict[str, tuple[Mutation, Mutation, Mutation]] = {
    "fabricated_citation_rate": (
        Mutation(of="mixed", change=without_paper("owls")),
        FINE,
        OF_DECLINED,
    ),
    "unretrieved_citation_rate": (
        Mutation(of="mixed", change=found("bats")),
        Mutation(of="wrong", change=found("owls", "bats")),
        # A key of no paper is fabricated, and not this as well.
        Mutation(of="wrong", change=found("owls", "P9")),
    ),
    "citation_coverage": (
        FINE,
        Mutation(of="mixed", change=with_claim("So they say.", invented=("P7",))),
        Mutation(of="mixed", change=with_verdict("unsupported")),
    ),
    "quote_match": (
        Mutation(of="mixed", change=with_claim("They “Hear mice … 30 cm”.", "owls")),
        Mutation(of="mixed", change=with_claim("They “cure all cattle”.", "owls")),
        Mutation(of="mixed", change=with_claim("They “hear” mice.", "owls")),
    ),
    "evidence_exact": (
        Mutation(of="mixed", change=quoting(MICE)),
        Mutation(of="mixed", change=quoting(replace(MICE, quote=MICE.quote.upper()))),
        Mutation(of="mixed", change=with_claim("Owls hear mice.", "owls")),
    ),
    "number_match": (
        Mutation(of="mixed", change=with_claim("7 owls attacked 3 of 1200.0 speakers.", "owls")),
        Mutation(of="mixed", change=with_claim("They attacked 4 speakers.", "owls")),
        Mutation(of="mixed", change=with_claim("BM25 finds owls.", "owls")),
    ),
    "supported_rate": (
        FINE,
        Mutation(of="mixed", change=with_verdict("partial")),
        Mutation(of="mixed", change=with_claim("Who knows?", "owls", verdict="unjudged")),
    ),
    "partial_rate": (Mutation(of="mixed", change=with_verdict("partial")), FINE, OF_DECLINED),
    "unsupported_rate": (
        Mutation(of="mixed", change=with_verdict("unsupported")),
        FINE,
        Mutation(of="mixed", change=with_verdict("supported")),
    ),
    "uncited_rate": (Mutation(of="mixed", change=with_verdict("uncited")), FINE, OF_DECLINED),
    "unjudged_rate": (
        Mutation(of="mixed", change=with_verdict("unjudged")),
        FINE,
        Mutation(of="mixed", change=with_verdict("supported")),
    ),
    "answer_rate": (
        Mutation(of="wrongly", change=spoken),
        Mutation(of="mixed", change=refused),
        FINE,
    ),
    "false_answer_rate": (
        Mutation(of="rightly", change=spoken),
        Mutation(of="should-not", change=refused),
        # Not answering what could be answered is another matter.
        Mutation(of="mixed", change=refused),
    ),
    "false_refusal_rate": (
        Mutation(of="mixed", change=refused),
        Mutation(of="wrongly", change=spoken),
        Mutation(of="should-not", change=refused),
    ),
    "error_rate": (
        Mutation(of="mixed", change=broken),
        Mutation(of="broken", change=refused),
        Mutation(of="mixed", change=refused),
    ),
    "gold_recall@5": (
        Mutation(of="wrongly", change=found("a", "b", "c", "d", "owls")),
        Mutation(of="mixed", change=found("a", "b", "c", "d", "e", "owls")),
        Mutation(of="mixed", change=found("bats", "owls")),
    ),
    "gold_cited": (
        Mutation(of="misquoted", change=with_claim("Owls hear mice.", "owls")),
        Mutation(of="mixed", change=lambda o: replace(o, claims=o.claims[1:])),
        Mutation(of="mixed", change=with_claim("Bats hear moths.", "bats")),
    ),
    "any_gold": (
        Mutation(of="misquoted", change=with_claim("Owls hear mice.", "owls")),
        Mutation(of="mixed", change=refused),
        FINE,
    ),
    "gold_claims": (
        FINE,
        Mutation(of="mixed", change=with_claim("Bats hear moths.", "bats")),
        # It has no gold papers that a claim could cite.
        Mutation(of="should-not", change=with_claim("Bats hear moths.", "bats")),
    ),
}


def test_every_metric_is_put_to_the_test() -> None:
    assert list(MOVES) == list(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_what_ought_to_moves_it_in_its_direction_and_nothing_else_does(name: str) -> None:
    raising, lowering, neutral = MOVES[name]
    before = mean(base(), name)

    assert mean(raising(base()), name) > before
    assert mean(lowering(base()), name) < before
    assert mean(neutral(base()), name) == before


@pytest.mark.parametrize("name", METRICS)
def test_neither_the_order_of_the_questions_nor_asking_them_all_twice_moves_it(name: str) -> None:
    once = measure(base())[name]

    assert measure(base()[::-1])[name].mean == once.mean
    twice = measure((*base(), *base()))[name]
    assert twice.mean == pytest.approx(once.mean)
    assert twice.n == 2 * once.n


@pytest.mark.parametrize(
    "run",
    [
        (),
        (declined(), declined(answerable=False)),
        (failed(), failed(answerable=False)),
        (answered(claim("Owls.", verdict="unjudged"), gold=()),),
        (answered(),),
    ],
    ids=["nothing asked", "all refused", "all failed", "one unjudged claim", "an empty answer"],
)
def test_no_run_gives_a_value_that_is_not_a_number(run: Run) -> None:
    for figure in measure(run).values():
        values = [figure.mean, figure.low, figure.high]
        assert (figure.mean is None) == (figure.n == 0)
        assert all(value is None or math.isfinite(value) for value in values)


def test_refusals_are_in_no_rate_of_claims_and_are_counted() -> None:
    figures = measure((declined(), declined(answerable=False)))

    assert [name for name, figure in figures.items() if figure.n] == [
        "answer_rate",
        "false_answer_rate",
        "false_refusal_rate",
        "error_rate",
        "gold_recall@5",
        "any_gold",
    ]
    assert (figures["answer_rate"].mean, figures["false_refusal_rate"].mean) == (0, 1)


def test_an_error_is_neither_an_answer_nor_a_refusal() -> None:
    figures = measure((failed(), failed(answerable=False)))

    assert [name for name, figure in figures.items() if figure.n] == ["error_rate"]


def test_of_seven_gold_papers_five_are_all_that_five_places_hold() -> None:
    gold = tuple("abcdefg")
    all_five = measure((declined(gold=gold, retrieved=("x", *gold)),))["gold_recall@5"].mean

    assert all_five == pytest.approx(4 / 5)
    assert measure((declined(gold=gold, retrieved=gold),))["gold_recall@5"].mean == 1


@pytest.mark.parametrize(
    ("evidence", "matches"),
    [
        (MICE, True),
        (replace(MICE, stop=MICE.stop - 1), False),
        (replace(MICE, quote=f"{MICE.quote} "), False),
        (replace(MICE, quote="", start=5, stop=5), False),
        (replace(MICE, start=MICE.start - len(OWLS.abstract)), False),
        (replace(MICE, paper_id="lost"), False),
        # To the letter, but of a paper that the claim does not cite.
        (MOTHS, False),
    ],
)
def test_a_quote_matches_where_it_stands_so_in_a_cited_abstract(
    evidence: Evidence, *, matches: bool
) -> None:
    run = (answered(claim("Owls hear mice.", "owls", evidence=(evidence,))),)

    assert measure(run)["evidence_exact"].mean == float(matches)


def test_numbers_are_those_that_the_ledger_reads() -> None:
    dated = replace(OWLS, year=2019, abstract="We asked twenty-five owls and 20k mice.")
    fine = claim("1. In 2019, 25 owls and 20,000 mice were asked.", "owls")
    outcome = replace(answered(fine), papers={"owls": dated})

    assert measure((outcome,))["number_match"].mean == 1


def test_a_number_without_a_cited_paper_stands_nowhere() -> None:
    run = (answered(claim("30 cm.", invented=("P4",))),)

    assert measure(run)["number_match"].mean == 0


def mean(run: Sequence[Outcome], name: str) -> float:
    value = measure(run)[name].mean
    assert value is not None
    return value
