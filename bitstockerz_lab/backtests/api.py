"""The backtests room's verbs."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, ParamSpec

from bitstockerz_lab.backtests import listings_store, plan, recording, revised_store
from bitstockerz_lab.backtests.comparison_verbs import Comparisons
from bitstockerz_lab.backtests.cross_validation_verbs import CrossValidations
from bitstockerz_lab.backtests.notes_verbs import Notes
from bitstockerz_lab.backtests.outlines_verbs import Outlines
from bitstockerz_lab.backtests.preview_verbs import Previews
from bitstockerz_lab.backtests.run import Run
from bitstockerz_lab.backtests.run_ids import refuse_no_id
from bitstockerz_lab.backtests.sweep.verbs import Sweeps
from bitstockerz_lab.backtests.trials_verbs import Trials
from bitstockerz_lab.backtests.verify import Verification, verify
from bitstockerz_lab.backtests.walk_forward_verbs import WalkForwards
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies.problems import did_you_mean
from bitstockerz_lab.strategies.python import consent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    import pandas as pd

    from bitstockerz_lab.backtests.export import ExportedRun
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.strategies.versions import StrategyVersion
    from bitstockerz_lab.users import User

P = ParamSpec("P")
LISTED = [
    "id", "status", "strategy", "version", "symbol", "timeframe", "start_date", "end_date",
    "total_return_pct", "max_drawdown_pct", "sharpe_ratio", "num_trades", "bars_revised",
    "error_message", "created_at", "parameters", "tags", "note",
]  # fmt: skip


def _says_what_it_takes(verb: Callable[P, Run]) -> Callable[P, Run]:
    """Return the verb; of a word it does not know it says where a strategy's own ones go."""
    known = (*inspect.signature(verb).parameters,)[1:]

    @functools.wraps(verb)
    def told(*given: P.args, **words: P.kwargs) -> Run:
        for word in words.keys() - set(known):
            hint = f"{did_you_mean(word, known)} A parameter of the strategy goes into".lstrip()
            message = f"run has no argument {word!r}. {hint} parameters={{{word!r}: ...}}."
            raise UnknownName(message, kind="argument", name=word)
        return verb(*given, **words)

    return told


class Backtests(
    Previews, Sweeps, WalkForwards, CrossValidations, Trials, Notes, Outlines, Comparisons
):
    """`lab.backtests`: run strategies, and look at what was run."""

    def __init__(self, database: Database, user: User) -> None:
        self._database = database
        self._user = user

    @_says_what_it_takes
    def run(  # noqa: PLR0913 - the contract's signature
        self,
        strategy: str | int | StrategyVersion,
        symbol: str,
        timeframe: str | None = None,
        start: str | date | datetime | None = None,
        end: str | date | datetime | None = None,
        *,
        version: int | None = None,
        parameters: Mapping[str, float] | None = None,
        initial_equity: float = 100_000,
        fee_bps: float = 0,
        fixed_fee: float = 0,
        slippage_bps: float = 0,
        borrow_bps: float = 0,
        lot_size: float = 0,
        sizing: tuple[str, float] | None = None,
        stop_loss_pct: float | None = None,
        take_profit_pct: float | None = None,
        trailing_stop_pct: float | None = None,
        break_even_pct: float | None = None,
        targets: Sequence[tuple[float, float]] | None = None,
        max_bars: int | None = None,
        cooldown_bars: int | None = None,
        max_trades_per_day: int | None = None,
        adjusted: str | bool = "all",
        rerun: bool = False,
        trust: bool = False,
    ) -> Run:
        """Backtest a saved strategy and record the run, its trades and its equity.

        Parameters
        ----------
        strategy : name, StrategyVersion or its id
        symbol : in any case
        timeframe : None takes the only one stored
        start, end : first and last bar, inclusive, UTC; a bare date as `end` means that whole day.
            Earlier bars warm the indicators up.
        version : None takes the newest
        parameters : the strategy's own, by name; the rest keep their defaults
        initial_equity, fixed_fee : account currency; the fee is per fill
        fee_bps, slippage_bps : basis points of notional, per fill
        borrow_bps : basis points a year a short pays
        lot_size : quantity is a multiple of it; 0 is fractional
        sizing, stop_loss_pct, take_profit_pct, trailing_stop_pct, break_even_pct, targets, \
max_bars, cooldown_bars, max_trades_per_day : as `bz.strategy` takes them
            Only what the strategy leaves open; sizing is ("percent_of_equity", 100) if nobody says.
        adjusted : "all" for dividends and splits, "split", or False
        rerun : False gives a completed run with the same fingerprint back
        trust : agree, for good, to the strategy's Python where it comes from somebody else

        Raises
        ------
        UnknownName, DataError, NoBars, DefinitionError
            What was asked for does not exist or does not hold together. What goes wrong once the
            run has a row is recorded there as well.
        Untrusted
            The strategy is Python that was neither written nor agreed to on this machine.

        Examples
        --------
        >>> run = lab.backtests.run("Golden cross", "AAPL", start="2010-01-01", fee_bps=5)
        >>> run.metrics.total_return_pct
        """
        wish = plan.wish(
            strategy,
            symbol,
            timeframe,
            start,
            end,
            version=version,
            parameters=parameters,
            adjusted=adjusted,
            initial_equity=initial_equity,
            fee_bps=fee_bps,
            fixed_fee=fixed_fee,
            slippage_bps=slippage_bps,
            borrow_bps=borrow_bps,
            lot_size=lot_size,
            sizing=sizing,
            stop_loss_pct=stop_loss_pct,
            take_profit_pct=take_profit_pct,
            trailing_stop_pct=trailing_stop_pct,
            break_even_pct=break_even_pct,
            targets=targets,
            max_bars=max_bars,
            cooldown_bars=cooldown_bars,
            max_trades_per_day=max_trades_per_day,
        )
        return self._run(wish, rerun=rerun, trust=trust)

    def get(self, run_id: int) -> Run:
        """Return a recorded run.

        Raises
        ------
        UnknownName
            There is no such run.
        """
        refuse_no_id(run_id)
        with self._database.read() as con:
            return Run.load(con, self._database, self._user.id, int(run_id))

    def list(
        self,
        strategy: str | None = None,
        symbol: str | None = None,
        status: str | None = None,
        limit: int | None = None,
        *,
        query: str = "",
        tag: str | None = None,
        windows: bool = True,
    ) -> pd.DataFrame:
        """Return the recorded runs, newest first, a row each.

        Parameters
        ----------
        strategy, symbol, status, tag : only those, in any case
        limit : at most so many
        query : words, each of which must stand in the run's id, status, strategy, version ("v2"),
            symbol, timeframe, parameters ("fast 20"), tags, notes or error, in any case
        windows : also those that are a window of a walk-forward

        Returns
        -------
        DataFrame
            id, status, strategy, version, symbol, timeframe, start_date, end_date,
            total_return_pct, max_drawdown_pct, sharpe_ratio, num_trades, bars_revised (whether a
            bar, a correction or, for adjusted prices, a factor set was stored since that it would
            read today, or an alias in its rules means another symbol), error_message, created_at,
            parameters ("fast 20, slow 200"), tags (with commas between), note (the newest).

        Raises
        ------
        UnknownName
            No run has such a tag.

        Examples
        --------
        >>> lab.backtests.list(query="golden AAPL", tag="candidate")  # doctest: +SKIP
        """
        wanted = {"strategy": strategy, "symbol": symbol, "status": status, "tag": tag}
        with self._database.read() as con:
            if tag is not None:
                listings_store.require_tag(con, self._user.id, tag)
            runs = listings_store.listed(
                con, self._user.id, wanted, limit, words=query, windows=windows
            )
            revised = revised_store.revised(con, self._user.id)
        runs["bars_revised"] = runs["id"].isin(revised)
        return runs[LISTED]

    def verify(self, run: int | Run, *, trust: bool = False) -> Verification:
        """Recompute a recorded run, compare it bit for bit, and ask a second engine.

        Parameters
        ----------
        run : a Run or its id
        trust : agree, for good, to the strategy's Python where it comes from somebody else

        Returns
        -------
        Verification
            Its `ok` says whether everything that could be compared is equal.
        """
        # read anew: a run that was just made still holds what it computed, not what is recorded
        recorded = self.get(run.id if isinstance(run, Run) else run)
        self._ask(recorded.recipe, trust=trust)
        return verify(recorded)

    def promote(self, run: int | Run, name: str | None = None) -> StrategyVersion:
        """Make a run's rules a new version, its parameters the defaults; a note says whence.

        Stops, targets and a size that the call set are written into the rules, so that the version
        trades as the run did, at the same costs. The same rules give the version there is.

        Parameters
        ----------
        run : a Run or its id
        name : of the strategy it becomes a version of, a new one if there is none; None is its own

        Raises
        ------
        UnknownName
            There is no such run.
        TradingError
            The strategy is retired, or the run is a preview.

        Examples
        --------
        >>> version = lab.backtests.promote(7, "Golden cross, quick")  # doctest: +SKIP
        >>> lab.backtests.run(version, "AAPL")  # doctest: +SKIP
        """
        from bitstockerz_lab.backtests import promotion  # noqa: PLC0415 - only here

        found = run if isinstance(run, Run) else self.get(run)
        return promotion.promote(self._database, self._user, found, name)

    def read_export(self, folder: str | Path) -> ExportedRun:
        """Return a run that `Run.export` wrote to files, its numbers equal to the last bit.

        Parameters
        ----------
        folder : that of the run: "exports/run-7"

        Raises
        ------
        DataError
            It is no exported run, or a file of it is missing or was changed.
        """
        from bitstockerz_lab.backtests import export  # noqa: PLC0415 - only here

        return export.read(folder)

    def find(self, strategy: str | int | StrategyVersion, symbol: str, **asked: Any) -> Run | None:  # noqa: ANN401 - as `run`
        """Return the recorded run that `run` would give back for the same question, or None.

        Parameters
        ----------
        strategy, symbol, asked : the arguments of `run`

        Examples
        --------
        >>> lab.backtests.find("Golden cross", "AAPL", fee_bps=5)
        """
        with self._database.read() as con:
            materials = plan.gather(con, self._user.id, plan.wish(strategy, symbol, **asked))
            return recording.known(con, self._database, self._user.id, materials)

    def _run(self, wish: plan.Wish, *, rerun: bool, trust: bool) -> Run:
        with self._database.read() as con:
            materials = plan.gather(con, self._user.id, wish)
            if not rerun:
                known = recording.known(con, self._database, self._user.id, materials)
                if known is not None:
                    return known
        self._ask(materials.recipe, trust=trust)
        return recording.run(self._database, self._user.id, materials, rerun=rerun)

    def _ask(self, recipe: plan.Recipe, *, trust: bool) -> None:
        """Raise where a strategy's Python may not run here; other strategies always may."""
        version = recipe.version
        consent.require(
            version.definition, self._database.path, version=version.version, trust=trust
        )
