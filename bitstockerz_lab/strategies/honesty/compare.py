"""Values of the same bars, computed from more and from fewer bars, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    Compute = Callable[[pd.DataFrame], pd.DataFrame]
    """From bars to columns with a row a bar: signals, indicators, or both."""

TOLERANCE = 1e-9
"""Relative. A value may differ so much by rounding, where a sum began elsewhere."""


def same(one: pd.DataFrame, other: pd.DataFrame) -> NDArray[np.bool_]:
    """Return where two frames of one shape have the same value.

    Parameters
    ----------
    one, other : DataFrames of shape (n_bars, n_columns), numbers or booleans, columns in order

    Returns
    -------
    boolean array of shape (n_bars, n_columns)
        Missing equals missing; numbers may differ by 1e-9 of the larger.
    """
    mine = one.to_numpy(dtype=np.float64, na_value=np.nan)
    theirs = other.to_numpy(dtype=np.float64, na_value=np.nan)
    largest = np.maximum(np.abs(mine), np.abs(theirs))
    with np.errstate(invalid="ignore"):  # infinity − infinity, of equal ones
        close = np.abs(mine - theirs) <= TOLERANCE * largest
    equal: NDArray[np.bool_] = close | (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
    return equal
