"""What a recorded run proves after everything that was ever tried on its symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import robustness, trials_store
from bitstockerz_lab.backtests.honest_statistics import Line, other_paths, statistics
from bitstockerz_lab.errors import TradingError
from bitstockerz_lab.measures import honest
from bitstockerz_lab.measures.metrics import daily_returns, day_ends

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.honest_statistics import HonestStatistics
    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.backtests.trials import Counted
    from bitstockerz_lab.measures.honest import Spread
    from bitstockerz_lab.storage import Connection

BY = "sharpe_ratio"


def counted(
    con: Connection, user_id: int, symbol: str, timeframe: str, strategy: str = ""
) -> Counted:
    """Count the distinct trials of a user on a symbol and timeframe, whatever the strategy.

    Parameters
    ----------
    con : a lease's connection
    user_id, symbol, timeframe : whose, and on what
    strategy : the trials last made under this name are counted beside
    """
    return trials_store.count(
        con, user_id, symbol=symbol, timeframe=timeframe, of_strategy=strategy or None
    )


def of_run(run: Run, among: Counted, *, robust: bool = True) -> HonestStatistics:
    """Return the honest statistics of a completed run.

    Parameters
    ----------
    run : that is judged
    among : the trials it was chosen among, itself included
    robust : also simulate it again with other costs, parameters and fills

    Raises
    ------
    TradingError
        It has no results, or nothing was traded.
    """
    if run.metrics is None or not run.metrics.num_trades:
        what = f"is {run.status}" if run.metrics is None else "traded nothing"
        raise TradingError(f"{run.called} {what}: there is nothing to judge. Take another run.")
    returns = returns_of(run.equity, run.initial_equity)
    verdict = honest.judge(
        returns,
        returns_of(run.benchmark, run.initial_equity),
        trials=max(1, among.trials),
        variance=among.variance,
    )
    spreads = other_paths(returns, run.trades, run.initial_equity)
    lines: list[Line] = []
    if robust:
        unit = robustness.unit_of(run.recipe, run.all_bars, run.other_bars)
        shaken, noise = shake(unit, run.recipe.parameters, BY)
        lines, spreads = [*lines, *shaken], spreads | noise
    title = f"{run.called}, {run.strategy} version {run.version} on {run.symbol} {run.timeframe}"
    return statistics(title, verdict, among, lines, spreads)


def shake(
    unit: Unit, parameters: Mapping[str, float], by: str
) -> tuple[list[Line], dict[str, Spread | None]]:
    """Return what is left with other costs, parameters and fills: lines, and a spread by name."""
    dearer = robustness.costs_doubled(unit, parameters, by)
    near = robustness.parameter_noise(unit, parameters, by)
    lines = [
        Line("costs_doubled", dearer.number, dearer.sentence),
        Line("parameter_noise", near.number, near.sentence),
    ]
    return lines, {"fill_noise": robustness.fill_noise(unit, parameters)}


def returns_of(curve: pd.Series, initial_equity: float) -> NDArray[np.float64]:
    """Return the daily returns of a curve, the first against `initial_equity`."""
    return daily_returns(curve.to_numpy(dtype=float), day_ends(clock.stamps(curve)), initial_equity)
