"""The columns of numbers and flags that rules are made of, each computed once.

A missing operand is NaN, and a comparison with NaN is neither true nor false. So a condition is
asked for only one of two columns: where it is true, or (under a `not`) where it is false. `all` is
true where every member is true and false where one is false; `any` the other way round; `not`
swaps the question. What is neither is missing.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import lost
from bitstockerz_lab.strategies import canonical, indicators, readers
from bitstockerz_lab.strategies.document import PRICES
from bitstockerz_lab.strategies.indicators.entry import shifted
from bitstockerz_lab.strategies.language import (
    Absolute,
    AllOf,
    AnyOf,
    Arithmetic,
    Between,
    Comparison,
    Count,
    Happened,
    Holds,
    Lagged,
    Not,
    View,
)
from bitstockerz_lab.strategies.readers import Time
from bitstockerz_lab.strategies.views import Views

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.parts import IndicatorUse

    Numbers = NDArray[np.float64]
    Flags = NDArray[np.bool_]

COMPARE = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}
OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
COMPUTE: dict[str, Callable[[Any, Any], Any]] = {
    "add": np.add, "multiply": np.multiply, "subtract": np.subtract, "divide": np.divide,
    "minimum": np.minimum, "maximum": np.maximum,
}  # fmt: skip


class Columns:
    """The columns one evaluation needs, each computed once whoever asks for it. Change none.

    Parameters
    ----------
    definition : the strategy
    bars : frame of open, high, low, close, volume
    resolved : every parameter's value
    others : the bars of other symbols, by symbol
    keep : keep every column; else each goes once all of the definition that reads it has read it
    numbers, missing : the bars' columns as arrays of float64, and which bars are missing, where
        they are at hand
    """

    def __init__(
        self,
        definition: Definition,
        bars: pd.DataFrame,
        resolved: Mapping[str, int | float],
        others: Mapping[str, pd.DataFrame] | None = None,
        *,
        keep: bool = True,
        numbers: Mapping[str, Numbers] | None = None,
        missing: Flags | None = None,
    ) -> None:
        self.definition = definition
        self.bars = bars
        self.resolved = resolved
        self._numbers = dict(numbers or {name: _plain(bars, name) for name in PRICES[:4]})
        self.missing: Flags = (
            lost([self._numbers[name] for name in PRICES[:4]]) if missing is None else missing
        )
        self.any_missing = bool(self.missing.any())
        self._others = others or {}
        self._made: dict[object, Any] = {}
        self._left: Counter[object] | None = None if keep else readers.readers(definition, resolved)

    def __len__(self) -> int:
        return len(self.missing)

    def under(self, resolved: Mapping[str, int | float]) -> Columns:
        """Return the columns under other values of the parameters; those of prices are shared."""
        other = Columns.__new__(Columns)
        vars(other).update(vars(self))
        vars(other).update(resolved=resolved, _made=self._shared.copy())
        vars(other).pop("_views", None)
        return other

    @functools.cached_property
    def _shared(self) -> dict[object, Any]:
        return {name: self._price(name) for name in PRICES}

    @functools.cached_property
    def _views(self) -> Views:
        columns = functools.partial(Columns, self.definition, resolved=self.resolved)
        return Views(self.bars, self._others, columns)

    def operand(self, operand: Any) -> Numbers | int | float:  # noqa: ANN401 - any operand
        """Return an operand's column, NaN where missing; a plain number for a constant."""
        if isinstance(operand, str):
            return self.price(operand) if operand in PRICES else self.indicator(operand)
        if canonical.is_constant(operand):
            number: int | float = canonical.number(operand, self.resolved)
            return number
        column: Numbers = self._once(operand, lambda: self._operand(operand))
        return column

    def price(self, name: str) -> Numbers:
        """Return a bar column, NaN at missing bars and wherever it is no finite number."""
        column: Numbers = self._once(name, lambda: self._price(name))
        return column

    def indicator(self, name: str) -> Numbers:
        """Return a named indicator's column; two names for the same thing share one."""
        use = self.definition.indicators[name]
        key = readers.key(name, self.definition, self.resolved)
        outputs = self._once(key, lambda: self._outputs(use))
        column: Numbers = outputs[use.output or indicators.get(use.indicator).outputs[0]]
        return column

    def _outputs(self, use: IndicatorUse) -> dict[str, Numbers]:
        """Return those outputs of an indicator that are named anywhere; the others cost memory."""
        entry, read = indicators.get(use.indicator), readers.inputs(use)
        columns = [self.operand(one) for one in read]
        uses = self.definition.indicators.values()
        named = {one.output or entry.outputs[0] for one in uses if one.indicator == entry.name}
        return indicators.compute_all(
            entry,
            [*map(np.ascontiguousarray, columns)],
            readers.settings(use, self.resolved),
            outputs=named,
            gapless=not self.any_missing and set(PRICES[:4]).issuperset(read),
        )

    def condition(self, node: Any, wanted: bool = True) -> Flags:  # noqa: ANN401 - any node
        """Return where a group or condition is true, or (not wanted) where it is false."""
        flags: Flags = self._once((node, wanted), lambda: self._condition(node, wanted))
        return flags

    def _once(self, key: object, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - what `make` gives
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make()
        if self._left is not None and key in self._left:
            self._left[key] -= 1
            if not self._left[key]:
                del self._made[key]
        return found

    def _price(self, name: str) -> Numbers:
        if name not in self._numbers:
            self._numbers[name] = _plain(self.bars, name)
        values, gone = self._numbers[name], self.missing
        if name not in PRICES[:4]:
            gone = gone | ~np.isfinite(values)
        return np.where(gone, np.nan, values) if gone.any() else _shared(values)

    def _time(self) -> Numbers:
        """Return when the bars start, in seconds since 1970 UTC; NaN at missing bars."""
        return np.where(self.missing, np.nan, _seconds(self.bars.index))

    def _operand(self, operand: Any) -> Numbers | int | float:  # noqa: ANN401 - any operand
        if operand is Time:
            return self._time()
        if isinstance(operand, Lagged):
            return _earlier(self.operand(operand.of), self._bars(operand.bars_ago))
        if isinstance(operand, View):
            return self._views.column(
                operand.symbol,
                operand.timeframe,
                lambda columns: _earlier(columns.operand(operand.of), self._bars(operand.bars_ago)),
            )
        if isinstance(operand, Count):
            return self._count(operand)
        members = [self.operand(member) for member in operand.members]
        return _computed(operand, members)

    def _bars(self, value: Any) -> int:  # noqa: ANN401 - a Value
        return int(canonical.number(value, self.resolved))

    def _count(self, operand: Count) -> Numbers:
        bars = self._bars(operand.bars)
        true, false = (self.condition(operand.member, wanted) for wanted in (True, False))
        found = np.cumsum(true, dtype=np.float64)
        found[bars:] = found[bars:] - found[:-bars]
        found[~_of_last(true | false, bars, every=True)] = np.nan
        return found

    def _condition(self, node: Any, wanted: bool) -> Flags:  # noqa: ANN401 - any node
        if isinstance(node, Not):
            return self.condition(node.member, not wanted)
        if isinstance(node, Comparison):
            return self._compared(node, wanted)
        if isinstance(node, Between):
            value, low, high = (self.operand(one) for one in (node.left, node.low, node.high))
            if wanted:
                return np.asarray((value >= low) & (value <= high))
            return np.asarray((value < low) | (value > high))
        if isinstance(node, Holds | Happened):
            every = isinstance(node, Holds) == wanted
            return _of_last(self.condition(node.member, wanted), self._bars(node.bars), every=every)
        assert isinstance(node, AllOf | AnyOf)  # noqa: S101 - the only other nodes
        join = np.logical_and if isinstance(node, AllOf) == wanted else np.logical_or
        found = join(*(self.condition(member, wanted) for member in node.members[:2]))
        for member in node.members[2:]:
            join(found, self.condition(member, wanted), out=found)
        return np.asarray(found)

    def _compared(self, node: Comparison, wanted: bool) -> Flags:
        left, right = self.operand(node.left), self.operand(node.right)
        if node.op in COMPARE:
            return np.asarray(COMPARE[node.op if wanted else OPPOSITE[node.op]](left, right))
        return _crossed(left, right, node.op == "crosses_above", wanted)


def _plain(bars: pd.DataFrame, name: str) -> Numbers:
    """Return a column of bars as numbers, without copying it where it is of numbers."""
    return bars[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _seconds(index: pd.Index) -> Numbers:
    """Return when the bars start, in seconds since 1970 UTC."""
    if not isinstance(index, pd.DatetimeIndex):
        hint = "Give bars with a DatetimeIndex, as lab.market.bars does."
        raise DataError(f"The bars have no times: their index is a {type(index).__name__}. {hint}")
    naive = index.tz_convert(None) if index.tz is not None else index
    return np.asarray(naive.as_unit("ns").asi8 / 1e9)


def _shared(values: Numbers) -> Numbers:
    """Return a column without copying it, where that is possible.

    What pandas gives is read-only; numba would compile every loop anew for that. No indicator
    writes into what it is given, which is tested.
    """
    found = np.ascontiguousarray(values)
    if not found.flags.writeable:
        found = found.view()
        try:
            found.flags.writeable = True
        except ValueError:  # somebody else's memory
            return found.copy()
    return found


def _earlier(values: Numbers | float, bars: int) -> Numbers | float:
    """Return what each value was some bars earlier; a constant is what it is."""
    return shifted(values, bars) if isinstance(values, np.ndarray) and bars else values


def _computed(operation: Arithmetic | Absolute, members: list[Any]) -> Numbers | float:
    """Return what arithmetic makes of columns and numbers; NaN where it is no finite number."""
    with np.errstate(all="ignore"):
        if isinstance(operation, Absolute):
            found = np.abs(np.asarray(members[0], dtype=np.float64))
        else:
            plain = [np.asarray(member, dtype=np.float64) for member in members]
            found = functools.reduce(COMPUTE[operation.word], plain)
    beyond = np.isinf(found)
    if beyond.any():
        found = np.where(beyond, np.nan, found)
    return found if found.ndim else float(found)


def _of_last(flags: Flags, bars: int, *, every: bool) -> Flags:
    """Return where a flag is up at every one, or at one, of the last bars.

    Where there are fewer bars it is not up at every one of them. Each step doubles the number of
    bars that are joined.
    """
    if every and bars > len(flags):
        return np.zeros(len(flags), dtype=bool)
    join, joined = np.logical_and if every else np.logical_or, 1
    while joined < min(bars, len(flags)):
        step = min(joined, bars - joined)
        found = join(flags[step:], flags[: len(flags) - step])
        flags = np.concatenate([np.zeros(step, dtype=bool) if every else flags[:step], found])
        joined += step
    return flags


def _crossed(left: Any, right: Any, above: bool, wanted: bool) -> Flags:  # noqa: ANN401 - columns or numbers
    """Return where left crosses right, or (not wanted) where it is known not to."""
    beyond, before = (operator.gt, operator.le) if above else (operator.lt, operator.ge)
    now = np.asarray(beyond(left, right))
    earlier = np.asarray(before(left, right))
    known = None if wanted else now | earlier
    now[1:] &= earlier[:-1]
    now[:1] = False
    if known is None:
        return now
    known[1:] &= known[:-1].copy()
    known[:1] = False
    return np.asarray(known & ~now)
