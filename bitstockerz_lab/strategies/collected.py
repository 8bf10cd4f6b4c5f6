"""From the builder's expressions to JSON: indicators and parameters are named on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.conditions import Counted
from bitstockerz_lab.strategies.document import as_number
from bitstockerz_lab.strategies.expressions import (
    Constant,
    Earlier,
    Elsewhere,
    Expression,
    Made,
    ParameterValue,
)
from bitstockerz_lab.strategies.leaves import Price, Use
from bitstockerz_lab.strategies.wording import SIMULATE, is_table, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.strategies.document import Document


class Collected:
    """Expressions as JSON; the parameters and indicators met on the way are kept by name."""

    def __init__(self) -> None:
        self.parameters: dict[str, ParameterValue] = {}
        self.indicators: dict[str, Document] = {}

    def number(self, value: object) -> Any:  # noqa: ANN401 - plain JSON out
        """Return a number's JSON; a parameter is declared on the way."""
        if isinstance(value, Constant):
            return value.number
        if (isinstance(value, Expression) and not isinstance(value, ParameterValue)) or is_table(
            value
        ):
            hint = f" {SIMULATE}" if is_table(value) else ""
            message = f"A number or a parameter is needed, not {shown(value)}.{hint}"
            raise DefinitionError(message)
        if not isinstance(value, ParameterValue):
            plain = as_number(value)
            return value if plain is None or isinstance(value, float) else plain
        known = self.parameters.setdefault(value.name, value)
        if dict(known.settings) != dict(value.settings):
            first, second = (
                ", ".join(f"{key} = {number}" for key, number in one.settings)
                for one in (known, value)
            )
            message = (
                f"Parameter {value.name!r} is declared twice and differently: {first}; {second}. "
                "Declare it once and use the variable, or give it another name."
            )
            raise DefinitionError(message, parameter=value.name)
        return {"parameter": value.name}

    def operand(self, value: object) -> Any:  # noqa: ANN401, PLR0911 - plain JSON out, a return a kind
        """Return an operand's JSON; an indicator is named and declared on the way."""
        if isinstance(value, Price):
            return value.name
        if isinstance(value, Use):
            return self._indicator(value)
        if isinstance(value, Earlier):
            return {"of": self.operand(value.of_), "bars_ago": self.number(value.bars)}
        if isinstance(value, Elsewhere):
            told = {"symbol": value.symbol, "timeframe": value.timeframe}
            chosen = {key: word for key, word in told.items() if word is not None}
            bars_ago = self.number(value.bars)
            return {"of": self.operand(value.of_), **chosen, "bars_ago": bars_ago}
        if isinstance(value, Made):
            members = [self.operand(member) for member in value.members]
            return {value.word: members[0] if value.word == "absolute" else members}
        if isinstance(value, Counted):
            count = value.member.document(self.operand)
            return {"count": count, "bars": self.number(value.bars)}
        return self.number(value)

    def _indicator(self, use: Use) -> str:
        chosen = {"source": use.source, "other": use.other}
        declared: Document = {
            "indicator": use.indicator,
            **{key: self.number(value) for key, value in use.settings},
            **{key: self.operand(value) for key, value in chosen.items() if value is not None},
            **({"output": use.output} if use.output is not None else {}),
        }
        if use.name is not None:
            known = self.indicators.setdefault(use.name, declared)
            if known != declared:
                message = f"Two indicators are called {use.name!r}: {known} and {declared}. "
                raise DefinitionError(f"{message}Name one of them otherwise.", name=use.name)
            return use.name
        for name in _names(declared):
            if self.indicators.setdefault(name, declared) == declared:
                return name
        raise AssertionError  # pragma: no cover - names never run out


def plain_name(use: Mapping[str, Any]) -> str:
    """Return what a declared indicator is called if nobody says otherwise.

    Examples
    --------
    >>> plain_name({"indicator": "sma", "period": 50, "source": "high"})
    'sma_50_high'
    """
    entry = indicators.get(use["indicator"])
    told = [_word(use[one.name]) for one in entry.settings if one.name in use]
    source, other, output = use.get("source"), use.get("other"), use.get("output")
    taken = [one for one in (source if source != entry.source else None, other) if one is not None]
    told += [one if isinstance(one, str) else "expression" for one in taken]
    told += [output] if output is not None and output != entry.outputs[0] else []
    return "_".join([entry.name.replace(".", "_"), *told])


def _word(value: Any) -> str:  # noqa: ANN401 - a number or a parameter
    text = value["parameter"] if isinstance(value, Mapping) else str(value)
    return str(text).replace(".", "_").replace("-", "minus_").replace("+", "")


def _names(use: Document) -> Iterator[str]:
    """Yield the names an indicator may get, the plainest first: sma_50, sma_fast, sma_50_high."""
    plain = plain_name(use)
    yield plain
    count = 2
    while True:
        yield f"{plain}_{count}"
        count += 1
