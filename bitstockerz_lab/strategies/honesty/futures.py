"""The same past with other futures: whoever decides by the past alone decides the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.strategies.document import PRICES

if TYPE_CHECKING:
    import pandas as pd

LENGTH = 100
"""So many bars the other futures have at most."""
KINDS = {"fall": 0.5, "rise": 2.0}
"""What prices are multiplied with from the first bar on: a veto against losses sees a fall only."""
NOISE, REACH, VOLUME = 0.2, 0.1, 5.0
"""Returns, ranges and volumes are large, too: what is measured over the whole sample changes."""


def after(bars: pd.DataFrame, known: int, future: str = "", seed: int = 0) -> pd.DataFrame:
    """Return the first bars as they are, followed by a future that is made up.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, …), ascending
    known : how many of them stay as they are
    future : "fall" or "rise", what prices do then; "" for no bar
    seed : of the noise

    Examples
    --------
    >>> import pandas as pd
    >>> bars = pd.DataFrame({"close": [10.0, 11, 12]})
    >>> after(bars, 2)["close"].tolist()
    [10.0, 11.0]
    >>> after(bars, 2, "fall")["close"].round().tolist()
    [10.0, 11.0, 6.0]
    """
    if not future:
        return bars.iloc[:known]
    made = bars.iloc[: known + LENGTH].copy()
    random = np.random.Generator(np.random.PCG64([seed, known]))
    noise = 1 + random.uniform(-NOISE, NOISE, len(made) - known)
    prices = KINDS[future] * noise
    factors = dict.fromkeys(PRICES, prices) | {
        "high": prices * (1 + REACH), "low": prices * (1 - REACH), "volume": VOLUME * noise,
    }  # fmt: skip
    for name in [name for name in made.columns if name in factors]:
        values = made[name].to_numpy(dtype=np.float64, copy=True)
        values[known:] *= factors[name]
        made[name] = values
    return made
