"""What a sweep came to."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, nan
from numbers import Integral
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests import search
from bitstockerz_lab.backtests.sweep import cells, currencies
from bitstockerz_lab.backtests.sweep.honesty import Honesty
from bitstockerz_lab.backtests.sweep.opinions import Opinions
from bitstockerz_lab.backtests.sweep.pictures import Pictures
from bitstockerz_lab.backtests.sweep.recorded import Recorded
from bitstockerz_lab.backtests.sweep.samples import GUIDED
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import DefinitionError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.strategies.definition import Definition

SHOWN = 5
TOLD = ("total_return_pct", "max_drawdown_pct", "sharpe_ratio", "num_trades")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Sweep(Pictures, Honesty, Opinions, Recorded):
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
    definition : the strategy's rules
    asked : the arguments as they were given
    seed : of the sample; None where nothing was drawn
    as_of : when the newest fact that was read had been stored; None without a database
    seconds : how long it took
    bars : how many bars were simulated a combination, those of all units together; or None
    remarks : sentences for whoever looks at it
    database, user_id : where it is recorded; None without a database
    """

    id: int | None
    strategy: str
    version: int | None
    by: str
    combinations: Combinations
    units: Sequence[Unit]
    results: pd.DataFrame
    status: str = "completed"
    sums: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)
    definition: Definition | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    as_of: datetime | None = None
    seconds: float = nan
    bars: int | None = None
    remarks: tuple[str, ...] = ()
    database: Database | None = None
    user_id: int | None = None

    def best(
        self,
        n: int | None = 10,
        by: str | None = None,
        unit: int | None = None,
        *,
        hold: Mapping[str, float] | None = None,
    ) -> pd.DataFrame:
        """Return the best results, the best first.

        Parameters
        ----------
        n : at most so many; None is all that have a score
        by : the metric; None is the sweep's own. Of drawdowns, volatility and costs the least
            is best.
        unit : only of that unit; None ranks the results of all units together
        hold : only where parameters have these values, like {"slow": 200}

        Returns
        -------
        DataFrame
            Rows of `results` with their labels there. Those that never traded, or whose metric is
            undefined, are not among them; of equal ones the first comes first.

        Raises
        ------
        UnknownName
            Nothing ranks by that metric, or there is no such unit or parameter.
        DataError
            A value to hold was not tried.
        DefinitionError
            `n` is no number from 1, or money of several currencies would be compared.

        Notes
        -----
        The best of many looks better than it is; `honesty()` says by how much.
        """
        whole = isinstance(n, Integral) and not isinstance(n, bool)
        if n is not None and not (whole and n >= 1):
            raise DefinitionError(
                f"n must be a whole number from 1, or None for all; got {n!r}.", n=n
            )
        metric = search.check_metric(by or self.by)
        if unit is None and metric in currencies.MONEY and self._symbols > 1:
            currencies.refuse(self.units, metric)
        rows = self.results if unit is None else self.unit(unit)
        return self._best(n, metric, cells.held(rows, self.combinations.names, hold))

    def _best(self, n: int | None, metric: str, results: pd.DataFrame) -> pd.DataFrame:
        if metric not in results.columns:
            raise UnknownName(
                f"{metric} was not measured. Sweep again with it among metrics=, or without "
                "metrics=.",
                kind="metric",
                name=metric,
            )
        found = search.ranking(results, metric)
        return results.iloc[found if n is None else found[:n]]

    def unit(self, number: int) -> pd.DataFrame:
        """Return the results of one unit: those rows of `results`, with their labels there.

        Raises
        ------
        UnknownName
            There is no such unit.
        """
        if isinstance(number, bool) or number not in range(len(self.units)):
            raise UnknownName(
                f"No unit {number!r}. The sweep has {_counted(len(self.units), 'unit')}, numbered "
                "from 0, as in results['unit'].",
                kind="unit",
                name=number,
            )
        return self.results[self.results["unit"] == number]

    def parameters(self, row: int) -> dict[str, int | float]:
        """Return the parameters of a row of `results`, by its label, as `run` takes them.

        Examples
        --------
        >>> lab.backtests.run("Golden cross", "AAPL", parameters=sweep.parameters(12))
        """
        if row not in self.results.index:
            raise UnknownName(
                f"No row {row!r}. The results have {_counted(len(self.results), 'row')}, numbered "
                "from 0; sweep.best() shows those of the best.",
                kind="row",
                name=row,
            )
        tried = self.combinations[int(self.results["combination"].loc[[row]].iloc[0])]
        return {**(self.asked.get("parameters") or {}), **tried}

    @property
    def show(self) -> str:
        """What came of it, in sentences."""
        return "\n".join([self._sentence, *self._notices])

    def __repr__(self) -> str:
        return self.show

    def _repr_html_(self) -> str:
        told = "".join(f"<p>{html.escape(one)}</p>" for one in (self._sentence, *self._notices))
        columns = ["symbol", *self._periods, *self._costs, *self.combinations.names]
        columns += [name for name in dict.fromkeys([*TOLD, self.by]) if name not in columns]
        table = self._best(SHOWN, self.by, self.results).filter(columns)
        return told + (table.to_html(border=0) if len(table) else "")

    @cached_property
    def _sentence(self) -> str:
        title = f"Sweep {self.id} of" if self.id is not None else "Sweep of"
        units = f" × {len(self.units):,} units" if len(self.units) > 1 else ""
        tried = f"{_counted(len(self.combinations), 'combination')}{units}"
        size = len(self.combinations) * len(self.units)
        wanted = self.asked.get("samples") if self.asked.get("sampling") == GUIDED else None
        if self.status == Status.CANCELLED and wanted:
            tried = f"{len(self.combinations):,} of the {wanted:,} combinations asked for{units}"
        elif len(self.results) < size and units:
            tried = f"{len(self.results):,} of {size:,} results ({tried})"
        elif len(self.results) < size:
            tried = f"{len(self.results):,} of {tried}"
        found = f"{title} {self.strategy!r}: {tried}{self._speed}, {self.status}."
        best = self._best(1, self.by, self.results)
        if best.empty:
            return found
        row = best.iloc[0]
        at = ", ".join(f"{name} {row[name]:g}" for name in self.combinations.names)
        where = self._where(row)
        many = len(self.results)
        hint = f" The best of {many:,} looks better than it is: see .honesty()." if many > 1 else ""
        return f"{found} Best {self.by} {row[self.by]:.4g}{where} at {at}.{hint}"

    def _where(self, row: pd.Series) -> str:
        """Return on which unit a result was found, as far as units differ."""
        found = f" of {row['symbol']}" if self._symbols > 1 else ""
        if self._periods:
            found += f" from {row['start']:%Y-%m-%d} to {row['end']:%Y-%m-%d}"
        return found + "".join(f" with {name} {row[name]:g}" for name in self._costs)

    @property
    def _symbols(self) -> int:
        return len(self.results["symbol"].unique())

    @property
    def _costs(self) -> list[str]:
        """The costs that vary."""
        columns = list(self.results.columns)
        return columns[columns.index("end") + 1 : columns.index(self.combinations.names[0])]

    @property
    def _periods(self) -> list[str]:
        """Where the periods differ, the columns that tell them."""
        differ = self.results[["start", "end"]].nunique().gt(1).any()
        return ["start", "end"] if differ else []

    @property
    def _speed(self) -> str:
        if not isfinite(self.seconds):
            return ""
        took = f" in {self.seconds:.3g} s"
        if not self.bars or self.results.empty:
            return took
        each = self.seconds * 1e9 * len(self.units) / len(self.results) / self.bars
        return f"{took} ({each:.3g} ns a bar and combination)"

    @cached_property
    def _notices(self) -> tuple[str, ...]:
        found = list(self.remarks)
        if len(self.results) and not self.results["num_trades"].any():
            found.append(f"No combination traded: {self._why_not}")
        elif len(self.combinations) > 1 and self._alike:
            found.append(
                "All combinations give the same result: what was varied makes no difference here."
            )
        return tuple(found)

    @property
    def _why_not(self) -> str:
        """Why nothing was traded."""
        skipped = self.results.get("skipped_entries")
        if skipped is not None and skipped.gt(0).any():
            return (
                f"{int(skipped.sum()):,} entries came to nothing, because their size did: the "
                "sizing, the lot size or the fixed fee leaves no quantity."
            )
        days = self.results["days"].min() if "days" in self.results else nan
        short = f" It has {_counted(int(days), 'day')} at least." if isfinite(days) else ""
        return (
            "the rules never entered on these bars. An indicator that is longer than the period "
            f"and what lies before it has no value.{short}"
        )

    @property
    def _alike(self) -> bool:
        told = self.results.filter(["final_equity", "num_trades", "max_drawdown_pct", self.by])
        each = told.groupby(self.results["unit"]).nunique()
        return len(self.results) > len(self.units) and bool((each <= 1).all(axis=None))


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
