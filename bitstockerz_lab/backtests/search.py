"""What each combination of parameters comes to on the same bars, and which of them is best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.measures import Metrics

MORE_IS_BETTER = {
    "final_equity": True, "total_return_pct": True, "cagr_pct": True, "max_drawdown_pct": False,
    "longest_drawdown_days": False, "volatility_pct": False, "sharpe_ratio": True,
    "sortino_ratio": True, "calmar_ratio": True, "tail_ratio": True, "num_trades": True,
    "win_rate_pct": True, "avg_win_pct": True, "avg_loss_pct": True, "alpha": True,
    "total_fees": False, "total_borrow": False,
}  # fmt: skip
"""The metrics by which combinations can be ranked; of the rest, neither more nor less is better."""


def search(
    recipes: Sequence[Recipe], bars: pd.DataFrame, others: Mapping[str, pd.DataFrame]
) -> list[Metrics]:
    """Return the metrics of each recipe on the same bars, in order; nothing is recorded.

    Parameters
    ----------
    recipes : one a combination: the same strategy, symbol, period and costs, other parameters
    bars : as `Recipe.simulate` takes them, warm-up included; nothing after the period
    others : bars of the symbols that the rules read besides

    Notes
    -----
    One by one for now; the sweep engine gives the same numbers at once.
    """
    return [recipe.simulate(bars, others).metrics for recipe in recipes]


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


def score(metrics: Metrics, by: str) -> float | None:
    """Return a combination's score, higher being better; None where it has none.

    A combination that never traded has none, whatever the metric says: its drawdown of zero is
    no merit. None, too, where the metric is undefined.
    """
    value = getattr(metrics, by)
    if value is None or not metrics.num_trades:
        return None
    return float(value if MORE_IS_BETTER[by] else -value)


def best(results: Sequence[Metrics], by: str) -> int | None:
    """Return the position of the best result; the first of those that are equal.

    None where no combination has a score.
    """
    scores = {at: score(metrics, by) for at, metrics in enumerate(results)}
    known = {at: value for at, value in scores.items() if value is not None}
    return max(known, key=lambda at: (known[at], -at)) if known else None
