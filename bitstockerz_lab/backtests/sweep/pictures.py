"""What a sweep can show: pictures, and how its combinations stand among their neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from bitstockerz_lab.backtests import search
from bitstockerz_lab.backtests.sweep import cells, hover
from bitstockerz_lab.backtests.sweep import stability as neighbours
from bitstockerz_lab.backtests.sweep.winner import unit_of
from bitstockerz_lab.backtests.terms import COSTS
from bitstockerz_lab.errors import DataError, TradingError
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.grid import Combination
    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.report import SweepReport
    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.backtests.sweep.unit import Unit


class Pictures:
    """The part of a Sweep that deals with pictures."""

    strategy: str
    by: str
    combinations: Combinations
    units: Sequence[Unit]
    results: pd.DataFrame

    if TYPE_CHECKING:

        def unit(self, number: int) -> pd.DataFrame:
            """Return the results of one unit."""

    def heatmap(
        self,
        x: str | None = None,
        y: str | None = None,
        by: str | None = None,
        unit: int | None = None,
        *,
        hold: Mapping[str, float] | None = None,
    ) -> go.Figure:
        """Return a metric over two parameters as coloured cells.

        Parameters
        ----------
        x, y : parameters; None takes those of the most values
        by : a metric; None is the sweep's own
        unit : the unit's number; None is the winner's, by the sweep's own metric
        hold : values at which other parameters are held, like {"slow": 200}; of parameters neither
            drawn nor held the median over their combinations is drawn, and the chart says so

        Raises
        ------
        UnknownName
            There is no such parameter, metric or unit.
        DataError
            A value to hold was not tried, or x is y.

        Notes
        -----
        What was not tried is empty; what was tried but has no score, because it never traded or
        the metric is undefined, has a cross; the best cell has a star. Signed metrics are orange
        below zero and blue above. One parameter alone is drawn as a line.

        Examples
        --------
        >>> sweep.heatmap("fast", "slow", by="total_return_pct", hold={"stop": 5})
        """
        from bitstockerz_lab.backtests.sweep import charts  # noqa: PLC0415 - heavy: plotly

        unit = unit_of(cast("Sweep", self), unit)
        rows, names = _rows(self, unit), self.combinations.names
        title = heading(self, unit)
        return charts.heatmap(rows, names, by or self.by, x=x, y=y, hold=hold, title=title)

    def surface(
        self,
        x: str | None = None,
        y: str | None = None,
        by: str | None = None,
        unit: int | None = None,
        *,
        hold: Mapping[str, float] | None = None,
    ) -> go.Figure:
        """Return the same as `heatmap` as a surface in space, to be turned about."""
        from bitstockerz_lab.backtests.sweep import charts  # noqa: PLC0415 - heavy: plotly

        unit = unit_of(cast("Sweep", self), unit)
        rows, names = _rows(self, unit), self.combinations.names
        title = heading(self, unit)
        return charts.surface(rows, names, by or self.by, x=x, y=y, hold=hold, title=title)

    def parallel(self, by: str | None = None, unit: int | None = None) -> go.Figure:
        """Return every combination as a line across its parameters to its score.

        Drag along an axis to leave only the lines through that part of it. Of more than 10,000
        combinations as many are drawn, evenly by rank; the chart says so.

        Parameters
        ----------
        by : a metric; None is the sweep's own
        unit : the unit's number; None is the winner's, by the sweep's own metric
        """
        from bitstockerz_lab.backtests.sweep import charts  # noqa: PLC0415 - heavy: plotly

        unit = unit_of(cast("Sweep", self), unit)
        rows, names = _rows(self, unit), self.combinations.names
        return charts.parallel(rows, names, by or self.by, title=heading(self, unit))

    def at(
        self,
        point: Mapping[str, Any],
        x: str | None = None,
        y: str | None = None,
        by: str | None = None,
        unit: int | None = None,
        *,
        hold: Mapping[str, float] | None = None,
    ) -> int:
        """Return which row of `results` a point of `heatmap` or `surface` stands for.

        Parameters
        ----------
        point : its x and y as plotly tells them, and its customdata
        x, y, by, unit, hold : as the chart was drawn with

        Returns
        -------
        int
            The row's label. Of a cell of several combinations that of the best, by `by` or, where
            nothing ranks by that, by the sweep's own metric; where none has a score the first.

        Raises
        ------
        DataError
            Nothing was tried there.

        Examples
        --------
        >>> sweep.promote(sweep.at({"x": "10", "y": "50"}, "fast", "slow"))
        """
        told = point.get("customdata")
        if isinstance(told, int | float):  # of a dot, its label
            return int(told)
        unit = unit_of(cast("Sweep", self), unit)
        rows, names = _rows(self, unit), self.combinations.names
        pair = cells.pair(cells.view(rows, names, by or self.by, hold), x, y)
        if pair is None:
            raise DataError(f"{dict(point)!r} is no point of a map. Click on a dot of the line.")
        there = {
            name: hover.value(point[axis], np.unique(rows[name].to_numpy()))
            for axis, name in zip("xy", pair, strict=True)
        }
        held = cells.held(rows, names, {**(hold or {}), **there})
        ranks = by if by in search.MORE_IS_BETTER else self.by
        best = search.best(held, ranks)
        return int(held.index[best or 0])

    def stability(
        self, by: str | None = None, unit: int | None = None, reach: int = 1
    ) -> pd.DataFrame:
        """Return each combination's score beside those of its neighbours in the grid.

        Parameters
        ----------
        by : a metric to rank by; None is the sweep's own
        unit : the unit's number; None is the winner's, by the sweep's own metric
        reach : how many steps away a neighbour may be, in each parameter; the steps are the values
            tried, in order

        Returns
        -------
        DataFrame, a row a combination, labelled as in `results`
            combination, the parameters, score (NaN for what never traded), neighbours (tried),
            tried_share and scored_share (of the places within reach, 0 to 1; those beyond the edge
            count as not tried), neighbours_median, neighbours_worst, ahead (of that median,
            positive is better), neighbourhood (median of the score and its neighbours').

        Raises
        ------
        UnknownName
            Nothing ranks by that metric, or there is no such unit.
        DataError
            `reach` is below 1.

        Notes
        -----
        A combination far ahead of its neighbours is a lonely peak, most likely found by luck.

        Examples
        --------
        >>> sweep.stability().sort_values("neighbourhood", ascending=False).head()
        """
        unit = unit_of(cast("Sweep", self), unit)
        rows, names = _rows(self, unit), self.combinations.names
        by = search.check_metric(by or self.by)
        found = neighbours.stability(
            {name: rows[name].to_numpy() for name in names},
            cells.view(rows, names, by).scores,
            reach=reach,
            more_is_better=search.MORE_IS_BETTER[by],
        )
        found.index = rows.index
        return rows[["combination", *names]].join(found)

    def plateau(
        self, by: str | None = None, unit: int | None = None, reach: int = 1
    ) -> Combination:
        """Return the parameters in the middle of the best neighbourhood: `neighbourhood` ranks.

        Only those combinations count half of whose places within reach have a score, and of three
        quarters of whose places something was tried, while there are such: at the edge of the
        grid half of the surroundings are unknown. Of equal ones the best score of its own wins.

        Parameters
        ----------
        by, unit, reach : as `stability` takes them

        Raises
        ------
        TradingError
            No combination has a neighbourhood: a random sample has none, or hardly anything traded.

        Examples
        --------
        >>> lab.backtests.run("Golden cross", "AAPL", parameters=sweep.plateau())
        """
        by = search.check_metric(by or self.by)
        found = self.stability(by, unit, reach)
        at = neighbours.plateau(found, more_is_better=search.MORE_IS_BETTER[by])
        if at is None:
            raise TradingError(
                f"No combination has a {by} and neighbours that have one within reach {reach}. "
                "Sweep a grid whose values lie closer, or give a larger reach.",
                by=by,
                reach=reach,
            )
        return self.combinations[int(found["combination"].iloc[at])]

    def report(
        self,
        path: str | Path | None = None,
        unit: int | None = None,
        *,
        interactive: bool = True,
    ) -> SweepReport:
        """Return the report; with a path, also write it there as one self-contained HTML page.

        Parameters
        ----------
        path : ends in .html; a PDF where it ends in .pdf
        unit : the winner of this unit; None takes the best of all
        interactive : False draws the figures as pictures; that and PDF need a Chromium

        Raises
        ------
        LabError
            The file cannot be written.
        UnknownName
            There is no such unit.

        Examples
        --------
        >>> sweep.report("reports/sweep.html")
        """
        from bitstockerz_lab.backtests.sweep.report import SweepReport  # noqa: PLC0415 - heavy: plotly

        report = SweepReport(cast("Sweep", self), unit)
        if path is not None:
            report.write(path, interactive=interactive)
        return report


def heading(sweep: Pictures, unit: int) -> str:
    """Return what a unit is in few words: strategy, symbol, period, the costs that vary, number."""
    return f"{sweep.strategy} on {place(sweep, unit)}"


def place(sweep: Pictures, unit: int) -> str:
    """Return a unit in few words: symbol, period, of several varied costs and number."""
    row = sweep.unit(unit).iloc[0]
    costs = [f"{name} {formats.plain(row[name])}" for name in COSTS if name in row]
    number = [f"unit {unit}"] if len(sweep.units) > 1 else []
    timeframe = str(row["timeframe"])
    period = f"{formats.when(row['start'], timeframe)} to {formats.when(row['end'], timeframe)}"
    simulated = " (simulated data)" if is_simulated(sweep.units[unit]) else ""
    return ", ".join([f"{row['symbol']}{simulated}, {period}", *costs, *number])


def is_simulated(unit: Unit) -> bool:
    """Return whether any bars of a unit were generated by a random process."""
    return any(bars.attrs.get("simulated") for bars in (unit.bars, *unit.others.values()))


def _rows(sweep: Pictures, unit: int) -> pd.DataFrame:
    """Return the results of a unit, or refuse one that was never begun."""
    rows = sweep.unit(unit)
    if rows.empty:
        raise DataError(
            f"Unit {unit} has no results: the sweep was stopped before it. Take another unit, or "
            "go on with the sweep.",
            unit=unit,
        )
    return rows
