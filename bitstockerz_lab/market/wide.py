"""Wide frames: one field of many symbols, a row a stamp, a column a symbol; pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.market.bars import COLUMNS
from bitstockerz_lab.market.resample import resample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Span = tuple[pd.Timestamp, pd.Timestamp]
Spans = dict[str, Span]
"""First and last stamp by symbol."""


@dataclass(frozen=True, slots=True)
class FactorSets:
    """The factor sets of several symbols, one below the other.

    Attributes
    ----------
    symbols : whose they are, in order
    edges : where each begins, and where the last one ends
    date : naive, ascending within a set
    price_factor, split_factor : float64
    """

    symbols: Sequence[str]
    edges: np.ndarray
    date: np.ndarray
    price_factor: np.ndarray
    split_factor: np.ndarray


def widen(rows: Mapping[str, Any], symbols: Mapping[int, str], timeframe: str) -> pd.DataFrame:
    """Return bars that lie one below the other side by side, each at its stamp.

    Parameters
    ----------
    rows : arrays symbol_id, tick (a bar's start in lengths of the timeframe since 1970), value,
        revised, in any order; a row that is revised holds instead of the bar of its stamp, NaN says
        that there is none
    symbols : text by id; the order of the columns
    timeframe : of the bars

    Returns
    -------
    DataFrame of shape (n_stamps, n_symbols)
        Every stamp at which a symbol has a bar, NaN where another has none.
    """
    # ticks and ids are small whole numbers, so a table of places is quicker than sorting
    lowest = rows["tick"].min() if len(rows["tick"]) else 0
    ticks = rows["tick"] - lowest
    seen = np.zeros(ticks.max(initial=-1) + 1, dtype=bool)
    seen[ticks] = True
    step = clock.TIMEFRAMES[timeframe] // pd.Timedelta(microseconds=1)
    stamps = (np.flatnonzero(seen) + lowest) * step
    columns = np.zeros(max(symbols) + 1, dtype="int64")
    columns[list(symbols)] = np.arange(len(symbols))
    places = columns[rows["symbol_id"]] * len(stamps) + (np.cumsum(seen) - 1)[ticks]
    values = np.full((len(symbols), len(stamps)), np.nan)
    revised = rows["revised"]
    if revised.any():
        for chosen in (~revised, revised):
            values.ravel()[places[chosen]] = rows["value"][chosen]
        there = ~np.isnan(values).all(axis=0)
        values, stamps = values[:, there], stamps[there]
    else:
        values.ravel()[places] = rows["value"]
    index = pd.DatetimeIndex(stamps.view("M8[us]"), name="timestamp").tz_localize("UTC")
    return _frame(values, index, pd.Index(list(symbols.values()), name="symbol"))


def spans(wide: pd.DataFrame) -> Spans:
    """Return the stamps of each column's first and last value, of those that have any."""
    there = ~np.isnan(wide.to_numpy().T)
    some = there.any(axis=1)
    if not some.any():
        return {}
    firsts = there[some].argmax(axis=1)
    lasts = len(wide) - 1 - there[some, ::-1].argmax(axis=1)
    return dict(
        zip(
            wide.columns[some], zip(wide.index[firsts], wide.index[lasts], strict=True), strict=True
        )
    )


def adjust(wide: pd.DataFrame, sets: FactorSets, field: str, adjusted: str) -> pd.DataFrame:
    """Return values at adjusted prices, to the bit those of `factors.adjust`.

    Parameters
    ----------
    wide : raw values
    sets : those of symbols that are no column do no harm
    field : one of the five columns of bars
    adjusted : "all" or "split"
    """
    days = wide.index.tz_localize(None).as_unit("us").floor("D").asi8  # type: ignore[attr-defined]
    split = sets.split_factor
    times = split * sets.price_factor if adjusted == "all" and field != "volume" else split
    # a row of a set holds up to and with its date; after the last one the factor is 1
    ends = np.searchsorted(days, sets.date.astype("M8[us]").view("int64"), side="right")
    ends = np.insert(ends, sets.edges[1:], len(days))
    times = np.insert(times, sets.edges[1:], 1.0)
    lengths = np.diff(ends, prepend=0)
    firsts = sets.edges[:-1] + np.arange(len(sets.symbols))
    lengths[firsts] = ends[firsts]
    factors = np.repeat(times, lengths).reshape(len(sets.symbols), len(days))
    columns = wide.columns.get_indexer(pd.Index(sets.symbols))
    there = columns >= 0
    values = wide.to_numpy().T.copy()
    if field == "volume":
        values[columns[there]] /= factors[there]
    else:
        values[columns[there]] *= factors[there]
    return _frame(values, wide.index, wide.columns)


def longer(
    fields: Mapping[str, pd.DataFrame], source: str, timeframe: str, field: str
) -> pd.DataFrame:
    """Return one field of longer bars, each symbol's by `resample`.

    Parameters
    ----------
    fields : a wide frame for each of the five columns of bars, of the same shape
    source, timeframe : of those, and of what is wanted
    field : one of the five
    """
    index = fields["close"].index
    values = {name: fields[name].to_numpy().T for name in COLUMNS}
    made = {}
    for place, symbol in enumerate(fields["close"]):
        there = ~np.isnan(values["close"][place])
        own = {name: column[place, there] for name, column in values.items()}
        bars = pd.DataFrame(own, index=index[there], copy=False)
        bars.attrs["timeframe"] = source
        made[symbol] = resample(bars, timeframe)[field]
    return pd.concat(made, axis=1, names=["symbol"], sort=True).rename_axis(index="timestamp")


def returns(wide: pd.DataFrame) -> pd.DataFrame:
    """Return each value's change from the symbol's own value before it, as a fraction.

    NaN where a symbol has no bar, and at its first. A hole is stepped over, so that what is lost or
    won across it is in the first return after it: the product of 1 + returns is the whole change.
    """
    values = wide.to_numpy().T
    changes = np.full(values.shape, np.nan)
    for own, change in zip(values, changes, strict=True):
        there = np.flatnonzero(~np.isnan(own))
        change[there[1:]] = own[there[1:]] / own[there[:-1]] - 1.0
    return _frame(changes, wide.index, wide.columns)


def _frame(values: np.ndarray, index: pd.Index, columns: pd.Index) -> pd.DataFrame:
    """Return values, a row a symbol, as a frame without copying them."""
    return pd.DataFrame(values.T, index=index, columns=columns, copy=False)
