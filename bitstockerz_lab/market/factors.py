"""Adjusted prices: raw bars and a set of price factors make them, nothing is stored twice.

A row of a factor set holds for every bar up to and with its date: for a bar of date d the row with
the smallest `date` ≥ d is taken. Bars after the last row have factor 1. Source: QuantConnect LEAN,
factor files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import PRICES
from bitstockerz_lab.market.files import csv_files, readers

if TYPE_CHECKING:
    from pathlib import Path

Adjusted = Literal["all", "split", "raw"]

FACTORS = ("price_factor", "split_factor", "reference_price")
SHOWN = 3
NEAR = np.timedelta64(10, "D")
"""How old the close may be that a reference price is compared with."""

OFF = 0.2
"""How far a reference price may be from the raw close; LEAN's own are up to 12 % off."""

DAY = 86_400_000_000
"""Microseconds of a day."""


def how(adjusted: str | bool | None) -> Adjusted:
    """Return which adjustment is asked for; True is "all", False and None are "raw".

    Raises
    ------
    DataError
        It is none.
    """
    words: dict[object, Adjusted] = {True: "all", False: "raw", None: "raw"}
    words |= {"all": "all", "split": "split", "raw": "raw"}
    if isinstance(adjusted, str | bool | None) and adjusted in words:
        return words[adjusted]
    raise DataError(
        f"adjusted={adjusted!r} is unknown. It is 'all' (dividends and splits, the same as True), "
        "'split' or False.",
        adjusted=adjusted,
    )


def read_factors(path: str | Path) -> pd.DataFrame:
    """Read and check a factor file: columns date, price_factor, split_factor, reference_price.

    Parameters
    ----------
    path : CSV file; the set as a whole, ascending by date

    Returns
    -------
    DataFrame of shape (n_rows, 4)
        `date` (naive, midnight) and three float64 columns; `reference_price`, the raw close of
        the date, is for information and NaN where it is missing or 0.

    Raises
    ------
    DataError
        A cell is none, a factor is not positive, dates are not ascending or are there twice.
    """
    file = readers.existing_file(path)
    content = csv_files.read_columns(file, csv_files.read_header(file, FACTORS), FACTORS, "1d")
    index, _ = csv_files.read_stamps(content.times, "1d", file.name, None)
    factors = pd.DataFrame({"date": index.tz_convert(None), **content.numbers})
    if content.malformed.lines:
        line, reason = content.malformed.lines[0], content.malformed.reasons[0]
        raise DataError(f"{file.name}, line {line}: {reason}. {_WAY_OUT}", source=file.name)
    for broken, what in _broken(factors):
        rows = np.flatnonzero(broken)
        if len(rows):
            lines, originals = content.lines.locate(rows[:SHOWN])
            told = "; ".join(
                f"line {line}: {text}" for line, text in zip(lines, originals, strict=True)
            )
            raise DataError(
                f"{file.name}: {what} in {len(rows)} row(s), {told}. {_WAY_OUT}",
                source=file.name,
                rows=len(rows),
            )
    factors["reference_price"] = factors["reference_price"].where(factors["reference_price"] > 0)
    return factors


def adjust(bars: pd.DataFrame, factors: pd.DataFrame, adjusted: Adjusted) -> pd.DataFrame:
    """Return bars at adjusted prices; the rows given are left as they are.

    Parameters
    ----------
    bars : raw bars of shape (n_bars, 5), index tz-aware UTC
    factors : columns date (naive, ascending), price_factor, split_factor; may be empty
    adjusted : "all" multiplies prices by price_factor × split_factor (dividends and splits),
        "split" by split_factor alone, both divide volume by split_factor; "raw" changes nothing

    Returns
    -------
    DataFrame of shape (n_bars, 5)

    Examples
    --------
    >>> index = pd.DatetimeIndex(["2020-08-28", "2020-08-31"], tz="UTC", name="timestamp")
    >>> raw = pd.DataFrame({"open": [500.0, 127], "high": [510.0, 131], "low": [498.0, 126],
    ...                     "close": [499.0, 129], "volume": [10.0, 40]}, index=index)
    >>> split = pd.DataFrame({"date": pd.to_datetime(["2020-08-28"]), "price_factor": [1.0],
    ...                       "split_factor": [0.25]})
    >>> adjust(raw, split, "all")["close"].tolist()
    [124.75, 129.0]
    """
    if adjusted == "raw" or factors.empty or bars.empty:
        return bars
    price, split = at(factors, pd.DatetimeIndex(bars.index))
    times = split * price if adjusted == "all" else split
    columns = {name: bars[name].to_numpy() * times for name in PRICES}
    columns["volume"] = bars["volume"].to_numpy() / split
    return pd.DataFrame(columns, index=bars.index, copy=False)


def at(factors: pd.DataFrame, days: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Return price and split factors of bars with these stamps (UTC); 1 after the last row."""
    dates = pd.DatetimeIndex(factors["date"]).as_unit("us").asi8 // DAY
    places = np.searchsorted(dates, days.as_unit("us").asi8 // DAY)
    price = np.append(factors["price_factor"].to_numpy(dtype="float64"), 1.0)[places]
    split = np.append(factors["split_factor"].to_numpy(dtype="float64"), 1.0)[places]
    return price, split


def last_step(factors: pd.DataFrame, until: pd.Timestamp) -> pd.Timestamp | None:
    """Return the last date, up to `until`, after which a set's factors change; None without one."""
    pairs = factors[["price_factor", "split_factor"]].to_numpy(dtype="float64")
    following = np.vstack([pairs[1:], np.ones((1, 2))])
    reached = (factors["date"] <= until).to_numpy()
    steps = np.flatnonzero((pairs != following).any(axis=1) & reached)
    return pd.Timestamp(factors["date"].iloc[steps[-1]]) if len(steps) else None


def refuse_strange(symbol: str, factors: pd.DataFrame, closes: pd.Series) -> None:
    """Refuse a set whose reference prices are not those of the stored bars.

    Parameters
    ----------
    symbol : whose they are to be
    factors : as `read_factors` gives them
    closes : raw closes, daily, index tz-aware UTC, ascending; with none nothing can be told

    Raises
    ------
    DataError
        Most of the reference prices that have a close are more than OFF from it.
    """
    if closes.empty:
        return
    days = pd.DatetimeIndex(closes.index).tz_convert(None).to_numpy()
    dates, prices = factors["date"].to_numpy(), factors["reference_price"].to_numpy()
    places = np.searchsorted(days, dates, side="right") - 1
    near = (places >= 0) & (dates - days[places] <= NEAR) & np.isfinite(prices)
    dates, prices, theirs = dates[near], prices[near], closes.to_numpy()[places[near]]
    off = np.abs(prices / theirs - 1) > OFF
    if 2 * off.sum() <= len(off):
        return
    first = int(np.flatnonzero(off)[0])
    raise DataError(
        f"These factors are of another symbol than {symbol}, or its bars are not as they were "
        f"traded: reference price {prices[first]:g} on {pd.Timestamp(dates[first]):%Y-%m-%d}, "
        f"close here {theirs[first]:g}; {off.sum():,} of {len(off):,} differ by more than 20 %. "
        "Load the factors of this symbol, or its raw prices first; nothing was stored.",
        symbol=symbol,
        differ=int(off.sum()),
    )


def combine(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the set whose factors are the products of the factors of two sets."""
    if one.empty or other.empty:
        return other if one.empty else one
    both = pd.concat([one, other]).drop_duplicates("date").sort_values("date", ignore_index=True)
    days = pd.DatetimeIndex(both["date"])
    (price, split), (other_price, other_split) = at(one, days), at(other, days)
    return both.assign(price_factor=price * other_price, split_factor=split * other_split)


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether two factor sets say the same of every date."""
    return (
        len(one) == len(other)
        and np.array_equal(one["date"].to_numpy(), other["date"].to_numpy())
        and all(
            np.array_equal(one[name].to_numpy(), other[name].to_numpy(), equal_nan=True)
            for name in FACTORS
        )
    )


_WAY_OUT = "Correct the file and load it again; nothing was stored."


def _broken(factors: pd.DataFrame) -> list[tuple[np.ndarray, str]]:
    """Return what may be wrong with a set, in the order in which it is told."""
    values = factors[["price_factor", "split_factor"]].to_numpy()
    unread = factors["date"].isna().to_numpy()
    steps = factors["date"].diff()
    nothing = pd.Timedelta(0)
    return [
        (unread, "the date cannot be read"),
        (~np.isfinite(values).all(axis=1), "a factor is missing or no number"),
        ((values <= 0).any(axis=1), "a factor is not positive"),
        ((steps == nothing).to_numpy(), "the date is there twice"),
        ((steps < nothing).to_numpy(), "the date is before the one above it"),
    ]
