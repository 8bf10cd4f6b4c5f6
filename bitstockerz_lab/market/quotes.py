"""What symbols cost now, and how that changed, in their own or in another currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import rates, store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

HOURS = {"1h": 1, "1d": 24}
TIMEFRAMES = {hours: timeframe for timeframe, hours in HOURS.items()}
POINTS = ("last", "1bar", "24h", "7d")

STALE = pd.Timedelta(days=7)
"""How old a rate may be when the close ends that a change is measured from."""


def latest(
    con: Connection,
    symbols: Sequence[Symbol],
    timeframe: str | None = None,
    currency: str | None = None,
) -> pd.DataFrame:
    """Return the newest price of symbols, a row each; what `lab.market.latest` calls.

    Parameters
    ----------
    con : a lease's connection
    symbols : stored ones, in the order wanted
    timeframe : of the bars; None takes those that end last, of equals the shortest
    currency : what prices are shown in, upper-case; None is each symbol's own

    Raises
    ------
    DataError
        No bars are stored in that timeframe, or no symbol has a rate.
    """
    newest = store.quotes.newest_bars(con, symbols, _hours(timeframe))
    closes = _closes(newest, symbols)
    stocks = closes[closes["is_equity"]]
    splits = store.quotes.split_factors(con, stocks)
    worth = closes["close"] * splits.reindex(closes.index).fillna(1.0)
    if currency is None:
        return _table(symbols, newest, worth)
    found = store.rates.rates_at(con, closes[["currency", "known"]], currency)
    found["rate"] = found["rate"].where(closes["currency"] != currency, 1.0)
    now = found[_is_last(found)].droplevel("point")
    missing = now.index[now["rate"].isna()]
    if len(missing) and len(missing) == len(now):
        raise rates.no_rates(
            sorted(closes.loc["last"]["currency"].reindex(missing).unique()),
            currency,
            f" that was known when the last bars ended ({_named(symbols, newest, missing)})",
        )
    age = closes["known"] - (found["rate_date"] + pd.Timedelta(days=1))
    worth *= found["rate"].mask((age > STALE) & ~_is_last(found))
    shown = _table(symbols, newest, worth, now).assign(currency=currency)
    if len(missing):
        shown.attrs["note"] = (
            f"No rate to {currency} was known for {_named(symbols, newest, missing)}: no price."
        )
    return shown


def _named(symbols: Sequence[Symbol], newest: pd.DataFrame, ids: pd.Index) -> str:
    """Return a few symbols, each with the currency and the day that a rate is missing of."""
    lacking = [symbol for symbol in symbols if symbol.id in ids]
    days = newest["timestamp"].dt.strftime("%Y-%m-%d")
    told = [
        f"{symbol.symbol} in {symbol.currency}, {days.loc[symbol.id]}"
        for symbol in lacking[: rates.NAMED]
    ]
    more = len(lacking) - len(told)
    return "; ".join(told) + (f" and {more} more" if more else "")


def _hours(timeframe: str | None) -> int | None:
    """Return the length of a stored timeframe's bars."""
    if timeframe is not None and timeframe not in HOURS:
        raise DataError(
            f"timeframe={timeframe!r} is not stored. Quotes are of '1h' or '1d' bars; None takes "
            "the newest of a symbol.",
            timeframe=timeframe,
        )
    return HOURS[timeframe] if timeframe else None


def _closes(newest: pd.DataFrame, symbols: Sequence[Symbol]) -> pd.DataFrame:
    """Return the last closes and those they are compared with, one below the other.

    Index (point, symbol_id); columns moment (the bar's stamp), known (its end), close, currency,
    is_equity.
    """
    by_id = {symbol.id: symbol for symbol in symbols}
    known = [by_id[number] for number in newest.index]
    moment = newest[["timestamp", *(f"at_{name}" for name in POINTS[1:])]]
    prices = newest[["last", *(f"close_{name}" for name in POINTS[1:])]]
    ids = np.tile(newest.index.to_numpy(), len(POINTS))
    length = (newest["known"] - newest["timestamp"]).to_numpy()
    closes = pd.DataFrame(
        {
            "symbol_id": ids,
            "moment": moment.to_numpy().ravel(order="F"),
            "close": prices.to_numpy(dtype="float64").ravel(order="F"),
            "currency": pd.Series([symbol.currency for symbol in known] * len(POINTS), dtype="str"),
            "is_equity": np.array(
                [symbol.asset_type is AssetType.EQUITY for symbol in known] * len(POINTS),
                dtype=bool,
            ),
        }
    )
    closes["known"] = closes["moment"] + np.tile(length, len(POINTS))
    points = np.repeat(POINTS, len(newest))
    closes.index = pd.MultiIndex.from_arrays([points, ids], names=["point", "symbol_id"])
    return closes.dropna(subset="moment")


def _is_last(frame: pd.DataFrame) -> np.ndarray:
    return np.asarray(frame.index.get_level_values("point") == "last")


def _table(
    symbols: Sequence[Symbol],
    newest: pd.DataFrame,
    worth: pd.Series,
    converted: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return a row a symbol, NaN where there is nothing.

    Parameters
    ----------
    symbols : a row each
    newest : indexed by symbol_id
    worth : closes made comparable, indexed by point and symbol_id
    converted : columns rate, rate_date, indexed by symbol_id; None leaves prices as they are
    """
    ids = [symbol.id for symbol in symbols]
    found = newest.reindex(ids)
    worth_at = worth.unstack("point").reindex(index=ids, columns=list(POINTS))  # noqa: PD010 - a level to columns
    changes = worth_at[["last"]].to_numpy() / worth_at[list(POINTS[1:])].to_numpy()
    prices = found[["last", "high", "low"]]
    if converted is not None:
        prices = prices.mul(converted["rate"].reindex(ids), axis="index")
    shown = pd.DataFrame(
        {
            "symbol": [symbol.symbol for symbol in symbols],
            "name": [symbol.name for symbol in symbols],
            "timeframe": found["hours"].map(TIMEFRAMES),
            "timestamp": found["timestamp"].dt.tz_localize("UTC"),
            "last": prices["last"],
            "change_1bar_pct": (changes[:, 0] - 1.0) * 100.0,
            "change_24h_pct": (changes[:, 1] - 1.0) * 100.0,
            "change_7d_pct": (changes[:, 2] - 1.0) * 100.0,
            "high": prices["high"],
            "low": prices["low"],
            "volume": found["volume"],
            "currency": [symbol.currency for symbol in symbols],
            "age": (pd.Timestamp(clock.now()) - found["known"]).dt.floor("s"),
            "simulated": found["simulated"].eq(other=True),
        },
        index=ids,
    )
    if converted is not None:
        shown["rate_date"] = converted["rate_date"].reindex(ids).dt.tz_localize("UTC")
    return shown.reset_index(drop=True)
