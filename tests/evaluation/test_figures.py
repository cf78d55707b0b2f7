"""Means and their intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragassist.evaluation.figures import Figure, difference, rate


def test_a_rate_is_all_numerators_by_all_denominators() -> None:
    figure = rate([(1, 1), (0, 3), (0, 0)])

    assert (figure.mean, figure.n, figure.questions) == (0.25, 4, 2)


def test_nothing_observed_has_no_mean_and_no_interval() -> None:
    nothing = Figure(mean=None, low=None, high=None, n=0, questions=0)

    assert rate([]) == rate([(0, 0), (0, 0)]) == difference([]) == nothing


def test_one_question_has_a_mean_and_no_interval() -> None:
    figure = rate([(1, 2)])

    assert (figure.mean, figure.low, figure.high) == (0.5, None, None)


def test_36_of_36_is_at_least_nine_tenths_as_clopper_and_pearson_have_it() -> None:
    all_right = rate([(1, 1)] * 36)
    none = rate([(0, 1)] * 36)

    assert all_right.low == pytest.approx(0.9026, abs=1e-4)
    assert (all_right.mean, all_right.high) == (1, 1)
    assert (none.mean, none.low) == (0, 0)
    assert none.high == pytest.approx(0.0974, abs=1e-4)


def test_without_spread_it_is_questions_that_count_and_not_the_claims_of_them() -> None:
    assert rate([(0, 10)] * 36).high == rate([(0, 1)] * 36).high


def test_claims_of_one_question_that_fall_together_widen_the_interval() -> None:
    apart = rate([(1, 1), (0, 1)] * 20)
    together = rate([(5, 5), (0, 5)] * 4)

    assert apart.mean == together.mean == 0.5
    assert (apart.n, together.n) == (40, 40)
    assert _width(together) > 1.8 * _width(apart)


def test_the_bootstrap_interval_of_a_proportion_is_about_that_of_the_normal_distribution() -> None:
    figure = rate([(1, 1)] * 30 + [(0, 1)] * 70)
    margin = 1.96 * (0.3 * 0.7 / 100) ** 0.5

    assert figure.low == pytest.approx(0.3 - margin, abs=0.015)
    assert figure.high == pytest.approx(0.3 + margin, abs=0.015)


def test_a_difference_may_be_below_nought_and_is_not_taken_for_a_rate() -> None:
    figure = difference([(-0.5, 1), (0.5, 1), (-1, 1)])
    no_change = difference([(0, 1)] * 5)

    assert figure.mean == pytest.approx(-1 / 3)
    assert figure.low is not None
    assert -1 <= figure.low < 0
    assert (no_change.mean, no_change.low, no_change.high) == (0, 0, 0)


def test_the_same_shares_give_the_same_interval_however_many_are_drawn_at_once() -> None:
    shares = [(float(n % 3 == 0), 1.0) for n in range(1500)]

    assert rate(shares) == rate(shares)


@given(
    st.lists(
        st.integers(0, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=12
    )
)
def test_a_rate_and_its_interval_lie_between_0_and_1_in_order(
    shares: list[tuple[int, int]],
) -> None:
    figure = rate(shares)

    assert figure.n == sum(below for _, below in shares)
    if figure.mean is not None and figure.low is not None and figure.high is not None:
        assert 0 <= figure.low <= figure.high <= 1
        assert 0 <= figure.mean <= 1


def _width(figure: Figure) -> float:
    assert figure.low is not None
    assert figure.high is not None
    return figure.high - figure.low
