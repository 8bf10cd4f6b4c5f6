"""The engine against the plain-Python simulator, on generated backtests of every kind.

``derandomize`` makes every run of the tests see the same examples, so that a red build is red for
everybody; raise ``max_examples`` and drop it to go hunting.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz

from .reference_simulator import reference_simulate
from .strategies_for_hypothesis import backtests, stops

EXACT = ["entry_time", "exit_time", "side", "exit_reason", "bars_held", "position_no"]
MEASURED = [
    "entry_price",
    "exit_price",
    "quantity",
    "pnl_abs",
    "pnl_pct",
    "fees",
    "borrow",
]
often = settings(
    max_examples=500,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],  # to explain takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
seldom = settings(often, max_examples=150)


def notional(trades: pd.DataFrame) -> float:
    return float((trades["quantity"] * (trades["entry_price"] + trades["exit_price"])).sum() or 0)


def assert_same(ours, theirs) -> None:
    assert ours.trades[EXACT].astype(str).to_dict("list") == theirs.trades[EXACT].astype(
        str
    ).to_dict("list")
    tolerance = {"rtol": 1e-9, "atol": max(1e-7, 1e-12 * notional(theirs.trades))}
    for column in MEASURED:
        np.testing.assert_allclose(
            ours.trades[column], theirs.trades[column].astype(float), **tolerance, err_msg=column
        )
    np.testing.assert_allclose(ours.equity, theirs.equity, **tolerance, err_msg="equity")
    assert ours.skipped_entries == theirs.skipped_entries
    assert ours.ruined == theirs.ruined


@often
@given(backtests())
def test_every_trade_and_every_point_is_the_same(backtest):
    bars, signals, options = backtest
    ours = bz.simulate(bars, *signals.values(), **options)
    theirs = reference_simulate(bars, *signals.values(), **options)
    for reason in set(theirs.trades["exit_reason"]):
        event(f"left by {reason}")
    event(f"ruined: {theirs.ruined}")
    event(f"left in parts: {theirs.trades['position_no'].duplicated().any()}")
    assert_same(ours, theirs)


@seldom
@given(backtests())
def test_the_trades_add_up_to_the_change_in_equity(backtest):
    bars, signals, options = backtest
    simulation = bz.simulate(bars, *signals.values(), **options)
    change = simulation.equity.iloc[-1] - options["initial_equity"]
    tolerance = max(0.005, 1e-9 * notional(simulation.trades))
    assert abs(simulation.trades["pnl_abs"].sum() - change) <= tolerance


@seldom
@given(backtests())
def test_an_entry_costs_no_more_than_there_is_and_whole_lots_whatever_the_parts(backtest):
    bars, signals, options = backtest
    trades = bz.simulate(bars, *signals.values(), **options).trades
    equity = options["initial_equity"]
    for _, parts in trades.groupby("position_no"):
        # the parts of a position add up to what was entered, and nothing else is held meanwhile
        assert parts[["entry_time", "side", "entry_price"]].drop_duplicates().shape[0] == 1
        entered = parts["quantity"].sum()
        with_fee = parts["entry_price"].iloc[0] * (1 + options["fee_bps"] / 1e4)
        assert entered * with_fee + options["fixed_fee"] <= equity * (1 + 1e-8)
        if options["lot_size"]:
            lots = entered / options["lot_size"]
            assert abs(lots - round(lots)) <= 1e-9 * max(1, lots)
        equity += parts["pnl_abs"].sum()
    assert trades["position_no"].is_monotonic_increasing


@seldom
@given(backtests())
def test_parts_change_when_a_position_is_left_but_not_what_is_entered(backtest):
    bars, signals, options = backtest
    whole = {"take_profit_pct": None, "targets": None, "break_even_pct": None}
    [parts, uncut] = [
        bz.simulate(bars, *signals.values(), **chosen).trades
        for chosen in (options, options | whole)
    ]
    assert parts.empty == uncut.empty
    if not uncut.empty:
        first = parts[parts["position_no"] == 1]
        np.testing.assert_allclose(first["quantity"].sum(), uncut["quantity"].iloc[0], rtol=1e-12)
        for column in ("entry_time", "side", "entry_price"):
            assert first[column].iloc[0] == uncut[column].iloc[0]


@seldom
@given(backtests(), st.data())
def test_a_take_profit_is_one_target_that_closes_all(backtest, data):
    bars, signals, options = backtest
    profit = data.draw(stops(bars.index), label="take_profit_pct")
    options |= {"take_profit_pct": profit, "targets": None}
    one = bz.simulate(bars, *signals.values(), **options)
    aims = [] if profit is None else [(profit, 100)]
    options |= {"take_profit_pct": None, "targets": aims}
    other = bz.simulate(bars, *signals.values(), **options)
    pd.testing.assert_frame_equal(one.trades, other.trades, check_exact=True)
    pd.testing.assert_series_equal(one.equity, other.equity, check_exact=True)


def cut(option, bars_kept: int):
    """The same option, of the first bars only."""
    if isinstance(option, pd.Series):
        return option[:bars_kept]
    if isinstance(option, list):
        return [(cut(profit, bars_kept), share) for profit, share in option]
    return option


@seldom
@given(backtests(), st.data())
def test_cutting_off_the_future_never_changes_the_past(backtest, data):
    bars, signals, options = backtest
    kept = data.draw(st.integers(min_value=1, max_value=len(bars)), label="bars kept")
    whole = bz.simulate(bars, *signals.values(), **options)
    past = bz.simulate(
        bars[:kept],
        *(signal[:kept] for signal in signals.values()),
        **{name: cut(option, kept) for name, option in options.items()},
    )
    # the last point is that after the end of the data, which the whole has later
    np.testing.assert_array_equal(past.equity[: kept - 1], whole.equity[: kept - 1])
    still_open = past.trades["exit_reason"] == "end_of_data"
    ended = whole.trades[: len(past.trades) - still_open.sum()]
    pd.testing.assert_frame_equal(past.trades[~still_open], ended)
    # what is still open is entered in the same way, and may be left in parts later on
    firsts = dict.fromkeys(["entry_time", "side", "entry_price"], "first")
    entered = firsts | {"quantity": "sum"}
    then, now = (each.trades.groupby("position_no").agg(entered) for each in (past, whole))
    pd.testing.assert_frame_equal(then, now[: len(then)], rtol=1e-12)
