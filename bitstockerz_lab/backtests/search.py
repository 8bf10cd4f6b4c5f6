"""Which of many combinations is best: by one metric, among those that traded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    Values = Mapping[str, Any] | pd.DataFrame

MORE_IS_BETTER = {
    "final_equity": True, "total_return_pct": True, "cagr_pct": True, "max_drawdown_pct": False,
    "longest_drawdown_days": False, "volatility_pct": False, "sharpe_ratio": True,
    "sortino_ratio": True, "calmar_ratio": True, "tail_ratio": True, "num_trades": True,
    "win_rate_pct": True, "avg_win_pct": True, "avg_loss_pct": True, "alpha": True,
    "total_fees": False, "total_borrow": False,
}  # fmt: skip
"""The metrics by which combinations can be ranked; of the rest, neither more nor less is better."""


def check_metric(by: str) -> str:
    """Return the name of a metric that combinations can be ranked by.

    Raises
    ------
    UnknownName
        There is none of that name, or neither more nor less of it is better.
    """
    if by not in MORE_IS_BETTER:
        raise UnknownName.of(
            "metric to rank by", by, MORE_IS_BETTER, f"Known: {', '.join(MORE_IS_BETTER)}."
        )
    return by


def scores(values: Values, by: str) -> NDArray[np.float64]:
    """Return a score for each combination, higher being better; NaN where it has none.

    A combination that never traded has none, whatever the metric says: its drawdown of zero is
    no merit. None, too, where the metric is undefined.

    Parameters
    ----------
    values : columns of shape (n_combinations,) by the names of `Metrics`: `Measured.values`, or a
        sweep's results; `num_trades` and `by` are read
    by : a metric of MORE_IS_BETTER
    """
    more = 1.0 if MORE_IS_BETTER[check_metric(by)] else -1.0
    known = np.asarray(values[by], dtype=np.float64) * more
    found: NDArray[np.float64] = np.where(np.asarray(values["num_trades"]) > 0, known, np.nan)
    return found


def ranking(values: Values, by: str) -> NDArray[np.intp]:
    """Return the positions of the combinations that have a score, best first.

    Of equal ones the first comes first. Parameters as `scores` takes them.
    """
    found = scores(values, by)
    order = np.argsort(-found, kind="stable")
    return order[: len(found) - int(np.isnan(found).sum())]


def best(values: Values, by: str) -> int | None:
    """Return the position of the best combination, the first of equal ones; None without a score.

    Parameters as `scores` takes them.

    Examples
    --------
    >>> best({"sharpe_ratio": [0.5, 1.5, 9.0], "num_trades": [4, 12, 0]}, "sharpe_ratio")
    1
    """
    found = scores(values, by)
    return None if np.isnan(found).all() else int(np.nanargmax(found))
