"""The honesty checks of a strategy, all of them, on bars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Verdict
from bitstockerz_lab.errors import DefinitionError, LabError, Untrusted
from bitstockerz_lab.strategies import others as other_symbols
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.honesty import degenerate, on_bars
from bitstockerz_lab.strategies.honesty.compare import same
from bitstockerz_lab.strategies.honesty.computed import Computed
from bitstockerz_lab.strategies.honesty.look_ahead import CUTS, look
from bitstockerz_lab.strategies.honesty.needs import needs
from bitstockerz_lab.strategies.honesty.result import (
    DEGENERATE,
    LOOK_AHEAD,
    WARM_UP,
    Honesty,
    Result,
    Tested,
    on,
)
from bitstockerz_lab.strategies.honesty.warm_up import STARTS, warm_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from bitstockerz_lab.strategies.compile import Others, Rules

FEW, FEW_CUTS, FEW_STARTS = 2_000, 16, 3
"""The newest bars a quick check looks at, and at how many ends and starts of them."""
ENOUGH = 1_000
"""Bars on which what never happens is no chance any more: four years of days."""


RANDOM = (
    "the code gives other signals each time it runs on the same bars. Seed its random numbers, "
    "like np.random.default_rng(0), and keep nothing between two calls."
)


def check(  # noqa: PLR0913 - what is checked, on what, and how far
    definition: Rules,
    bars: pd.DataFrame,
    parameters: Mapping[str, Any] | None = None,
    others: Others | None = None,
    fee_bps: float = 0,
    slippage_bps: float = 0,
    *,
    cuts: int = CUTS,
    starts: int = STARTS,
    seconds: float = math.inf,
) -> Honesty:
    """Check whether rules look ahead, when they are settled, and whether they can do anything.

    Look-ahead: signals, moving stops and targets and every named indicator are computed again with
    the future cut off, that of other symbols too; code, with other futures as well. Warm-up: the
    same with the past cut off, beside the number the catalogue knows. Degenerate: conditions that
    are never or always true, on these bars and by what their operands can be; an entry that is the
    exit; stops inside the costs.

    Parameters
    ----------
    definition, bars, parameters, others : as those of `strategies.signals`
    fee_bps, slippage_bps : basis points of notional, per fill
    cuts, starts : at how many ends, and starts, of the data values are computed again; of code at
        60 ends at least
    seconds : a look for the future that takes longer is given up and told as "not checked"

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
        results = [*_not_repeatable(computed, bars, whole)]
    if not results:
        results = [_looks_ahead(computed, bars, whole, cuts, seconds)]
        results += [_warm_up(computed, bars, starts), *_degenerate(computed, bars, whole)]
    costs = [*degenerate.inside_costs(rules.exits(computed.resolved), fee_bps, slippage_bps)]
    results += [Result(DEGENERATE, Verdict.WARNING, sentence) for sentence in costs]
    if all(one.check != DEGENERATE for one in results):
        results.append(Result(DEGENERATE, Verdict.OK, _no_degenerate(computed)))
    made_on = tested(bars, others or {})
    return Honesty(tuple(results), made_on, computed.resolved, fee_bps, slippage_bps)


def quick(
    definition: Rules,
    bars: pd.DataFrame,
    parameters: Mapping[str, Any] | None = None,
    others: Others | None = None,
    *,
    seconds: float = math.inf,
) -> Honesty:
    """Check on the newest bars, at few places: whenever a version is saved; see `check`."""
    newest = bars.iloc[-FEW:]
    return check(
        definition, newest, parameters, others,
        cuts=FEW_CUTS, starts=FEW_STARTS, seconds=seconds,
    )  # fmt: skip


def _not_repeatable(
    computed: Computed, bars: pd.DataFrame, whole: pd.DataFrame
) -> Iterator[Result]:
    """Yield the lines of code that answers otherwise on the same bars; then nothing can be told."""
    if computed.is_code and not same(whole, computed(bars)).all():
        yield from unchecked(DefinitionError(RANDOM))


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
        digest=other_symbols.digest(bars, others),
    )


def _looks_ahead(
    computed: Computed, bars: pd.DataFrame, whole: pd.DataFrame, cuts: int, seconds: float
) -> Result:
    by_code = computed.is_code
    most = max(cuts, CUTS) if by_code else cuts
    looked = look(computed, bars, whole, cuts=most, changed=by_code, seconds=seconds)
    peek, places, tried = looked.peek, looked.places, looked.tried
    if peek is not None:
        seen = f"{peek} Seen on {on(tested(bars, {}), computed.resolved)}."
        return Result(LOOK_AHEAD, Verdict.FAILED, seen, peek.column, peek.timestamp)
    if not looked.is_whole:
        message = f"Not checked: within {seconds:g} s the code could be looked at at {places} of "
        return Result(LOOK_AHEAD, Verdict.NOT_CHECKED, f"{message}{tried} places.")
    if looked.problem is not None and places * 2 < tried:
        failed = f"at {tried - places} of {tried} places the rules fail on other bars"
        message = f"Not checked: {failed}: {looked.problem}"
        return Result(LOOK_AHEAD, Verdict.NOT_CHECKED, message)
    if not places:
        message = f"Not checked: {len(bars):,} bars are too few to cut the future off."
        return Result(LOOK_AHEAD, Verdict.NOT_CHECKED, message)
    what = "signal" if by_code else "signal, stop, target or indicator"
    how = "cut off, made to fall and made to rise" if by_code else "cut off"
    message = f"No {what} changed when the future was {how}, at {places} places."
    return Result(LOOK_AHEAD, Verdict.OK, message)


def _warm_up(computed: Computed, bars: pd.DataFrame, starts: int) -> Result:
    known = needs(computed.definition, computed.resolved, bars)
    try:
        measured = warm_up(computed, bars, starts=starts)
    except Exception as problem:
        if not computed.is_code:
            raise
        message = f"Not checked: the code fails on fewer bars: {problem}"
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
    if known.bars > len(bars) // 2:
        seen = f"{len(bars):,} bars are too few to see it"
    told = (
        f"The rules need {_bars(known.bars)} until values no longer depend on where the data "
        f"starts; {seen}."
    )
    unexpected = not known.never and known.bars < (len(bars) // 2 if measured is None else measured)
    noted = bool(known.never) or unexpected or known.bars > len(bars) // 2
    return Result(WARM_UP, Verdict.NOTE if noted else Verdict.OK, " ".join([told, *known.never]))


def _bars(number: int) -> str:
    return f"{number:,} bar{'' if number == 1 else 's'}"


def _measured_only(measured: int | None, bars: int) -> Result:
    if measured is None:
        message = f"Measured only, since it is code: signals had not settled within {bars // 2:,} "
        return Result(
            WARM_UP, Verdict.NOTE, f"{message}bars; they depend on where the data starts."
        )
    message = (
        f"Measured only, since it is code: here signals had settled after {_bars(measured)}; what "
        "they are made of may remember longer."
    )
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
