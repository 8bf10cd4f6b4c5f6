"""Operands as people type them: ``close.bars_ago(1)``, ``2 * atr_14``, ``sma(50)``.

The words are those of the builder, with declared indicators and parameters called by their names.
What has no such text (counts of conditions, what is not finished) is its JSON, so nothing is lost.
"""

from __future__ import annotations

import ast
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.document import PRICES, as_number, names_of, reference
from bitstockerz_lab.strategies.problems import PLAIN_KEY
from bitstockerz_lab.widgets.editor import uses

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.document import Document

SIGNS = {"add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2)}
WORDS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide"}
CALLS = {"minimum": "minimum", "maximum": "maximum"}
WHOLE, LOOSE = 3, 0
OPEN = "open_"


class _NoText(Exception):
    """An operand that has no text, or a text that is no operand."""


def text(operand: Any, document: Document) -> str:  # noqa: ANN401 - reason: any JSON
    """Return an operand as it is typed.

    Parameters
    ----------
    operand : its JSON, finished or not
    document : the definition it stands in

    Examples
    --------
    >>> text({"multiply": [2, {"of": "close", "bars_ago": 1}]}, {})
    '2 * close.bars_ago(1)'
    """
    if isinstance(operand, str) and not _is_name(operand, document):
        return operand
    with suppress(_NoText):
        told = _text(operand, document)[0]
        if read(told, document)[0] == operand:
            return told
    return json.dumps(operand, ensure_ascii=False)


def read(told: str, document: Document) -> tuple[Any, dict[str, Document]]:
    """Return the operand of a text, and the indicators that must be declared for it.

    Parameters
    ----------
    told : what was typed; what is no operand is given back as it is, for `validate` to tell
    document : the definition it will stand in

    Examples
    --------
    >>> read("sma(50) * 1.02", {})
    ({'multiply': ['sma_50', 1.02]}, {'sma_50': {'indicator': 'sma', 'period': 50}})
    """
    told = told.strip()
    if told.startswith("{"):
        with suppress(ValueError):
            return json.loads(told), {}
    if _is_name(told, document):
        return told, {}
    reader = _Reader(document)
    try:
        return reader.operand(ast.parse(told, mode="eval").body), reader.declared
    except (_NoText, SyntaxError, ValueError, RecursionError, MemoryError):
        return told, {}


def value(told: str, document: Document) -> Any:  # noqa: ANN401 - reason: any JSON
    """Return the number or parameter of a text; what is neither is given back as it is."""
    found, declared = read(told, document)
    is_value = as_number(found) is not None or reference(found) is not None
    return told.strip() if declared or not is_value else found


def _is_name(told: str, document: Document) -> bool:
    return told in PRICES or told in names_of(document, "indicators")


def _text(operand: Any, document: Document) -> tuple[str, int]:  # noqa: ANN401 - reason: any JSON
    """Return the text and how tightly it holds together."""
    if isinstance(operand, str):
        if not PLAIN_KEY.fullmatch(operand):
            raise _NoText
        return operand, WHOLE
    if isinstance(operand, int | float) and not isinstance(operand, bool):
        return json.dumps(operand), WHOLE if operand >= 0 else LOOSE
    name = reference(operand)
    if name is not None:
        return _parameter(name, document), WHOLE
    if not isinstance(operand, dict):
        raise _NoText
    if "of" in operand:
        return _elsewhere(operand, document), WHOLE
    if len(operand) == 1:
        ((word, members),) = operand.items()
        if word == "absolute":
            return f"abs({_text(members, document)[0]})", WHOLE
        if isinstance(members, list) and len(members) > 1 and word in {*SIGNS, *CALLS}:
            return _made(word, members, document)
    raise _NoText


def _parameter(name: str, document: Document) -> str:
    plain = PLAIN_KEY.fullmatch(name) and name in names_of(document, "parameters")
    return name if plain and not _is_name(name, document) else f"parameter({json.dumps(name)})"


def _elsewhere(operand: Document, document: Document) -> str:
    told, holds = _text(operand["of"], document)
    told = told if holds == WHOLE else f"({told})"
    for key, word in (("symbol", "of"), ("timeframe", "on")):
        if key in operand:
            told += f".{word}({json.dumps(operand[key])})"
    if "bars_ago" in operand:
        told += f".bars_ago({_text(operand['bars_ago'], document)[0]})"
    return told


def _made(word: str, members: list[Any], document: Document) -> tuple[str, int]:
    told = [_text(member, document) for member in members]
    if word in CALLS:
        return f"{word}({', '.join(one for one, _ in told)})", WHOLE
    sign, tightness = SIGNS[word]
    parts = [
        one if holds > tightness or (place == 0 and holds == tightness) else f"({one})"
        for place, (one, holds) in enumerate(told)
    ]
    return f" {sign} ".join(parts), tightness


class _Reader:
    """Reads the syntax tree of a text; nothing in it is ever executed."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._met: dict[str, Document] = {}
        self.declared: dict[str, Document] = {}

    def operand(self, node: ast.expr) -> Any:  # noqa: ANN401, PLR0911 - reason: a return a kind
        if isinstance(node, ast.Constant):
            return self._number(node.value)
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.operand(node.operand)
            return -inner if as_number(inner) is not None else {"multiply": [-1, inner]}
        if isinstance(node, ast.BinOp):
            return self._made(node)
        if isinstance(node, ast.Attribute) and self._is_talib(node):
            return self._declare(ast.unparse(node), [], {})
        if isinstance(node, ast.Attribute):
            return self._output(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise _NoText

    def _number(self, found: object) -> int | float:
        if as_number(found) is None:
            raise _NoText
        return found  # type: ignore[return-value]

    def _named(self, name: str) -> Any:  # noqa: ANN401 - reason: any JSON
        name = "open" if name == OPEN else name
        if _is_name(name, self._document) or name in self.declared:
            return name
        if name in names_of(self._document, "parameters"):
            return {"parameter": name}
        return self._declare(name, [], {})  # hour, for who writes it without brackets

    def _made(self, node: ast.BinOp) -> Document:
        word = WORDS.get(type(node.op))
        if word is None:
            raise _NoText
        first, second = self.operand(node.left), self.operand(node.right)
        if word in {"add", "multiply"} and isinstance(first, dict) and list(first) == [word]:
            return {word: [*first[word], second]}
        return {word: [first, second]}

    def _output(self, node: ast.Attribute) -> str:
        """Return the name of another output of an indicator: ``macd(12, 26, 9).signal``."""
        name = self.operand(node.value)
        if not isinstance(name, str) or name not in self._met:
            raise _NoText
        self.declared.pop(name, None)
        return self._keep({**self._met[name], "output": node.attr})

    def _call(self, node: ast.Call) -> Any:  # noqa: ANN401 - reason: any JSON
        if isinstance(node.func, ast.Attribute) and not self._is_talib(node.func):
            return self._method(node.func, node.args)
        name = ast.unparse(node.func)
        if name == "parameter" and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
            return {"parameter": str(node.args[0].value)}
        if name == "abs" and len(node.args) == 1:
            return {"absolute": self.operand(node.args[0])}
        if name in CALLS and len(node.args) > 1:
            return {name: [self.operand(one) for one in node.args]}
        return self._declare(name, node.args, {one.arg or "": one.value for one in node.keywords})

    @staticmethod
    def _is_talib(node: ast.Attribute) -> bool:
        return isinstance(node.value, ast.Name) and node.value.id == "talib"

    def _method(self, called: ast.Attribute, given: list[ast.expr]) -> Document:
        """Return what ``.bars_ago(1)``, ``.of("SPY")`` or ``.on("1w")`` makes of an operand."""
        keys = {"bars_ago": "bars_ago", "of": "symbol", "on": "timeframe"}
        if called.attr not in keys or len(given) != 1:
            raise _NoText
        key, inner = keys[called.attr], self.operand(called.value)
        if key == "bars_ago":
            told = self.operand(given[0])
        elif isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
            told = given[0].value
        else:
            raise _NoText
        is_view = isinstance(inner, dict) and {"symbol", "timeframe"} & set(inner)
        if is_view and key not in inner and "bars_ago" not in inner:
            return {**inner, key: told}
        return {"of": inner, key: told}

    def _declare(self, name: str, given: list[ast.expr], named: dict[str, ast.expr]) -> str:
        """Return the name an indicator is declared by."""
        entry = indicators.find(name)
        if entry is None:
            raise _NoText
        settings = [one.name for one in entry.settings]
        extra = [key for key in ("source",) if entry.source]
        keys = [*settings, *extra]
        if len(given) > len(keys) or set(named) - {*keys, "other"}:
            raise _NoText
        told = dict(zip(keys, given, strict=False)) | named
        use = uses.completed(
            {"indicator": name, **{key: self.operand(one) for key, one in told.items()}}
        )
        if uses.name_of(use) is None:
            raise _NoText
        return self._keep(use)

    def _keep(self, use: Document) -> str:
        declared = dict(self._document.get("indicators") or {})
        name = uses.free_name(use, {**declared, **self.declared})
        if name not in declared:
            self.declared[name] = use
        self._met[name] = use
        return name
