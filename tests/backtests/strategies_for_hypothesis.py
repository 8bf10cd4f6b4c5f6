"""Generated inputs of a backtest, as hypothesis strategies: bars, signals, every keyword.

Rough on purpose: gaps, ties, days that double or lose most of the price, bars with a hole in them,
irregular stamps. Small enough that a failing example can be read.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from hypothesis import strategies as st

SIGNALS = ("long_entry", "long_exit", "short_entry", "short_exit")
MOVES = [0.0, 0.0, 0.01, -0.01, 0.013, -0.017, 0.047, -0.053, 0.21, -0.19]
GAPS = [0.0, 0.0, 0.0, 0.0, 0.011, -0.012, 0.061, -0.057, 0.33, -0.29, 1.3, 4.1, -0.7]
WICKS = [0.0, 0.0, 0.003, 0.018, 0.043, 0.11]
HOLES = [None] * 40 + [math.nan, 0.0, math.inf, -1.0]
STEPS = [pd.Timedelta(hours=1), pd.Timedelta(days=1), pd.Timedelta(days=7)]
CLOCKS = [STEPS, [STEPS[0]], [STEPS[0], pd.Timedelta(hours=7)]]
STOP_PCTS = [0.7, 2.3, 4.9, 11.0, 20.0, 25.0]
# a quarter above or below many of them is another, to the last digit
COARSE = [64.0, 80.0, 96.0, 100.0, 120.0, 125.0, 128.0, 150.0, 160.0]
SHARES = [
    [100],
    [50, 50],
    [50],
    [30, 45],
    [33.3, 33.3, 33.4],
    [20, 20, 20],
    [25, 25, 25, 25],
    [60, 39.99999999],  # what is left goes with the second
    [60, 39.9999],  # and here it does not
]

bar_moves = st.tuples(
    st.sampled_from(GAPS),
    st.sampled_from(MOVES),
    st.sampled_from(WICKS),
    st.sampled_from(WICKS),
    st.sampled_from(HOLES),
    st.sampled_from(["open", "high", "low", "close"]),
)


def _bars(moves: list[tuple], times: pd.DatetimeIndex, price: float) -> pd.DataFrame:
    rows = []
    for gap, body, up, down, hole, where in moves:
        opens = price * (1 + gap)
        price = opens * (1 + body)
        row = {
            "open": opens,
            "high": max(opens, price) * (1 + up),
            "low": min(opens, price) * (1 - down),
            "close": price,
            "volume": 1000.0,
        }
        rows.append(row if hole is None else row | {where: hole})
    return pd.DataFrame(rows, index=times, dtype=float)


@st.composite
def coarse(draw: st.DrawFn, made: pd.DataFrame) -> pd.DataFrame:
    """The same bars, missing ones too, at few prices: levels are met exactly, stops tie."""
    size = 4 * len(made)
    drawn = draw(st.lists(st.sampled_from(COARSE), min_size=size, max_size=size))
    prices = np.array(drawn).reshape(-1, 4)
    prices[:, 1], prices[:, 2] = prices.max(axis=1), prices.min(axis=1)
    columns = ["open", "high", "low", "close"]
    there = np.isfinite(made[columns]) & (made[columns] > 0)
    return made.assign(**made[columns].where(~there, prices))


@st.composite
def bars(draw: st.DrawFn, most: int = 30) -> pd.DataFrame:
    """Bars of a symbol, some of them missing."""
    size = draw(st.integers(min_value=2, max_value=most))
    moves = draw(st.lists(bar_moves, min_size=size, max_size=size))
    steps = st.sampled_from(draw(st.sampled_from(CLOCKS)))
    steps = draw(st.lists(steps, min_size=size, max_size=size))
    start = pd.Timestamp("2024-01-01", tz="UTC")
    times = pd.DatetimeIndex(start + pd.to_timedelta(pd.Series(steps).cumsum()), name="timestamp")
    made = _bars(moves, times, draw(st.sampled_from([0.37, 10.0, 101.3])))
    return draw(coarse(made)) if draw(st.sampled_from([False, True])) else made


@st.composite
def signals(draw: st.DrawFn, index: pd.Index, shorts: bool = True) -> dict[str, pd.Series]:
    """Four boolean series, each true at about every fourth bar, or seldom."""
    often = st.sampled_from([True, False, False, False])
    seldom = st.sampled_from([False] * 15 + [True])
    names = SIGNALS if shorts else SIGNALS[:2]
    size = len(index)
    drawn = {}
    for name in names:
        one = draw(st.sampled_from([often, seldom]))
        bits = draw(st.lists(one, min_size=size, max_size=size))
        drawn[name] = pd.Series(bits, index=index, dtype=bool)
    return drawn


@st.composite
def stops(draw: st.DrawFn, index: pd.Index) -> float | pd.Series | None:
    """No stop, one in percent, or one for each bar, with none at some bars."""
    kind = draw(st.sampled_from(["none", "none", "none", "scalar", "series"]))
    if kind == "none":
        return None
    if kind == "scalar":
        return draw(st.sampled_from(STOP_PCTS))
    pcts = st.sampled_from([*STOP_PCTS, math.nan])
    size = len(index)
    return pd.Series(draw(st.lists(pcts, min_size=size, max_size=size)), index=index, dtype=float)


@st.composite
def targets(draw: st.DrawFn, index: pd.Index) -> list[tuple[float | pd.Series, float]]:
    """One to four targets, nearest first, in percent or, some of them, for each bar."""
    shares = draw(st.sampled_from(SHARES))
    count = len(shares)
    profits = draw(
        st.lists(st.sampled_from(STOP_PCTS), min_size=count, max_size=count, unique=True)
    )
    levels: list[float | pd.Series] = sorted(profits)
    size = len(index)
    # a factor for all of a bar's targets keeps them in their order
    factors = draw(st.none() | st.lists(st.sampled_from([0.5, 1, 3]), min_size=size, max_size=size))
    for place, level in enumerate(levels):
        if factors is not None or draw(st.sampled_from([False, False, True])):
            there = st.sampled_from([1, 1, 1, math.nan])
            gaps = pd.Series(draw(st.lists(there, min_size=size, max_size=size)), index=index)
            levels[place] = level * gaps * (1 if factors is None else factors)
    return list(zip(levels, shares, strict=True))


@st.composite
def options(draw: st.DrawFn, index: pd.Index) -> dict[str, object]:
    """Every keyword of ``simulate`` that changes a trade."""
    method, amount = draw(
        st.sampled_from(
            [
                ("percent_of_equity", 100),
                ("percent_of_equity", 37.0),
                ("fixed_cash", 412.0),
                ("fixed_cash", 1e9),
                ("fixed_quantity", 3.0),
                ("fixed_quantity", 1e9),
                ("risk_percent", 1.0),
                ("risk_percent", 40.0),
            ]
        )
    )
    chosen = {
        "initial_equity": draw(st.sampled_from([1000.0, 100_000.0, 57.3])),
        "fee_bps": draw(st.sampled_from([0.0, 0.0, 7.0, 150.0])),
        "fixed_fee": draw(st.sampled_from([0.0, 0.0, 0.9, 17.0])),
        "slippage_bps": draw(st.sampled_from([0.0, 0.0, 3.0, 110.0, 1300.0])),
        "sizing": (method, amount),
        "stop_loss_pct": draw(stops(index)),
        "trailing_stop_pct": draw(stops(index)),
        "break_even_pct": draw(st.sampled_from([None, 0.7, 4.9, 25.0]) | stops(index)),
        "max_bars": draw(st.sampled_from([None, None, 1, 2, 5])),
        "cooldown_bars": draw(st.sampled_from([None, None, 1, 2, 4])),
        "max_trades_per_day": draw(st.sampled_from([None, None, 1, 2])),
        "lot_size": draw(st.sampled_from([0.0, 0.0, 1.0, 10.0, 0.01])),
        "borrow_bps": draw(st.sampled_from([0.0, 0.0, 300.0, 40_000.0])),
    }
    if draw(st.booleans()):
        chosen["targets"] = draw(targets(index))
    else:
        chosen["take_profit_pct"] = draw(stops(index))
    stopless = chosen["stop_loss_pct"] is None and chosen["trailing_stop_pct"] is None
    if method == "risk_percent" and stopless:  # which is refused
        chosen["stop_loss_pct"] = draw(st.sampled_from(STOP_PCTS))
    return chosen


@st.composite
def backtests(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, pd.Series], dict[str, object]]:
    """Bars, signals and keywords of one backtest."""
    drawn = draw(bars())
    shorts = draw(st.sampled_from([True, True, False]))
    return drawn, draw(signals(drawn.index, shorts)), draw(options(drawn.index))
