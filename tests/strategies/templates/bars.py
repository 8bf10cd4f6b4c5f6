"""Bars that templates are tried on."""

from __future__ import annotations

import pandas as pd

from bitstockerz_lab.strategies import signals, templates
from tests.helpers import make_bars, typed_bars

REAL = ("AAPL", "SPY", "BTC-USD")


def closes(values, *, spread=1.0, start="2020-01-06"):
    """Bars that open at the close before and reach half the spread beyond open and close."""
    rows, before = [], values[0]
    for close in values:
        high, low = max(before, close) + spread / 2, min(before, close) - spread / 2
        rows.append(f"{before} {high} {low} {close}")
        before = close
    return typed_bars("\n".join(rows), start=start)


def said(name, bars, parameters=None, others=None):
    """Return what a template says at each bar."""
    definition = templates.get(name)
    if others is None:
        others = dict.fromkeys(definition.symbols, bars)
    return signals(definition, bars, parameters, others)


def places(column):
    """Return the rows where a column of signals is true."""
    return column.to_numpy().nonzero()[0].tolist()


def real(reference, symbol):
    """Daily bars of the reference set as a lab has them: shares adjusted by their factors."""
    path = reference / "bars" / f"{symbol}_1d.csv"
    bars = pd.read_csv(path, index_col="date", parse_dates=True)
    bars.index = bars.index.tz_localize("UTC").rename("timestamp")
    factors = reference / "bars" / f"{symbol}_factors.csv"
    if factors.exists():
        table = pd.read_csv(factors, parse_dates=["date"])
        days = pd.DataFrame({"date": bars.index.tz_localize(None).astype("datetime64[us]")})
        table["date"] = table["date"].astype("datetime64[us]")
        found = pd.merge_asof(days, table, on="date", direction="forward").set_index(bars.index)
        prices = ["open", "high", "low", "close"]
        bars[prices] = bars[prices].mul(found["price_factor"] * found["split_factor"], axis=0)
        bars["volume"] = bars["volume"] / found["split_factor"]
    bars.attrs["timeframe"] = "1d"
    return bars


def random_pair(n=3000, seed=5):
    """Random bars, and others to stand for another symbol."""
    return make_bars(n, seed=seed), make_bars(n, seed=seed + 1)
