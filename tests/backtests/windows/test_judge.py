"""Choosing by sums of stretches of days, against the plain table of daily returns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.backtests.windows import cross_validate, purged_folds, stretch_sums
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.metrics import sharpe_ratio


def days(n):
    return pd.date_range("2020-01-01", periods=n, tz="UTC")


def noise(seed, combinations, n, mean=0.0):
    return np.random.default_rng(seed).normal(mean, 0.01, (combinations, n))


def judged(returns, folds, periods=252):
    return cross_validate(stretch_sums(returns, folds), folds, periods)


def plainly(returns, folds, periods):
    """Choose and judge with nothing but the table of returns and one function."""
    for split in folds:
        inside = [sharpe_ratio(row[split.train], periods) for row in returns]
        known = [at for at, one in enumerate(inside) if one is not None]
        if not known:
            yield -1, None, None
            continue
        best = max(known, key=lambda at: (inside[at], -at))
        yield best, inside[best], sharpe_ratio(returns[best][split.test], periods)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 999),
    n=st.integers(60, 300),
    folds=st.integers(2, 6),
    test_folds=st.integers(1, 3),
    purge=st.integers(0, 6),
    embargo=st.integers(0, 3),
    idle=st.booleans(),
)
def test_sums_choose_and_judge_as_the_table_of_days_does(
    seed, n, folds, test_folds, purge, embargo, idle
):
    if test_folds >= folds or purge + embargo >= n // folds:
        return
    divided = purged_folds(
        days(n), folds=folds, test_folds=test_folds, purge=purge, embargo=embargo
    )
    returns = noise(seed, 7, n)
    returns[3] = 0.0
    returns[5] = returns[1]
    if idle:
        returns[:, : n // 2] = 0.0
    found = judged(returns, divided)
    for row, (best, inside, outside) in zip(
        found.itertuples(), plainly(returns, divided, 252), strict=True
    ):
        assert row.chosen == best
        wanted = [np.nan if one is None else one for one in (inside, outside)]
        told = [row.in_sample, row.out_of_sample]
        np.testing.assert_allclose(told, wanted, rtol=1e-9, atol=1e-9)


def test_what_was_best_on_noise_is_not_so_out_of_sample():
    returns = noise(1, 50, 600)
    folds = purged_folds(days(600), folds=6, test_folds=2, purge=3)
    found = judged(returns, folds)
    assert len(found) == 15
    assert found["in_sample"].min() > 0.5 > found["out_of_sample"].mean()


def test_skill_that_lasts_is_chosen_in_every_split_and_kept():
    returns = noise(1, 50, 600)
    returns[17] += 0.004
    found = judged(returns, purged_folds(days(600), folds=6, test_folds=2))
    assert set(found["chosen"]) == {17}
    assert found["out_of_sample"].mean() > 1


def test_days_left_out_count_nowhere():
    returns = noise(2, 5, 100)
    folds = purged_folds(days(100), folds=4, purge=2, embargo=3)
    second = list(folds)[1]
    left_out = np.setdiff1d(np.arange(100), np.concatenate([second.train, second.test]))
    changed = returns.copy()
    changed[:, left_out] = 9.0
    pd.testing.assert_series_equal(judged(changed, folds).loc[2], judged(returns, folds).loc[2])
    assert len(left_out) == 7
    assert (second.train.size, second.test.size) == (68, 25)
    assert tuple(judged(returns, folds).loc[2, ["train_days", "test_days"]]) == (68, 25)


def test_what_never_traded_is_not_chosen_and_ties_go_to_the_first():
    returns = np.array([[0.0] * 60, [-0.01, 0.005] * 30, [-0.01, 0.005] * 30])
    folds = purged_folds(days(60), folds=3)
    assert judged(returns, folds, 365)["chosen"].tolist() == [1] * 3
    idle = judged(returns[:1], folds, 365)
    assert idle["chosen"].tolist() == [-1] * 3
    assert idle[["in_sample", "out_of_sample"]].isna().all(axis=None)


def test_days_after_a_ruin_are_no_days():
    returns = noise(3, 2, 90)
    ruined = returns.copy()
    ruined[1, 40], ruined[1, 41:] = -1.2, np.nan
    folds = purged_folds(days(90), folds=3)
    sums = stretch_sums(ruined, folds)
    assert sums[:, 0, 1].sum() == 41
    assert sums[:, 0, 0].sum() == 90
    assert judged(ruined, folds)["chosen"].tolist()[0] == 0  # the other lost all in those days


def test_returns_of_other_days_are_refused():
    with pytest.raises(DataError, match=r"Returns of shape \(3, 60\) are not those of 50 days"):
        stretch_sums(np.zeros((3, 60)), purged_folds(days(50), folds=3))
