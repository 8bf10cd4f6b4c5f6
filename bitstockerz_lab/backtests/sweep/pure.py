"""A sweep over bars in hand: no database."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import plan, run_terms, search
from bitstockerz_lab.backtests.engine import known_asset_type
from bitstockerz_lab.backtests.sweep.asking import Space
from bitstockerz_lab.backtests.sweep.attempt import Attempt
from bitstockerz_lab.backtests.sweep.dimensions import Dimensions, as_json, dimensions
from bitstockerz_lab.backtests.sweep.engine import METRICS
from bitstockerz_lab.backtests.sweep.unit import Unit
from bitstockerz_lab.backtests.tape import Tape
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, DefinitionError, NoBars, UnknownName
from bitstockerz_lab.market.symbols import Symbol
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.python import consent
from bitstockerz_lab.strategies.versions import ANY, StrategyVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from bitstockerz_lab.backtests.grid import Grid
    from bitstockerz_lab.backtests.sweep.constraint import Constraint
    from bitstockerz_lab.backtests.sweep.dimensions import Period
    from bitstockerz_lab.backtests.sweep.progress import Progress
    from bitstockerz_lab.backtests.sweep.result import Sweep

    When = str | date | datetime | None
    Frames = Mapping[str, pd.DataFrame]

UNCOUNTED = "Nothing is recorded, and it counts as no trial."


def sweep(  # noqa: PLR0913 - what can be swept, and how
    definition: Definition | StrategyVersion | Mapping[str, Any] | str,
    bars: pd.DataFrame | Mapping[str, pd.DataFrame],
    start: When = None,
    end: When = None,
    *,
    grid: Grid = None,
    constraint: Constraint = None,
    samples: int | None = None,
    sampling: str = "random",
    seed: int = 0,
    parameters: Mapping[str, float] | None = None,
    periods: Sequence[tuple[When, When]] | None = None,
    by: str = "sharpe_ratio",
    others: Mapping[str, pd.DataFrame] | None = None,
    asset_type: str | None = None,
    metrics: Sequence[str] | None = None,
    threads: int | None = None,
    memory_mb: float = 512,
    progress: bool | Callable[[Progress], None] | None = None,
    **terms: Any,  # noqa: ANN401 - costs, sizing and exits, checked
) -> Sweep:
    """Measure many parameter sets of a strategy on bars in hand.

    Counts as no trial in the registry, since nothing is recorded; `lab.backtests.sweep` records.

    Parameters
    ----------
    definition : rules, as `bz.strategy` gives them, a version of a saved strategy, or JSON
    bars : as `bz.simulate` takes them, or such frames by symbol
    start, end : first and last bar, inclusive, UTC; earlier bars warm the indicators up
    grid : values by parameter, of which every combination is tried; or a list of dicts, or a frame
        with a column a parameter, of which each row is tried; None takes each parameter's declared
        min, max and step
    constraint : text like "fast < slow", or a function of a dict of all parameters. Rules do not
        carry one: that of a template is shown by `lab.strategies.templates()` and is given here.
    samples : try only so many, distinct, after the constraint
    sampling : "random"; "sobol", spread more evenly; "optuna", guided by what was found so far:
        each next batch is tried where the mean of `by` over all units promises most
    seed : the same seed gives the same sample
    parameters : values of parameters that do not vary; the rest keep their defaults
    periods : pairs of (start, end), instead of `start` and `end`: each a unit of its own
    by : the metric by which the sweep ranks
    others : bars by name of the symbols that the rules read besides
    asset_type : "EQUITY" or "CRYPTO"; None takes what bars of a lab say of themselves, else EQUITY
    metrics : only these, `by` and num_trades; None is all
    threads : None takes one for little work, else all cores
    memory_mb : roughly the most memory taken besides the bars and the results
    progress : None draws a bar once it has taken a second, where somebody looks; True, False, or a
        function of a `Progress`
    terms : initial_equity, fee_bps, fixed_fee, slippage_bps, borrow_bps, lot_size, sizing, stops,
        targets, max_bars and so on, as `lab.backtests.run` takes them; fee_bps, fixed_fee,
        slippage_bps and borrow_bps may be lists: each set of costs is a unit of its own

    Returns
    -------
    Sweep
        Ctrl-C gives one with status "cancelled" and the results so far.

    Raises
    ------
    UnknownName, DataError, BadBars, NoBars, DefinitionError
        What was asked for does not exist or does not hold together.

    Examples
    --------
    >>> sweep = bz.sweep(
    ...     definition, bars, grid={"fast": range(5, 30), "slow": range(40, 80)},
    ...     constraint="fast < slow", fee_bps=5, slippage_bps=2,
    ... )
    >>> sweep.best(3)
    """
    began = time.perf_counter()
    search.check_metric(by)
    wanted = _wanted(metrics, by)
    version = stand_in(Definition.parse(_rules(definition)))
    varied = dimensions(start, end, periods, terms, ARGUMENTS)
    space = Space(grid, constraint, samples, sampling, seed)
    named = bars if isinstance(bars, Mapping) else {_name_of(bars): bars}
    units = [*_units(version, named, varied, parameters, others or {}, asset_type)]
    question = space.question(
        version,
        units,
        by,
        {"parameters": as_json(parameters), "terms": as_json(terms), "by": by},
    )
    attempt = Attempt(
        question=question,
        progress=progress,
        threads=threads,
        memory_mb=memory_mb,
        metrics=wanted,
    )
    space.carry_out(attempt)
    return attempt.sweep(seconds=time.perf_counter() - began, remarks=(*attempt.remarks, UNCOUNTED))


ARGUMENTS = tuple(name for name in sweep.__annotations__ if name not in {"terms", "return"})


def _rules(given: Any) -> Any:  # noqa: ANN401 - checked by Definition.parse
    """Return rules; refuses the name of a saved strategy."""
    if isinstance(given, StrategyVersion):
        return given.definition
    if isinstance(given, str) and not given.lstrip().startswith(("{", "[")):
        raise DefinitionError(
            f"bz.sweep takes rules; {given!r} is none. A saved strategy is swept by "
            f"lab.backtests.sweep({given!r}, ...).",
            definition=given,
        )
    return given


def _wanted(metrics: Sequence[str] | None, by: str) -> list[str] | None:
    if metrics is None:
        return None
    names = [metrics] if isinstance(metrics, str) else list(metrics)
    for name in names:
        if name not in METRICS:
            raise UnknownName.of("metric", str(name), METRICS, f"Known: {', '.join(METRICS)}.")
    return list(dict.fromkeys([*names, by, "num_trades"]))


def stand_in(definition: Definition) -> StrategyVersion:
    """Return a strategy that is stored nowhere: its id is 0."""
    consent.require(definition)
    name = definition.name or "unnamed"
    return StrategyVersion(0, 0, name, 1, definition, ANY, ANY, ANY, clock.now())


def _name_of(bars: object) -> str:
    if not isinstance(bars, pd.DataFrame):
        raise DataError(
            f"bars must be a DataFrame, or DataFrames by symbol; got {type(bars).__name__}. "
            'lab.market.bars("AAPL") gives one.'
        )
    return str(bars.attrs.get("symbol") or "bars")


def _units(
    version: StrategyVersion,
    named: Frames,
    varied: Dimensions,
    parameters: Mapping[str, float] | None,
    others: Frames,
    asset_type: str | None,
) -> Iterator[Unit]:
    if not named:
        raise DataError("bars has no symbols. Give a DataFrame for at least one.")
    _refuse_lacking(version.definition, others)
    resolved = version.definition.resolve(parameters)
    joined = [(terms, run_terms.join(version, resolved, terms)) for terms in varied.every_terms()]
    number, timeframe, known = count(), "", None
    for name, given in named.items():
        symbol, tape = _facts(name, given, asset_type)
        stamps = tape.stamps
        frame = given.set_axis(stamps) if getattr(given.index, "tz", None) is None else given
        if known is None or not stamps.equals(known):  # many symbols have the same calendar
            timeframe, known = clock.infer_timeframe(stamps), stamps
        for period in varied.periods:
            start, end, cut = _cut(name, frame, stamps, period, timeframe)
            part = tape.between(0, len(cut))
            read = {one: bars.loc[:end] for one, bars in others.items()} if others else {}
            for terms, (exits, checked) in joined:
                wish = plan.Wish(
                    strategy=version,
                    symbol=symbol.symbol,
                    timeframe=timeframe,
                    start=period[0],
                    end=period[1],
                    parameters=parameters,
                    terms=terms,
                )
                recipe = plan.Recipe(
                    version=version,
                    symbol=symbol,
                    timeframe=timeframe,
                    start=start,
                    end=end,
                    parameters=resolved,
                    exits=exits,
                    terms=checked,
                    adjusted=str(frame.attrs.get("adjusted", plan.RAW)),
                )
                yield Unit(
                    number=next(number), recipe=recipe, wish=wish, bars=cut, others=read, tape=part
                )


def _refuse_lacking(definition: Definition, others: Frames) -> None:
    lacking = [name for name in definition.symbols if name not in others]
    if lacking:
        raise NoBars(
            f"The rules read {lacking[0]}, whose bars are not there. Give them with "
            f"others={{{lacking[0]!r}: bars}}.",
            symbol=lacking[0],
        )


def _facts(name: str, bars: pd.DataFrame, asset_type: str | None) -> tuple[Symbol, Tape]:
    """Return whose bars these are, and as arrays; refuses what is no bars."""
    if not isinstance(bars, pd.DataFrame):
        _name_of(bars)
    tape = Tape.of(bars)
    kind = known_asset_type(asset_type or bars.attrs.get("asset_type") or AssetType.EQUITY)
    symbol = Symbol(0, str(name), str(name), kind, None, "USD", None, None)
    return symbol, tape


def _cut(
    name: str, bars: pd.DataFrame, stamps: pd.DatetimeIndex, period: Period, timeframe: str
) -> tuple[pd.Timestamp, pd.Timestamp, pd.DataFrame]:
    """Return a period's start and end, and the bars up to its end."""
    if period == (None, None):
        return stamps[0], stamps[-1], bars
    start = stamps[0] if period[0] is None else clock.utc(period[0])
    end = stamps[-1] if period[1] is None else clock.last_stamp(period[1], timeframe)
    if start > end and None not in period:
        raise DataError(
            f"start {period[0]} is after end {period[1]}. Swap them, or leave one out.",
            start=period[0],
            end=period[1],
        )
    first, stop = stamps.searchsorted(start), stamps.searchsorted(end, side="right")
    if first >= stop:
        raise NoBars(
            f"The bars of {name} reach from {stamps[0]} to {stamps[-1]}; none lies from {start} to "
            f"{end}. Give another period.",
            symbol=name,
        )
    return start, end, bars if stop == len(bars) else bars.iloc[:stop]
