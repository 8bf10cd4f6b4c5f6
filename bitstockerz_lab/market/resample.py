"""Longer bars of shorter ones, without looking ahead: only bars that are complete exist."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import BadBars, DataError
from bitstockerz_lab.market.bars import COLUMNS, missing

DAY = clock.TIMEFRAMES["1d"]


def makes(source: str, timeframe: str) -> bool:
    """Return whether bars of one timeframe can be made of those of another.

    Examples
    --------
    >>> makes("1h", "4h"), makes("1d", "1mo"), makes("1w", "1mo"), makes("4h", "6h")
    (True, True, False, False)
    """
    short, long = clock.TIMEFRAMES[source], clock.TIMEFRAMES[timeframe]
    return short < long and short <= DAY and (long > DAY or long % short == pd.Timedelta(0))


def resample(bars: pd.DataFrame, timeframe: str, until: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return bars of a longer timeframe; adjust prices before, not after.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, 5), index ascending
        `attrs["timeframe"]` says how long they are.
    timeframe : "4h", "1d", "1w", "1mo", … in any spelling
    until : the time (UTC) up to which `bars` are all there are; None is when the last of them ends

    Returns
    -------
    DataFrame of shape (n_longer_bars, 5)
        First open, highest high, lowest low, last close, sum of volume; index `timestamp`, the
        start of each bar: hours on the UTC grid, weeks on Monday 00:00 UTC, months on their 1st.
        `attrs` gains `resampled_from`.

    Raises
    ------
    DataError
        Such bars cannot be made of these, these do not say their timeframe, or one of them does
        not start on its grid, so that it may lie in two longer ones.
    BadBars
        The index is not ascending, or no times.

    Notes
    -----
    A bar is there only once it is complete: `bars` (or `until`) reach its end. So the last,
    begun one is left out, and cutting off the future never changes the past. The first one is
    left out too unless `bars` begin exactly at its start: what was before is not known. A bar in
    between is made of the bars there are, however few; where there are none it is left out.

    Bars that are missing (BACKTEST_RULES 11) are skipped; where all are, the longer one is NaN.

    Examples
    --------
    >>> index = pd.date_range("2020-01-01", periods=9, freq="h", tz="UTC", name="timestamp")
    >>> hours = pd.DataFrame({"open": range(1, 10), "high": 10.0, "low": 1.0, "close": range(2, 11),
    ...                       "volume": 5.0}, index=index)
    >>> hours.attrs["timeframe"] = "1h"
    >>> resample(hours, "4h")[["open", "close", "volume"]].to_numpy().tolist()
    [[1.0, 5.0, 20.0], [5.0, 9.0, 20.0]]
    """
    source, name = clock.timeframe_of(bars), clock.timeframe(timeframe)
    if source == name:
        return bars
    if not makes(source, name):
        sources = " or ".join(one for one in clock.TIMEFRAMES if makes(one, name))
        way_out = f"They can be made of {sources} bars." if sources else f"Load {name} bars."
        raise DataError(
            f"{name} bars cannot be made of {source} bars. {way_out}",
            timeframe=name,
            source=source,
        )
    index = ascending(bars)
    _check_grid(index, source)
    starts = clock.bar_start(index, name)
    known = slice(*_complete(index, starts, source, name, until))
    longer = _longer(bars[known], starts[known])
    longer.attrs = bars.attrs | {"timeframe": name, "resampled_from": source}
    return longer


def ascending(bars: pd.DataFrame) -> pd.DatetimeIndex:
    """Return a frame's stamps as UTC.

    Raises
    ------
    BadBars
        They are no times, not ascending, or one is there twice.
    """
    index = clock.stamps(bars)
    if not (index.is_monotonic_increasing and index.is_unique):
        raise BadBars("Bars must ascend, each stamp once. Try bars.sort_index().")
    return index


def _check_grid(index: pd.DatetimeIndex, timeframe: str) -> None:
    off = np.flatnonzero(index != clock.bar_start(index, timeframe))
    if len(off):
        first = index[off[0]]
        raise DataError(
            f"The {timeframe} bar of {first:%Y-%m-%d %H:%M} UTC does not start on the grid of "
            f"{timeframe} bars, so it may lie in two longer ones. Stamp it with its start, "
            f"{clock.bar_start(first, timeframe):%Y-%m-%d %H:%M} UTC or the one after.",
            timestamp=first,
            timeframe=timeframe,
        )


def _complete(
    index: pd.DatetimeIndex,
    starts: pd.DatetimeIndex,
    source: str,
    timeframe: str,
    until: pd.Timestamp | None,
) -> tuple[int, int]:
    """Return the range of rows whose longer bars are complete; only the outermost may not be."""
    if not len(index):
        return 0, 0
    begun = index[0] > starts[0]
    first = int(starts.searchsorted(starts[0], side="right")) if begun else 0
    seen = clock.bar_end(index[-1], source)
    seen = seen if until is None else max(seen, until)
    unfinished = seen < clock.bar_end(starts[-1], timeframe)
    last = int(starts.searchsorted(starts[-1])) if unfinished else len(index)
    return first, max(first, last)


def _longer(bars: pd.DataFrame, starts: pd.DatetimeIndex) -> pd.DataFrame:
    """Join the rows that share a start."""
    stamps, group = np.unique(starts.asi8, return_inverse=True)
    values = {name: bars[name].to_numpy(dtype="float64") for name in COLUMNS}
    lost = missing(bars)
    if lost.any():
        values = {name: column[~lost] for name, column in values.items()}
        group = group[~lost]
    columns = {name: np.full(len(stamps), np.nan) for name in COLUMNS}
    if len(group):
        firsts = np.flatnonzero(np.diff(group, prepend=-1))
        filled = group[firsts]
        columns["open"][filled] = values["open"][firsts]
        columns["high"][filled] = np.maximum.reduceat(values["high"], firsts)
        columns["low"][filled] = np.minimum.reduceat(values["low"], firsts)
        columns["close"][filled] = values["close"][np.append(firsts[1:], len(group)) - 1]
        columns["volume"][filled] = np.add.reduceat(values["volume"], firsts)
    index = pd.DatetimeIndex(stamps.view(f"M8[{starts.unit}]"), tz="UTC", name="timestamp")
    return pd.DataFrame(columns, index=index, copy=False)
