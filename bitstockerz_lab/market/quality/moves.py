"""How large a move is for its time, and whether the volume bears it out.

A move is measured against the usual one around it: the median absolute deviation (MAD) of log
returns, × 1.4826, which is the standard deviation of normal ones and which a wrong price hardly
changes. Two centred windows are asked, a year and a month of daily bars, and the larger answer
holds: the long one keeps a quiet month from making every move an outlier, the short one gives a
crisis its own measure. A mean and a standard deviation would be drawn up by the very outliers.
Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993), the modified z-score.

A market that moves far trades much; a mistake of the source comes with the usual volume.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

WINDOWS = (251, 21)
LEAST = 10
"""Returns a window needs; shorter histories have no outliers."""

FLOOR = 0.001
"""The least usual move, 0.1 %: else a stablecoin's cent would be an outlier."""

SIGMA = 1.4826

CONFIRMED = 2.0
"""Times the usual volume from which the volume bears a move out."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Bars as moves, all arrays of shape (n_bars,); NaN where there is nothing to compare with.

    Attributes
    ----------
    returns : log return, close to close, of adjusted prices
    usual : the usual size of a log return around that bar
    busy : volume as a multiple of the usual volume around that bar; NaN without volumes
    missing : how many bars are missing before that bar
    """

    returns: np.ndarray
    usual: np.ndarray
    busy: np.ndarray
    missing: np.ndarray

    @property
    def z(self) -> np.ndarray:
        """How many usual moves each return is."""
        times: np.ndarray = self.returns / self.usual
        return times

    @property
    def confirmed(self) -> np.ndarray:
        """Which bars have so much volume that a large move is most likely real."""
        many: np.ndarray = self.busy >= CONFIRMED
        return many


def measure(adjusted: pd.DataFrame, missing: np.ndarray) -> Moves:
    """Return bars as moves.

    Parameters
    ----------
    adjusted : bars of shape (n_bars, 5), prices adjusted for splits and dividends
    missing : how many bars are missing before each
    """
    closes = np.log(adjusted["close"].to_numpy())
    returns = np.diff(closes, prepend=np.nan)
    volumes = adjusted["volume"].where(adjusted["volume"] > 0)
    with np.errstate(invalid="ignore"):
        usual_volume = np.fmin.reduce([_median(volumes, window).to_numpy() for window in WINDOWS])
        busy = adjusted["volume"].to_numpy() / usual_volume
    usual = np.fmax(np.fmax.reduce([_deviation(returns, window) for window in WINDOWS]), FLOOR)
    usual[~np.isfinite(_median(pd.Series(returns), WINDOWS[0]).to_numpy())] = np.nan
    return Moves(returns, usual, busy, missing)


def _deviation(returns: np.ndarray, window: int) -> np.ndarray:
    series = pd.Series(returns)
    deviations = (series - _median(series, window)).abs()
    return SIGMA * _median(deviations, window).to_numpy()


def _median(series: pd.Series, window: int) -> pd.Series:
    return series.rolling(window, center=True, min_periods=LEAST).median()
