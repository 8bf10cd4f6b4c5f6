"""The verb that tells of runs in few words, with a line of their equity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab.backtests import outlines_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import User

COLUMNS = (
    "id", "strategy", "version", "symbol", "timeframe", "start_date", "end_date", "parameters",
    "initial_equity", "total_return_pct", "benchmark_return_pct", "max_drawdown_pct",
    "sharpe_ratio", "num_trades", "curve",
)  # fmt: skip


class Outlines:
    """Look at many runs at once, for `Backtests`."""

    _database: Database
    _user: User

    def outlines(self, runs: Iterable[int], points: int = 64) -> pd.DataFrame:
        """Return your completed runs in few words, all read in one lease.

        Parameters
        ----------
        runs : ids; those that are not completed, not there or not yours are left out
        points : at most so many of a curve, each the last of its stretch

        Returns
        -------
        DataFrame, a row a run, in the order asked for
            id, strategy, version, symbol, timeframe, start_date, end_date (UTC), parameters (dict,
            the strategy's own), initial_equity, total_return_pct, benchmark_return_pct (buy and
            hold; missing where unknown), max_drawdown_pct, sharpe_ratio, num_trades, curve (list
            of equity, in account currency).

        Examples
        --------
        >>> newest = lab.backtests.list(limit=10)["id"]  # doctest: +SKIP
        >>> lab.backtests.outlines(newest)["curve"]  # doctest: +SKIP
        """
        asked = [int(one) for one in runs]
        with self._database.read() as con:
            found = outlines_store.outlines(con, asked, points, self._user.id)
        frame = pd.DataFrame(found, columns=[*COLUMNS])
        for name in ("start_date", "end_date"):
            frame[name] = pd.to_datetime(frame[name], utc=True)
        return frame.sort_values("id", key=lambda ids: ids.map(asked.index), ignore_index=True)
