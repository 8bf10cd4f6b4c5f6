"""Operands of which one is never above the other, at the same bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.document import PRICES
from bitstockerz_lab.strategies.language import Lagged, Maximum, Minimum, View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.parts import IndicatorUse

    Resolved = Mapping[str, int | float]

BETWEEN = ("open", "close", "median_price")
"""What lies between a bar's low and its high, rounded too: a third of three prices may not."""

BANDS = ("lower", "middle", "upper")
BANDED = ("bollinger", "keltner", "donchian")


def at_most(definition: Definition, resolved: Resolved, one: Any, other: Any) -> bool:  # noqa: ANN401 - any operands
    """Tell whether an operand is known never to be above another at the same bar.

    Known are: a bar's low, open, close and high; the highest (lowest) of the last bars, this one
    included, and what it is the highest of, up to as many bars earlier; the bands around a middle;
    the smaller and the larger of several. False where nothing is known.

    Parameters
    ----------
    definition : the strategy
    resolved : every parameter's value
    one, other : operands of it
    """
    return one == other or (
        _ordered(definition, one, other)
        or _from_above(definition, resolved, one, other)
        or _from_below(definition, resolved, one, other)
    )


def _from_above(definition: Definition, resolved: Resolved, one: Any, other: Any) -> bool:  # noqa: ANN401 - any operands
    """Look into the larger one."""
    use = _use(definition, other)
    if use is not None and use.indicator == "highest":
        inner = _within(one, use, resolved)
        return inner is not None and at_most(definition, resolved, inner, use.source)
    if isinstance(other, Maximum):
        return any(at_most(definition, resolved, one, member) for member in other.members)
    if isinstance(other, Minimum):
        return all(at_most(definition, resolved, one, member) for member in other.members)
    return False


def _from_below(definition: Definition, resolved: Resolved, one: Any, other: Any) -> bool:  # noqa: ANN401 - any operands
    """Look into the smaller one."""
    use = _use(definition, one)
    if use is not None and use.indicator == "lowest":
        inner = _within(other, use, resolved)
        return inner is not None and at_most(definition, resolved, use.source, inner)
    if isinstance(one, Minimum):
        return any(at_most(definition, resolved, member, other) for member in one.members)
    if isinstance(one, Maximum):
        return all(at_most(definition, resolved, member, other) for member in one.members)
    both = (one, other)
    if all(isinstance(each, Lagged) for each in both) and one.bars_ago == other.bars_ago:
        return at_most(definition, resolved, one.of, other.of)
    if all(isinstance(each, View) for each in both):
        same = (one.symbol, one.timeframe, one.bars_ago) == (
            other.symbol, other.timeframe, other.bars_ago)  # fmt: skip
        return same and at_most(definition, resolved, one.of, other.of)
    return False


def _within(operand: Any, use: IndicatorUse, resolved: Resolved) -> Any:  # noqa: ANN401 - any operand
    """Return what stands at a bar of an extreme's window: the operand, or what it is earlier of."""
    if not isinstance(operand, Lagged):
        return operand
    window = canonical.number(use.settings["period"], resolved)
    back = canonical.number(operand.bars_ago, resolved)
    return operand.of if back < window else None


def _ordered(definition: Definition, one: Any, other: Any) -> bool:  # noqa: ANN401 - any operands
    """Tell whether two names are ordered within their bar, or as bands of one channel."""
    uses = _use(definition, one), _use(definition, other)
    names = [_price(name, use) for name, use in zip((one, other), uses, strict=True)]
    if names[0] == "low" and names[1] in (*BETWEEN, "high"):
        return True
    if names[1] == "high" and names[0] in (*BETWEEN, "low"):
        return True
    if uses[0] is None or uses[1] is None or uses[0].indicator not in BANDED:
        return False
    told = [(use.indicator, use.source, dict(use.settings)) for use in uses if use is not None]
    bands = [str(use.output or BANDS[1]) for use in uses if use is not None]
    known = told[0] == told[1] and set(bands) <= set(BANDS)
    return known and BANDS.index(bands[0]) <= BANDS.index(bands[1])


def _price(name: Any, use: IndicatorUse | None) -> str:  # noqa: ANN401 - any operand
    if use is not None:
        return use.indicator
    return name if isinstance(name, str) and name in PRICES else ""


def _use(definition: Definition, operand: Any) -> IndicatorUse | None:  # noqa: ANN401 - any operand
    return definition.indicators.get(operand) if isinstance(operand, str) else None
