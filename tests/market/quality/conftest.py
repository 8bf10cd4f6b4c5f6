"""Bars that nothing is odd about, to make one thing odd."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.market.calendars import Calendar
from bitstockerz_lab.market.quality.examine import examine


@pytest.fixture
def quiet():
    """Bars of so many days or hours without an outlier, by the calendar of a stock or a coin."""

    def make(n=300, *, timeframe="1d", start="2019-01-02", calendar="XNYS"):
        stamps = Calendar(calendar).expected(timeframe, start, "2023-12-31")[:n]
        random = np.random.default_rng(7)
        close = 100 * np.exp(np.cumsum(random.uniform(-0.01, 0.01, n)))
        opened = np.r_[100.0, close[:-1]] * np.exp(random.uniform(-0.002, 0.002, n))
        return pd.DataFrame(
            {
                "open": opened,
                "high": np.maximum(opened, close) * 1.004,
                "low": np.minimum(opened, close) * 0.996,
                "close": close,
                "volume": np.floor(random.uniform(0.8e6, 1.2e6, n)),
            },
            index=stamps,
        )

    return make


@pytest.fixture
def found():
    """What is odd about bars, without the messages: kind, severity, first, last, bars."""

    def check(bars, adjusted=None, *, timeframe="1d", calendar="XNYS"):
        rows = examine(bars, bars if adjusted is None else adjusted, timeframe, Calendar(calendar))
        form = "%Y-%m-%d" if timeframe == "1d" else "%m-%d %H"
        return [
            (row.kind, row.severity, f"{row.first:{form}}", f"{row.last:{form}}", row.bars)
            for row in rows.itertuples()
        ]

    return check


@pytest.fixture
def message():
    """The only finding's sentence."""

    def only(bars, adjusted=None, *, timeframe="1d", calendar="XNYS"):
        (text,) = examine(
            bars, bars if adjusted is None else adjusted, timeframe, Calendar(calendar)
        )["message"]
        return text

    return only


def scaled(bars, since, factor):
    """Return bars whose prices are times a factor from a stamp on."""
    after = bars.index >= pd.Timestamp(since, tz="UTC")
    prices = ["open", "high", "low", "close"]
    return bars.assign(**{name: bars[name].where(~after, bars[name] * factor) for name in prices})
