"""Prices that are off for a moment: a close or an open that comes back, a low or high far out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market import bars as market_bars
from bitstockerz_lab.market.quality import findings
from bitstockerz_lab.market.quality.jumps import OUTLIER, outliers
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.market.quality.moves import Moves

BACK = 0.3
"""A move has come back when what is left of it is at most this share."""

FAR = 12.0
"""Usual moves that a low or high lies beyond open and close, from which it is far out."""


def reverting(moves: Moves, timeframe: str) -> np.ndarray:
    """Return which closes are off: an outlier without volume that the next bar takes back."""
    after = np.r_[moves.returns[1:], np.nan]
    left = np.abs(moves.returns + after)
    off: np.ndarray = (
        outliers(moves, timeframe)
        & (left <= BACK * np.abs(moves.returns))
        & (moves.missing == 0)
        & ~moves.confirmed
    )
    return off


def spikes(
    raw: pd.DataFrame, adjusted: pd.DataFrame, moves: Moves, timeframe: str, off: np.ndarray
) -> list[pd.DataFrame]:
    """Find closes and opens that are off and come back.

    Parameters
    ----------
    raw, adjusted : the same bars as traded and adjusted
    moves : of the adjusted bars
    timeframe : of the bars
    off : which closes are, as `reverting` tells

    Returns
    -------
    list of DataFrame
        Findings of kind "spike"; `value` is how far off, in %.
    """
    closes = findings.points(off)
    change = 100.0 * np.expm1(moves.returns[closes.starts])

    def of_close(number: int) -> str:
        price = _price(raw["close"], closes, number)
        return (
            f"The close, {price}, is {formats.percent(change[number])} from the one before and "
            "comes back in the next bar, without the volume of a real move."
        )

    beyond = _open_beyond(adjusted)
    opens = findings.points(
        (np.abs(beyond) / moves.usual >= OUTLIER[timeframe]) & ~moves.confirmed & ~off
    )
    far = 100.0 * np.expm1(beyond[opens.starts])

    def of_open(number: int) -> str:
        price, side = _price(raw["open"], opens, number), "above" if far[number] > 0 else "below"
        distance = formats.percent(abs(far[number]), signed=False)
        return (
            f"The open, {price}, lies {distance} {side} both the close before and its own close; "
            "entries fill on it."
        )

    return [
        findings.rows("spike", raw.index, closes, Severity.ERROR, of_close, values=change),
        findings.rows("spike", raw.index, opens, Severity.ERROR, of_open, values=far),
    ]


def wicks(raw: pd.DataFrame, moves: Moves) -> pd.DataFrame:
    """Find lows and highs far beyond open and close.

    Parameters
    ----------
    raw : bars as traded
    moves : of the same bars, adjusted

    Returns
    -------
    DataFrame
        Findings of kind "wick"; `value` is how far beyond, in %. An error where
        `market.bars.strange` says so too (below half, above twice), whatever the volume.
    """
    down, up = _beyond(raw)
    strange = raw.index.isin(market_bars.strange(raw))
    far = np.maximum(down, up) / moves.usual >= FAR
    found = findings.points(strange | (far & ~moves.confirmed))
    is_low = (down >= up)[found.starts]
    size = np.where(is_low, -down[found.starts], up[found.starts])
    values = 100.0 * np.expm1(size)
    severities = np.where(strange[found.starts], str(Severity.ERROR), str(Severity.WARNING))

    def message(number: int) -> str:
        name, side = ("low", "below") if is_low[number] else ("high", "above")
        price = _price(raw[name], found, number)
        distance = formats.percent(abs(values[number]), signed=False)
        return f"The {name}, {price}, lies {distance} {side} open and close; stops fill on it."

    return findings.rows("wick", raw.index, found, severities, message, values=values)


def _open_beyond(bars: pd.DataFrame) -> np.ndarray:
    """Return how far, as a logarithm, an open lies outside the close before and its own close."""
    opens, closes = np.log(bars["open"].to_numpy()), np.log(bars["close"].to_numpy())
    before = np.r_[np.nan, closes[:-1]]
    over = opens - np.fmax(before, closes)
    under = opens - np.fmin(before, closes)
    beyond = np.where(over > 0, over, np.where(under < 0, under, 0.0))
    beyond[0] = 0.0
    return beyond


def _beyond(bars: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return how far, as logarithms, low and high lie beyond open and close."""
    opened, high, low, close = (bars[name].to_numpy() for name in market_bars.PRICES)
    return np.log(np.minimum(opened, close) / low), np.log(high / np.maximum(opened, close))


def _price(prices: pd.Series, found: findings.Spans, number: int) -> str:
    return formats.price(float(prices.iloc[found.starts[number]]))
