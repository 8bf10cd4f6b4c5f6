from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.backtests.windows import cross_validate, purged_folds
from bitstockerz_lab.errors import DataError


def days(n):
    return pd.date_range("2020-01-01", periods=n, tz="UTC")


def test_the_best_in_sample_is_judged_by_its_days_out_of_sample():
    random = np.random.default_rng(1)
    returns = pd.DataFrame(random.normal(0, 0.01, (300, 20)), days(300))
    folds = purged_folds(returns, folds=6, test_folds=2, purge=3)
    found = cross_validate(returns, folds, 252)
    assert len(found) == 15
    for split, row in zip(folds, found.itertuples(), strict=True):
        inside = returns.iloc[split.train].agg(["mean", "std"])
        sharpes = inside.loc["mean"] / inside.loc["std"] * np.sqrt(252)
        assert row.chosen == sharpes.idxmax()
        assert row.in_sample == pytest.approx(sharpes.max())
        outside = returns.iloc[split.test][row.chosen]
        assert row.out_of_sample == pytest.approx(outside.mean() / outside.std() * np.sqrt(252))
    # noise: what was best in sample is not so out of it
    assert found["in_sample"].min() > 0.5 > found["out_of_sample"].mean()


def test_days_left_out_count_nowhere():
    random = np.random.default_rng(2)
    returns = pd.DataFrame(random.normal(0, 0.01, (100, 5)), days(100))
    folds = purged_folds(returns, folds=4, purge=2, embargo=3)
    second = list(folds)[1]
    left_out = np.setdiff1d(np.arange(100), np.concatenate([second.train, second.test]))
    changed = returns.copy()
    changed.iloc[left_out] = 9.0
    pd.testing.assert_series_equal(
        cross_validate(changed, folds, 252).loc[2], cross_validate(returns, folds, 252).loc[2]
    )
    assert len(left_out) == 7


def test_what_never_traded_is_not_chosen_and_ties_go_to_the_first():
    returns = pd.DataFrame(
        {"idle": 0.0, "a": [-0.01, 0.005] * 30, "b": [-0.01, 0.005] * 30}, days(60)
    )
    found = cross_validate(returns, purged_folds(returns, folds=3), 365)
    assert found["chosen"].tolist() == ["a"] * 3
    idle = cross_validate(returns[["idle"]], purged_folds(returns, folds=3), 365)
    assert idle["chosen"].isna().all()
    assert idle["in_sample"].isna().all()


def test_returns_of_other_days_are_refused():
    returns = pd.DataFrame({"a": np.zeros(60)}, days(60))
    with pytest.raises(DataError, match="returns has 60 rows, and they are not the 50 days"):
        cross_validate(returns, purged_folds(days(50), folds=3), 252)
