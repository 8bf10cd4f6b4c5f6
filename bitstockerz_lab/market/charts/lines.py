"""Lines handed in from outside, an indicator's values: read over the stamps of the bars drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

Lines = pd.Series | pd.DataFrame
"""One line, or several by their column's name."""

WAY_OUT = "Make it from the same bars, like bars['close'].rolling(50).mean()."


def read(
    given: Lines | Mapping[str, pd.Series] | None, on: pd.Index, name: str = ""
) -> pd.DataFrame:
    """Return lines as columns over the bars' stamps.

    Parameters
    ----------
    given : one line or several, by name
    on : the bars' stamps
    name : of a lone line; "" takes its own

    Raises
    ------
    DataError
        A line is no Series, or has no entry for a bar.
    """
    if given is None:
        given = {}
    elif isinstance(given, pd.Series):
        given = {name or str(given.name or "Indicator"): given}
    lines = {str(label): _line(values, str(label), on) for label, values in given.items()}
    return pd.DataFrame(lines, index=on, dtype=np.float64)


def _line(values: pd.Series, name: str, on: pd.Index) -> np.ndarray:
    if not isinstance(values, pd.Series) or not isinstance(values.index, pd.DatetimeIndex):
        raise DataError(f"{name!r} is no Series over the bars' stamps. {WAY_OUT}", indicator=name)
    stamps = clock.stamps(values)
    if not stamps.is_unique:
        raise DataError(f"{name!r} has a stamp twice. {WAY_OUT}", indicator=name)
    without = on.difference(stamps)
    if len(without):
        raise DataError(
            f"{name!r} has no entry for {len(without):,} of {len(on):,} bars, the first of them "
            f"{without[0]:%Y-%m-%d %H:%M}. {WAY_OUT}",
            indicator=name,
            missing=len(without),
        )
    try:
        return values.set_axis(stamps).reindex(on).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise DataError(f"{name!r} holds no numbers: {problem}.", indicator=name) from problem
