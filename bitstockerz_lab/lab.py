"""A lab: one database file and the verbs that work on it."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bitstockerz_lab import users
from bitstockerz_lab.storage import Database

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.backtests.api import Backtests
    from bitstockerz_lab.batch.api import Batches
    from bitstockerz_lab.batch.pipeline import Pipeline
    from bitstockerz_lab.market.api import Market
    from bitstockerz_lab.paper.api import Paper
    from bitstockerz_lab.strategies import StrategyVersion
    from bitstockerz_lab.strategies.api import Strategies
    from bitstockerz_lab.users import User
    from bitstockerz_lab.widgets.chart import Chart
    from bitstockerz_lab.widgets.dashboard import Dashboard
    from bitstockerz_lab.widgets.editor import StrategyEditor
    from bitstockerz_lab.widgets.explorer import SweepExplorer
    from bitstockerz_lab.widgets.runner import BacktestRunner
    from bitstockerz_lab.widgets.runs import RunBrowser


class Lab:
    """One database file and the verbs that work on it; make one with `open_lab`.

    Attributes
    ----------
    path : the database file
    user : who is at work
    market, strategies, backtests, paper, batch : the rooms
    executed_folder, reports_folder : where a batch's notebooks and pages go, beside the file
    """

    def __init__(self, database: Database, user: User) -> None:
        self.database = database
        self.user = user
        self.path = database.path
        self.executed_folder = self.path.parent / "executed"
        self.reports_folder = self.path.parent / "reports"

    @cached_property
    def market(self) -> Market:
        """Symbols and bars."""
        from bitstockerz_lab.market.api import Market  # noqa: PLC0415 - a room opens when entered

        return Market(self.database, self.user.id)

    @cached_property
    def strategies(self) -> Strategies:
        """Strategies and their versions."""
        from bitstockerz_lab.strategies.api import Strategies  # noqa: PLC0415 - as above

        return Strategies(self.database, self.user)

    @cached_property
    def backtests(self) -> Backtests:
        """Backtests and what came of them."""
        from bitstockerz_lab.backtests.api import Backtests  # noqa: PLC0415 - as above

        return Backtests(self.database, self.user)

    @cached_property
    def batch(self) -> Batches:
        """Notebooks run by papermill."""
        from bitstockerz_lab.batch.api import Batches  # noqa: PLC0415 - as above

        return Batches(self.database, self.user, self.executed_folder, self.reports_folder)

    def dashboard(self) -> Dashboard:
        """Return the widget that shows the whole lab: account, strategies, runs, data, jobs.

        Examples
        --------
        >>> lab.dashboard()  # as the last line of a cell in JupyterLab
        """
        from bitstockerz_lab.widgets.dashboard import Dashboard  # noqa: PLC0415 - as above

        return Dashboard(self)

    def editor(
        self, strategy: str | StrategyVersion | None = None, symbol: str | None = None
    ) -> StrategyEditor:
        """Return the widget to write a strategy with, or to change one.

        Parameters
        ----------
        strategy : name of a strategy or of a template, or a version; None starts empty
        symbol : whose bars entries and exits are shown on; None is the first there is

        Examples
        --------
        >>> lab.editor("golden-cross", "AAPL")  # doctest: +SKIP
        """
        from bitstockerz_lab.widgets.editor import StrategyEditor  # noqa: PLC0415 - as above

        return StrategyEditor(self, strategy, symbol)

    def runner(self, strategy: str | None = None, symbol: str | None = None) -> BacktestRunner:
        """Return the widget to backtest a strategy with, parameters on sliders.

        Parameters
        ----------
        strategy, symbol : chosen to begin with

        Examples
        --------
        >>> lab.runner("Golden cross", "AAPL")  # doctest: +SKIP
        """
        from bitstockerz_lab.widgets.runner import BacktestRunner  # noqa: PLC0415 - as above

        return BacktestRunner(self, strategy, symbol)

    def runs(self) -> RunBrowser:
        """Return the widget to find, compare, annotate and export recorded runs with.

        Examples
        --------
        >>> lab.runs()
        """
        from bitstockerz_lab.widgets.runs import RunBrowser  # noqa: PLC0415 - as above

        return RunBrowser(self)

    def explorer(self, strategy: str | None = None, symbol: str | None = None) -> SweepExplorer:
        """Return the widget to sweep a strategy's parameters with and to look at what came of it.

        Parameters
        ----------
        strategy, symbol : chosen to begin with

        Examples
        --------
        >>> lab.explorer("Golden cross", "AAPL")  # doctest: +SKIP
        """
        from bitstockerz_lab.widgets.explorer import SweepExplorer  # noqa: PLC0415 - as above

        return SweepExplorer(self, strategy, symbol)

    def chart(self, symbol: str, timeframe: str | None = None) -> Chart:
        """Return the widget that draws a symbol's bars, refined as one zooms in.

        Parameters
        ----------
        symbol : in any case
        timeframe : None takes the only one stored

        Examples
        --------
        >>> lab.chart("BTC-USD", "1h")  # doctest: +SKIP
        """
        from bitstockerz_lab.widgets.chart import Chart  # noqa: PLC0415 - as above

        return Chart(self, symbol, timeframe)

    @cached_property
    def paper(self) -> Paper:
        """Paper trading: one account, filled by bars that came after its orders."""
        from bitstockerz_lab.paper.api import Paper  # noqa: PLC0415 - as above

        return Paper(self.database, self.user)

    def pipeline(self, path: str | Path) -> Pipeline:
        """Return the pipeline that a file describes, checked; its `run` does every step.

        Parameters
        ----------
        path : a YAML file: named steps that update bars, run notebooks or write their page

        Raises
        ------
        UnknownName, DataError
            The file, or a notebook or parameter that it names, does not exist or cannot be read.

        Examples
        --------
        >>> outcomes = lab.pipeline("nightly.yaml").run(print)  # doctest: +SKIP
        """
        from bitstockerz_lab.batch.pipeline import Pipeline  # noqa: PLC0415 - as above

        return Pipeline(
            path,
            market=self.market,
            batches=self.batch,
            database=self.database,
            reports_folder=self.reports_folder,
        )

    def sql(
        self, query: str, parameters: object = None, *, timeout_s: float = 60.0
    ) -> pd.DataFrame:
        """Answer one SELECT; nothing that writes or touches another file gets through.

        Parameters
        ----------
        query : one statement that reads
        parameters : values for its ``?``, or a dict for its ``$name``
        timeout_s : a longer query is stopped; others wait 2 s for it at most, then it reads a copy

        Examples
        --------
        >>> lab.sql("SELECT status, count(*) AS runs FROM backtest_runs GROUP BY status")
        """
        return self.database.sql(query, parameters, timeout_s)

    def __repr__(self) -> str:
        return f"Lab({str(self.path)!r}, user={self.user.email!r})"


def open_lab(path: str | Path | None = None, *, timeout_s: float = 30.0) -> Lab:
    """Open a lab, creating its file or bringing it up to date.

    Parameters
    ----------
    path : the database file. None takes `$BITSTOCKERZ_DB`, else ``data/lab.duckdb`` of the nearest
        parent folder that has one (or has a pyproject.toml), else ``./data/lab.duckdb``.
    timeout_s : how long a verb waits while somebody else uses the file

    Returns
    -------
    Lab
        Holds nothing open: other notebooks and the command line work beside it.

    Raises
    ------
    StorageError
        The file is no lab, was written by a newer version, or cannot be made.

    Examples
    --------
    >>> lab = open_lab()
    >>> lab.market.symbols()
    """
    database = Database(find_database() if path is None else Path(path).expanduser(), timeout_s)
    database.open()
    lab = Lab(database, users.current(database))
    _settle_orphans(database)
    return lab


def find_database() -> Path:
    """Return the database file that is meant when nobody names one."""
    named = os.environ.get("BITSTOCKERZ_DB")
    if named:
        return Path(named).expanduser()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "data" / "lab.duckdb").exists() or (folder / "pyproject.toml").exists():
            return folder / "data" / "lab.duckdb"
    return here / "data" / "lab.duckdb"


def _settle_orphans(database: Database) -> None:
    """Mark what a process that died left, so that the lab tells the truth from the first look."""
    from bitstockerz_lab.backtests import store as runs  # noqa: PLC0415 - a room opens when entered
    from bitstockerz_lab.batch import store as batches  # noqa: PLC0415 - as above
    from bitstockerz_lab.ops import store as jobs  # noqa: PLC0415 - as above

    stores = (runs, jobs, batches)
    with database.read() as con:
        found = [store for store in stores if store.orphans(con)]
    if found:
        with database.write() as con:
            for store in found:
                store.settle_orphans(con)
