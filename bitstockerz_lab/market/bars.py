"""The rules of bars: which rows are bars, which are missing, and their digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

COLUMNS = ("open", "high", "low", "close", "volume")
PRICES = COLUMNS[:4]

EARLIEST = pd.Timestamp("1700-01-01")
"""Stamps before it do not fit into the digest's nanoseconds, and no market is older here."""

FEW = 10
"""So few bars may lie a week apart by chance."""

MOST = 0.8
"""Of the steps between bars, if they are of a longer timeframe."""

MONTH = (26, 35)
"""Days between two bars of months; their last sessions lie so far apart."""

OFF_GRID = {"1d": "the stamp is not midnight", "1h": "the stamp is not a full hour"}
AGAIN = "duplicate stamp: the same row is there already"
DISPUTED = "duplicate stamp with other values: nobody can say which row is right"


def check(
    bars: pd.DataFrame,
    timeframe: str = "1d",
    now: datetime | None = None,
    owners: np.ndarray | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part rows that are bars from rows that break a rule of bars.

    Parameters
    ----------
    bars : DataFrame of shape (n_rows, 5 or more)
        Columns open, high, low, close, volume as float64, index `timestamp` (tz-aware UTC; NaT
        where a stamp could not be read), in any order. Further columns stay with the accepted.
    timeframe : "1d" or "1h"; the grid the stamps must lie on, and when a bar is known
    now : UTC, naive; a bar that ends later is refused as future. None means the clock.
    owners : whose each row is, int64 of shape (n_rows,); None if all are of one symbol

    Returns
    -------
    accepted : DataFrame
        Valid bars, ascending, each stamp once; of several symbols one after the other, with the
        column `owner`.
    refused : DataFrame of shape (n_refused, 2)
        Columns `row` (position in `bars`, from 0, ascending) and `reason` (every broken rule).

    Notes
    -----
    Rows that break no rule but share their stamp: where all of them are equal the first is
    accepted and the others refused; where they differ every one is refused, because picking one
    would be a guess.

    Examples
    --------
    >>> index = pd.DatetimeIndex(["2020-01-02", "2020-01-03"], tz="UTC", name="timestamp")
    >>> rows = pd.DataFrame({"open": [1.0, 2], "high": [2.0, 1], "low": [1.0, 1],
    ...                      "close": [1.5, 1], "volume": [5.0, 5]}, index=index)
    >>> accepted, refused = check(rows)
    >>> len(accepted), refused["reason"].tolist()
    (1, ['high below open'])
    """
    stamps = bars.index.tz_convert(None).as_unit("us")  # type: ignore[attr-defined]
    reasons = _Reasons(len(bars))
    _check_stamps(stamps, timeframe, now or clock.now(), reasons)
    _check_values({name: bars[name].to_numpy() for name in COLUMNS}, reasons)
    _check_duplicates(bars, stamps, reasons, owners)
    good = reasons.none()
    if owners is not None:
        bars = bars.assign(owner=owners)
    accepted = bars if good.all() else bars[good]
    if owners is not None:
        whose, ticks = owners[good], stamps.asi8[good]
        if not _ascending(whose, ticks):
            accepted = accepted.iloc[np.lexsort((ticks, whose))]
    elif not accepted.index.is_monotonic_increasing:
        accepted = accepted.sort_index(kind="stable")
    return accepted, reasons.frame()


def coarser(stamps: pd.DatetimeIndex, timeframe: str) -> str | None:
    """Return the longer timeframe of which bars are by their steps, None if they are of none.

    Parameters
    ----------
    stamps : of the bars of one symbol, ascending
    timeframe : which they are said to be of

    Examples
    --------
    >>> coarser(pd.date_range("2020-01-06", periods=20, freq="7D"), "1d")
    '1w'
    """
    if len(stamps) < FEW:
        return None
    steps = np.diff(stamps.as_unit("us").asi8)
    for name, length in clock.TIMEFRAMES.items():
        longest = length // pd.Timedelta(microseconds=1)
        shortest = longest
        if name == "1mo":
            shortest, longest = (
                pd.Timedelta(days=days) // pd.Timedelta(microseconds=1) for days in MONTH
            )
        alike = (steps >= shortest) & (steps <= longest)
        if length > clock.TIMEFRAMES[timeframe] and alike.mean() >= MOST:
            return name
    return None


def strange(bars: pd.DataFrame) -> pd.DatetimeIndex:
    """Return the stamps of bars that reach below half, or above twice, of their open and close.

    Such a low or high is most likely a mistake of the source; it breaks no rule, but stops fill
    on it.
    """
    body = bars[["open", "close"]]
    low = bars["low"].to_numpy() < 0.5 * body.min(axis=1).to_numpy()
    high = bars["high"].to_numpy() > 2.0 * body.max(axis=1).to_numpy()
    return pd.DatetimeIndex(bars.index[low | high])


def missing(bars: pd.DataFrame) -> np.ndarray:
    """Return which bars have an open, high, low or close that is NaN, infinite or not positive.

    Source: BACKTEST_RULES 11. A missing bar fills nothing and decides nothing.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, 5)

    Returns
    -------
    boolean array of shape (n_bars,)
    """
    return lost([bars[name].to_numpy(dtype="float64") for name in PRICES])


def lost(prices: Sequence[np.ndarray]) -> np.ndarray:
    """Return `missing` of the columns open, high, low and close."""
    found = np.zeros(len(prices[0]), dtype=bool)
    for values in prices:
        # a NaN makes both ends NaN, so this is true of prices only
        if values.min(initial=1.0) > 0 and values.max(initial=1.0) < np.inf:
            continue
        found |= ~(np.isfinite(values) & (values > 0))
    return found


def digest(bars: pd.DataFrame) -> str:
    """Return the SHA-256 of the bars themselves: stamps and the five columns, nothing else.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, 5), index tz-aware UTC

    Returns
    -------
    str
        64 hex digits. Hashed are the stamps as int64 UTC nanoseconds, then open, high, low, close
        and volume as float64, all little-endian; every NaN counts as the same.

    Examples
    --------
    >>> index = pd.DatetimeIndex(["2020-01-02"], tz="UTC", name="timestamp")
    >>> digest(pd.DataFrame(dict.fromkeys(COLUMNS, [1.0]), index=index))[:8]
    '8812832f'
    """
    hashed = hashlib.sha256()
    stamps = bars.index.as_unit("ns").asi8  # type: ignore[attr-defined]
    hashed.update(np.ascontiguousarray(stamps, dtype="<i8").data)
    for name in COLUMNS:
        values = np.ascontiguousarray(bars[name].to_numpy(), dtype="<f8")
        lost = np.isnan(values)
        if lost.any():
            values = np.where(lost, np.nan, values)
        hashed.update(values.data)
    return hashed.hexdigest()


class _Reasons:
    """Which rules each row breaks; a rule is a bit, the text is made once a combination."""

    def __init__(self, rows: int) -> None:
        self.codes = np.zeros(rows, dtype="int64")
        self.texts: list[str] = []

    def add(self, broken: np.ndarray, text: str) -> None:
        """Say of the rows that are true in `broken` that they break the rule `text`."""
        if broken.any():
            self.codes[broken] |= 1 << len(self.texts)
            self.texts.append(text)

    def none(self) -> np.ndarray:
        """Return which rows break no rule so far."""
        return np.equal(self.codes, 0)

    def frame(self) -> pd.DataFrame:
        """Return the refused rows' positions and their reasons."""
        rows = np.flatnonzero(self.codes)
        combinations, which = np.unique(self.codes[rows], return_inverse=True)
        sentences = [
            "; ".join(text for bit, text in enumerate(self.texts) if code >> bit & 1)
            for code in combinations.tolist()
        ]
        reasons = pd.Series(sentences, dtype="str").iloc[which]
        return pd.DataFrame({"row": rows, "reason": reasons.to_numpy()})


def _check_stamps(
    stamps: pd.DatetimeIndex, timeframe: str, now: datetime, reasons: _Reasons
) -> None:
    read = ~np.asarray(stamps.isna())
    reasons.add(~read, "the stamp cannot be read")
    ticks = stamps.asi8
    length = clock.TIMEFRAMES[timeframe] // pd.Timedelta(microseconds=1)
    reasons.add(read & (ticks % length != 0), OFF_GRID[timeframe])
    earliest, last = (
        (pd.Timestamp(when) - pd.Timestamp(0)) // pd.Timedelta(microseconds=1)
        for when in (EARLIEST, now)
    )
    reasons.add(read & (ticks < earliest), f"before {EARLIEST:%Y}")
    reasons.add(read & (ticks > last - length), "in the future, or the bar has not ended yet")


def _check_values(values: dict[str, np.ndarray], reasons: _Reasons) -> None:
    for name in COLUMNS:
        reasons.add(np.isnan(values[name]), f"{name} is missing or no number")
        reasons.add(np.isinf(values[name]), f"{name} is infinite")
    for name in PRICES:
        reasons.add(values[name] <= 0, f"{name} is not positive")
    reasons.add(values["volume"] < 0, "volume is negative")
    for name in ("open", "close", "low"):
        reasons.add(values["high"] < values[name], f"high below {name}")
    for name in ("open", "close"):
        reasons.add(values["low"] > values[name], f"low above {name}")


def _ascending(whose: np.ndarray, ticks: np.ndarray) -> bool:
    """Return whether stamps ascend within each owner, and owners do."""
    step = np.diff(whose)
    return bool(((step > 0) | ((step == 0) & (np.diff(ticks) > 0))).all())


def _check_duplicates(
    bars: pd.DataFrame, stamps: pd.DatetimeIndex, reasons: _Reasons, owners: np.ndarray | None
) -> None:
    good = reasons.none()
    ticks = stamps.asi8 if good.all() else stamps.asi8[good]
    whose = np.zeros(len(ticks), dtype="int8") if owners is None else owners[good]
    if _ascending(whose, ticks):
        return
    rows = np.flatnonzero(good)
    order = np.lexsort((ticks, whose))
    ticks, whose, rows = ticks[order], whose[order], rows[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(ticks) != 0) | (np.diff(whose) != 0)])
    group = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(rows)]))
    firsts = rows[starts][group]
    differs = np.zeros(len(rows), dtype=bool)
    for name in COLUMNS:
        values = bars[name].to_numpy()
        differs |= values[rows] != values[firsts]
    disputed = np.bitwise_or.reduceat(differs, starts)[group]
    again = ~disputed & (rows != firsts)
    for marked, text in ((again, AGAIN), (disputed, DISPUTED)):
        broken = np.zeros(len(bars), dtype=bool)
        broken[rows[marked]] = True
        reasons.add(broken, text)
