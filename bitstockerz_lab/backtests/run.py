"""A recorded run, as a person meets it."""

from __future__ import annotations

import html
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock, measures
from bitstockerz_lab.backtests import other_bars, plan, revised_store, store
from bitstockerz_lab.backtests.data_check import DataCheck
from bitstockerz_lab.backtests.run_details import RunDetails
from bitstockerz_lab.backtests.terms import COUNTS, Terms
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import bars as market_bars
from bitstockerz_lab.market import store as market_store
from bitstockerz_lab.strategies import others as other_symbols
from bitstockerz_lab.strategies import store as strategy_store
from bitstockerz_lab.strategies.honesty import store as checks_store
from bitstockerz_lab.strategies.python import consent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pandas as pd
    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.engine import Simulation
    from bitstockerz_lab.backtests.honest_statistics import HonestStatistics
    from bitstockerz_lab.backtests.report import Report
    from bitstockerz_lab.storage import Connection, Database
    from bitstockerz_lab.strategies.honesty import Honesty


SINCE = {
    "revision": ("bar revised", "bars revised"),
    "bar": ("bar added before its end", "bars added before its end"),
    "later bar": ("bar added that completes its last", "bars added that complete its last"),
    "factors": ("set of price factors stored", "sets of price factors stored"),
}


class Run:
    """One strategy version on one symbol over one period, as recorded.

    Attributes
    ----------
    id, status, strategy, version, strategy_version_id, symbol, asset_type, timeframe
    start_date, end_date : the period as it was asked for, UTC; where nobody said, the first and
        last stored bar
    initial_equity, error_message, job_id, created_at, started_at, finished_at
    metrics : Metrics, or None unless completed
    details : RunDetails
    trades, equity, bars, benchmark : read when first asked for
    findings : what checks found about its bars in its period
    bars_revised : what was stored since of the bars it read, a sentence; "" for nothing

    Examples
    --------
    >>> run = lab.backtests.run("Golden cross", "AAPL", fee_bps=5)
    >>> run.metrics.sharpe_ratio, len(run.trades), run.equity.iloc[-1]
    """

    def __init__(self, database: Database, row: dict[str, Any], recipe: plan.Recipe) -> None:
        self._database = database
        self._row = row
        self.recipe = recipe
        self.id: int = row["id"]
        self.status = Status(row["status"])
        self.strategy: str = row["strategy"]
        self.version: int = row["version"]
        self.strategy_version_id: int = row["strategy_version_id"]
        self.symbol: str = row["symbol"]
        self.asset_type: str = row["asset_type"]
        self.timeframe: str = row["timeframe"]
        self.start_date: pd.Timestamp = recipe.start
        self.end_date: pd.Timestamp = recipe.end
        self.initial_equity: float = row["initial_equity"]
        self.job_id: int | None = row["job_id"]
        self.error_message: str | None = row["error_message"]
        self.created_at = clock.utc(row["created_at"])
        self.started_at = clock.utc(row["started_at"]) if row["started_at"] else None
        self.finished_at = clock.utc(row["finished_at"]) if row["finished_at"] else None

    @classmethod
    def load(cls, con: Connection, database: Database, user_id: int, run_id: int) -> Run:
        """Return a recorded run; needs a lease.

        Raises
        ------
        UnknownName
            This user has no run of that id.
        """
        row = store.row(con, user_id, run_id)
        version = strategy_store.get_version(con, user_id, row["strategy_version_id"], None)
        exits = json.loads(row["exits_json"])
        recipe = plan.Recipe(
            version=version,
            symbol=market_store.find_symbol(con, row["symbol"]),
            timeframe=row["timeframe"],
            start=clock.utc(row["start_date"]),
            end=clock.utc(row["end_date"]),
            parameters=json.loads(row["parameters_json"]),
            exits=exits,
            terms=Terms(
                initial_equity=row["initial_equity"],
                sizing=tuple(json.loads(row["sizing_json"])),
                **{name: exits.get(name) for name in COUNTS},
                **json.loads(row["costs_json"]),
            ),
            adjusted=row["adjusted"],
            warnings=tuple(json.loads(row["warnings_json"])),
            reads=store.reads(con, run_id),
        )
        return cls.of_row(con, database, row, recipe)

    @classmethod
    def of_row(
        cls, con: Connection, database: Database, row: dict[str, Any], recipe: plan.Recipe
    ) -> Run:
        """Return the run of a row whose recipe is known."""
        run = cls(database, row, recipe)
        if run.status == Status.COMPLETED:
            run.metrics = store.metrics_of(row, store.extra_metrics(con, run.id))
        return run

    metrics: measures.Metrics | None = None

    @property
    def called(self) -> str:
        """What people call it: ``Run 12``."""
        return f"Run {self.id}"

    @cached_property
    def details(self) -> RunDetails:
        """What the run was made of."""
        row, recipe = self._row, self.recipe
        return RunDetails(
            parameters=dict(recipe.parameters),
            costs=recipe.terms.costs,
            exits=dict(recipe.exits),
            sizing=recipe.terms.sizing,
            adjusted=recipe.adjusted,
            bars_digest=row["bars_digest"],
            fingerprint=row["fingerprint"],
            engine_version=row["engine_version"],
            versions=json.loads(row["versions_json"]),
            warnings=[*recipe.warnings, *self._remarks()],
            skipped_entries=row["skipped_entries"],
            ruined=row["ruined"],
            definition=recipe.version.definition,
            provider=row["provider"],
            simulated="synthetic" in row["provider"] or row["reads_simulated"],
        )

    def _remarks(self) -> Iterator[str]:
        """Yield what the numbers themselves ask to be said."""
        if self.metrics is None:
            return
        skipped = self._row["skipped_entries"]
        if skipped:
            yield (
                f"{skipped} entries came to nothing, because their size did: the sizing, the lot "
                "size or the fixed fee leaves no quantity."
            )
        elif not self.metrics.num_trades:
            yield (
                "Nothing was traded: the rules to enter were at no close true and free of a "
                "conflict. Look at lab.strategies.summary(...), or at strategies.signals(...)."
            )

    @cached_property
    def trades(self) -> pd.DataFrame:
        """A row an exit fill; columns as `Simulation.trades`."""
        with self._database.read() as con:
            return store.trades(con, self.id)

    @cached_property
    def equity(self) -> pd.Series:
        """Equity at each bar's close; the last point is after closing what was open."""
        with self._database.read() as con:
            return store.equity(con, self.id)

    @property
    def data_check(self) -> DataCheck:
        """What is recorded today about the bars of the period; nothing is checked."""
        with self._database.read() as con:
            return DataCheck.read(con, self.recipe)

    @property
    def findings(self) -> pd.DataFrame:
        """What the newest check of its bars found in its period; columns as `market.findings`.

        Empty, too, where the bars were never checked: `lab.market.check` does that.
        """
        return self.data_check.findings

    def honesty(self, *, robust: bool = True) -> HonestStatistics:
        """Return what the run proves: skill or luck, after everything ever tried on its symbol.

        Parameters
        ----------
        robust : also simulate it again with costs doubled, near parameters and worse fills

        Returns
        -------
        HonestStatistics
            Its `table` has value, definition and a sentence for each number.

        Raises
        ------
        TradingError
            The run has no results, or nothing was traded.

        Examples
        --------
        >>> run.honesty().skill
        False
        """
        from bitstockerz_lab.backtests import run_honesty  # noqa: PLC0415 - reason: it needs runs

        if robust:
            version = self.recipe.version
            consent.require(version.definition, self._database.path, version=version.version)
        with self._database.read() as con:
            among = run_honesty.counted(
                con, self._row["user_id"], self.symbol, self.timeframe, self.strategy
            )
        return run_honesty.of_run(self, among, robust=robust)

    @property
    def rules_check(self) -> Honesty | None:
        """What the newest check of the rules came to, one with this run's parameters first.

        None where there was none. That they were seen to look ahead in any check is its first line.
        """
        with self._database.read() as con:
            return checks_store.newest(con, self.recipe.version, self.recipe.parameters)

    @property
    def bars_revised(self) -> str:
        """What was stored since this run that it would read today, as a sentence; "" for nothing.

        The run itself stays as it is: its bars are read as they were known then.
        """
        with self._database.read() as con:
            since = revised_store.revised_since(con, self.id)
            moved = list(other_bars.moved(con, self.recipe))
        told = [
            f"{since[kind]:,} {one if since[kind] == 1 else many}"
            for kind, (one, many) in SINCE.items()
            if kind in since
        ]
        return " ".join([f"{', '.join(told)} since this run."] * bool(told) + moved)

    @property
    def all_bars(self) -> pd.DataFrame:
        """The bars the run read, warm-up included, as they were then.

        Raises
        ------
        DataError
            They are not the bars the run was made of.
        """
        return self._inputs[0]

    @property
    def other_bars(self) -> Mapping[str, pd.DataFrame]:
        """The bars of other symbols that the rules read, by symbol, as they were then."""
        return self._inputs[1]

    @cached_property
    def _inputs(self) -> tuple[pd.DataFrame, Mapping[str, pd.DataFrame]]:
        wanted, as_of = self._row["bars_digest"], self._row["bars_as_of"]
        with self._database.read() as con:
            bars = plan.read_bars(con, self.recipe, as_of=as_of)
            # a coin has nothing to adjust, the share its rules look at may have
            asked = self._row["asked_adjusted"] or self.recipe.adjusted
            others = other_bars.read(con, self.recipe, asked, as_of)
        if other_symbols.digest(bars, others) != wanted:
            raise DataError(
                f"The stored {self.timeframe} bars of {self.symbol} are not those of run {self.id} "
                "any more: their digest differs. Somebody changed the database outside the lab.",
                run_id=self.id,
            )
        return bars, others

    @property
    def bars(self) -> pd.DataFrame:
        """The bars of the period, as the run saw them."""
        return self.all_bars.iloc[self.recipe.first_of(self.all_bars) :]

    @property
    def benchmark(self) -> pd.Series:
        """Buy and hold of the same bars from the first open, without costs."""
        bars = self.bars
        return measures.benchmark_curve(bars, market_bars.missing(bars), self.initial_equity)

    def remember(
        self, bars: pd.DataFrame, others: Mapping[str, pd.DataFrame], simulation: Simulation
    ) -> None:
        """Keep what was just computed, so that it need not be read back."""
        computed = {"trades": simulation.trades, "equity": simulation.equity}
        self.__dict__.update(_inputs=(bars, others), **computed)

    @staticmethod
    def read_curves(con: Connection, runs: Iterable[Run]) -> None:
        """Read the equity of runs that have not read it yet: one query for all."""
        unread = {run.id: run for run in runs if "equity" not in run.__dict__}
        for run_id, curve in store.curves(con, list(unread)).items() if unread else ():
            unread[run_id].__dict__["equity"] = curve

    def chart(self) -> go.Figure:
        """Return price with entries and exits, equity against buy and hold, and drawdown."""
        from bitstockerz_lab.backtests import charts  # noqa: PLC0415 - heavy: plotly

        return charts.run_chart(self)

    def report(self, path: str | Path | None = None, *, interactive: bool = True) -> Report:
        """Return the report; with a path, also write it there as one self-contained HTML page.

        Parameters
        ----------
        path : ends in .html; a PDF where it ends in .pdf
        interactive : False draws the figures as pictures; that and PDF need a Chromium

        Examples
        --------
        >>> run.report("golden-cross.html")
        """
        from bitstockerz_lab.backtests.report import Report  # noqa: PLC0415 - heavy: plotly

        report = Report(self)
        if path is not None:
            report.write(path, interactive=interactive)
        return report

    def export(
        self,
        folder: str | Path,
        format: str = "csv",  # noqa: A002 - the word for it
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the run's facts, trades and equity to a folder of its own, and return its path.

        Whole or not at all. `lab.backtests.read_export` reads it back, equal to the last bit.

        Parameters
        ----------
        folder : the run becomes ``run-7`` in it, with run.json, trades and equity
        format : "csv", "parquet" or "json", of trades and equity
        overwrite : replace an earlier export of the run

        Raises
        ------
        UnknownName, DataError
            No such format; the run has no results, or the files cannot be written.
        TradingError
            It is a preview.

        Examples
        --------
        >>> run.export("exports", "parquet")  # doctest: +SKIP
        """
        from bitstockerz_lab.backtests import export, notes_store  # noqa: PLC0415 - only here

        with self._database.read() as con:
            said = notes_store.said(con, self._row["user_id"], self.id)
        return export.write(self, folder, format, said, overwrite=overwrite)

    def __repr__(self) -> str:
        came_to = self.error_message or ""
        if self.metrics is not None:
            number = self.metrics.num_trades
            trades = f"{number:,} trade{'' if number == 1 else 's'}"
            came_to = (
                f"Return {self.metrics.total_return_pct:,.2f} %, max drawdown "
                f"{self.metrics.max_drawdown_pct:,.2f} %, {trades}"
            )
        return (
            f"{self.called} {self.status}: {self.strategy} version {self.version} on {self.symbol} "
            f"{self.timeframe}, {self.start_date:%Y-%m-%d} to {self.end_date:%Y-%m-%d}. {came_to}"
        ).rstrip()

    def __str__(self) -> str:
        notes = [*self.details.warnings, *filter(None, [self.bars_revised])]
        lines = [repr(self), *(f"Note: {note}" for note in notes), f"{self.data_check.note()}."]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        numbers = self.metrics._repr_html_() if self.metrics is not None else ""
        told = "<br>".join(html.escape(line) for line in str(self).splitlines())
        return f"<p>{told}</p>{numbers}"
