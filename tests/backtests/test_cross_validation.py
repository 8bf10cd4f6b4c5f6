"""lab.backtests.cross_validate, against single runs over the whole period."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import measures
from bitstockerz_lab.errors import (
    DataError,
    DefinitionError,
    NoBars,
    TradingError,
    UnknownName,
    Untrusted,
)
from bitstockerz_lab.measures import metrics
from bitstockerz_lab.strategies import close, sma
from bitstockerz_lab.strategies.python import consent
from tests.backtests.test_walk_forward import COSTS, GRID, cross, quiet_start
from tests.helpers import make_bars

ASKED = {"grid": GRID, "constraint": "fast < slow", "folds": 4, **COSTS}
PAIRS = [(fast, slow) for fast, slow in product(GRID["fast"], GRID["slow"]) if fast < slow]


@pytest.fixture
def folding(lab):
    """A lab with 600 daily bars of AAA and a strategy of two parameters."""
    lab.market.load_frame(make_bars(600), symbol="AAA", timeframe="1d", exchange="XNYS")
    lab.strategies.save(cross())
    return lab


def runs_of(lab):
    return [
        lab.backtests.run("Cross", "AAA", parameters={"fast": fast, "slow": slow}, **COSTS)
        for fast, slow in PAIRS
    ]


def returns_of(run):
    curve = measures.daily_curve(run.equity).to_numpy()
    return np.diff(curve, prepend=100_000) / np.concatenate([[100_000], curve[:-1]])


def test_every_split_is_what_single_runs_give(folding):
    found = folding.backtests.cross_validate("Cross", "AAA", **ASKED, test_folds=2)
    runs = runs_of(folding)
    returns = [returns_of(run) for run in runs]
    held = max(
        (run.trades["exit_time"] - run.trades["entry_time"]).max() // pd.Timedelta(days=1)
        for run in runs
    )
    assert found.longest_held_days == held == found.folds.purge
    assert found.folds.embargo == 6
    assert len(found.splits) == 6
    for split, row in zip(found.folds, found.splits.itertuples(), strict=True):
        inside = [metrics.sharpe_ratio(one[split.train], 252) for one in returns]
        best = int(np.argmax(inside))
        assert (row.fast, row.slow) == PAIRS[best]
        assert row.in_sample_sharpe_ratio == pytest.approx(inside[best])
        outside = metrics.sharpe_ratio(returns[best][split.test], 252)
        assert row.out_of_sample_sharpe_ratio == pytest.approx(outside)
        assert row.test_folds == tuple(fold + 1 for fold in split.test_folds)
    assert found.in_sample_sharpe_ratio == found.splits["in_sample_sharpe_ratio"].mean()


def test_along_a_path_every_day_is_traded_once_with_what_was_chosen_without_it(folding):
    found = folding.backtests.cross_validate("Cross", "AAA", **ASKED, test_folds=2)
    by_pair = dict(zip(PAIRS, map(returns_of, runs_of(folding)), strict=True))
    assert found.returns.shape == (600, 3)
    for path in found.returns:
        for fold, split in enumerate(found.folds.paths[:, path - 1]):
            row = found.splits.loc[split]
            assert fold + 1 in row["test_folds"]
            days = slice(150 * fold, 150 * (fold + 1))
            wanted = by_pair[int(row["fast"]), int(row["slow"])][days]
            np.testing.assert_allclose(found.returns[path].to_numpy()[days], wanted, atol=1e-12)
        growth = (1 + found.returns[path]).prod()
        assert found.paths.loc[path, "total_return_pct"] == pytest.approx(100 * (growth - 1))
        assert found.equity[path].iloc[-1] == pytest.approx(100_000 * growth)
    assert found.out_of_sample_sharpe_ratio == found.paths["sharpe_ratio"].mean()


def test_blocks_of_combinations_give_the_same_numbers(folding):
    whole = folding.backtests.cross_validate("Cross", "AAA", **ASKED)
    by_one = folding.backtests.cross_validate("Cross", "AAA", **ASKED, memory_mb=0.05)
    pd.testing.assert_frame_equal(by_one.splits, whole.splits)
    pd.testing.assert_frame_equal(by_one.returns, whole.returns)


def test_what_was_tried_counts_as_trials_and_nothing_else_is_recorded(folding):
    folding.backtests.cross_validate("Cross", "AAA", **ASKED)
    found = folding.sql("SELECT * FROM trials")
    assert (len(found), set(found["source"]), set(found["days"])) == (
        3,
        {"cross_validation"},
        {600},
    )
    wanted = [metrics.sharpe_ratio(returns_of(run), 1) for run in runs_of(folding)]
    assert sorted(found["daily_sharpe"]) == pytest.approx(sorted(wanted))
    assert folding.sql("SELECT count(*) AS n FROM walk_forwards")["n"].iloc[0] == 0
    folding.backtests.cross_validate("Cross", "AAA", **ASKED, test_folds=2)
    assert len(folding.sql("SELECT * FROM trials")) == 3


def test_positions_held_too_long_for_the_folds_are_told_with_the_way_out(folding):
    asked = {"grid": {"length": [5, 300]}, "folds": 5}
    length = bz.parameter("length", 5, min=2, max=500)
    folding.strategies.save(bz.strategy("Hold", enter=close > 0.0001 * sma(length)))
    with pytest.raises(DataError, match=r"With length=5 a position is held for 594 days, and so"):
        folding.backtests.cross_validate("Hold", "AAA", **asked)
    found = folding.backtests.cross_validate("Hold", "AAA", **asked, purge=10)
    assert found.folds.purge == 10
    assert "A position was held for 594 days, and only 10 are left out" in str(found)
    with pytest.raises(DataError, match="60 days a fold, and purge=90 and embargo=6 together"):
        folding.backtests.cross_validate("Hold", "AAA", **asked | {"folds": 10}, purge=90)


def test_a_split_in_which_nothing_traded_stays_out_of_the_market(lab):
    lab.market.load_frame(quiet_start(330), symbol="AAA", timeframe="1d", exchange="XNYS")
    lab.strategies.save(cross())
    found = lab.backtests.cross_validate("Cross", "AAA", **ASKED | {"folds": 2}, purge=0)
    assert found.splits["fast"].isna().tolist() == [False, True]
    assert "In 1 of 2 splits no combination had a Sharpe ratio in sample" in str(found)
    assert (found.returns.iloc[300:] == 0).all(axis=None)
    assert found.chart().data
    assert found.distribution().data
    lab.market.load_frame(quiet_start(600), symbol="BBB", timeframe="1d", exchange="XNYS")
    with pytest.raises(TradingError, match="None of 3 combinations has a Sharpe ratio in sample"):
        lab.backtests.cross_validate("Cross", "BBB", **ASKED)


def test_what_was_asked_for_wrongly_is_refused_before_anything_counts(folding):
    def asked(wanted, told, **changed):
        with pytest.raises(wanted, match=told):
            folding.backtests.cross_validate("Cross", "AAA", **{**ASKED, **changed})

    asked(DataError, "folds must be a whole number from 2; got 1", folds=1)
    asked(DataError, "leave nothing to choose on", test_folds=4)
    asked(UnknownName, "No parameter 'fats'", grid={"fats": [1]}, constraint=None)
    asked(DefinitionError, "fast", parameters={"fast": 3})
    asked(UnknownName, "cross_validate has no argument 'fees'. Did you mean 'fee_bps'", fees=3)
    asked(UnknownName, "How many folds there are is folds=", n_folds=5)
    asked(UnknownName, "It chooses by the Sharpe ratio", by="cagr_pct")
    asked(UnknownName, "lab.backtests.walk_forward takes lengths", train="4y")
    asked(UnknownName, "Known are .*test_folds, .*fee_bps", nonsense=1)
    asked(NoBars, "has no 1d bars", start="1999-01-01", end="1999-12-31")
    assert folding.sql("SELECT * FROM trials").empty


def test_a_missing_grid_and_several_symbols_are_told_with_the_way_out(folding):
    with pytest.raises(DataError, match=r"cross_validate needs grid\. .*grid=\{\"fast\""):
        folding.backtests.cross_validate("Cross", "AAA", folds=4)
    with pytest.raises(DataError, match=r"\[lab.backtests.cross_validate\(strategy, one"):
        folding.backtests.cross_validate("Cross", ["AAA", "BBB"], **ASKED)


def test_python_of_somebody_else_asks_first(folding):
    @bz.code_strategy("Dip")
    def dip(bars, days=3):
        fell = bars["close"] < bars["close"].shift(days)
        return {"enter": fell, "leave": ~fell}

    folding.strategies.save(dip)
    consent.take_back(dip)
    grid = {"days": [2, 5]}
    with pytest.raises(Untrusted, match="not written or agreed to on this machine"):
        folding.backtests.cross_validate("Dip", "AAA", grid=grid)
    with pytest.raises(Untrusted, match="not written or agreed to on this machine"):
        folding.backtests.walk_forward("Dip", "AAA", grid=grid, train=400, test=150)
    walk = folding.backtests.walk_forward("Dip", "AAA", grid=grid, train=400, test=150, trust=True)
    assert set(walk.windows["days"]) <= {2, 5}
    assert folding.backtests.cross_validate("Dip", "AAA", grid=grid).combinations == 2


def test_a_cross_validation_tells_what_it_came_to(folding):
    found = folding.backtests.cross_validate("Cross", "AAA", **ASKED, test_folds=2)
    assert repr(found).startswith(
        "Cross-validation of Cross version 1 on AAA 1d, 3 combinations: 6 splits of 600 days in 4 "
        f"folds, 2 of them out of sample; purge {found.folds.purge}, embargo 6 days. Sharpe"
    )
    assert "(3 paths from" in repr(found)
    assert "<table" in found._repr_html_()
    named = [trace.name for trace in found.chart().data if trace.showlegend is not False]
    assert named == ["3 paths out of sample", "Buy and hold", "In sample", "Out of sample"]
    bars = folding.market.bars("AAA")
    hold = 1e5 * bars["close"].iloc[-1] / bars["open"].iloc[0]
    assert found.benchmark.iloc[-1] == pytest.approx(hold)
