"""Bars of one timeframe beside those of another, joined on when they were known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.resample import ascending


def align(bars: pd.DataFrame, to: pd.DataFrame) -> pd.DataFrame:
    """Return, for each row of `to`, the newest bar that was known when that row's bar ended.

    Parameters
    ----------
    bars : DataFrame of numbers, index ascending; what is wanted
    to : bars whose index is wanted
        Both say their timeframe in `attrs["timeframe"]`.

    Returns
    -------
    DataFrame of shape (len(to), columns of bars + 1)
        The columns of `bars`, NaN before one was known, and `known_bar`, the start of the bar that
        is shown (UTC; NaT before). `attrs`: those of `bars`, with the timeframe of the rows, and
        `aligned_from`, the timeframe of what is shown.

    Raises
    ------
    DataError
        One of the two does not say its timeframe, or `to` is no frame.
    BadBars
        An index holds no times, or that of `bars` does not ascend.

    Notes
    -----
    A bar is known at its end, so a row shows a bar only where that ends no later than the row's
    own: a day shows the week before, and the Sunday of a coin its own week. Of a missing bar NaN
    is shown, never the one before it. A week whose symbol is traded no more stays: `known_bar`
    tells how old it is.

    Examples
    --------
    >>> index = pd.date_range("2020-01-04", periods=3, tz="UTC", name="timestamp")
    >>> days = pd.DataFrame({"close": [1.0, 2.0, 3.0]}, index=index)
    >>> weeks = pd.DataFrame({"close": [9.0]}, index=index[:1] - pd.Timedelta(days=5))
    >>> days.attrs["timeframe"], weeks.attrs["timeframe"] = "1d", "1w"
    >>> align(weeks, days)["close"].tolist()  # Saturday, Sunday, Monday
    [nan, 9.0, 9.0]
    """
    if not isinstance(to, pd.DataFrame | pd.Series):
        raise DataError(
            f"align_to={to!r} is no frame. It is the bars whose rows are wanted, like "
            "align_to=lab.market.bars(symbol, '1d').",
            align_to=to,
        )
    shown, rows = clock.timeframe_of(bars), clock.timeframe_of(to)
    starts = ascending(bars).as_unit("ns")
    stamps = clock.stamps(to).as_unit("ns")
    ends = clock.bar_end(starts, shown)
    places = ends.searchsorted(clock.bar_end(stamps, rows), side="right") - 1
    # place -1, no bar known yet, is the NaN put at the end
    columns = {
        name: np.append(bars[name].to_numpy(dtype="float64"), np.nan)[places] for name in bars
    }
    aligned = pd.DataFrame(columns, index=to.index, copy=False)
    known_bar = np.append(starts.asi8, pd.NaT.value)[places].view("M8[ns]")
    aligned["known_bar"] = pd.DatetimeIndex(known_bar, tz="UTC").as_unit("us")
    aligned.attrs = bars.attrs | {"timeframe": rows, "aligned_from": shown}
    return aligned
