"""From a definition and bars to entry and exit signals and to the levels of its exits."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import BadBars, DataError
from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.columns import Columns
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.document import GROUPS, LEVELS, PRICES
from bitstockerz_lab.strategies.python import consent, execution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rules = Definition | Mapping[str, Any] | str
    Others = Mapping[str, pd.DataFrame]

COLUMNS = {
    "enter_long": "long_entry",
    "exit_long": "long_exit",
    "enter_short": "short_entry",
    "exit_short": "short_exit",
}


def signals(
    definition: Rules,
    bars: pd.DataFrame,
    parameters: Mapping[str, Any] | None = None,
    others: Others | None = None,
    *,
    trust: bool = False,
) -> pd.DataFrame:
    """Return what the rules say at each bar's close.

    Parameters
    ----------
    definition : a Definition, a dict or JSON text
    bars : frame of open, high, low, close, volume, ascending by time
        A bar with a missing, infinite or non-positive price is missing: it gives no signal and
        indicators pass over it. Rules that look at another timeframe or symbol need
        `bars.attrs["timeframe"]`, as bars of a lab have it.
    parameters : values by name; the definition's defaults for the rest
    others : bars by symbol, for each of `definition.symbols`, of a timeframe of which those that
        the rules look at can be made: a view that names none is as long as `bars`
    trust : agree, for good, to Python code that was not written on this machine

    Returns
    -------
    DataFrame of shape (n_bars, 4), bool, index of the bars
        long_entry, long_exit, short_entry, short_exit. The value at a bar depends on that bar and
        earlier ones only: ``signals(d, bars[:n])`` equals ``signals(d, bars)[:n]``.

    Raises
    ------
    DefinitionError, UnknownName
        The definition or a parameter does not hold together.
    Untrusted
        Python decides that was neither written nor agreed to on this machine.
    DataError
        A column is missing, or the bars of another symbol are; stamps do not ascend.

    Examples
    --------
    >>> signals('{"enter_long": {"left": "close", "op": ">", "right": 1}}', bars)  # doctest: +SKIP
    """
    return _signals(_columns(definition, bars, parameters, others), trust=trust)


def levels(
    definition: Rules,
    bars: pd.DataFrame,
    parameters: Mapping[str, Any] | None = None,
    others: Others | None = None,
) -> dict[str, Any]:
    """Return the stops and targets a definition sets, in percent of the entry price.

    Parameters
    ----------
    definition, bars, parameters, others : as those of `signals`

    Returns
    -------
    dict with any of stop_loss_pct, take_profit_pct, trailing_stop_pct, break_even_pct, targets
        A number, or an array of shape (n_bars,) read at the signal's close; `targets` is a list of
        (such a one, close_pct). Where an array's number would not be above 0, or is missing, it is
        NaN: an entry decided there has no such stop or target.
    """
    return _levels(_columns(definition, bars, parameters, others))


def decisions(
    definition: Rules,
    bars: pd.DataFrame,
    parameters: Mapping[str, Any] | None = None,
    others: Others | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return `signals` and `levels`, with what both need computed once."""
    columns = _columns(definition, bars, parameters, others)
    return _signals(columns), _levels(columns)


def need_columns(bars: pd.DataFrame) -> None:
    """Raise DataError where a column that rules may read is not there."""
    there = set(bars.columns)
    absent = [name for name in PRICES if name not in there]
    if absent:
        message = f"The bars have no column {', '.join(absent)}. They need {', '.join(PRICES)}."
        raise DataError(message, columns=absent)


def _columns(
    definition: Rules,
    bars: pd.DataFrame,
    parameters: Mapping[str, Any] | None,
    others: Others | None,
) -> Columns:
    rules = Definition.parse(definition)
    resolved = rules.resolve(parameters)
    need_columns(bars)
    if not (bars.index.is_monotonic_increasing and bars.index.is_unique):
        raise BadBars("Bars must ascend in time, each stamp once. Try bars.sort_index().")
    return Columns(rules, bars, resolved, others, keep=False)


def _signals(columns: Columns, *, trust: bool = False) -> pd.DataFrame:
    rules, by_code = columns.definition, {}
    if rules.python is not None:
        consent.require(rules, trust=trust)
        by_code = execution.flags(rules, columns.bars, columns.resolved)
    found = np.zeros((len(GROUPS), len(columns)), dtype=bool)
    present = ~columns.missing
    for group, row in zip(GROUPS, found, strict=True):
        node = getattr(rules, group)
        if group in by_code:
            np.logical_and(by_code[group], present, out=row)
        elif node is not None:
            np.logical_and(columns.condition(node), present, out=row)
    return pd.DataFrame(found.T, index=columns.bars.index, columns=_names(), copy=False)


@functools.cache
def _names() -> pd.Index:
    """Return the columns of signals; making this index takes longer than comparing two columns."""
    return pd.Index([COLUMNS[group] for group in GROUPS])


def _levels(columns: Columns) -> dict[str, Any]:
    rules, resolved = columns.definition, columns.resolved
    wanted = {name: getattr(rules, name) for name in LEVELS}
    found: dict[str, Any] = {
        name: _level(columns, one) for name, one in wanted.items() if one is not None
    }
    if rules.targets is not None:
        found["targets"] = [
            (_level(columns, one.profit_pct), canonical.number(one.close_pct, resolved))
            for one in rules.targets
        ]
    return found


def _level(columns: Columns, operand: Any) -> int | float | NDArray[np.float64]:  # noqa: ANN401 - any operand
    values = columns.operand(operand)
    if canonical.is_constant(operand):
        return values
    column = np.broadcast_to(np.asarray(values, dtype=np.float64), len(columns))
    return np.where(column > 0, column, np.nan)
