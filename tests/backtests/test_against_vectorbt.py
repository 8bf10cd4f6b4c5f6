"""The engine against vectorbt, wherever vectorbt can express the run, by one exact call.

vectorbt knows no order at a close that fills at the next open and no end of data, so the signals
are shifted by a bar and one bar is added whose open and close are the last close.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz

SIDES = {0: "LONG", 1: "SHORT"}
COSTS = {
    "free": {},
    "fee and slippage": {"fee_bps": 10.0, "slippage_bps": 5.0},
    "dear": {"fee_bps": 45.0, "slippage_bps": 80.0},
}
REFERENCE_BARS = {
    "AAPL_1d": ("date", 20, 50, "EQUITY"),
    "SPY_1d": ("date", 20, 50, "EQUITY"),
    "BTC-USD_1h": ("timestamp", 24, 168, "CRYPTO"),
}


@pytest.fixture(scope="module")
def vbt():
    import vectorbt

    return vectorbt


def one_bar_later(signal: pd.Series, on_the_added_row: bool) -> np.ndarray:
    return np.concatenate([[False], signal.to_numpy()[:-1], [on_the_added_row]])


def second_engine(
    vbt, bars, signals, *, initial_equity, fee_bps=0, fixed_fee=0, slippage_bps=0, lot_size=0
):
    last = bars["close"].iloc[-1]
    # on the added row nothing enters and everything leaves
    entry, leave, *shorts = (
        one_bar_later(signal, on_the_added_row=number % 2 == 1)
        for number, signal in enumerate(signals)
    )
    sides = (
        {"short_entries": shorts[0], "short_exits": shorts[1]}
        if shorts
        else {"direction": "longonly"}
    )
    return vbt.Portfolio.from_signals(
        pd.Series(np.append(bars["close"], last)),
        entry,
        leave,
        price=np.append(bars["open"], last),
        size=np.inf,
        fees=fee_bps / 1e4,
        fixed_fees=float(fixed_fee),  # one type each: vectorbt compiles anew for another
        slippage=slippage_bps / 1e4,
        init_cash=float(initial_equity),
        size_granularity=float(lot_size) or np.nan,
        upon_long_conflict="exit",
        upon_short_conflict="exit",
        upon_dir_conflict="ignore",
        upon_opposite_entry="reverse",
        **sides,
    )


def assert_close(ours, theirs, what: str, within: float | None = None) -> None:
    """Compare to 1e-9 × max(1, |value|), or to an absolute bound."""
    theirs = np.asarray(theirs, dtype=float)
    bound = 1e-9 * np.maximum(1, np.abs(theirs)) if within is None else within
    off = np.abs(np.asarray(ours, dtype=float) - theirs)
    assert np.all(off <= bound), f"{what} off by {off.max()}"


def assert_same(simulation, portfolio, bars, initial_equity) -> None:
    ours, theirs = simulation.trades, portfolio.trades.records
    assert len(ours) == len(theirs)
    assert ours["side"].tolist() == theirs["direction"].map(SIDES).tolist()
    last = len(bars) - 1
    assert (ours["entry_time"].to_numpy() == bars.index[theirs["entry_idx"]].to_numpy()).all()
    exits = np.minimum(theirs["exit_idx"].to_numpy(), last)
    assert (ours["exit_time"].to_numpy() == bars.index[exits].to_numpy()).all()
    assert_close(ours["entry_price"], theirs["entry_price"], "entry price")
    assert_close(ours["exit_price"], theirs["exit_price"], "exit price")
    assert_close(ours["quantity"], theirs["size"], "quantity")
    assert_close(ours["fees"], theirs["entry_fees"] + theirs["exit_fees"], "fees")
    assert_close(ours["pnl_abs"], theirs["pnl"], "pnl", within=1e-9 * initial_equity)
    equity = portfolio.value().to_numpy()
    assert_close(simulation.equity[:-1], equity[:-2], "equity")
    assert_close(simulation.equity.iloc[-1], equity[-1], "final equity")


def compare(vbt, bars, signals, asset_type="EQUITY", *, initial_equity=100_000.0, **costs):
    simulation = bz.simulate(
        bars, *signals, initial_equity=initial_equity, asset_type=asset_type, **costs
    )
    if not simulation.ruined:  # which vectorbt cannot express
        portfolio = second_engine(vbt, bars, signals, initial_equity=initial_equity, **costs)
        assert_same(simulation, portfolio, bars, initial_equity)
    return simulation


@pytest.mark.reference
@pytest.mark.parametrize("costs", COSTS.values(), ids=COSTS)
@pytest.mark.parametrize("reverses", [False, True], ids=["long only", "reversing"])
@pytest.mark.parametrize("name", REFERENCE_BARS)
def test_crossing_averages_on_real_bars(name, reverses, costs, reference, vbt):
    time_column, fast, slow, asset_type = REFERENCE_BARS[name]
    bars = pd.read_csv(reference / "bars" / f"{name}.csv", index_col=time_column)
    bars.index = pd.to_datetime(bars.index, utc=True).rename("timestamp")
    close = bars["close"]
    above = close.rolling(fast).mean() > close.rolling(slow).mean()
    known = close.rolling(slow).mean().notna() & close.rolling(slow).mean().shift().notna()
    up = known & above & ~above.shift(fill_value=False)
    down = known & ~above & above.shift(fill_value=False)
    signals = (up, down, down, up) if reverses else (up, down)
    simulation = compare(vbt, bars, signals, asset_type, **costs)
    assert not simulation.ruined
    assert len(simulation.trades) > 50
    assert set(simulation.trades["side"]) == ({"LONG", "SHORT"} if reverses else {"LONG"})


@pytest.mark.reference
@pytest.mark.parametrize("name", ["AAPL_1d", "SPY_1d"])
def test_a_fixed_fee_on_real_bars(name, reference, vbt):
    bars = pd.read_csv(reference / "bars" / f"{name}.csv", index_col="date")
    bars.index = pd.to_datetime(bars.index, utc=True).rename("timestamp")
    above = bars["close"] > bars["close"].rolling(100).mean()
    costs = {"fixed_fee": 1.0, "fee_bps": 2.0, "slippage_bps": 1.0}
    simulation = compare(vbt, bars, (above, ~above), **costs)
    assert not simulation.ruined
    assert len(simulation.trades) > 50


@st.composite
def random_walks(draw):
    """Bars of a random walk with gaps, and a generator for what else is random."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.sampled_from([2, 3, 20, 250]))
    volatility = draw(st.sampled_from([0.002, 0.015, 0.05]))
    close = 100 * np.exp(np.cumsum(random.normal(0, volatility, count)))
    opens = np.append(100, close[:-1]) * np.exp(random.normal(0, volatility / 2, count))
    high, low = np.maximum(opens, close) * 1.001, np.minimum(opens, close) * 0.999
    bars = pd.DataFrame({"open": opens, "high": high, "low": low, "close": close, "volume": 1.0})
    bars.index = pd.date_range("2020-01-01", periods=count, tz="UTC", name="timestamp")
    return bars, random


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    walk=random_walks(),
    share=st.sampled_from([0.03, 0.2, 0.6]),
    shorts=st.booleans(),
    costs=st.sampled_from([*COSTS.values(), {"fixed_fee": 7.0}]),
    initial_equity=st.sampled_from([1000.0, 100_000.0]),
    lot_size=st.sampled_from([0, 0, 1, 10]),
)
def test_random_signals_on_random_walks(vbt, walk, share, shorts, costs, initial_equity, lot_size):
    assume(not (shorts and "fixed_fee" in costs))  # vectorbt takes it once in a reversal
    bars, random = walk
    signals = [
        pd.Series(random.random(len(bars)) < share, index=bars.index)
        for _ in range(4 if shorts else 2)
    ]
    costs = costs | {"initial_equity": initial_equity, "lot_size": lot_size}
    simulation = compare(vbt, bars, signals, **costs)
    assume(not simulation.ruined)
