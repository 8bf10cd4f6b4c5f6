"""The honesty checks of a strategy, all of them, on bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Verdict
from bitstockerz_lab.errors import LabError, Untrusted
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.honesty import degenerate, on_bars
from bitstockerz_lab.strategies.honesty.computed import Computed, digest
from bitstockerz_lab.strategies.honesty.look_ahead import CUTS, look
from bitstockerz_lab.strategies.honesty.needs import needs
from bitstockerz_lab.strategies.honesty.result import (
    DEGENERATE,
    LOOK_AHEAD,
    WARM_UP,
    Honesty,
    Result,
    Tested,
)
from bitstockerz_lab.strategies.honesty.warm_up import STARTS, warm_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from bitstockerz_lab.strategies.compile import Others, Rules

ENOUGH = 1_000
"""Bars on which what never happens is no chance any more: four years of days."""


def check(
    definition: Rules,
    bars: pd.DataFrame,
    parameters: Mapping[str, Any] | None = None,
    others: Others | None = None,
    fee_bps: float = 0,
    slippage_bps: float = 0,
    *,
    cuts: int = CUTS,
    starts: int = STARTS,
) -> Honesty:
    """Check whether rules look ahead, when they are settled, and whether they can do anything.

    Look-ahead: signals, moving stops and targets and every named indicator are computed again with
    the future cut off, that of other symbols too. Warm-up: the same with the past cut off, beside
    the number the catalogue knows. Degenerate: conditions that are never or always true, on these
    bars and by what their operands can be; an entry that is the exit; stops inside the costs.

    Parameters
    ----------
    definition, bars, parameters, others : as those of `strategies.signals`
    fee_bps, slippage_bps : basis points of notional, per fill
    cuts, starts : at how many ends, and starts, of the data values are computed again

    Returns
    -------
    Honesty
        ``print`` shows a verdict a line; `ok`, `findings`, `as_frame`.

    Raises
    ------
    DefinitionError, DataError, Untrusted
        As `strategies.signals`. What code itself raises is told as "not checked".

    Examples
    --------
    >>> print(check(definition, bars))  # doctest: +SKIP
    ✓ look-ahead: no value changed when the future was cut off at 60 places.
    """
    rules = Definition.parse(definition)
    computed = Computed(rules, rules.resolve(parameters), others or {})
    try:
        whole = computed(bars)
    except Exception as problem:
        if not computed.is_code or isinstance(problem, Untrusted):
            raise
        results = [*unchecked(problem)]
    else:
        results = [_looks_ahead(computed, bars, whole, cuts)]
        results += [_warm_up(computed, bars, starts), *_degenerate(computed, bars, whole)]
    costs = [*degenerate.inside_costs(rules.exits(computed.resolved), fee_bps, slippage_bps)]
    results += [Result(DEGENERATE, Verdict.WARNING, sentence) for sentence in costs]
    if all(one.check != DEGENERATE for one in results):
        results.append(Result(DEGENERATE, Verdict.OK, _no_degenerate(computed)))
    return Honesty(
        tuple(results), tested(bars, others or {}), computed.resolved, fee_bps, slippage_bps
    )


def unchecked(problem: Exception) -> Iterator[Result]:
    """Yield the lines of rules that could not be run."""
    said = str(problem) if isinstance(problem, LabError) else f"the code fails: {problem!r}"
    for name in (LOOK_AHEAD, WARM_UP, DEGENERATE):
        yield Result(name, Verdict.NOT_CHECKED, f"Not checked: {said}")


def tested(bars: pd.DataFrame, others: Others) -> Tested:
    """Return what bars are, for a reader and for the database."""
    stamps = clock.stamps(bars)
    return Tested(
        symbol=str(bars.attrs.get("symbol", "")),
        timeframe=str(bars.attrs.get("timeframe", "")),
        simulated=bool(bars.attrs.get("simulated", False)),
        bars=len(bars),
        first=stamps[0] if len(bars) else None,
        last=stamps[-1] if len(bars) else None,
        digest=digest(bars, others),
    )


def _looks_ahead(computed: Computed, bars: pd.DataFrame, whole: pd.DataFrame, cuts: int) -> Result:
    peek, looked = look(computed, bars, whole, cuts=cuts)
    if peek is not None:
        return Result(LOOK_AHEAD, Verdict.FAILED, str(peek), peek.column, peek.timestamp)
    if not looked:
        message = f"Not checked: {len(bars):,} bars are too few to cut the future off."
        return Result(LOOK_AHEAD, Verdict.NOT_CHECKED, message)
    what = "signal" if computed.is_code else "signal, stop, target or indicator"
    message = f"No {what} changed when the future was cut off, at {looked} places."
    return Result(LOOK_AHEAD, Verdict.OK, message)


def _warm_up(computed: Computed, bars: pd.DataFrame, starts: int) -> Result:
    known = needs(computed.definition, computed.resolved, bars)
    try:
        measured = warm_up(computed, bars, starts=starts)
    except Exception as problem:
        if not computed.is_code:
            raise
        message = f"Not checked: the code fails on fewer bars: {problem!r}"
        return Result(WARM_UP, Verdict.NOT_CHECKED, message)
    if measured is not None and measured > len(bars) // 2:
        measured = None  # settled by chance: as much must be left as it took
    if known.bars is None:
        return _measured_only(measured, len(bars))
    seen = (
        f"within {len(bars) // 2:,} bars they had not settled"
        if measured is None
        else f"here they had settled after {measured:,}"
    )
    told = (
        f"The rules need {_bars(known.bars)} until values no longer depend on where the data "
        f"starts; {seen}."
    )
    unexpected = not known.never and known.bars < (len(bars) // 2 if measured is None else measured)
    noted = bool(known.never) or unexpected
    return Result(WARM_UP, Verdict.NOTE if noted else Verdict.OK, " ".join([told, *known.never]))


def _bars(number: int) -> str:
    return f"{number:,} bar{'' if number == 1 else 's'}"


def _measured_only(measured: int | None, bars: int) -> Result:
    if measured is None:
        message = f"Measured only, since it is code: signals had not settled within {bars // 2:,} "
        return Result(
            WARM_UP, Verdict.NOTE, f"{message}bars; they depend on where the data starts."
        )
    message = f"Measured only, since it is code: signals had settled after {_bars(measured)}."
    return Result(WARM_UP, Verdict.OK, message)


def _degenerate(computed: Computed, bars: pd.DataFrame, whole: pd.DataFrame) -> Iterator[Result]:
    rules = computed.definition
    is_real = not bars.attrs.get("simulated", False)
    groups: set[str] = set()
    if not computed.is_code:
        for sentence in degenerate.same_rules(rules):
            yield Result(DEGENERATE, Verdict.WARNING, sentence)
        for fixed in degenerate.Logic(rules, computed.resolved).fixed():
            groups.add(fixed.path.partition(".")[0])
            verdict = Verdict.NOTE if fixed.is_plain else Verdict.WARNING
            yield Result(DEGENERATE, verdict, fixed.message)
    for group, seen, sentence in on_bars.never_or_always(computed, bars, whole):
        if group not in groups:
            verdict = Verdict.WARNING if is_real and seen >= ENOUGH else Verdict.NOTE
            yield Result(DEGENERATE, verdict, sentence)


def _no_degenerate(computed: Computed) -> str:
    if computed.is_code:
        return "Each signal is true at some bars and false at others. Code is not read."
    return "Each rule is true at some bars and false at others, and no comparison is idle."
