"""The verbs about trials of the backtests room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import trials_store
from bitstockerz_lab.market import store as market_store
from bitstockerz_lab.strategies import store as strategy_store

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.backtests.trials import Counted
    from bitstockerz_lab.storage import Connection, Database
    from bitstockerz_lab.users import User


class Trials:
    """What `lab.backtests` knows of all that was ever tried."""

    _database: Database
    _user: User

    def trials(
        self, symbol: str | None = None, timeframe: str | None = None, strategy: str | None = None
    ) -> pd.DataFrame:
        """Return every distinct trial of your whole history, the latest last.

        A trial is a set of rules and parameters on a symbol and timeframe: a run, a combination of
        a sweep or walk-forward, whether that was recorded or not, or a preview that was looked at.
        Tried again, with other costs or over another period, it is the same trial, and its Sharpe
        ratio is the latest one. `bz.simulate` and `bz.sweep` have no database: they count nowhere.

        Parameters
        ----------
        symbol, timeframe, strategy : only those; None is all

        Returns
        -------
        DataFrame
            trial_key (SHA-256), strategy (that it was tried under last; "" where the rules were not
            saved), symbol, timeframe, daily_sharpe (not annualised, NaN where undefined), days
            (daily returns; missing for runs), source ("run", "sweep", "walk_forward",
            "cross_validation", "preview"), tried_at (UTC).

        Raises
        ------
        UnknownName, DataError
            There is no such symbol, timeframe or strategy.

        Examples
        --------
        >>> lab.backtests.trials("AAPL")["daily_sharpe"].describe()
        """
        with self._database.read() as con:
            scope = self._scope(con, symbol, timeframe, strategy)
            return trials_store.read(con, self._user.id, **scope)

    def count_trials(
        self, symbol: str | None = None, timeframe: str | None = None, strategy: str | None = None
    ) -> Counted:
        """Count distinct trials; parameters and errors as `trials`.

        Examples
        --------
        >>> print(lab.backtests.count_trials("AAPL", "1d"))
        1,204 distinct trials by you on AAPL 1d, whatever the strategy. 3 more had no Sharpe ratio.
        """
        with self._database.read() as con:
            scope = self._scope(con, symbol, timeframe, strategy)
            return trials_store.count(con, self._user.id, **scope, strategy=strategy)

    def _scope(
        self, con: Connection, symbol: str | None, timeframe: str | None, strategy: str | None
    ) -> dict[str, Any]:
        """Return what was asked for as it is stored."""
        user = self._user.id
        return {
            "symbol": symbol and market_store.find_symbol(con, symbol).symbol,
            "timeframe": timeframe and clock.timeframe(timeframe),
            "strategy_id": strategy and strategy_store.strategy_id(con, user, strategy),
        }
