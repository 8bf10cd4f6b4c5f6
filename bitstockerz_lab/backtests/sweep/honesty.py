"""What a sweep can show: whether its winner is more than the luck of many trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from bitstockerz_lab.backtests import run_honesty, search, trials
from bitstockerz_lab.backtests.honest_statistics import (
    HonestStatistics,
    Line,
    other_paths,
    overfitting_line,
    statistics,
    superiority_lines,
)
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.progress import drawn
from bitstockerz_lab.backtests.sweep.winner import unit_of
from bitstockerz_lab.errors import DataError, TradingError
from bitstockerz_lab.measures import honest
from bitstockerz_lab.measures.honest import bootstrap, sharpe_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.backtests.sweep.progress import Progress
    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.backtests.trials import Counted
    from bitstockerz_lab.storage import Database

AT_ONCE = 256
"""Combinations whose daily returns are held at once."""
HOLD = "hold"


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """The combination that is judged, simulated once more."""

    unit: int
    recipe: Recipe
    returns: NDArray[np.float64]
    trades: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and the trials it was judged against."""

    verdict: honest.Verdict
    among: Counted


@dataclass(frozen=True, slots=True)
class Streamed:
    """What one pass over the daily returns of all combinations came to."""

    superiority: honest.Superiority | None
    correlation: float | None
    series: int


class Honesty:
    """The part of a Sweep that deals with statistics."""

    if TYPE_CHECKING:
        strategy: str
        by: str
        combinations: Combinations
        units: Sequence[Unit]
        results: pd.DataFrame
        sums: Mapping[int, NDArray[np.float64]]
        database: Database | None
        user_id: int | None

        def best(
            self, n: int | None = 10, by: str | None = None, unit: int | None = None
        ) -> pd.DataFrame:
            """As `Sweep` has it."""

    def honesty(
        self,
        unit: int | None = None,
        combination: int | None = None,
        *,
        by: str | None = None,
        benchmark: str | None = None,
        replications: int = bootstrap.REPLICATIONS,
        seed: int = 0,
        robust: bool = True,
        progress: bool | Callable[[Progress], None] | None = None,
    ) -> HonestStatistics:
        """Return what the winner proves: skill, or the luck of the best of so many.

        Parameters
        ----------
        unit, combination : what is judged; None is the best by `by`, of all or of that unit
        by : a metric; None is the sweep's own
        benchmark : for White's and Hansen's tests: None is 0 a day, "hold" is buy and hold
        replications, seed : of their bootstrap
        robust : also simulate it again with costs doubled, near parameters and worse fills
        progress : as `lab.backtests.sweep` takes it, of the pass over all combinations of the unit

        Returns
        -------
        HonestStatistics
            Its `table` has value, definition and a sentence for each number. N counts your
            whole history on the symbol and timeframe; of a sweep over several symbols that or the
            whole sweep, whichever leaves more to luck; without a database, the sweep.

        Raises
        ------
        TradingError
            No combination traded.
        UnknownName, DataError
            No such metric to rank by, or it was not measured; no such unit, combination or
            benchmark.

        Examples
        --------
        >>> sweep.honesty().table[["label", "value", "sentence"]]
        """
        number, position = self._chosen(unit, combination, by)
        winner = self._replayed(number, position)
        streamed = self._streamed(number, benchmark, replications, seed, progress)
        judged = self._judged(winner, streamed)
        against = "buy and hold" if benchmark else "0 a day"
        lines: list[Line] = [
            overfitting_line(self.pbo(number)),
            *superiority_lines(streamed.superiority, against),
        ]
        money = winner.recipe.terms.initial_equity
        spreads = other_paths(winner.returns, winner.trades, money, seed)
        if robust:
            parameters = self.combinations[position]
            shaken, noise = run_honesty.shake(self.units[number], parameters, by or self.by)
            lines, spreads = [*lines, *shaken], spreads | noise
        on = f"{winner.recipe.symbol.symbol} {winner.recipe.timeframe}"
        title = f"{self.strategy} with {_named(self.combinations[position])} on {on}"
        return statistics(title, judged.verdict, judged.among, lines, spreads)

    def verdict(
        self, unit: int | None = None, combination: int | None = None, *, by: str | None = None
    ) -> honest.Verdict:
        """Return the verdict alone, in the time of one simulation; parameters as `honesty`.

        Its `effective_trials` is None: they need the daily returns of all combinations.
        """
        winner = self._replayed(*self._chosen(unit, combination, by))
        return self._judged(winner, None).verdict

    def pbo(self, unit: int | None = None) -> honest.Overfitting | None:
        """Return the probability that choosing the best combination of a unit is overfitting.

        Parameters
        ----------
        unit : its number; None is the winner's

        Returns
        -------
        Overfitting or None
            None with fewer than two combinations that traded or fewer than 160 days.

        Raises
        ------
        DataError
            There is no such unit.
        """
        number = unit_of(cast("Sweep", self), unit)
        tried = self._tried(number)
        sums = self.sums.get(number)
        if sums is None or len(sums) != len(tried):
            from bitstockerz_lab.backtests.sweep import engine  # noqa: PLC0415 - reason: numba

            sums = engine.measure(self.units[number], tried).sums
        return honest.probability_of_overfitting(sums)

    def deflated_sharpe(
        self, unit: int | None = None, combination: int | None = None, *, by: str | None = None
    ) -> float | None:
        """Return the probability that a combination's true Sharpe ratio is above luck's best.

        Parameters
        ----------
        unit, combination, by : as `honesty` takes them

        Returns
        -------
        float or None
            0 to 1; None with fewer than 30 daily returns. Nothing is simulated for it.
        """
        number, position = self._chosen(unit, combination, by)
        row = self._rows(number, position).iloc[0]
        if np.isnan(row["daily_sharpe"]):
            return None
        days = int(row["days"])
        of = sharpe_tests.Moments(days, row["daily_sharpe"], row["skewness"], row["kurtosis"])
        among = self._counted(number, days)
        return sharpe_tests.deflated_sharpe(of, max(1, among.trials), among.variance)

    def reality_check(
        self,
        unit: int | None = None,
        *,
        benchmark: str | None = None,
        replications: int = bootstrap.REPLICATIONS,
        seed: int = 0,
    ) -> honest.Superiority | None:
        """Return White's and Hansen's tests of all combinations of a unit against a benchmark.

        Parameters
        ----------
        unit : its number; None is the winner's
        benchmark : None is 0 a day, "hold" is buy and hold of the same bars
        replications, seed : of the stationary bootstrap, whose blocks are 10 days on average

        Returns
        -------
        Superiority or None
            None where nothing differs from the benchmark, or below 30 days.

        Raises
        ------
        DataError
            There is no such unit or benchmark.
        """
        return self._streamed(
            unit_of(cast("Sweep", self), unit), benchmark, replications, seed
        ).superiority

    def _chosen(self, unit: int | None, combination: int | None, by: str | None) -> tuple[int, int]:
        """Return unit and combination of what is judged."""
        rows = self._rows(unit, combination)
        self.best(1, by, unit)  # refuses a metric that does not rank or was not measured
        best = search.best(rows, by or self.by)
        if best is None:
            raise TradingError(
                f"None of {len(rows):,} combinations of {self.strategy} traded and has a "
                f"{by or self.by}: there is nothing to judge. Take another grid or period."
            )
        row = rows.iloc[best]
        return int(row["unit"]), int(row["combination"])

    def _replayed(self, unit: int, combination: int) -> Replayed:
        judged, parameters = self.units[unit], self.combinations[combination]
        recipe = judged.recipe_of(parameters)
        simulation = recipe.simulate(judged.bars, judged.others)
        if simulation.trades.empty:
            raise TradingError(f"{_named(parameters)} traded nothing: there is nothing to judge.")
        returns = run_honesty.returns_of(simulation.equity, recipe.terms.initial_equity)
        return Replayed(unit, recipe, returns, simulation.trades)

    def _judged(self, winner: Replayed, streamed: Streamed | None) -> Judged:
        from bitstockerz_lab.backtests.sweep import engine  # noqa: PLC0415 - reason: numba

        among = self._counted(winner.unit, len(winner.returns))
        verdict = honest.judge(
            winner.returns,
            engine.benchmark_returns(self.units[winner.unit]),
            trials=max(1, among.trials),
            variance=among.variance,
            effective_trials=_effective(among.trials, streamed),
        )
        return Judged(verdict, among)

    def _rows(self, unit: int | None, combination: int | None) -> pd.DataFrame:
        rows = self.results
        for name, wanted in {"unit": unit, "combination": combination}.items():
            if wanted is not None:
                rows = rows[rows[name] == wanted]
                if rows.empty:
                    raise DataError(
                        f"No {name} {wanted!r} was tried: they are numbered from 0. Look at the "
                        f"column {name} of the results.",
                        **{name: wanted},
                    )
        return rows

    def _tried(self, unit: int) -> Combinations:
        """Return the combinations that were tried on a unit."""
        places = self._rows(unit, None)["combination"].to_numpy()
        if len(places) == len(self.combinations):
            return self.combinations
        columns = self.combinations.columns.items()
        return Combinations({name: column[places] for name, column in columns})

    def _counted(self, unit: int, days: int) -> Counted:
        """Return the trials in scope: the history's on the symbol.

        Of several symbols also the sweep's, where they leave more to luck.
        """
        known = self.results.drop_duplicates(["symbol", "timeframe", "combination"], keep="last")
        sharpes = known["daily_sharpe"].to_numpy(dtype=float)
        if self.database is None or self.user_id is None:
            scope = "in this sweep; without a database nothing else was counted"
            return trials.count(sharpes, scope)
        own = trials.count(sharpes, "in this sweep")
        on = self._rows(unit, None).iloc[0]  # not the unit itself, which may have bars to read
        with self.database.read() as con:
            every = run_honesty.counted(
                con, self.user_id, on["symbol"], on["timeframe"], self.strategy
            )
        if len(self.results["symbol"].unique()) == 1:
            return every
        luck = [
            sharpe_tests.expected_maximum(max(1, one.trials), one.variance, days)
            for one in (every, own)
        ]
        return every if luck[0] >= luck[1] else own

    def _streamed(
        self,
        unit: int,
        benchmark: str | None,
        replications: int,
        seed: int,
        progress: bool | Callable[[Progress], None] | None = None,
    ) -> Streamed:
        """Pass once over the daily returns of a unit, a block of combinations at a time."""
        if benchmark not in {None, HOLD}:
            raise DataError(
                f'No benchmark {benchmark!r}: there are None, which is 0 a day, and "{HOLD}", buy '
                "and hold.",
                benchmark=benchmark,
            )
        from bitstockerz_lab.backtests.sweep import engine  # noqa: PLC0415 - reason: numba

        judged, tried = self.units[unit], self._tried(unit)
        hold = engine.benchmark_returns(judged)
        check = honest.RealityCheck(
            honest.StationaryBootstrap(len(hold), replications, seed=seed),
            hold if benchmark else None,
        )
        alike = sharpe_tests.AverageCorrelation(len(hold))
        with drawn(len(tried), progress) as count:
            for start in range(0, len(tried), AT_ONCE):
                returns = engine.daily_returns(judged, tried[start : start + AT_ONCE])
                check.add(returns)
                alike.add(returns)
                count(len(returns))
        return Streamed(check.result(), alike.value, alike.series)


def _effective(counted: int, streamed: Streamed | None) -> float | None:
    """Return what trials amount to; those whose returns are not known count as independent."""
    if streamed is None or streamed.correlation is None:
        return None
    known = min(counted, streamed.series)
    return sharpe_tests.effective_trials(known, streamed.correlation) + counted - known


def _named(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value:g}" for name, value in parameters.items())
