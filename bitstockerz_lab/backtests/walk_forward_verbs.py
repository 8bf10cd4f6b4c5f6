"""The walk-forward verbs of the backtests room."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.backtests import (
    plan,
    store,
    trials,
    trials_store,
    walk_forward,
    walk_forward_store,
    walk_forward_words,
)
from bitstockerz_lab.backtests.walk_forward_result import WalkForward, outcome
from bitstockerz_lab.enums import Role
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies.honesty import store as checks_store
from bitstockerz_lab.strategies.python import consent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bitstockerz_lab.backtests.grid import Grid
    from bitstockerz_lab.backtests.sweep.constraint import Constraint
    from bitstockerz_lab.backtests.walk_forward import Played, Walked, Way
    from bitstockerz_lab.storage import Connection, Database
    from bitstockerz_lab.strategies.versions import StrategyVersion
    from bitstockerz_lab.users import User

LISTED = [
    "id", "strategy", "version", "symbol", "timeframe", "start_date", "end_date", "windows",
    "train", "test", "anchored", "chosen_by", "combinations", "total_return_pct",
    "max_drawdown_pct", "sharpe_ratio", "out_of_sample_cagr_pct", "in_sample_cagr_pct",
    "efficiency", "created_at",
]  # fmt: skip


class WalkForwards:
    """What `lab.backtests` does about walk-forwards."""

    _database: Database
    _user: User

    @walk_forward_words.says_what_it_takes(walk_forward_words.OF_WALK)
    def walk_forward(  # noqa: PLR0913 - how to walk, beside the contract's signature
        self,
        strategy: str | int | StrategyVersion,
        symbol: str,
        timeframe: str | None = None,
        start: str | date | datetime | None = None,
        end: str | date | datetime | None = None,
        *,
        grid: Grid,
        train: str | float,
        test: str | float,
        step: str | float | None = None,
        anchored: bool = False,
        keep_rest: bool = False,
        by: str = "sharpe_ratio",
        constraint: Constraint = None,
        rerun: bool = False,
        trust: bool = False,
        **asked: Any,  # noqa: ANN401 - as `run`
    ) -> WalkForward:
        """Choose parameters on one window, trade the next with them, walk on; record all of it.

        Every window is a simulation of its own: it begins flat with `initial_equity`, earlier
        bars warm its indicators up, and what is open at its end is closed. The choice is made
        with nothing but the bars up to the end of in-sample. The chosen in-sample run and the
        out-of-sample run of every window are recorded as runs.

        Parameters
        ----------
        strategy, symbol, timeframe, start, end : as `run` takes them
        grid : values by parameter: {"fast": [10, 20], "slow": [50, 100]}
        train, test : how long in sample and out of sample are: "2y", "6mo", "12w", "90d",
            "500 bars", or a number of days
        step : from one window to the next; None is `test`
        anchored : True lets in-sample begin at the start each time, so that it grows
        keep_rest : True tests what is left at the end too, though it is shorter
        by : the metric to choose by; for drawdowns, volatility and costs the least is best
        constraint : text like "fast < slow", or a function of a dict of all parameters
        rerun : False gives a recorded walk-forward of the same fingerprint back
        trust : agree, for good, to the strategy's Python where it comes from somebody else
        asked : version, parameters (those that do not vary), initial_equity, costs, sizing,
            exits and adjusted, as `run` takes them

        Returns
        -------
        WalkForward

        Raises
        ------
        UnknownName, DataError, NoBars, DefinitionError
            What was asked for is missing, does not exist or does not hold together, or the period
            is too short. Nothing is recorded then.
        TradingError
            No combination traded in any window.
        Untrusted
            The strategy is Python that was neither written nor agreed to on this machine.

        Notes
        -----
        Of equal combinations the first of the grid is taken, the last parameter varying fastest.
        One that did not trade in sample, or whose metric is undefined there, cannot be chosen;
        where that is all of them, nothing is traded in the test, and the curve stays level.
        Each combination counts as one trial, with its Sharpe ratio in the newest in-sample.
        BACKTEST_RULES 20 and 24.

        Examples
        --------
        >>> lab.backtests.walk_forward(
        ...     "My cross", "AAPL", start="2010-01-01", train="4y", test="1y",
        ...     grid={"fast": [10, 20, 50], "slow": [50, 100, 200]}, constraint="fast < slow",
        ...     fee_bps=5,
        ... )
        """
        walk_forward_words.require_one_symbol("walk_forward", symbol)
        way = walk_forward.Way(
            grid=grid,
            train=train,
            test=test,
            step=step,
            anchored=anchored,
            keep_rest=keep_rest,
            by=by,
            constraint=constraint,
        )
        wish = plan.wish(strategy, symbol, timeframe, start, end, **asked)
        return self._walk(way, wish, rerun=rerun, trust=trust)

    def walk_forwards(self) -> pd.DataFrame:
        """Return the recorded walk-forwards, newest first, a row each.

        Returns
        -------
        DataFrame
            id, strategy, version, symbol, timeframe, start_date, end_date, windows (how many),
            train, test, anchored, chosen_by, combinations (tried in each window),
            total_return_pct, max_drawdown_pct and sharpe_ratio (of the stitched curve),
            out_of_sample_cagr_pct, in_sample_cagr_pct, efficiency, created_at.
        """
        with self._database.read() as con:
            return walk_forward_store.rows(con, self._user.id)[LISTED]

    def get_walk_forward(self, walk_forward_id: int) -> WalkForward:
        """Return a recorded walk-forward.

        Raises
        ------
        UnknownName
            There is no such walk-forward.
        """
        if not isinstance(walk_forward_id, (int, np.integer)):
            raise UnknownName(
                f"{walk_forward_id!r} is no walk-forward's id. lab.backtests.walk_forwards() shows "
                "those there are.",
                walk_forward_id=walk_forward_id,
            )
        with self._database.read() as con:
            return WalkForward.load(con, self._database, self._user.id, int(walk_forward_id))

    def _walk(self, way: Way, wish: plan.Wish, *, rerun: bool, trust: bool) -> WalkForward:
        with self._database.read() as con:
            materials = plan.gather(con, self._user.id, wish)
        windows = way.windows(materials)
        combinations = way.combinations(materials.recipe, wish)
        fingerprint = walk_forward.fingerprint(materials, combinations, windows, way.by)
        if not rerun:
            with self._database.read() as con:
                found = self._known_walk(con, materials, fingerprint)
            if found is not None:
                return found
        version = materials.recipe.version
        consent.require(
            version.definition, self._database.path, version=version.version, trust=trust
        )
        walked = walk_forward.walk(materials, wish, combinations, windows, way.by)
        row = _row(walked, way) | {"fingerprint": fingerprint, "user_id": self._user.id}
        tried = trials.of_unit(walked.unit, combinations, walked.measured.values)
        with self._database.write() as con:
            # again: somebody else may have recorded it since
            found = None if rerun else self._known_walk(con, materials, fingerprint)
            if found is not None:
                return found
            sides = pd.DataFrame(self._sides(con, walked, rerun=rerun))
            walk_id = walk_forward_store.add(con, row, sides.astype({"backtest_run_id": "Int64"}))
            trials_store.add(con, self._user.id, tried, "walk_forward")
            return WalkForward.load(con, self._database, self._user.id, walk_id)

    def _known_walk(
        self, con: Connection, materials: plan.Materials, fingerprint: str
    ) -> WalkForward | None:
        version_id = materials.recipe.version.id
        known = walk_forward_store.known(con, self._user.id, version_id, fingerprint)
        if known is None:
            return None
        return WalkForward.load(con, self._database, self._user.id, known)

    def _sides(self, con: Connection, walked: Walked, *, rerun: bool) -> list[dict[str, Any]]:
        """Record the runs of every window; returns a row a window and role."""
        made = [one for step in walked.steps for one in (step.in_sample, step.out_of_sample) if one]
        run_ids = self._recorded(con, made, rerun=rerun)
        found = []
        for step in walked.steps:
            window = step.window
            train = (Role.IN_SAMPLE, window.train_first, window.train_last, step.in_sample)
            test = (Role.OUT_OF_SAMPLE, window.test_first, window.test_last, step.out_of_sample)
            for role, first, last, played in (train, test):
                found.append(
                    {
                        "window_number": window.number,
                        "role": str(role),
                        "first_bar": first,
                        "last_bar": last,
                        "backtest_run_id": played and run_ids[played.fingerprint],
                    }
                )
        return found

    def _recorded(self, con: Connection, made: Sequence[Played], *, rerun: bool) -> dict[str, int]:
        """Return the ids of runs by fingerprint: of those recorded already, and of new ones."""
        version_id = made[0].materials.recipe.version.id
        wanted = [one.fingerprint for one in made]
        known = {} if rerun else store.all_completed(con, self._user.id, version_id, wanted)
        new = {}
        for one in made:
            if one.fingerprint in known:
                continue
            run_id = store.begin(con, self._user.id, one.materials)
            known[one.fingerprint], new[run_id] = run_id, one.simulation
            if one.check is not None:
                checks_store.add(con, one.materials.recipe.version, one.check)
        if new:
            store.record_all(con, new)
        return known


def _row(walked: Walked, way: Way) -> dict[str, Any]:
    """Return the row of a walk-forward, but for whose it is and its fingerprint."""
    recipe, tried = walked.materials.recipe, walked.combinations
    told = way.constraint
    grid = {name: list(dict.fromkeys(one.tolist())) for name, one in tried.columns.items()}
    return {
        "strategy_version_id": recipe.version.id,
        "symbol_id": recipe.symbol.id,
        "timeframe": recipe.timeframe,
        "start_date": recipe.start.tz_localize(None).to_pydatetime(warn=False),
        "end_date": recipe.end.tz_localize(None).to_pydatetime(warn=False),
        "train": str(way.train),
        "test": str(way.test),
        "step": str(way.test if way.step is None else way.step),
        "anchored": way.anchored,
        "chosen_by": way.by,
        "grid_json": json.dumps(grid),
        "constraint_text": told if told is None or isinstance(told, str) else repr(told),
        "combinations": len(tried),
        "left_over": walked.windows.left_over,
        "bars_as_of": walked.materials.as_of,
        **asdict(outcome(*walk_forward.curves(walked), recipe, walked.windows.time_tested)),
    }
