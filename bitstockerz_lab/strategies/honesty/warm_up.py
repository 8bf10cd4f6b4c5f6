"""How many bars pass until values no longer depend on where the data starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.strategies.honesty.compare import same

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.strategies.honesty.compare import Compute

STARTS = 12
LAST_START = 0.5
"""Data is made to start up to the middle, so that as much is left to settle in."""


def warm_up(compute: Compute, bars: pd.DataFrame, *, starts: int = STARTS) -> int | None:
    """Return how many bars are passed before values are what they are with earlier bars, too.

    Parameters
    ----------
    compute : from bars to a frame with a row a bar; called with the last bars of `bars`
    bars : DataFrame of shape (n_bars, …), ascending
    starts : how many later starts of the data are tried, evenly spread over its first half

    Returns
    -------
    int or None
        The most bars it took for any start tried; None where values never settled: they depend on
        the first bar for ever, as a running total does.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> index = pd.date_range("2020-01-01", periods=400, tz="UTC")
    >>> random = np.random.default_rng(1)
    >>> bars = pd.DataFrame({"close": random.normal(size=400).cumsum()}, index=index)
    >>> warm_up(lambda bars: bars[["close"]].rolling(20).mean(), bars)
    19
    >>> warm_up(lambda bars: bars[["close"]].cumsum(), bars) is None
    True
    """
    whole = compute(bars)
    longest = 0
    last = int(len(bars) * LAST_START)
    for start in np.unique(np.linspace(1, last, starts).astype(int)).tolist() if last else ():
        later = compute(bars.iloc[start:])
        differs = np.flatnonzero(~same(whole.iloc[start:], later).all(axis=1))
        if len(differs):
            settled = int(differs[-1]) + 1
            if settled >= len(later):
                return None
            longest = max(longest, settled)
    return longest
