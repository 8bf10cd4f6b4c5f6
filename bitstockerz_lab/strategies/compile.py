"""From a definition and bars to entry and exit signals, vectorised, in three-valued logic.

A missing operand is NaN, and a comparison with NaN is neither true nor false. So a condition is
asked for only one of two columns: where it is true, or (under a `not`) where it is false. `all` is
true where every member is true and false where one is false; `any` the other way round; `not`
swaps the question. What is neither is missing, and at the end missing is false.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import missing
from bitstockerz_lab.strategies import canonical, indicators
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.document import GROUPS, PRICES
from bitstockerz_lab.strategies.indicators.entry import shifted
from bitstockerz_lab.strategies.language import AllOf, AnyOf, Between, Comparison, Lagged, Not

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

COLUMNS = {
    "enter_long": "long_entry",
    "exit_long": "long_exit",
    "enter_short": "short_entry",
    "exit_short": "short_exit",
}
Compare = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}
OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}


class Columns:
    """The columns one evaluation needs, each computed once whoever asks for it.

    Parameters
    ----------
    definition : the strategy
    bars : frame of open, high, low, close, volume
    resolved : every parameter's value
    """

    def __init__(
        self, definition: Definition, bars: pd.DataFrame, resolved: Mapping[str, int | float]
    ) -> None:
        self.definition = definition
        self.bars = bars
        self.resolved = resolved
        self.missing: Flags = np.asarray(missing(bars), dtype=bool)
        self._made: dict[object, Any] = {}

    def __len__(self) -> int:
        return len(self.missing)

    def operand(self, operand: Any) -> Numbers | int | float:  # noqa: ANN401 - any operand
        """Return an operand's column, NaN where missing; a plain number for a constant."""
        if isinstance(operand, str):
            return self.price(operand) if operand in PRICES else self.indicator(operand)
        if isinstance(operand, Lagged):
            return self._lagged(operand)
        return canonical.number(operand, self.resolved)

    def price(self, name: str) -> Numbers:
        """Return a bar column, or "time", when the bar starts in seconds since 1970 UTC.

        NaN at missing bars and wherever it is no finite number.
        """
        column: Numbers = self._once(("price", name), lambda: self._price(name))
        return column

    def indicator(self, name: str) -> Numbers:
        """Return a named indicator's column; two names for the same thing share one."""
        use = self.definition.indicators[name]
        settings = {k: canonical.number(v, self.resolved) for k, v in use.settings.items()}
        entry = indicators.get(use.indicator)
        inputs = [use.source or "" if one == "source" else one for one in entry.inputs]
        key = (use.indicator, *inputs, *sorted(settings.items()))
        outputs = self._once(
            key,
            lambda: indicators.compute_all(entry, [self.price(one) for one in inputs], settings),
        )
        column: Numbers = outputs[use.output or entry.outputs[0]]
        return column

    def _once(self, key: object, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - what `make` gives
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _price(self, name: str) -> Numbers:
        if name == "time":
            values = _seconds(self.bars.index)
        else:
            values = np.array(self.bars[name].to_numpy(dtype=np.float64, na_value=np.nan))
        values[self.missing | ~np.isfinite(values)] = np.nan
        return values

    def _lagged(self, operand: Lagged) -> Numbers | int | float:
        values = self.operand(operand.of)
        bars_ago = int(canonical.number(operand.bars_ago, self.resolved))
        if not isinstance(values, np.ndarray) or bars_ago == 0:
            return values
        key = (operand.of, "ago", bars_ago)
        column: Numbers = self._once(key, lambda: shifted(values, bars_ago))
        return column


def _seconds(index: pd.Index) -> Numbers:
    """Return when the bars start, in seconds since 1970 UTC."""
    if not isinstance(index, pd.DatetimeIndex):
        hint = "Give bars with a DatetimeIndex, as lab.market.bars does."
        raise DataError(f"The bars have no times: their index is a {type(index).__name__}. {hint}")
    naive = index.tz_convert(None) if index.tz is not None else index
    return np.asarray(naive.as_unit("ns").asi8 / 1e9)


def _compared(columns: Columns, node: Comparison, wanted: bool) -> Flags:
    left, right = columns.operand(node.left), columns.operand(node.right)
    if node.op in Compare:
        op = node.op if wanted else OPPOSITE[node.op]
        return np.asarray(Compare[op](left, right))
    return _crossed(left, right, node.op == "crosses_above", wanted)


def _crossed(left: Any, right: Any, above: bool, wanted: bool) -> Flags:  # noqa: ANN401 - columns or numbers
    """Return where left crosses right, or (not wanted) where it is known not to."""
    beyond, before = (operator.gt, operator.le) if above else (operator.lt, operator.ge)
    now = np.asarray(beyond(left, right))
    earlier = np.asarray(before(left, right))
    found = np.zeros(len(now), dtype=bool)
    found[1:] = now[1:] & earlier[:-1]
    if wanted:
        return found
    known = now | earlier
    known[1:] &= known[:-1].copy()
    known[:1] = False
    return np.asarray(known & ~found)


def _evaluated(columns: Columns, node: Any, wanted: bool) -> Flags:  # noqa: ANN401 - any node
    """Return where a group or condition is true, or (not wanted) where it is false."""
    if isinstance(node, Not):
        return _evaluated(columns, node.member, not wanted)
    if isinstance(node, Comparison):
        return _compared(columns, node, wanted)
    if isinstance(node, Between):
        value, low, high = (columns.operand(one) for one in (node.left, node.low, node.high))
        if wanted:
            return np.asarray((value >= low) & (value <= high))
        return np.asarray((value < low) | (value > high))
    every = isinstance(node, AllOf) == wanted
    join = np.logical_and if every else np.logical_or
    assert isinstance(node, AllOf | AnyOf)  # noqa: S101 - the only other nodes
    found = _evaluated(columns, node.members[0], wanted)
    for member in node.members[1:]:
        join(found, _evaluated(columns, member, wanted), out=found)
    return found


def signals(
    definition: Definition | Mapping[str, Any] | str,
    bars: pd.DataFrame,
    parameters: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Return what the rules say at each bar's close.

    Parameters
    ----------
    definition : a Definition, a dict or JSON text
    bars : frame of open, high, low, close, volume, ascending by time
        A bar with a missing, infinite or non-positive price is missing: it gives no signal and
        indicators pass over it.
    parameters : values by name; the definition's defaults for the rest

    Returns
    -------
    DataFrame of shape (n_bars, 4), bool, index of the bars
        long_entry, long_exit, short_entry, short_exit. The value at a bar depends on that bar and
        earlier ones only: ``signals(d, bars[:n])`` equals ``signals(d, bars)[:n]``.

    Raises
    ------
    DefinitionError, UnknownName
        The definition or a parameter does not hold together.
    DataError
        A column is missing.

    Examples
    --------
    >>> signals('{"enter_long": {"left": "close", "op": ">", "right": 1}}', bars)  # doctest: +SKIP
    """
    rules = Definition.parse(definition)
    resolved = rules.resolve(parameters)
    absent = [name for name in PRICES if name not in bars.columns]
    if absent:
        message = f"The bars have no column {', '.join(absent)}. They need {', '.join(PRICES)}."
        raise DataError(message, columns=absent)
    columns = Columns(rules, bars, resolved)
    found = {}
    for group in GROUPS:
        node = getattr(rules, group)
        if node is None:
            found[COLUMNS[group]] = np.zeros(len(bars), dtype=bool)
        else:
            found[COLUMNS[group]] = _evaluated(columns, node, wanted=True) & ~columns.missing
    return pd.DataFrame(found, index=bars.index)
