"""What an account may know of the market: bars that had ended by its own time, as traded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, NoBars
from bitstockerz_lab.market import store
from bitstockerz_lab.market.action_lists import DIVIDEND
from bitstockerz_lab.paper import money
from bitstockerz_lab.paper.matching import Phase
from bitstockerz_lab.paper.settling import Action

if TYPE_CHECKING:
    from decimal import Decimal

    from bitstockerz_lab.market import Symbol
    from bitstockerz_lab.storage import Connection

NEAR = timedelta(days=15)
"""So far back the last close is looked for first."""

SPLIT_TERMS = [10**digits for digits in range(3, 16)]
"""A split is a ratio of whole numbers up to the first of these that is near enough."""

SPLIT_DIGITS = 1e-5
"""Factor files have six digits of a split; relative."""

EARLIEST = datetime(1, 1, 1)  # noqa: DTZ001 - columns are UTC without a zone


@dataclass(frozen=True, slots=True)
class Close:
    """The newest price that is known.

    Attributes
    ----------
    price : as traded
    known_at : the end of its bar, UTC naive
    """

    price: Decimal
    known_at: datetime


def timeframe_of(con: Connection, symbol: Symbol, timeframe: str | None) -> str:
    """Return the timeframe whose bars fill an order: the one asked for, else the shortest stored.

    Raises
    ------
    NoBars, DataError
        None are stored; none of that timeframe.
    """
    stored = sorted(store.timeframes(con, symbol), key=clock.TIMEFRAMES.__getitem__)
    if not stored:
        raise NoBars(
            f"{symbol.symbol} has no bars, so nothing could fill the order. Load some with "
            "lab.market.load_file(...).",
            symbol=symbol.symbol,
        )
    if timeframe is None:
        return stored[0]
    name = clock.timeframe(timeframe)
    if name not in stored:
        raise DataError(
            f"{symbol.symbol} has no {name} bars to fill an order. timeframe= may be "
            f"{' or '.join(map(repr, stored))}.",
            symbol=symbol.symbol,
            timeframe=name,
        )
    return name


def known_bars(
    con: Connection, symbol: Symbol, timeframe: str, since: datetime, now: datetime
) -> pd.DataFrame:
    """Return the raw bars that start at `since` or later and had ended by `now`, ascending."""
    last = now - clock.TIMEFRAMES[timeframe]  # of a stored timeframe every bar is as long
    bars, _ = store.read_bars(con, symbol, timeframe, (min(since, last), last), store.ALWAYS)
    prices = bars[["open", "high", "low", "close"]].to_numpy()
    good: np.ndarray = (np.isfinite(prices) & (prices > 0)).all(axis=1)
    return bars.loc[good & np.asarray(bars.index >= clock.utc(since))]


def last_close(con: Connection, symbol: Symbol, now: datetime) -> Close | None:
    """Return the close that became known last, of equals the shortest bar's; None before any."""
    found: Close | None = None
    for timeframe in sorted(store.timeframes(con, symbol), key=clock.TIMEFRAMES.__getitem__):
        for since in (now - NEAR, EARLIEST):
            bars = known_bars(con, symbol, timeframe, since, now)
            if len(bars):
                break
        else:
            continue
        end = clock.bar_end(bars.index[-1], timeframe).tz_localize(None).to_pydatetime()
        if found is None or end > found.known_at:
            found = Close(money.price_of(bars["close"].iloc[-1]), end)
    return found


def closes(con: Connection, symbol: Symbol, since: datetime, now: datetime) -> pd.Series:
    """Return the last close known at the end of each day on which a bar ended, index those days."""
    parts = []
    for timeframe in store.timeframes(con, symbol):
        bars = known_bars(con, symbol, timeframe, since, now)
        ends = clock.bar_end(_index(bars), timeframe)
        parts.append(pd.Series(bars["close"].to_numpy(), index=ends))
    known = pd.concat(parts).sort_index(kind="stable")
    moments = pd.DatetimeIndex(known.index) - pd.Timedelta("1us")  # midnight ends the day before
    return known.groupby(moments.floor("D")).last()


def actions(con: Connection, symbol: Symbol, since: datetime, now: datetime) -> list[Action]:
    """Return the splits and dividends of a stock whose first bar without them is known.

    Splits come from the price factors in force, which contain the reported ones; dividends from
    the reported ones alone, for a factor says no amount.
    """
    if symbol.asset_type is not AssetType.EQUITY:
        return []
    splits = _splits(store.read_factors(con, symbol))
    paid = store.actions.read(con, symbol)
    paid = paid[(paid["kind"] == DIVIDEND) & (paid["value"] > 0)]
    dividends = [
        (Phase.DIVIDEND, date, Fraction(money.rounded(money.price_of(value))))
        for date, value in zip(paid["date"], paid["value"], strict=True)
    ]
    dated = [entry for entry in (*splits, *dividends) if entry[1] > pd.Timestamp(since) - NEAR]
    if not dated:
        return []
    starts = _index(known_bars(con, symbol, "1d", since - NEAR, now)).tz_localize(None)
    found = []
    for phase, date, value in dated:
        place = int(starts.searchsorted(date))
        if place < len(starts) and starts[place] > pd.Timestamp(since):
            found.append(Action(symbol.id, phase, value, starts[place].to_pydatetime()))
    return found


def _splits(factors: pd.DataFrame) -> list[tuple[Phase, pd.Timestamp, Fraction]]:
    """Return the splits that a factor set contains, each with the first day that is after it."""
    before = factors["split_factor"].to_numpy(dtype="float64")
    ratios = np.append(before[1:], 1.0) / before
    days = factors["date"] + pd.Timedelta(days=1)
    return [
        (Phase.SPLIT, day, _ratio(float(ratio)))
        for day, ratio in zip(days, ratios, strict=True)
        if abs(ratio - 1) > 1e-6  # noqa: PLR2004 - factor files have so many digits
    ]


def _ratio(value: float) -> Fraction:
    """Return a split's ratio, of whole numbers: 7, not 7.000003.

    Examples
    --------
    >>> _ratio(0.0357143 / 0.00510204)
    Fraction(7, 1)
    """
    exact = Fraction(value)
    tried = (exact.limit_denominator(terms) for terms in SPLIT_TERMS)
    return next((whole for whole in tried if abs(whole / exact - 1) <= SPLIT_DIGITS), exact)


def _index(bars: pd.DataFrame) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(bars.index)
