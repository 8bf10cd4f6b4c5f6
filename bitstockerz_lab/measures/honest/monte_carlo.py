"""What else could have come of the same trades, the same days or nearly the same fills.

Nothing here says whether a strategy has skill; it says how far apart the outcomes of luck are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.definitions import label
from bitstockerz_lab.measures.honest.bootstrap import MEAN_BLOCK, REPLICATIONS, StationaryBootstrap
from bitstockerz_lab.measures.metrics import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q95": 0.95}
CELLS = 2_000_000
"""Numbers held at once: 16 MB."""
NOISE_PATHS = 200
SAME = 1e-9
"""Final equities that near are one but for rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Outcomes of many paths beside the one that happened.

    Attributes
    ----------
    paths : how many
    table : DataFrame, a row an outcome (`final_equity`, `max_drawdown_pct`, …)
        Columns: observed; q05, q25, q50, q75, q95, where q05 is what 5 % of the paths are at or
        below; known, the number of paths in which it is defined.
    sentence : for people
    """

    paths: int
    table: pd.DataFrame
    sentence: str

    def _repr_html_(self) -> str:
        return f"<p>{self.sentence}</p>{self.table.to_html()}"


def shuffled_trades(
    trades: pd.DataFrame,
    initial_equity: float,
    *,
    replace: bool = False,
    paths: int = REPLICATIONS,
    seed: int = 0,
) -> Spread | None:
    """Return final equity and drawdown of the same trades in other orders.

    Parameters
    ----------
    trades : frame with the columns pnl_abs and, where exits come in parts, position_no
        In the order of their exits, as `Simulation.trades`. The parts of a position stay together.
    initial_equity : account currency
    replace : draw trades with replacement, so that some come twice and some not at all
    paths, seed : number of orders, and what makes them the same next time

    Returns
    -------
    Spread or None
        None below two positions: there is no other order.

    Notes
    -----
    A trade moves equity by the same fraction wherever it comes; equity that a trade takes to zero
    or below is zero from there on. Drawdown is seen between trades only, so it is less than the
    run's. Without `replace` all orders end at the same equity.
    """
    gained = _by_position(trades)
    if len(gained) < 2:  # noqa: PLR2004 - one has no other order
        return None
    equity = initial_equity + np.concatenate([[0.0], np.cumsum(gained)])
    growth = _growth(equity)
    random = np.random.default_rng(seed)
    many = max(1, CELLS // len(growth))
    found = []
    for start in range(0, paths, many):
        size = (min(many, paths - start), len(growth))
        if replace:
            drawn = growth[random.integers(len(growth), size=size)]
        else:
            drawn = random.permuted(np.broadcast_to(growth, size), axis=1)
        found.append(_outcomes(drawn, initial_equity))
    samples = np.concatenate(found, axis=1)
    table = _table(
        dict(zip(("final_equity", "max_drawdown_pct"), samples, strict=True)),
        dict(
            zip(
                ("final_equity", "max_drawdown_pct"), _outcomes(growth, initial_equity), strict=True
            )
        ),
    )
    how = "drawn again with replacement" if replace else "in another order"
    return Spread(paths, table, _drawdown_sentence(table, f"Of the same trades {how}"))


def resampled_returns(
    returns: Numbers,
    initial_equity: float = 1.0,
    *,
    paths: int = REPLICATIONS,
    mean_block: float = MEAN_BLOCK,
    seed: int = 0,
) -> Spread | None:
    """Return final equity, drawdown and daily Sharpe of the same days, drawn again in blocks.

    Parameters
    ----------
    returns : daily returns of shape (n_days,); one of −1 or below is ruin
    initial_equity : account currency
    paths, mean_block, seed : of the `StationaryBootstrap`

    Returns
    -------
    Spread or None
        None below two days. Drawdown is seen at the ends of days.

    Notes
    -----
    Source: Politis & Romano (1994), "The Stationary Bootstrap".
    """
    days = len(returns)
    if days < 2:  # noqa: PLR2004 - one day is always the same day
        return None
    bootstrap = StationaryBootstrap(days, paths, mean_block, seed)
    many, found, waiting = max(1, CELLS // days), [], []
    for number, sample in enumerate(bootstrap.indices(), start=1):
        waiting.append(returns[sample])
        if len(waiting) == many or number == paths:
            found.append(_day_outcomes(np.array(waiting), initial_equity))
            waiting = []
    names = ("final_equity", "max_drawdown_pct", "daily_sharpe")
    table = _table(
        dict(zip(names, np.concatenate(found, axis=1), strict=True)),
        dict(zip(names, _day_outcomes(returns[None, :], initial_equity)[:, 0], strict=True)),
    )
    return Spread(paths, table, _drawdown_sentence(table, "Of the same days in other blocks"))


def noisy(
    outcome: Callable[[np.random.Generator], Mapping[str, float | None]],
    observed: Mapping[str, float | None],
    *,
    what: str = "With noise",
    paths: int = NOISE_PATHS,
    seed: int = 0,
) -> Spread:
    """Return what an experiment comes to when it is repeated with chance in it.

    Parameters
    ----------
    outcome : called with a generator of its own for each path; gives outcomes by name
        It simulates with random slippage and skipped entries, say, or with shaken parameters.
    observed : the outcomes without noise; they say which names the table has
    what : begins the sentence: "With fills up to 10 bps worse and 5 % of the entries missed"
    paths, seed : number of calls; path k is the same however many there are

    Raises
    ------
    DataError : an outcome the observed ones do not have, or one missing
    """
    found: dict[str, list[float]] = {name: [] for name in observed}
    for seeds in np.random.SeedSequence(seed).spawn(paths):
        came = outcome(np.random.default_rng(seeds))
        if set(came) != set(found):
            raise DataError(
                f"A path gives {sorted(came)} and the run without noise {sorted(found)}. "
                "Give the same outcomes.",
                path=sorted(came),
                observed=sorted(found),
            )
        for name, value in came.items():
            found[name].append(np.nan if value is None else float(value))
    samples = {name: np.array(values, dtype=float) for name, values in found.items()}
    table = _table(samples, {name: _number(value) for name, value in observed.items()})
    name = next(iter(observed))
    first = _row(table, name)
    sentence = (
        f"{what}, {label(name)} is {first['q50']:,.4g} in the middle of {paths:,} paths and "
        f"between {first['q05']:,.4g} and {first['q95']:,.4g} in nine of ten; without, it is "
        f"{first['observed']:,.4g}."
    )
    return Spread(paths, table, sentence)


def _by_position(trades: pd.DataFrame) -> Numbers:
    """Return the gain of each position, in the order of the first exits."""
    if "position_no" not in trades.columns:
        return trades["pnl_abs"].to_numpy(dtype=float)
    gains = trades.groupby("position_no", sort=False)["pnl_abs"].sum()
    return gains.to_numpy(dtype=float)


def _growth(equity: Numbers) -> Numbers:
    """Return by what each point multiplies the one before, up to ruin; never below 0."""
    gone = np.flatnonzero(equity <= 0)
    alive = equity[: gone[0] + 1] if len(gone) else equity
    return np.maximum(alive[1:] / alive[:-1], 0.0)


def _outcomes(growth: Numbers, initial_equity: float) -> Numbers:
    """Return final equity and deepest drawdown of paths; shape (2, n_paths) or (2,)."""
    curve = initial_equity * np.cumprod(growth, axis=-1)
    peaks = np.maximum(np.maximum.accumulate(curve, axis=-1), initial_equity)
    return np.array([curve[..., -1], 100.0 * np.max(1.0 - curve / peaks, axis=-1)])


def _day_outcomes(returns: Numbers, initial_equity: float) -> Numbers:
    """Return final equity, deepest drawdown and daily Sharpe of paths; shape (3, n_paths)."""
    deviation = returns.std(axis=1, ddof=1)
    level = np.ptp(returns, axis=1) <= ROUNDING
    sharpe = np.where(level, np.nan, returns.mean(axis=1) / np.where(level, 1.0, deviation))
    return np.vstack([_outcomes(np.maximum(1.0 + returns, 0.0), initial_equity), sharpe])


def _table(samples: Mapping[str, Numbers], observed: Mapping[str, float]) -> pd.DataFrame:
    rows = {}
    for name, values in samples.items():
        known = values[~np.isnan(values)]
        at = np.quantile(known, list(QUANTILES.values())) if len(known) else [np.nan] * 5
        quantiles = dict(zip(QUANTILES, at, strict=True))
        rows[name] = {"observed": observed[name], **quantiles, "known": len(known)}
    return pd.DataFrame.from_dict(rows, orient="index").astype({"known": "int64"})


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _row(table: pd.DataFrame, name: str) -> dict[str, float]:
    values = table.loc[name].to_numpy(dtype=float).tolist()
    return dict(zip(table.columns, values, strict=True))


def _drawdown_sentence(table: pd.DataFrame, what: str) -> str:
    fall, end = _row(table, "max_drawdown_pct"), _row(table, "final_equity")
    apart = end["q95"] - end["q05"] > SAME * end["q95"]
    ends = f"end between {end['q05']:,.2f} and {end['q95']:,.2f}"
    return (
        f"{what}, one path in twenty loses more than {fall['q95']:.1f} % from a peak; this one "
        f"lost {fall['observed']:.1f} %. "
        + (f"Nine in ten {ends}." if apart else f"All end at {end['q95']:,.2f}.")
    )
