"""The cross-validation verb of the backtests room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests import (
    cross_validation,
    plan,
    trials,
    trials_store,
    walk_forward,
    walk_forward_words,
)
from bitstockerz_lab.backtests.cross_validation_result import CrossValidation
from bitstockerz_lab.backtests.grid import combinations as combinations_of
from bitstockerz_lab.strategies.python import consent

if TYPE_CHECKING:
    from datetime import date, datetime

    from bitstockerz_lab.backtests.grid import Grid
    from bitstockerz_lab.backtests.sweep.constraint import Constraint
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.strategies.versions import StrategyVersion
    from bitstockerz_lab.users import User


class CrossValidations:
    """What `lab.backtests` does about cross-validation."""

    _database: Database
    _user: User

    @walk_forward_words.says_what_it_takes(walk_forward_words.OF_VALIDATION)
    def cross_validate(  # noqa: PLR0913 - how to divide, beside the contract's signature
        self,
        strategy: str | int | StrategyVersion,
        symbol: str,
        timeframe: str | None = None,
        start: str | date | datetime | None = None,
        end: str | date | datetime | None = None,
        *,
        grid: Grid,
        folds: int = 5,
        test_folds: int = 1,
        purge: int | None = None,
        embargo: int | None = None,
        constraint: Constraint = None,
        trust: bool = False,
        memory_mb: float = 512,
        **asked: Any,  # noqa: ANN401 - as `run`
    ) -> CrossValidation:
        """Choose parameters on some days, judge the choice by the others, in every division.

        The days of the period are cut into folds. For every choice of `test_folds` of them, the
        combination with the highest Sharpe ratio on the other days is judged by its Sharpe ratio on
        these. Each combination is simulated once, over the whole period.

        Parameters
        ----------
        strategy, symbol, timeframe, start, end : as `run` takes them
        grid : values by parameter: {"fast": [10, 20], "slow": [50, 100]}
        folds : how many, of one length
        test_folds : how many are out of sample at a time; 1 is k-fold, 2 or more is combinatorial
            and gives several paths through the whole period
        purge : days left out on both sides of a test, so that no position is held on days of
            both; None is the longest holding time of any combination
        embargo : days left out after a test besides; None is 1 % of all
        constraint : text like "fast < slow", or a function of a dict of all parameters
        trust : agree, for good, to the strategy's Python where it comes from somebody else
        memory_mb : roughly the most memory taken besides the bars
        asked : version, parameters (those that do not vary), initial_equity, costs, sizing,
            exits and adjusted, as `run` takes them

        Returns
        -------
        CrossValidation

        Raises
        ------
        UnknownName, DataError, NoBars, DefinitionError
            What was asked for is missing, does not exist or does not hold together, or the folds
            do not fit.
        TradingError
            No combination traded.
        Untrusted
            The strategy is Python that was neither written nor agreed to on this machine.

        Notes
        -----
        Nothing of it is recorded but what counts: each combination is a trial, with its Sharpe
        ratio over the whole period. BACKTEST_RULES 20 and 24; López de Prado (2018), "Advances in
        Financial Machine Learning", chapters 7 and 12.

        Examples
        --------
        >>> found = lab.backtests.cross_validate(
        ...     "My cross", "AAPL", grid={"fast": [10, 20, 50], "slow": [100, 200]}, folds=6,
        ...     test_folds=2, fee_bps=5,
        ... )
        >>> found.in_sample_sharpe_ratio, found.paths["sharpe_ratio"].median()
        """
        walk_forward_words.require_one_symbol("cross_validate", symbol)
        wish = plan.wish(strategy, symbol, timeframe, start, end, **asked)
        with self._database.read() as con:
            materials = plan.gather(con, self._user.id, wish)
        materials.bars_or_raise()
        version = materials.recipe.version
        combinations = combinations_of(version.definition, grid, constraint, wish.parameters)
        consent.require(
            version.definition, self._database.path, version=version.version, trust=trust
        )
        found = cross_validation.carry_out(
            walk_forward.unit_of(materials, wish),
            combinations,
            cross_validation.Asked(
                folds=folds, test_folds=test_folds, purge=purge, embargo=embargo
            ),
            memory_mb=memory_mb,
        )
        tried = trials.of_unit(found.unit, combinations, found.measured.values)
        with self._database.write() as con:
            trials_store.add(con, self._user.id, tried, "cross_validation")
        return CrossValidation.of(found)
