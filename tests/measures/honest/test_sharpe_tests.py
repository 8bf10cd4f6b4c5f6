"""The tests of a Sharpe ratio against their papers' numbers, scipy, and numbers typed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.honest.overfitting import block_sums
from bitstockerz_lab.measures.honest.sharpe_tests import (
    AverageCorrelation,
    Moments,
    deflated_sharpe,
    effective_trials,
    expected_maximum,
    minimum_track_record,
    moments,
    moments_of_sums,
    probabilistic_sharpe,
)

SAMPLES = st.builds(
    lambda seed, days, drift, tail: (
        drift + 0.01 * np.random.default_rng(seed).standard_t(tail, size=days)
    ),
    st.integers(0, 2**32 - 1),
    st.integers(30, 600),
    st.sampled_from([-0.002, 0.0, 0.001]),
    st.sampled_from([3, 8, 100]),
)
PAPER = Moments(days=1250, sharpe=2.5 / math.sqrt(250), skew=-3, kurtosis=10)


def exactly(number: float):
    return pytest.approx(number, rel=1e-12, abs=1e-12)


def sums_of(returns) -> np.ndarray:
    return block_sums(returns[None, :])[0].sum(axis=0)


def test_moments_typed_by_hand():
    # away from the mean: 1, −5 and 4 three-hundredths
    found = moments(np.array([0.01, -0.01, 0.02]))
    assert found.days == 3
    assert found.sharpe == exactly(2 / math.sqrt(21))
    assert found.skew == exactly(-20 / 14**1.5)
    assert found.kurtosis == exactly(294 / 196)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(SAMPLES)
def test_moments_are_scipys_and_those_of_the_sums(returns):
    found, summed = moments(returns), moments_of_sums(sums_of(returns))
    assert found.sharpe == pytest.approx(
        stats.ttest_1samp(returns, 0).statistic / len(returns) ** 0.5
    )
    assert found.skew == pytest.approx(stats.skew(returns), rel=1e-9)
    assert found.kurtosis == pytest.approx(stats.kurtosis(returns, fisher=False), rel=1e-9)
    for name in ("days", "sharpe", "skew", "kurtosis"):
        assert getattr(summed, name) == pytest.approx(getattr(found, name), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize(
    "returns", [[], [0.01], [0.0] * 50, [0.01] * 5000, [0.0123456789] * 777], ids=str
)
def test_without_dispersion_there_are_no_moments(returns):
    returns = np.array(returns, dtype=float)
    assert moments(returns) is None
    assert moments_of_sums(sums_of(returns)) is None


def test_the_deflated_sharpe_ratio_of_the_paper():
    # Bailey & López de Prado (2014), "A numerical example"
    assert expected_maximum(100, 0.5 / 250, 1250) == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(PAPER, 100, 0.5 / 250) == pytest.approx(0.9004, abs=5e-5)
    assert deflated_sharpe(PAPER, 46, 0.5 / 250) == pytest.approx(0.9505, abs=5e-5)
    normal = Moments(days=1250, sharpe=PAPER.sharpe)
    assert deflated_sharpe(normal, 88, 0.5 / 250) == pytest.approx(0.9505, abs=5e-5)


@pytest.mark.parametrize(
    ("periods", "skew", "kurtosis", "years"),
    [(252, 0, 3, 2.73), (52, 0, 3, 2.83), (12, 0, 3, 3.24), (12, -0.72, 5.78, 4.99)],
    ids=["daily", "weekly", "monthly", "monthly, hedge funds"],
)
def test_the_minimum_track_records_of_the_paper(periods, skew, kurtosis, years):
    # Bailey & López de Prado (2012): a Sharpe ratio of 2 a year against 1
    of = Moments(0, 2 / math.sqrt(periods), skew, kurtosis)
    found = minimum_track_record(of, 1 / math.sqrt(periods))
    assert found / periods == pytest.approx(years, abs=0.005)


@pytest.mark.parametrize(("trials", "maximum"), [(10, 1.57), (45, 5**0.5), (7, 2**0.5)])
def test_the_expected_maxima_of_pseudo_mathematics(trials, maximum):
    # Bailey, Borwein, López de Prado & Zhu (2014): 10 trials reach 1.57 a year in one year,
    # 45 trials 1 in five years, 7 trials 1 in two
    assert expected_maximum(trials, 1.0, 1000) == pytest.approx(maximum, rel=0.03)
    assert expected_maximum(10, 1.0, 1000) == pytest.approx(1.57, abs=0.005)


def test_the_expected_maximum_is_near_that_of_drawn_normals():
    drawn = np.random.default_rng(1).normal(size=(20_000, 100)).max(axis=1)
    assert expected_maximum(100, 1.0, 1000) == pytest.approx(drawn.mean(), rel=0.02)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(SAMPLES, st.floats(-0.1, 0.2))
def test_psr_is_a_normal_test_with_mertens_standard_error(returns, benchmark):
    days, sharpe = len(returns), returns.mean() / returns.std(ddof=1)
    third, fourth = stats.skew(returns), stats.kurtosis(returns, fisher=False)
    error = (
        (1 + sharpe**2 / 2 - third * sharpe + (fourth - 3) / 4 * sharpe**2) / (days - 1)
    ) ** 0.5
    found = probabilistic_sharpe(moments(returns), benchmark)
    assert found == pytest.approx(stats.norm.sf(benchmark, sharpe, error), rel=1e-6, abs=1e-12)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(SAMPLES, st.sampled_from([0.9, 0.95, 0.99]))
def test_after_the_minimum_track_record_psr_is_the_confidence(returns, confidence):
    of = moments(returns)
    days = minimum_track_record(of, 0.0, confidence)
    if of.sharpe <= 0:
        assert days is None
        return
    grown = Moments(max(days, 30), of.sharpe, of.skew, of.kurtosis)
    reached = probabilistic_sharpe(grown)
    assert reached == pytest.approx(confidence) if days >= 30 else reached >= confidence


def test_below_thirty_days_there_is_no_probability():
    assert probabilistic_sharpe(Moments(29, 0.1)) is None
    assert probabilistic_sharpe(Moments(30, 0.1)) == exactly(
        stats.norm.cdf(0.1 * 29**0.5 / 1.005**0.5)
    )


def test_a_sharpe_ratio_without_variance_is_not_tested():
    impossible = Moments(100, 1.0, skew=5.0, kurtosis=3.0)
    assert probabilistic_sharpe(impossible) is None
    assert deflated_sharpe(impossible, 10, 0.01) is None
    assert minimum_track_record(impossible) is None


def test_a_sharpe_ratio_not_above_the_benchmark_needs_for_ever():
    assert minimum_track_record(Moments(100, 0.1), 0.1) is None
    assert minimum_track_record(Moments(100, 0.1), 0.0999) > 1e8


def test_one_trial_has_no_luck_in_it():
    assert expected_maximum(1, None, 500) == 0
    assert deflated_sharpe(PAPER, 1, None) == probabilistic_sharpe(PAPER)


def test_the_variance_of_trials_alike_has_a_floor():
    assert expected_maximum(50, 1e-9, 401) == expected_maximum(50, 1 / 400, 10_000)
    assert expected_maximum(50, None, 401) == expected_maximum(50, 0.0025, 10_000)
    assert expected_maximum(50, 0.01, 401) == expected_maximum(50, 0.01, 10_000)


def test_more_trials_never_expect_less():
    found = [expected_maximum(n, 1.0, 100) for n in (1, 1.1, 1.5, 2, 2.5, 10, 1e3, 1e6, 1e9)]
    assert found[0] == 0
    assert found == sorted(found)


def test_effective_trials_are_all_of_them_or_one():
    assert effective_trials(100, 0.0) == 100
    assert effective_trials(100, 1.0) == 1
    assert effective_trials(100, 0.3) == exactly(70.3)
    assert effective_trials(100, -0.5) == 100


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.floats(0, 2))
def test_the_average_correlation_is_that_of_the_matrix(seed, count, common):
    random = np.random.default_rng(seed)
    series = random.normal(size=(count, 60)) + common * random.normal(size=60)
    off_diagonal = np.corrcoef(series)[~np.eye(count, dtype=bool)]
    whole, first, second = (AverageCorrelation(60) for _ in range(3))
    whole.add(series)
    first.add(series[: count // 2])
    second.add(series[count // 2 :])
    first.merge(second)
    assert whole.value == pytest.approx(off_diagonal.mean(), abs=1e-12)
    assert first.value == pytest.approx(whole.value, abs=1e-12)
    assert first.series == count


def test_a_series_without_dispersion_is_in_no_correlation():
    moving = np.array([[0.01, -0.01, 0.02], [0.02, -0.02, 0.04]])
    found = AverageCorrelation(3)
    found.add(np.vstack([moving[:1], np.zeros((1, 3)), np.full((1, 3), 0.01)]))
    assert found.value is None
    found.add(moving[1:])
    assert found.series == 2
    assert found.value == exactly(1)


def test_series_of_another_length_are_refused():
    with pytest.raises(
        DataError, match=r"Series of 5 days are added, and these are of shape \(1, 4"
    ):
        AverageCorrelation(5).add(np.zeros((1, 4)))
