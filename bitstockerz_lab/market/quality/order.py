"""Bars out of order: open and close swapped, two bars exchanged, a block of bars told twice.

Prices go on where they stopped: an open is near the close before it, far nearer than what a
whole bar moves. Bars that would go on if two of their prices, or two of them, changed places,
and do not as they are, have been mixed up. Coins go on within a few cents and a single bar is
seen; stocks open anywhere after a night, so that a single day is seen only where it moved far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market.bars import PRICES
from bitstockerz_lab.market.quality import findings

if TYPE_CHECKING:
    from bitstockerz_lab.market.quality.moves import Moves

WINDOW = {"1d": 127, "1h": 169}
"""Bars of which it is asked how far an open usually is from the close before."""

LEAST = 10
"""Bars that needs."""

FLOOR = 0.0005
"""The least usual distance, 0.05 %: else a cent would be far."""

CLEARLY = 1.25
"""Times as far as closes are from the opens before, from which opens and closes are swapped.

Of a random walk with nights and days the quotient is √((n + 2d) / n) if they are, where n and d
are the variances of a night and of a day, and its inverse if they are not: 0.55 to 0.8 for stocks.
"""

BROKEN = 12.0
"""Usual distances from which the joints around a bar are broken."""

MENDED = 0.15
"""Share of the broken joints that is left at most when bars are put right."""

REPEATED = {"1d": 3, "1h": 6}
"""Bars in a row that come a second time, volume and all, from which that is no accident."""

MANY = (
    "Opens lie farther from the close before than closes lie from the open before: open and "
    "close are swapped, most likely."
)
ONE = "The bars on either side go on where they would if its open and close were swapped."
PAIR = "The bars on either side go on where they would if these two changed places."


def swaps(adjusted: pd.DataFrame, moves: Moves, timeframe: str) -> list[pd.DataFrame]:
    """Find bars whose open and close are swapped, and neighbours that are exchanged.

    Parameters
    ----------
    adjusted : bars at adjusted prices
    moves : of the same bars
    timeframe : of the bars

    Returns
    -------
    list of DataFrame
        Findings of kind "swapped".
    """
    opens, closes = (np.log(adjusted[name].to_numpy()) for name in ("open", "close"))
    right = _median_distance(opens, closes, WINDOW[timeframe])
    wrong = _median_distance(closes, opens, WINDOW[timeframe])
    long = _swapped_for_long(right, wrong, WINDOW[timeframe])
    usual = np.fmax(right, FLOOR)
    usual[np.isnan(right)] = np.nan
    same = (opens == _shifted(opens, 1)) & (closes == _shifted(closes, 1))
    apart = np.r_[(moves.missing > 0) | same, True, True]
    free = ~(long | apart[:-2] | apart[1:-1])
    pairs = _exchanged(opens, closes, usual) & free & ~apart[2:]
    alone = _swapped_alone(opens, closes, usual) & free & ~(pairs | np.r_[False, pairs[:-1]])
    exchanged = findings.points(pairs)
    return [
        _told(adjusted, findings.spans(long), MANY),
        _told(adjusted, findings.points(alone), ONE),
        _told(adjusted, findings.Spans(exchanged.starts, exchanged.ends + 1), PAIR),
    ]


def repeats(bars: pd.DataFrame, timeframe: str) -> pd.DataFrame:
    """Find blocks of bars that were there before, prices and volume.

    Parameters
    ----------
    bars : raw bars of shape (n_bars, 5)
    timeframe : of the bars

    Returns
    -------
    DataFrame
        Findings of kind "repeated", at the second of the two blocks; `value` is how many bars
        after the first it is.
    """
    lags = _lags(bars)
    same = (lags[1:] == lags[:-1]) & (lags[1:] > 0)
    runs = findings.spans(same)
    found = findings.Spans(runs.starts, runs.ends + 1)
    found = found.where(found.lengths >= REPEATED[timeframe])
    back = lags[found.starts]

    def message(number: int) -> str:
        first = findings.when(bars.index[found.starts[number] - back[number]], timeframe)
        return (
            f"{int(found.lengths[number]):,} bars repeat those from {first} on, volume and all: "
            "one of the two blocks is a copy."
        )

    values = back.astype(np.float64)
    return findings.rows("repeated", bars.index, found, Severity.WARNING, message, values=values)


def _lags(bars: pd.DataFrame) -> np.ndarray:
    """Return how many bars ago the same bar was there last; 0 where it never was.

    The bar just before does not count, and neither do bars of one price or without a volume:
    they stand still, which is told elsewhere.
    """
    columns = [*PRICES, "volume"]
    alike = pd.util.hash_pandas_object(bars[columns], index=False)
    moved = (bars["volume"].to_numpy() > 0) & (bars["high"].to_numpy() > bars["low"].to_numpy())
    again = np.flatnonzero(alike.duplicated(keep=False).to_numpy() & moved)
    lags = np.zeros(len(bars), dtype=np.int64)
    places = pd.Series(again)
    before = places.groupby(alike.to_numpy()[again]).shift(fill_value=-1).to_numpy()
    lags[again] = np.where(before >= 0, again - before, 0)
    lags[lags == 1] = 0
    return lags


def _swapped_for_long(right: np.ndarray, wrong: np.ndarray, window: int) -> np.ndarray:
    """Return which bars are amid many whose closes go on from the opens before.

    A run reaches as far as that way is the better one, if it is clearly better somewhere in it.
    """
    answer = np.zeros(len(right), dtype=bool)
    half = window // 2
    if len(right) <= window:
        return answer
    better = right > wrong
    better[: half + 1] = better[half + 1]
    better[-half:] = better[-half - 1]
    clearly = np.r_[0, np.cumsum(right[half:-half] > CLEARLY * wrong[half:-half])]
    for start, end in zip(*findings.spans(better), strict=True):
        first, last = np.clip([start - half, end + 1 - half], 0, len(clearly) - 1)
        answer[start : end + 1] = clearly[last] > clearly[first]
    return answer


def _swapped_alone(opens: np.ndarray, closes: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return which single bars go on from their neighbours when open and close are swapped."""
    before, after = _shifted(closes, 1), _shifted(opens, -1)
    broken = np.abs(opens - before) + np.abs(after - closes)
    mended = np.abs(closes - before) + np.abs(after - opens)
    return _is_mended(broken, mended, usual)


def _exchanged(opens: np.ndarray, closes: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return which bars go on from their neighbours when exchanged with the bar after them."""
    before, after = _shifted(closes, 1), _shifted(opens, -2)
    next_open, next_close = _shifted(opens, -1), _shifted(closes, -1)
    broken = np.abs(opens - before) + np.abs(next_open - closes) + np.abs(after - next_close)
    mended = np.abs(next_open - before) + np.abs(opens - next_close) + np.abs(after - closes)
    return _is_mended(broken, mended, usual)


def _is_mended(broken: np.ndarray, mended: np.ndarray, usual: np.ndarray) -> np.ndarray:
    answer: np.ndarray = (broken > BROKEN * usual) & (mended < MENDED * broken)
    return answer


def _told(bars: pd.DataFrame, found: findings.Spans, text: str) -> pd.DataFrame:
    return findings.rows("swapped", bars.index, found, Severity.WARNING, lambda _: text)


def _median_distance(starts: np.ndarray, ends: np.ndarray, window: int) -> np.ndarray:
    """Return how far bars usually start from where those before them end."""
    distances = pd.Series(np.abs(starts - _shifted(ends, 1)))
    return distances.rolling(window, center=True, min_periods=LEAST).median().to_numpy()


def _shifted(values: np.ndarray, by: int) -> np.ndarray:
    return pd.Series(values).shift(by).to_numpy()
