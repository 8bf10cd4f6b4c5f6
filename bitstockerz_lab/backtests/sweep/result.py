"""What a sweep came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bitstockerz_lab.backtests.sweep.honesty import Honesty
from bitstockerz_lab.backtests.sweep.opinions import Opinions
from bitstockerz_lab.backtests.sweep.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.unit import Unit


@dataclass(frozen=True, eq=False, kw_only=True)
class Sweep(Pictures, Honesty, Opinions):
    """Many parameter sets of one strategy, measured in one pass.

    Attributes
    ----------
    id : sweeps.id; None where nothing is recorded
    strategy, version : what was swept; version is None without a database
    by : the metric by which it ranks where nobody says
    combinations : what was tried, in order
    units : symbol × period × costs; a unit's bars are read when it is first asked for
    results : DataFrame, a row a unit and combination, in that order
        unit, combination (positions from 0), symbol, timeframe, start, end, the costs that vary,
        the parameters that vary, then every metric (NaN where undefined), then days, daily_sharpe,
        skewness, kurtosis, skipped_entries, ruined.
    status : "completed", or "cancelled" where it was stopped: the results are those till then
    sums : arrays of shape (n_combinations, 16, 5) by unit number, where they are at hand
    """

    id: int | None
    strategy: str
    version: int | None
    by: str
    combinations: Combinations
    units: Sequence[Unit]
    results: pd.DataFrame
    status: str = "completed"
    sums: Mapping[int, NDArray[np.float64]] = field(default_factory=dict, repr=False)
