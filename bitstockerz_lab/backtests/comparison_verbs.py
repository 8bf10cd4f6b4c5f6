"""The backtests room's verbs that set runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.backtests.run import Run
from bitstockerz_lab.backtests.run_ids import refuse_no_id, refuse_preview

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from bitstockerz_lab.backtests.comparison import Comparison
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import User


class Comparisons:
    """Compare, differences, comparison."""

    _database: Database
    _user: User

    def compare(self, runs: Iterable[int | Run]) -> pd.DataFrame:
        """Return runs side by side: a column a run, a row a fact or metric.

        Parameters
        ----------
        runs : ids or Runs

        Returns
        -------
        DataFrame
            Columns: run ids as asked. Rows: strategy, version, symbol, timeframe, start_date,
            end_date, status, then every metric.
        """
        import pandas as pd  # noqa: PLC0415 - only here

        found = self._all(runs)
        facts = ["strategy", "version", "symbol", "timeframe", "start_date", "end_date", "status"]
        columns = {
            run.id: {name: getattr(run, name) for name in facts}
            | (run.metrics.as_dict() if run.metrics is not None else {})
            for run in found
        }
        return pd.DataFrame(columns, dtype=object)

    def differences(self, runs: Iterable[int | Run]) -> pd.DataFrame:
        """Return where runs differ in what they were made of: parameters, costs, period, symbol.

        Parameters
        ----------
        runs : ids or Runs

        Returns
        -------
        DataFrame
            Columns: run ids as asked. Rows: only what is not the same in all.

        Examples
        --------
        >>> lab.backtests.differences([3, 5])  # doctest: +SKIP
        """
        from bitstockerz_lab.backtests import comparison_tables  # noqa: PLC0415 - only here

        return comparison_tables.differences(self._all(runs))

    def comparison(self, runs: Iterable[int | Run]) -> Comparison:
        """Return runs side by side as a report: growth, drawdowns and every figure.

        Parameters
        ----------
        runs : ids or completed Runs

        Raises
        ------
        DataError
            There is no run, or one that is not completed.
        TradingError
            One is a preview.

        Examples
        --------
        >>> lab.backtests.comparison([3, 5, 8]).write("compared.html")  # doctest: +SKIP
        """
        from bitstockerz_lab.backtests.comparison import Comparison  # noqa: PLC0415 - only here

        found = self._all(runs)
        with self._database.read() as con:
            Run.read_curves(con, found)
        return Comparison(found)

    def _all(self, runs: Iterable[int | Run]) -> tuple[Run, ...]:
        """Return runs, those told by their ids read in one lease."""
        asked = tuple(runs)
        for run in asked:
            if isinstance(run, Run):
                refuse_preview(run, "number to compare it by")
        wanted = [run for run in asked if not isinstance(run, Run)]
        for run_id in wanted:
            refuse_no_id(run_id)
        read = {}
        if wanted:
            with self._database.read() as con:
                for run_id in wanted:
                    read[run_id] = Run.load(con, self._database, self._user.id, int(run_id))
        return tuple(run if isinstance(run, Run) else read[run] for run in asked)
