"""The time axis of a chart: how stamps are written, what was closed, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab import clock

if TYPE_CHECKING:
    import plotly.graph_objects as go

LONGEST_CLOSURE = 4
"""Weekdays in a row without a bar that count as holidays where nobody names the sessions: as many
as in September 2001. More are a hole."""

SATURDAY = 5
STAMP = "%Y-%m-%d %H:%M"


def moment_format(timeframe: str) -> str:
    """Return how a stamp is written, for strftime and for plotly's hover texts."""
    return STAMP if timeframe.endswith("h") else "%Y-%m-%d"


def moments(stamps: pd.Index | pd.Series, timeframe: str) -> list[str]:
    """Return stamps as plotly reads them: UTC, to the minute where bars are shorter than a day."""
    naive = _naive(pd.DatetimeIndex(stamps)).to_numpy()  # ten times as quick as strftime
    if not timeframe.endswith("h"):
        return list(np.datetime_as_string(naive, unit="D").tolist())
    return [one.replace("T", " ") for one in np.datetime_as_string(naive, unit="m").tolist()]


def span(stamps: pd.Index) -> list[str]:
    """Return the ends of a time axis: the same for every chart of a run, with room for markers."""
    room = max((stamps[-1] - stamps[0]) * 0.012, pd.Timedelta(hours=12))
    return [(stamps[0] - room).strftime(STAMP), (stamps[-1] + room).strftime(STAMP)]


def axis(drawing: go.Figure, stamps: pd.Index, timeframe: str, notes: list[str]) -> None:
    """Name a figure's time axis, with what is not drawn in small letters below, and set its ends.

    Parameters
    ----------
    drawing : changed in place
    stamps : of the bars
    timeframe : of the bars
    notes : a line each
    """
    drawing.update_xaxes(
        title_text=title(notes),
        range=span(stamps),
        unifiedhovertitle_text=f"%{{x|{moment_format(timeframe)}}}",
    )


def title(notes: list[str]) -> str:
    """Return a time axis' title with notes in small letters below it, a line each."""
    small = "".join(f"<br><span style='font-size:10px'>{note}</span>" for note in notes)
    return f"Date (UTC){small}"


def closed(bars: pd.DataFrame, sessions: pd.DatetimeIndex | None = None) -> pd.DatetimeIndex:
    """Return the days inside the period of a stock's daily bars on which nothing was traded.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, …), `attrs` as `lab.market.bars` gives them
    sessions : when the exchange was open. None takes weekends without bars for closed, and up to
        four weekdays in a row without bars.

    Returns
    -------
    DatetimeIndex
        Naive days, weekends too, ascending; none for coins and for bars of another length.
    """
    if bars.attrs.get("asset_type") != "EQUITY" or bars.attrs.get("timeframe", "1d") != "1d":
        return pd.DatetimeIndex([])
    traded = _naive(bars.index)
    days = pd.date_range(traded[0], traded[-1], unit=traded.unit)
    if sessions is not None:
        return pd.DatetimeIndex(days.difference(traded.union(_naive(sessions))))
    weekend = days.day_of_week >= SATURDAY
    if (traded.day_of_week >= SATURDAY).any():
        weekend = np.zeros(len(days), dtype=bool)
    counted = days[~weekend]
    silent = ~counted.isin(traded)
    runs = np.cumsum(np.diff(silent, prepend=False))
    holiday = silent & (np.bincount(runs)[runs] <= LONGEST_CLOSURE)
    return pd.DatetimeIndex(counted[holiday].union(days[weekend]))


def missing(bars: pd.DataFrame, closed_days: pd.DatetimeIndex) -> np.ndarray:
    """Return how many bars are missing between each bar and the one before it.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, …), `attrs` as `lab.market.bars` gives them
    closed_days : as `closed` gives them; a day on which nothing was traded misses no bar

    Returns
    -------
    integer array of shape (n_bars,), its first 0
    """
    stamps = _naive(bars.index).to_numpy()
    length = clock.TIMEFRAMES[bars.attrs.get("timeframe", "1d")].to_timedelta64()
    steps = np.rint(np.diff(stamps) / length).astype(np.int64)  # months differ in length
    steps -= np.diff(np.searchsorted(closed_days.to_numpy(), stamps))
    return np.asarray(np.maximum(np.append(0, steps - 1), 0))


def skip(drawing: go.Figure, stamps: pd.Index, closed_days: pd.DatetimeIndex) -> None:
    """Cut days out of a figure's time axis.

    Parameters
    ----------
    drawing : changed in place
    stamps, closed_days : as `breaks` takes them
    """
    drawing.update_xaxes(rangebreaks=breaks(stamps, closed_days))


def breaks(stamps: pd.Index, closed_days: pd.DatetimeIndex) -> list[dict[str, Any]]:
    """Return the parts of a time axis that are cut out, as plotly's rangebreaks.

    Parameters
    ----------
    stamps : of the bars
    closed_days : as `closed` gives them for these bars
    """
    days = _naive(stamps)
    opened = pd.date_range(days[0], days[-1], unit=days.unit).difference(closed_days)
    cut: list[dict[str, Any]] = []
    if len(closed_days) and not (opened.day_of_week >= SATURDAY).any():
        cut.append({"bounds": ["sat", "mon"]})
        closed_days = closed_days[closed_days.day_of_week < SATURDAY]
    if len(closed_days):
        cut.append({"values": list(closed_days.strftime("%Y-%m-%d"))})
    return cut


def _naive(stamps: pd.Index) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(stamps).tz_localize(None)
