"""What a grid is made of: the values that are tried of each parameter, as from, to and step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests.grid import MOST, spaced
from bitstockerz_lab.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.parts import Parameter

VARIED = 3
"""Parameters that vary to begin with."""
VALUES = {1: 40, 2: 20, 3: 10}
"""Values to begin with of each, by how many parameters vary."""
NICE = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Span:
    """What is tried of one parameter.

    Attributes
    ----------
    name : the parameter's
    low, high, step : from, to and step, where it varies; None is a field that is left empty
    value : where it does not vary
    varies : whether it does
    whole : whether it is an integer
    """

    name: str
    low: float | None
    high: float | None
    step: float | None
    value: float | None
    varies: bool
    whole: bool

    @property
    def values(self) -> list[int] | list[float]:
        """What is tried.

        Raises
        ------
        DefinitionError
            A field is empty, the step is not above 0, or nothing lies between from and to.
        """
        if not self.varies:
            return [self._typed("value", self.value)]
        low, high, step = (
            self._typed(what, number)
            for what, number in (("from", self.low), ("to", self.high), ("step", self.step))
        )
        if step <= 0:
            raise self._wrong(f"its step is {step:g}", "Give one above 0.")
        if low > high:
            raise self._wrong(f"from {low:g} is above to {high:g}", "Swap them.")
        found = spaced(low, high, step)
        if found is None:
            raise self._wrong(f"more than {MOST:,} values are asked for", "Give a larger step.")
        return [int(one) for one in found] if self.whole else found

    @property
    def told(self) -> str:
        """How many values are tried, or what is wrong with the fields."""
        try:
            count = len(self.values)
        except DefinitionError as problem:
            return str(problem)
        return "stays" if not self.varies else f"{count:,} value{'' if count == 1 else 's'}"

    @property
    def is_wrong(self) -> bool:
        """Whether the fields give no values."""
        try:
            return not self.values
        except DefinitionError:
            return True

    def over(self, values: Sequence[float]) -> Span:
        """Return the span of values that are as far apart as one another; else itself, unvaried."""
        known = sorted(set(values))
        if len(known) == 1:
            return replace(self, varies=False, value=known[0])
        step = known[1] - known[0]
        found = replace(self, varies=True, low=known[0], high=known[-1], step=step)
        return found if found.values == [*known] else replace(found, step=None)

    def _typed(self, what: str, number: float | None) -> float:
        if number is None:
            raise self._wrong(f"{what} is empty", "Give a number.")
        if self.whole and number != int(number):
            raise self._wrong(f"{what} is {number:g}", "Give a whole number.")
        return int(number) if self.whole else float(number)

    def _wrong(self, why: str, way_out: str) -> DefinitionError:
        return DefinitionError(f"{self.name}: {why}. {way_out}", name=self.name)


def spans(definition: Definition) -> tuple[Span, ...]:
    """Return what to try of a strategy's parameters, to begin with: a grid that is soon done."""
    many = min(VARIED, len(definition.parameters))
    return tuple(
        _span(name, parameter, place < VARIED, VALUES.get(many, 1))
        for place, (name, parameter) in enumerate(definition.parameters.items())
    )


def _span(name: str, parameter: Parameter, varies: bool, most: int) -> Span:
    whole, default = parameter.type == "int", float(parameter.default)
    low = default / 2 if parameter.min is None else max(float(parameter.min), default / 4)
    high = default * 2 if parameter.max is None else min(float(parameter.max), default * 3)
    low, high = min(low, high), max(low, high)
    step = _nice((high - low) / max(most - 1, 1)) if high > low else 1.0
    if whole:
        step = max(1.0, round(step))
    own = float(parameter.step or 0)
    step = max(step, own) if not own else ceil(step / own - 1e-9) * own
    if own:
        start = default - floor((default - low) / step + 1e-9) * step  # the default is tried too
    else:
        start = ceil(low / step - 1e-9) * step  # 5, 10, 15, not 7, 12, 17
    stop = start + floor((high - start) / step + 1e-9) * step
    if whole:
        start, stop = ceil(start), floor(stop)
    tidy = (float(f"{one:.12g}") for one in (start, max(start, stop), step))
    return Span(name, *tidy, value=default, varies=varies, whole=whole)


def _nice(step: float) -> float:
    """Return the least of 1, 2, 5, 10, 20, … that is no smaller."""
    ten = 10.0 ** floor(log10(step))
    return next((nice * ten for nice in NICE if nice * ten >= step * (1 - 1e-9)), 10 * ten)


def read(row: dict[str, Any]) -> Span:
    """Return the span of a row of fields, whatever was typed there."""
    numbers = {
        name: row[name] if isinstance(row[name], int | float) else None
        for name in ("low", "high", "step", "value")
    }
    return Span(row["name"], **numbers, varies=bool(row["varies"]), whole=bool(row["whole"]))


def grid_of(found: Sequence[Span]) -> dict[str, list[int] | list[float]]:
    """Return the values by parameter, of those that vary.

    Raises
    ------
    DefinitionError
        Fields of one give no values, or nothing varies.
    """
    grid = {span.name: span.values for span in found if span.varies}
    if not grid:
        raise DefinitionError("No parameter varies. Tick the box of at least one.")
    return grid


def kept(found: Sequence[Span]) -> dict[str, float]:
    """Return the values of parameters that stay; defaults too, for they are a version's own."""
    return {span.name: span.values[0] for span in found if not span.varies}
