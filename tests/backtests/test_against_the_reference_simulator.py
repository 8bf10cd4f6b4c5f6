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
from .strategies_for_hypothesis import backtests

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
@given(backtests(), st.data())
def test_cutting_off_the_future_never_changes_the_past(backtest, data):
    bars, signals, options = backtest
    cut = data.draw(st.integers(min_value=1, max_value=len(bars)), label="bars kept")
    whole = bz.simulate(bars, *signals.values(), **options)
    past = bz.simulate(
        bars[:cut],
        *(signal[:cut] for signal in signals.values()),
        **{
            name: value[:cut] if isinstance(value, pd.Series) else value
            for name, value in options.items()
        },
    )
    # the last point is that after the end of the data, which the whole has later
    np.testing.assert_array_equal(past.equity[: cut - 1], whole.equity[: cut - 1])
    fills_before = ["entry_time", "side", "entry_price", "quantity", "position_no"]
    still_open = past.trades["exit_reason"] == "end_of_data"
    ended = whole.trades[: len(past.trades) - still_open.sum()]
    pd.testing.assert_frame_equal(past.trades[~still_open], ended)
    pd.testing.assert_frame_equal(
        past.trades[fills_before], whole.trades[fills_before][: len(past.trades)]
    )
