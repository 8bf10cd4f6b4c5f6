"""Other orders of the same trades, other blocks of the same days, and noise."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.honest import monte_carlo, noisy, resampled_returns, shuffled_trades
from bitstockerz_lab.measures.metrics import drawdown_pct

# 1000 doubles, halves and halves again
HALVES = pd.DataFrame({"pnl_abs": [1000.0, -1000.0, -500.0]})


def test_the_orders_of_three_trades():
    found = shuffled_trades(HALVES, 1000, paths=600)
    fall, end = found.table.loc["max_drawdown_pct"], found.table.loc["final_equity"]
    # twice, half, half: 75 %. Half, twice, half: 50 %. Half, half, twice: 75 %.
    assert fall["observed"] == 75
    assert (fall["q05"], fall["q25"], fall["q50"], fall["q95"]) == (50, 50, 75, 75)
    assert set(end[["observed", "q05", "q50", "q95"]]) == {500.0}
    assert fall["known"] == found.paths == 600
    assert found.sentence == (
        "Of the same trades in another order, one path in twenty loses more than 75.0 % from a "
        "peak; this one lost 75.0 %. All end at 500.00."
    )


def test_with_replacement_the_end_differs_too():
    found = shuffled_trades(HALVES, 1000, replace=True, paths=4000)
    end = found.table.loc["final_equity"]
    # 8 of 27 halve three times, 1 of 27 doubles three times
    assert end["q05"] == end["q25"] == 125
    assert end["q50"] == 500
    assert end["q75"] == 2000
    assert end["observed"] == 500
    assert "Nine in ten end between 125.00 and 2,000.00." in found.sentence


def test_the_parts_of_a_position_stay_together():
    parts = pd.DataFrame({"pnl_abs": [400.0, 600.0, -1000.0, -500.0], "position_no": [1, 1, 2, 3]})
    one, other = shuffled_trades(parts, 1000, seed=3), shuffled_trades(HALVES, 1000, seed=3)
    pd.testing.assert_frame_equal(one.table, other.table)


def test_a_trade_that_takes_everything_ends_every_order():
    ruin = pd.DataFrame({"pnl_abs": [100.0, -1300.0, 50.0]})
    table = shuffled_trades(ruin, 1000).table
    assert set(table.loc["final_equity", ["observed", "q05", "q95"]]) == {0.0}
    assert set(table.loc["max_drawdown_pct", ["observed", "q05", "q95"]]) == {100.0}
    # the trade after it never was: 1.1 twice, or nothing
    drawn = shuffled_trades(ruin, 1000, replace=True).table.loc["final_equity"]
    assert (drawn["q50"], drawn["q95"]) == (0, pytest.approx(1210))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.floats(-90, 200), min_size=2, max_size=30), st.integers(0, 2**32 - 1))
def test_what_was_observed_is_the_runs_own_and_no_order_ends_elsewhere(gains, seed):
    trades = pd.DataFrame({"pnl_abs": gains})
    equity = 10_000 + np.cumsum(gains)
    table = shuffled_trades(trades, 10_000, paths=50, seed=seed).table
    assert table.loc["final_equity", "observed"] == pytest.approx(equity[-1])
    assert table.loc["final_equity", ["q05", "q95"]].tolist() == pytest.approx([equity[-1]] * 2)
    fall = -drawdown_pct(equity, 10_000).min(initial=0.0)
    assert table.loc["max_drawdown_pct", "observed"] == pytest.approx(fall, abs=1e-9)


def test_one_trade_and_one_day_have_no_other_order():
    assert shuffled_trades(HALVES[:0], 1000) is None
    assert shuffled_trades(HALVES[:1], 1000) is None
    assert resampled_returns(np.array([0.01])) is None


def test_days_all_alike_come_out_alike():
    table = resampled_returns(np.full(20, 0.01), 100, paths=30).table
    end = table.loc["final_equity", ["observed", "q05", "q95"]].tolist()
    assert end == pytest.approx([100 * 1.01**20] * 3)
    assert table.loc["max_drawdown_pct", "q95"] == 0
    assert table.loc["daily_sharpe", "known"] == 0
    assert math.isnan(table.loc["daily_sharpe", "q50"])


def test_resampled_days_scatter_as_a_mean_does():
    returns = np.random.default_rng(2).normal(0.0005, 0.01, 1000)
    found = resampled_returns(returns, 1000, paths=2000, mean_block=1)
    sharpe = found.table.loc["daily_sharpe"]
    own = returns.mean() / returns.std(ddof=1)
    assert sharpe["observed"] == pytest.approx(own)
    assert sharpe["q50"] == pytest.approx(own, abs=0.004)
    assert sharpe["q95"] - sharpe["q05"] == pytest.approx(2 * 1.645 / 1000**0.5, rel=0.08)
    assert found.table.loc["final_equity", "observed"] == pytest.approx(1000 * np.prod(1 + returns))


def test_a_day_of_ruin_ends_a_path():
    returns = np.array([0.1, -1.5, 0.2, 0.1])
    table = resampled_returns(returns, 100, paths=400).table
    assert table.loc["final_equity", "observed"] == 0
    assert table.loc["max_drawdown_pct", "q95"] == 100
    assert table.loc["final_equity", "q95"] > 0


def test_memory_is_bounded_and_changes_nothing(monkeypatch):
    returns = np.random.default_rng(2).normal(0, 0.01, 50)
    gains = pd.DataFrame({"pnl_abs": returns * 1000})
    days, trades = resampled_returns(returns, paths=30), shuffled_trades(gains, 1000, paths=30)
    monkeypatch.setattr(monte_carlo, "CELLS", 170)
    pd.testing.assert_frame_equal(resampled_returns(returns, paths=30).table, days.table)
    pd.testing.assert_frame_equal(shuffled_trades(gains, 1000, paths=30).table, trades.table)


def test_noise_calls_the_experiment_with_chance_of_its_own():
    def run(random):
        return {"sharpe_ratio": 1 + random.normal(0, 0.1), "cagr_pct": None}

    observed = {"sharpe_ratio": 1.5, "cagr_pct": None}
    found = noisy(run, observed, what="With slippage at random", paths=400, seed=6)
    sharpe = found.table.loc["sharpe_ratio"]
    assert sharpe["q50"] == pytest.approx(1, abs=0.02)
    assert sharpe["q95"] == pytest.approx(1.1645, abs=0.03)
    assert sharpe["observed"] == 1.5
    assert found.table["known"].tolist() == [400, 0]
    assert found.sentence == (
        f"With slippage at random, Sharpe ratio is {sharpe['q50']:,.4g} in the middle of 400 paths "
        f"and between {sharpe['q05']:,.4g} and {sharpe['q95']:,.4g} in nine of ten; without, it is "
        "1.5."
    )
    again = noisy(run, observed, paths=400, seed=6)
    pd.testing.assert_frame_equal(again.table, found.table)


def test_a_path_with_other_outcomes_is_refused():
    with pytest.raises(DataError, match=r"A path gives \['a'\] and the run without noise \['b'\]"):
        noisy(lambda _: {"a": 1.0}, {"b": 1.0})
