"""A recorded walk-forward, as a person meets it."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab import clock, measures
from bitstockerz_lab.backtests import plan, store, walk_forward_store
from bitstockerz_lab.backtests.run import Run
from bitstockerz_lab.backtests.windows import compound_cagr_pct, efficiency, stitched
from bitstockerz_lab.enums import Role
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.market import bars as market_bars
from bitstockerz_lab.measures import metrics
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.walk_forward_report import WalkForwardReport
    from bitstockerz_lab.storage import Connection, Database

SHOWN = ("total_return_pct", "sharpe_ratio", "max_drawdown_pct", "num_trades")
WHOLE = {"num_trades"}
UNBROKEN = "\N{NON-BREAKING HYPHEN}"
ENDS = {Role.IN_SAMPLE: "train", Role.OUT_OF_SAMPLE: "test"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the out-of-sample windows came to together, and what in sample promised.

    Attributes
    ----------
    total_return_pct, max_drawdown_pct, sharpe_ratio : of the stitched curve, as in `Metrics`
    out_of_sample_cagr_pct : of the stitched curve
    in_sample_cagr_pct : of all chosen in-sample runs together
    efficiency : the one over the other; None where in sample is not above zero
    """

    total_return_pct: float
    max_drawdown_pct: float
    sharpe_ratio: float | None
    out_of_sample_cagr_pct: float | None
    in_sample_cagr_pct: float | None
    efficiency: float | None


def outcome(
    outside: Sequence[pd.Series],
    inside: Sequence[pd.Series],
    recipe: plan.Recipe,
    time_tested: pd.Timedelta,
) -> Outcome:
    """Return what the windows came to.

    Parameters
    ----------
    outside, inside : equity curves of out-of-sample and of chosen in-sample windows
    recipe : for the initial equity, the asset type and the timeframe
    time_tested : as `Windows` has it; years in which nothing was tested are no years without growth
    """
    capital, timeframe = recipe.terms.initial_equity, recipe.timeframe
    curve = stitched(outside, capital)
    points, stamps = curve.to_numpy(), clock.stamps(curve)
    returns = metrics.daily_returns(points, metrics.day_ends(stamps), capital)
    periods = metrics.periods_a_year(str(recipe.symbol.asset_type), timeframe)
    growth = float(points[-1]) / capital
    reached = metrics.cagr_pct(growth, time_tested)
    promised = compound_cagr_pct(inside, capital, timeframe) if inside else None
    return Outcome(
        total_return_pct=100.0 * (growth - 1.0),
        max_drawdown_pct=max(0.0, -float(measures.drawdown_pct(points, capital).min())),
        sharpe_ratio=metrics.sharpe_ratio(returns, periods),
        out_of_sample_cagr_pct=reached,
        in_sample_cagr_pct=promised,
        efficiency=efficiency(reached, promised),
    )


class WalkForward:
    """One strategy walked over one symbol, as recorded.

    Attributes
    ----------
    id, strategy, version, symbol, timeframe
    start_date, end_date : the period as it was asked for, UTC
    train, test, step, anchored, by, constraint : how it was walked
    grid : the values tried, by parameter
    combinations : how many were tried in each window
    left_over : what of the period no window tests, a sentence
    outcome : Outcome of the stitched curve
    warnings : what was said of any of its runs, a sentence each
    windows : DataFrame, a row a window
        train_first, train_last, test_first, test_last; the chosen parameters (NaN where nothing
        had a score); in_sample_… and out_of_sample_… of the metric it was chosen by and of
        total_return_pct, sharpe_ratio, max_drawdown_pct, num_trades; in_sample_run and
        out_of_sample_run, the ids of the recorded runs.

    Examples
    --------
    >>> walk = lab.backtests.walk_forward("My cross", "AAPL", grid={"fast": [10, 20, 50]},
    ...                                   train="4y", test="1y")
    >>> walk.efficiency, walk.equity.iloc[-1]
    """

    def __init__(
        self,
        database: Database,
        user_id: int,
        row: dict[str, Any],
        windows: pd.DataFrame,
        warnings: Sequence[str] = (),
    ) -> None:
        self._database = database
        self._user_id = user_id
        self._as_of: datetime = row["bars_as_of"]
        self._currency: str = row["currency"] or ""
        self.id: int = row["id"]
        self.strategy: str = row["strategy"]
        self.version: int = row["version"]
        self.symbol: str = row["symbol"]
        self.timeframe: str = row["timeframe"]
        self.start_date = clock.utc(row["start_date"])
        self.end_date = clock.utc(row["end_date"])
        self.train: str = row["train"]
        self.test: str = row["test"]
        self.step: str = row["step"]
        self.anchored: bool = row["anchored"]
        self.by: str = row["chosen_by"]
        self.constraint: str | None = row["constraint_text"]
        self.grid: dict[str, list[float]] = json.loads(row["grid_json"])
        self.combinations: int = row["combinations"]
        self.left_over: str = row["left_over"]
        self.outcome = Outcome(**{name: row[name] for name in Outcome.__dataclass_fields__})
        self.windows = windows
        self.warnings = tuple(warnings)

    @classmethod
    def load(cls, con: Connection, database: Database, user_id: int, walk_id: int) -> WalkForward:
        """Return a recorded walk-forward; needs a lease.

        Raises
        ------
        UnknownName
            This user has no walk-forward of that id.
        """
        row = walk_forward_store.row(con, user_id, walk_id)
        sides = walk_forward_store.windows(con, walk_id)
        ids = [int(one) for one in sides["backtest_run_id"].dropna()]
        runs = store.rows(con, user_id, ids).set_index("id")
        by = row["chosen_by"]
        if by not in runs:
            runs[by] = pd.Series(walk_forward_store.metric(con, by, ids), dtype=float)
        windows = _windows(sides, runs, list(json.loads(row["grid_json"])), by)
        return cls(database, user_id, row, windows, _warnings(runs.loc[ids]))

    @property
    def efficiency(self) -> float | None:
        """Out-of-sample CAGR over in-sample CAGR; None where in sample is not above zero."""
        return self.outcome.efficiency

    @cached_property
    def equity(self) -> pd.Series:
        """The out-of-sample windows stitched: each compounds on what the last came to."""
        ids = self.windows["out_of_sample_run"]
        with self._database.read() as con:
            known = walk_forward_store.equities(con, [int(one) for one in ids.dropna()])
        curves = []
        for first, last, run_id in zip(
            self.windows["test_first"], self.windows["test_last"], ids, strict=True
        ):
            if pd.isna(run_id):
                curves.append(pd.Series(self.initial_equity, self._bars.loc[first:last].index))
            else:
                curves.append(known[int(run_id)])
        return stitched(curves, self.initial_equity)

    @property
    def initial_equity(self) -> float:
        """What every window begins with, in account currency."""
        return self._some_run.initial_equity

    @property
    def costs(self) -> dict[str, float]:
        """The costs of every window's runs, by the names that `run` takes."""
        return self._some_run.details.costs

    @property
    def simulated(self) -> bool:
        """Whether its bars are made up."""
        return self._some_run.details.simulated

    @property
    def benchmark(self) -> pd.Series:
        """Buy and hold of the same bars from the first open out of sample, without costs."""
        bars = self._bars.loc[self.equity.index]
        return measures.benchmark_curve(bars, market_bars.missing(bars), self.initial_equity)

    def run(self, number: int, role: str = Role.OUT_OF_SAMPLE) -> Run:
        """Return the recorded run of a window.

        Parameters
        ----------
        number : of the window, from 1
        role : "in_sample" or "out_of_sample"

        Raises
        ------
        UnknownName
            There is no such window or role, or nothing was chosen in it.
        """
        if role not in set(Role):
            raise UnknownName.of("role", str(role), Role, f"Known: {', '.join(Role)}.")
        run_id = self.windows[f"{role}_run"].get(number)
        if run_id is None or pd.isna(run_id):
            raise self._no_run(number)
        with self._database.read() as con:
            return Run.load(con, self._database, self._user_id, int(run_id))

    def _no_run(self, number: int) -> UnknownName:
        if number in self.windows.index:
            why = "nothing was chosen in it. .windows shows the windows that have runs."
        else:
            why = f"its windows count from 1 to {len(self.windows)}. .windows shows them."
        return UnknownName(
            f"Window {number} of walk-forward {self.id} has no run: {why}", number=number
        )

    def chart(self) -> go.Figure:
        """Return the stitched curve against buy and hold, above the picture of the windows."""
        from bitstockerz_lab.backtests.windows import picture  # noqa: PLC0415 - heavy: plotly

        return picture.walk_forward(self, self._currency)

    def report(
        self, path: str | Path | None = None, *, interactive: bool = True
    ) -> WalkForwardReport:
        """Return the report; with a path, also write it there as one self-contained HTML page.

        Parameters
        ----------
        path : ends in .html; a PDF where it ends in .pdf
        interactive : False draws the figures as pictures; that and PDF need a Chromium

        Raises
        ------
        LabError
            The file cannot be written.
        """
        from bitstockerz_lab.backtests import walk_forward_report  # noqa: PLC0415 - heavy: plotly

        report = walk_forward_report.WalkForwardReport(self)
        if path is not None:
            report.write(path, interactive=interactive)
        return report

    @cached_property
    def _some_run(self) -> Run:
        traded = self.windows["out_of_sample_run"].dropna()
        return self.run(int(traded.index[0]))

    @cached_property
    def _bars(self) -> pd.DataFrame:
        """The bars of all windows, as the runs saw them."""
        recipe = self._some_run.recipe
        recipe = replace(recipe, start=self.windows["train_first"].iloc[0], end=self.end_date)
        with self._database.read() as con:
            return plan.read_bars(con, recipe, as_of=self._as_of)

    def __repr__(self) -> str:
        kept = formats.number(self.efficiency)
        one = "1 window" if len(self.windows) == 1 else f"{len(self.windows)} windows"
        return (
            f"Walk-forward {self.id}: {self.strategy} version {self.version} on {self.symbol} "
            f"{self.timeframe}, {one}, {self.combinations:,} combinations by {self.by}. "
            f"Out of sample {formats.percent(self.outcome.total_return_pct)}, efficiency {kept}"
        )

    def __str__(self) -> str:
        return "\n".join([repr(self), *(f"Note: {note}" for note in self.notes)])

    @property
    def notes(self) -> list[str]:
        """What the reader should know besides the numbers, a sentence each."""
        idle = int(self.windows["out_of_sample_run"].isna().sum())
        found = [*self.warnings, *filter(None, [self.left_over])]
        if idle:
            found.append(
                f"In {idle} of {len(self.windows)} windows no combination had a {self.by} in "
                "sample; nothing was traded in their tests."
            )
        flat = int((self.windows["out_of_sample_num_trades"] == 0).sum())
        if flat:
            found.append(
                f"{flat} of {len(self.windows)} windows traded nothing out of sample: every window "
                "begins flat, and only an entry signal in it, or at the close before it, opens a "
                "position."
            )
        if self.outcome.in_sample_cagr_pct is None:
            found.append("Fewer than 90 days in sample or out of it: no efficiency.")
        elif self.outcome.in_sample_cagr_pct <= 0:
            found.append("The choices did not grow in sample, so there is no efficiency.")
        return found

    def _repr_html_(self) -> str:
        told = "<br>".join(html.escape(line) for line in str(self).splitlines())
        return f"<p>{told}</p>{self.table().to_html(border=0)}"

    def table(self) -> pd.DataFrame:
        """Return the windows as texts for people, in sample beside out of it."""
        table, columns = self.windows, {}
        for name in self.grid:
            values = [formats.MISSING if pd.isna(one) else f"{one:g}" for one in table[name]]
            columns["chosen", name] = values
        for role, part in ENDS.items():
            title = str(role).replace("_", " ")
            for end, heading in (("first", "from"), ("last", "to")):
                told = [formats.when(one, self.timeframe) for one in table[f"{part}_{end}"]]
                columns[title, heading] = [text.replace("-", UNBROKEN) for text in told]
            for metric in dict.fromkeys((self.by, *SHOWN)):
                decimals = 0 if metric in WHOLE else 2
                heading = metric.replace("_pct", " %").replace("_", " ")
                columns[title, heading] = [
                    formats.number(None if pd.isna(one) else one, decimals)
                    for one in table[f"{role}_{metric}"]
                ]
            runs = table[f"{role}_run"]
            columns[title, "run"] = [formats.MISSING if pd.isna(one) else f"{one}" for one in runs]
        return pd.DataFrame(columns, index=table.index)


def _warnings(runs: pd.DataFrame) -> list[str]:
    """Return what is said of any of the runs, each sentence once."""
    told = [sentence for text in runs["warnings_json"] for sentence in json.loads(text)]
    return list(dict.fromkeys(told))


def _windows(sides: pd.DataFrame, runs: pd.DataFrame, names: list[str], by: str) -> pd.DataFrame:
    """Return a row a window, from a row a window and role."""
    numbers = pd.Index(sides["window_number"].unique(), name="number")
    found = pd.DataFrame(index=numbers)
    of = {role: rows.set_index("window_number") for role, rows in sides.groupby("role")}
    for role, part in ENDS.items():
        found[f"{part}_first"], found[f"{part}_last"] = of[role]["first_bar"], of[role]["last_bar"]
    chosen = of[Role.OUT_OF_SAMPLE]["backtest_run_id"].map(
        runs["parameters_json"], na_action="ignore"
    )
    for name in names:
        values = [json.loads(text)[name] if isinstance(text, str) else np.nan for text in chosen]
        found[name] = values
    for metric in dict.fromkeys((by, *SHOWN)):
        for role in ENDS:
            told = of[role]["backtest_run_id"].map(runs[metric], na_action="ignore")
            numbers = (
                told.astype("Int64")
                if metric in WHOLE
                else told.astype("Float64").astype("float64")
            )
            found[f"{role}_{metric}"] = numbers
    for role in ENDS:
        found[f"{role}_run"] = of[role]["backtest_run_id"]
    return found
