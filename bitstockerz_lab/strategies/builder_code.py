"""A definition as the builder's code: a cell that makes the same rules."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import canonical, indicators, language
from bitstockerz_lab.strategies.collected import plain_name
from bitstockerz_lab.strategies.conditions import Condition, Counted
from bitstockerz_lab.strategies.document import COUNTS, GROUPS, LEVELS, PRICES, parts
from bitstockerz_lab.strategies.expressions import (
    Constant,
    Earlier,
    Elsewhere,
    Expression,
    Made,
    ParameterValue,
)
from bitstockerz_lab.strategies.leaves import Price, Use
from bitstockerz_lab.strategies.python.model import functions
from bitstockerz_lab.strategies.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.parts import Parameter
    from bitstockerz_lab.strategies.python.model import PythonCode

WIDTH = 88
INDENT = "    "
KEYWORDS = dict(zip(GROUPS, ("enter", "leave", "enter_short", "leave_short"), strict=True))
WORDS = {
    "open_", "high", "low", "close", "volume", "all_of", "any_of", "between", "count",
    "crosses_above", "crosses_below", "happened", "holds", "maximum", "minimum", "number", "talib",
    *indicators.CATALOGUE,
}  # fmt: skip
TAKEN = {*WORDS, *keyword.kwlist, "abs", "bz", "definition"}


def code(definition: Definition) -> str:
    """Return code that makes the same rules; what is declared and never used is left out.

    Parameters
    ----------
    definition : any

    Returns
    -------
    str
        Imports, the parameters and the indicators that stand in several places, and
        ``definition = bz.strategy(...)``; or a function under ``@bz.code_strategy(...)``.
    """
    rewritten = _Rewritten(definition)
    call = rewritten.call()
    body = "\n".join([*rewritten.lines, *([""] if rewritten.lines else []), call])
    imports = f"import bitstockerz_lab as bz\n{_words(body)}"
    if definition.python is None:
        return f"{imports}\n{body}\n"
    lines = definition.python.source.removesuffix("\n").split("\n")
    first = functions(definition.python.source)[definition.python.function].lineno - 1
    before, after = "\n".join(lines[:first]).rstrip(), "\n".join(lines[first:])
    return "\n".join([imports + before, *(["", ""] if before else []), body, after, ""])


def _words(body: str) -> str:
    """Return the line that imports the builder's words a text uses; "" if it uses none."""
    without_texts = re.sub(r'"(?:[^"\\]|\\.)*"', '""', body)
    used = sorted(WORDS & set(re.findall(r"(?<![.\w])[A-Za-z_]\w*(?!\w|=[^=])", without_texts)))
    if not used:
        return ""
    names = ", ".join(used)
    start = "from bitstockerz_lab.strategies import"
    listed = f"{start} {names}"
    if len(listed) > WIDTH:
        listed = f"{start} (\n{INDENT}" + f",\n{INDENT}".join(used) + ",\n)"
    return f"{listed}\n"


class _Rewritten:
    """A definition's operands and conditions as expressions; `lines` declares what has a name."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.lines: list[str] = []
        self._variables: dict[tuple[str, str], ParameterValue] = {}
        names = [part.value for part in parts(definition.document) if isinstance(part.value, str)]
        self._uses = Counter(names)
        source = definition.python.source if definition.python is not None else ""
        self._taken = TAKEN | set(re.findall(r"\w+", source))

    def call(self) -> str:
        """Return the call of bz.strategy."""
        arguments = [quoted(self.definition.name), *self._arguments()]
        inner = "".join(f"{INDENT}{argument},\n" for argument in arguments)
        if self.definition.python is not None:
            return f"@bz.code_strategy(\n{inner})"
        return f"definition = bz.strategy(\n{inner})"

    def _arguments(self) -> Iterator[str]:
        rules = self.definition
        if rules.python is not None:
            yield from self._of_python(rules.python)
        else:
            yield from self._groups()
        for name in LEVELS:
            if getattr(rules, name) is not None:
                yield f"{name}={self.operand(getattr(rules, name))}"
        if rules.targets:
            pairs = [
                f"({self.operand(one.profit_pct)}, {self.operand(one.close_pct)})"
                for one in rules.targets
            ]
            yield f"targets=[{', '.join(pairs)}]"
        for name in COUNTS:
            if getattr(rules, name) is not None:
                yield f"{name}={self.operand(getattr(rules, name))}"
        if rules.sizing is not None:
            yield f"sizing=({quoted(rules.sizing.method)}, {self.operand(rules.sizing.value)})"
        if rules.description:
            yield f"description={quoted(rules.description)}"

    def _groups(self) -> Iterator[str]:
        for group, word in KEYWORDS.items():
            node = getattr(self.definition, group)
            if node is not None:
                yield f"{word}={_laid_out(self.condition(node), INDENT, len(word) + 2)}"

    def _of_python(self, code: PythonCode) -> Iterator[str]:
        declared = {name: _told(one) for name, one in self.definition.parameters.items()}
        made = [f"bz.parameter({quoted(one)}, {declared[one]})" for one in code.arguments[1:]]
        if made:
            deeper = INDENT * 2
            listed = f"parameters=[{', '.join(made)}]"
            long = f"parameters=[\n{deeper}" + f",\n{deeper}".join(made) + f",\n{INDENT}]"
            yield listed if len(INDENT) + len(listed) < WIDTH else long
        if self.definition.direction != "long":
            yield f"direction={quoted(self.definition.direction)}"

    def operand(self, operand: Any) -> Expression:  # noqa: ANN401, PLR0911 - a return a kind
        """Return an operand as an expression."""
        if isinstance(operand, str):
            return Price(operand) if operand in PRICES else self._indicator(operand)
        if isinstance(operand, language.ParameterReference):
            return self._parameter(operand.parameter)
        if isinstance(operand, language.Lagged):
            return Earlier(self.operand(operand.of), self._bars(operand.bars_ago))
        if isinstance(operand, language.View):
            of, bars = self.operand(operand.of), self._bars(operand.bars_ago)
            return Elsewhere(of, operand.symbol, operand.timeframe, bars)
        if isinstance(operand, language.Count):
            return Counted(self.condition(operand.member), self._bars(operand.bars))
        if isinstance(operand, language.Arithmetic | language.Absolute):
            return Made(operand.word, tuple(map(self.operand, operand.members)))
        return Constant(operand)

    def condition(self, node: Any) -> Condition:  # noqa: ANN401 - any node
        """Return a node as a condition."""
        if isinstance(node, language.AllOf | language.AnyOf):
            word = "all" if isinstance(node, language.AllOf) else "any"
            return Condition({word: [self.condition(member) for member in node.members]})
        if isinstance(node, language.Not):
            return Condition({"not": self.condition(node.member)})
        if isinstance(node, language.Holds | language.Happened):
            word = "holds" if isinstance(node, language.Holds) else "happened"
            return Condition({word: self.condition(node.member), "bars": self._bars(node.bars)})
        left = self.operand(node.left)  # first, as it is read
        keys = ("low", "high") if isinstance(node, language.Between) else ("right",)
        ends = {key: self.operand(getattr(node, key)) for key in keys}
        return Condition({"left": left, "op": node.op, **ends})

    def _bars(self, value: Any) -> Any:  # noqa: ANN401 - a Value
        found = self.operand(value)
        return found.number if isinstance(found, Constant) else found

    def _parameter(self, name: str) -> ParameterValue:
        declared = self.definition.parameters[name]
        return self._variable("parameter", name, f"bz.parameter({quoted(name)}, {_told(declared)})")

    def _indicator(self, name: str) -> Expression:
        if ("indicator", name) in self._variables:
            return self._variables["indicator", name]
        use = self.definition.indicators[name]
        chosen = {"source": use.source, "other": use.other}
        declared = self.definition.document["indicators"][name]
        found = Use(
            use.indicator,
            tuple((one.name, self._bars(use.settings[one.name])) for one in _settings(use)),
            **{key: self.operand(value) for key, value in chosen.items() if value is not None},
            output=use.output,
            name=None if plain_name(declared) == name else name,
        )
        if self._uses[name] == 1:
            return found
        return self._variable("indicator", name, str(found))

    def _variable(self, kind: str, name: str, made: str) -> ParameterValue:
        if (kind, name) not in self._variables:
            taken = {*self._taken, *(one.name for one in self._variables.values())}
            free = name
            while free in taken:
                free += "_"
            self._variables[kind, name] = ParameterValue(free, ())
            self.lines.append(f"{free} = {made}")
        return self._variables[kind, name]


def _settings(use: Any) -> tuple[indicators.Setting, ...]:  # noqa: ANN401 - an IndicatorUse
    return indicators.get(use.indicator).settings


def _told(declared: Parameter) -> str:
    found = canonical.parameter(declared)
    as_declared = float if declared.type == "float" else int
    default, *bounds = (key for key in ("default", "min", "max", "step") if key in found)
    told = [repr(as_declared(found[default]))]
    return ", ".join([*told, *(f"{key}={found[key]!r}" for key in bounds)])


def _laid_out(condition: Condition, indent: str, before: int) -> str:
    """Return a condition's code, a member a line where it is too long for one."""
    text = str(condition)
    word = next((word for word in ("all", "any") if word in condition.shape), None)
    if word is None or len(indent) + before + len(text) + 1 <= WIDTH:
        return text
    deeper = indent + INDENT
    members = [f"{deeper}{_laid_out(one, deeper, 0)},\n" for one in condition.shape[word]]
    return f"{word}_of(\n{''.join(members)}{indent})"
