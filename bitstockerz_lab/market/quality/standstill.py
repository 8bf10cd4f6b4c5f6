"""Bars in which nothing happens: no volume, one price, or the same bar again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market.bars import PRICES
from bitstockerz_lab.market.quality import findings
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    import pandas as pd

LONG = {"1d": 3, "1h": 6}
"""Bars in a row without a volume, or of one price, from which that is a warning."""

SAME_CLOSES = {"1d": 5, "1h": 12}
"""Bars in a row with one close from which the price is frozen."""


def standstills(bars: pd.DataFrame, timeframe: str) -> list[pd.DataFrame]:
    """Find bars without a volume, frozen prices and bars of one price.

    A bar is told once: without a volume before frozen, frozen before one price.

    Parameters
    ----------
    bars : raw bars of shape (n_bars, 5)
    timeframe : of the bars

    Returns
    -------
    list of DataFrame
        Findings of kinds "zero_volume", "frozen" and "flat".
    """
    volumes = bars["volume"].to_numpy()
    if not volumes.any():
        return [_no_volume(bars), *_still(bars, np.zeros(len(bars), dtype=bool), timeframe)]
    empty = volumes == 0
    return [_zero_volume(bars, empty, timeframe), *_still(bars, empty, timeframe)]


def _still(bars: pd.DataFrame, empty: np.ndarray, timeframe: str) -> list[pd.DataFrame]:
    """Find what stands still among the bars that are not `empty`."""
    copies = _copies(bars) & ~empty
    still = _same_closes(bars, SAME_CLOSES[timeframe], ~empty)
    flat = (bars["high"].to_numpy() == bars["low"].to_numpy()) & ~(empty | copies | still)
    return [_repeated(bars, copies & ~still), _frozen(bars, still), _flat(bars, flat, timeframe)]


def _no_volume(bars: pd.DataFrame) -> pd.DataFrame:
    text = "No bar has a volume; indicators and rules of volume mean nothing here."
    whole = findings.Spans(np.array([0]), np.array([len(bars) - 1]))
    return findings.rows("zero_volume", bars.index, whole, Severity.INFO, lambda _: text)


def _zero_volume(bars: pd.DataFrame, empty: np.ndarray, timeframe: str) -> pd.DataFrame:
    found = findings.spans(empty)

    def message(number: int) -> str:
        length = int(found.lengths[number])
        return f"{_bars(length)} without a volume: nothing was traded."

    severities = findings.graded(found.lengths, LONG[timeframe], np.inf)
    return findings.rows("zero_volume", bars.index, found, severities, message)


def _repeated(bars: pd.DataFrame, copies: np.ndarray) -> pd.DataFrame:
    found = findings.spans(copies)
    found = findings.Spans(np.maximum(found.starts - 1, 0), found.ends)

    def message(number: int) -> str:
        length = int(found.lengths[number])
        return f"{length:,} bars in a row with the same open, high, low and close."

    return findings.rows("frozen", bars.index, found, Severity.WARNING, message)


def _frozen(bars: pd.DataFrame, still: np.ndarray) -> pd.DataFrame:
    found = findings.spans(still)
    closes = bars["close"].to_numpy()

    def message(number: int) -> str:
        close = formats.price(float(closes[found.starts[number]]))
        return f"The close stays at {close} for {int(found.lengths[number]):,} bars."

    return findings.rows("frozen", bars.index, found, Severity.WARNING, message)


def _flat(bars: pd.DataFrame, flat: np.ndarray, timeframe: str) -> pd.DataFrame:
    found = findings.spans(flat)

    def message(number: int) -> str:
        length = int(found.lengths[number])
        return f"{_bars(length)} whose open, high, low and close are one price."

    severities = findings.graded(found.lengths, LONG[timeframe], np.inf)
    return findings.rows("flat", bars.index, found, severities, message)


def _copies(bars: pd.DataFrame) -> np.ndarray:
    """Return which bars have the four prices of the bar before, not all of them one price."""
    same = np.ones(len(bars), dtype=bool)
    for name in PRICES:
        values = bars[name].to_numpy()
        same[1:] &= values[1:] == values[:-1]
    same[0] = False
    same &= bars["high"].to_numpy() > bars["low"].to_numpy()
    return same


def _same_closes(bars: pd.DataFrame, least: int, traded: np.ndarray) -> np.ndarray:
    """Return which bars are in a run of at least so many with one close, all of them traded."""
    closes = bars["close"].to_numpy()
    repeats = findings.spans((closes[1:] == closes[:-1]) & traded[1:] & traded[:-1])
    long = repeats.where(repeats.lengths + 1 >= least)
    steps = np.zeros(len(closes) + 2, dtype=np.int64)
    np.add.at(steps, long.starts, 1)
    np.add.at(steps, long.ends + 2, -1)
    inside: np.ndarray = steps.cumsum()[: len(closes)] > 0
    return inside


def _bars(length: int) -> str:
    return "One bar" if length == 1 else f"{length:,} bars in a row"
