"""The sweep verb of the backtests room."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests import honesty_warnings, plan, run_terms, search
from bitstockerz_lab.backtests.sweep.asking import Space
from bitstockerz_lab.backtests.sweep.attempt import Attempt
from bitstockerz_lab.backtests.sweep.dimensions import as_json, dimensions, refuse_grid
from bitstockerz_lab.backtests.sweep.estimate import Estimate, estimate
from bitstockerz_lab.backtests.sweep.recorder import Recorder
from bitstockerz_lab.backtests.sweep.stored import StoredSweeps, brief
from bitstockerz_lab.backtests.sweep.unit import Unit
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies import store as strategy_store
from bitstockerz_lab.strategies.honesty import store as checks_store
from bitstockerz_lab.strategies.python import consent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from bitstockerz_lab.backtests.grid import Grid
    from bitstockerz_lab.backtests.sweep.constraint import Constraint
    from bitstockerz_lab.backtests.sweep.dimensions import Dimensions
    from bitstockerz_lab.backtests.sweep.progress import Progress
    from bitstockerz_lab.backtests.sweep.question import Question
    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.storage import Connection
    from bitstockerz_lab.strategies.versions import StrategyVersion

    When = str | date | datetime | None


UNRECORDED = "Nothing is recorded; what was tried counts as trials."


class Sweeps(StoredSweeps):
    """What `lab.backtests` does about sweeps."""

    def sweep(  # noqa: PLR0913 - what can be swept, and how
        self,
        strategy: str | int | StrategyVersion,
        symbols: str | Iterable[str],
        timeframe: str | None = None,
        start: When = None,
        end: When = None,
        *,
        grid: Grid = None,
        constraint: Constraint = None,
        samples: int | None = None,
        sampling: str = "random",
        seed: int = 0,
        version: int | None = None,
        parameters: Mapping[str, float] | None = None,
        periods: Sequence[tuple[When, When]] | None = None,
        by: str = "sharpe_ratio",
        adjusted: str | bool = "all",
        record: bool = True,
        rerun: bool = False,
        trust: bool = False,
        client: Any = None,  # noqa: ANN401 - dask's, which is not imported here
        threads: int | None = None,
        memory_mb: float = 512,
        progress: bool | Callable[[Progress], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        **terms: Any,  # noqa: ANN401 - costs, sizing and exits, checked
    ) -> Sweep:
        """Measure many parameter sets of a saved strategy, and record them.

        The numbers are those that `run` gives, a combination at a time. Each symbol, period and
        set of costs is a unit of its own, on which every combination is tried.

        Parameters
        ----------
        strategy, timeframe, start, end, version, adjusted, trust : as `run` takes them
        symbols : one or several, in any case
        grid : values by parameter, of which every combination is tried; or a list of dicts, or a
            frame with a column a parameter, of which each row is tried; None takes each parameter's
            declared min, max and step
        constraint : text like "fast < slow", or a function of a dict of all parameters. A saved
            strategy does not carry one: that of a template is shown by `lab.strategies.templates()`
            and is given here.
        samples : try only so many, distinct, after the constraint
        sampling : "random"; "sobol", spread more evenly; "optuna", guided by what was found so far:
            each next batch is tried where the mean of `by` over all units promises most
        seed : the same seed gives the same sample
        parameters : values of parameters that do not vary; the rest keep their defaults
        periods : pairs of (start, end), instead of `start` and `end`: each a unit of its own
        by : the metric by which the sweep ranks
        record : False keeps no results. What was tried counts as trials all the same.
        rerun : False gives a completed sweep of the same question back, and goes on with one that
            was stopped
        client : a dask client, whose workers do the work
        threads : None takes one for little work, else all cores
        memory_mb : roughly the most memory taken besides the bars and the results
        progress : None draws a bar once it has taken a second, where somebody looks; True, False,
            or a function of a `Progress`
        cancel : asked about once a second; once it says True the sweep ends as by Ctrl-C. From
            another thread: a `threading.Event`'s `is_set`.
        terms : initial_equity, fee_bps, fixed_fee, slippage_bps, borrow_bps, lot_size, sizing,
            stops, targets, max_bars and so on, as `run` takes them; fee_bps, fixed_fee,
            slippage_bps and borrow_bps may be lists: each set of costs is a unit of its own

        Returns
        -------
        Sweep
            Ctrl-C or `cancel` gives one with status "cancelled" and the results so far; the same
            call goes on.

        Raises
        ------
        UnknownName, DataError, NoBars, DefinitionError, TradingError
            What was asked for does not exist or does not hold together. Nothing is recorded then.
        Untrusted
            The strategy is Python that was neither written nor agreed to on this machine.

        Examples
        --------
        >>> sweep = lab.backtests.sweep(
        ...     "Golden cross", ["AAPL", "MSFT"], start="2010-01-01", constraint="fast < slow",
        ...     grid={"fast": range(5, 100, 5), "slow": range(50, 400, 10)}, fee_bps=[0, 5],
        ... )
        >>> sweep.best(3)
        """
        space = Space(grid, constraint, samples, sampling, seed)
        asked = {
            "symbols": _names(symbols), "timeframe": timeframe, "start": start, "end": end,
            "periods": periods, "parameters": parameters, "adjusted": adjusted, "terms": terms,
            "by": by,
        }  # fmt: skip
        question, first = self._resolved(strategy, version, space, asked, trust=trust)
        recorder = Recorder(self._database, self._user, record=record)
        attempt = Attempt(
            question=question,
            recorder=recorder,
            rerun=rerun,
            progress=progress,
            cancel=cancel,
            client=client,
            threads=threads,
            memory_mb=memory_mb,
        )
        looks_ahead = self._code_checked(first, record=record)
        space.carry_out(attempt)
        warned = brief(told for unit in question.units for told in unit.recipe.warnings)
        return attempt.sweep(
            id=recorder.id,
            seconds=recorder.seconds,
            remarks=(*attempt.remarks, *looks_ahead, *warned, *(() if record else (UNRECORDED,))),
            database=self._database,
            user_id=self._user.id,
        )

    def estimate_sweep(  # noqa: PLR0913 - what can be swept
        self,
        strategy: str | int | StrategyVersion,
        symbols: str | Iterable[str],
        timeframe: str | None = None,
        start: When = None,
        end: When = None,
        *,
        grid: Grid = None,
        constraint: Constraint = None,
        samples: int | None = None,
        sampling: str = "random",
        seed: int = 0,
        version: int | None = None,
        parameters: Mapping[str, float] | None = None,
        periods: Sequence[tuple[When, When]] | None = None,
        by: str = "sharpe_ratio",
        adjusted: str | bool = "all",
        trust: bool = False,
        measure: bool = True,
        threads: int | None = None,
        memory_mb: float = 512,
        **terms: Any,  # noqa: ANN401 - costs, sizing and exits, checked
    ) -> Estimate:
        """Return how many combinations a sweep would try, and about how long it would take.

        A sample of them is measured for it, in about a fifth of a second. Nothing of that is shown
        or recorded, so it counts as no trial. Where the engine is not compiled yet, that is done
        first and takes up to a minute.

        Parameters
        ----------
        strategy, symbols, timeframe, start, end, grid, constraint, samples, sampling, seed, \
version, parameters, periods, by, adjusted, trust, threads, memory_mb, terms : as `sweep` takes them
        measure : False only counts

        Returns
        -------
        Estimate
            Its `sentence` says it.

        Raises
        ------
        UnknownName, DataError, NoBars, DefinitionError, TradingError, Untrusted
            As `sweep`: what cannot be swept is refused here, before anything is computed.

        Examples
        --------
        >>> lab.backtests.estimate_sweep("Golden cross", "AAPL", grid={"fast": range(5, 100)})
        """
        space = Space(grid, constraint, samples, sampling, seed)
        asked = {
            "symbols": _names(symbols), "timeframe": timeframe, "start": start, "end": end,
            "periods": periods, "parameters": parameters, "adjusted": adjusted, "terms": terms,
            "by": by,
        }  # fmt: skip
        question, _ = self._resolved(strategy, version, space, asked, trust=trust)
        tried = space.count(question)
        return estimate(question, tried, measure=measure, threads=threads, memory_mb=memory_mb)

    def _resolved(
        self,
        strategy: str | int | StrategyVersion,
        version: int | None,
        space: Space,
        asked: Mapping[str, Any],
        *,
        trust: bool,
    ) -> tuple[Question, plan.Materials]:
        """Return what a sweep is to find out, and what its first unit is made of."""
        search.check_metric(asked["by"])
        refuse_grid(timeframe=asked["timeframe"])
        period = (asked["start"], asked["end"], asked["periods"])
        varied = dimensions(*period, asked["terms"], ARGUMENTS)
        found, gathered = self._read(asked, varied, strategy, version, trust=trust)
        question = space.question(
            found,
            _units(gathered, varied),
            asked["by"],
            {name: as_json(value) for name, value in asked.items()},
            max(materials.as_of for _, materials in gathered),
        )
        return question, gathered[0][1]

    def _read(
        self,
        asked: Mapping[str, Any],
        varied: Dimensions,
        strategy: str | int | StrategyVersion,
        version: int | None,
        *,
        trust: bool,
    ) -> tuple[StrategyVersion, list[tuple[plan.Wish, plan.Materials]]]:
        """Return the strategy, and what is asked of each symbol and period with its bars."""
        names = asked["symbols"]
        with self._database.read() as con:
            found = strategy_store.runnable_version(con, self._user.id, strategy, version)
            consent.require(
                found.definition, self._database.path, version=found.version, trust=trust
            )
            wish = plan.wish(
                found,
                names[0],
                asked["timeframe"],
                parameters=asked["parameters"],
                adjusted=asked["adjusted"],
            )
            return found, [*self._gathered(con, wish, names, varied)]

    def _gathered(
        self, con: Connection, wish: plan.Wish, names: Sequence[str], varied: Dimensions
    ) -> Iterable[tuple[plan.Wish, plan.Materials]]:
        """Yield what is asked of each symbol and period, with its bars, at the first costs."""
        terms, seen = next(varied.every_terms()), set()
        for name in names:
            for start, end in varied.periods:
                one = replace(wish, symbol=name, start=start, end=end, terms=terms)
                materials = plan.gather(con, self._user.id, one)
                materials.bars_or_raise()
                recipe = materials.recipe
                key = (recipe.symbol.id, recipe.start, recipe.end)
                if key not in seen:  # an alias is the same symbol
                    seen.add(key)
                    yield replace(one, symbol=recipe.symbol.symbol), materials

    def _code_checked(self, materials: plan.Materials, *, record: bool) -> tuple[str, ...]:
        """Check code for looking ahead; returns what is to be said of it."""
        checked, made = honesty_warnings.check_code(materials)
        if made is not None and record:
            with self._database.write() as con:
                checks_store.add(con, materials.recipe.version, made)
        return tuple(one for one in checked.recipe.warnings if one not in materials.recipe.warnings)


ARGUMENTS = tuple(name for name in Sweeps.sweep.__annotations__ if name not in {"terms", "return"})


def _names(symbols: str | Iterable[str]) -> list[str]:
    names = [symbols] if isinstance(symbols, str) else list(symbols)
    for name in names:
        if not isinstance(name, str):
            raise DataError(
                f'symbols must be a text or a list of texts; {name!r} is none. Write ["AAPL", '
                '"MSFT"].',
                symbols=name,
            )
    if not names:
        raise DataError("symbols is empty. Give at least one.")
    return list(dict.fromkeys(names))


def _units(gathered: Iterable[tuple[plan.Wish, plan.Materials]], varied: Dimensions) -> list[Unit]:
    """Return the units: of each symbol and period one for each set of costs, on the same bars."""
    units: list[Unit] = []
    every_terms = [*varied.every_terms()]
    for wish, materials in gathered:
        recipe = materials.recipe
        for terms in every_terms:
            exits, checked = run_terms.join(recipe.version, recipe.parameters, terms)
            own = replace(materials, recipe=replace(recipe, exits=exits, terms=checked))
            if units and checked != recipe.terms:  # of costs, too, a run may warn
                own = plan.warned(own, asked=wish.start is not None)
            unit = Unit(
                number=len(units),
                recipe=own.recipe,
                wish=replace(wish, terms=terms),
                bars=materials.bars_or_raise(),
                others=materials.others,
            )
            units.append(unit)
    return units
