"""A notebook's parameters: what its cell declares, and whether a value fits.

papermill's own reading of that cell goes line by line: it loses ``fee_bps: float = 5  # = 0.05 %``
for its second ``=`` and every ``int | None``. So the cell is read as the Python it is.
"""

from __future__ import annotations

import ast
import io
import json
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

NOTHING = {"", "none", "null"}
"""How no value is written on a command line, in any case."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a notebook, as its cell tagged ``parameters`` declares it.

    Parameters
    ----------
    name : what the notebook calls it
    kind : its annotation as written: "str", "float", "int | None"; "" where there is none
    default : its default as written: "'AAPL'", "5.0"
    help : the comment behind it
    """

    name: str
    kind: str
    default: str
    help: str

    @property
    def kinds(self) -> list[str]:
        """The types a value may have; empty where the cell names none, or one unknown here."""
        names = _kinds(ast.parse(self.kind, mode="eval").body) if self.kind else []
        return names if all(name in CHECKS for name in names) else []

    @property
    def default_value(self) -> object:
        """The default as a value; as it is written where it is no plain value."""
        try:
            return ast.literal_eval(self.default)
        except ValueError:
            return self.default

    def check(self, value: object) -> Any:  # noqa: ANN401 - reason: any JSON
        """Return a value as the type the notebook declares.

        Raises
        ------
        DataError
            It has another type, or cannot be written into a notebook at all.

        Examples
        --------
        >>> Parameter("fee_bps", "float", "0.0", "").check(5)
        5.0
        """
        bare = value.item() if isinstance(value, np.generic) else value
        for kind in self.kinds:
            found = CHECKS[kind](bare)
            if found is not UNFIT:
                return found
        if self.kinds:
            raise self._unfit(value)
        plain = _as_plain(bare)
        if plain is UNFIT:
            raise self._unfit(value)
        return plain

    def parse(self, text: str) -> Any:  # noqa: ANN401 - reason: any JSON
        """Return the value a command line's text means: "5" is 5.0 for a float, "5" for a str.

        Raises
        ------
        DataError
            The text is no value of the declared type.
        """
        if "str" in self.kinds:
            return text
        if "None" in self.kinds and text.strip().casefold() in NOTHING:
            return None
        for read in (json.loads, ast.literal_eval):
            try:
                return self.check(read(_pythonic(text) if read is ast.literal_eval else text))
            except (ValueError, SyntaxError):
                continue
        if self.kinds:
            raise self._unfit(text)
        return text

    def _unfit(self, value: object) -> DataError:
        wanted = (
            f"is {_one(self.kind)}" if self.kind else "takes text, numbers, lists and dicts of them"
        )
        return DataError(
            f"Parameter {self.name!r} {wanted}; {value!r} is {_one(type(value).__name__)}. "
            f"Leave it out to keep its default, {self.default}.",
            parameter=self.name,
            value=value,
        )


def _one(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


UNFIT = object()
"""What a check returns for a value that does not fit; None is a value."""


def _as_text(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value) if isinstance(value, str | Path) else UNFIT


def _as_whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else UNFIT


def _as_number(value: object) -> object:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else UNFIT


def _as_plain(value: object) -> object:
    """Return a value as JSON would keep it: text, numbers, lists, dicts with text for names."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        entries = {name: _as_plain(entry) for name, entry in value.items()}
        fits = all(isinstance(name, str) for name in entries)
        return entries if fits and UNFIT not in entries.values() else UNFIT
    if isinstance(value, list | tuple | range | np.ndarray):
        members = [_as_plain(entry) for entry in value]
        return UNFIT if any(member is UNFIT for member in members) else members
    return _as_text(value)


CHECKS: dict[str, Callable[[object], object]] = {
    "str": _as_text,
    "int": _as_whole,
    "float": _as_number,
    "bool": lambda value: value if isinstance(value, bool) else UNFIT,
    "dict": lambda value: _as_plain(value) if isinstance(value, Mapping) else UNFIT,
    "list": lambda value: UNFIT if isinstance(value, str | Mapping) else _listed(value),
    "tuple": lambda value: UNFIT if isinstance(value, str | Mapping) else _listed(value),
    "None": lambda value: value if value is None else UNFIT,
}
"""What makes a value of each type a parameters cell may name, or returns UNFIT."""


def _listed(value: object) -> object:
    plain = _as_plain(value)
    return plain if isinstance(plain, list) else UNFIT


def _kinds(annotation: ast.expr) -> list[str]:
    """Return the names of the types an annotation allows, such as ``int | None``."""
    match annotation:
        case ast.BinOp(left, ast.BitOr(), right):
            return _kinds(left) + _kinds(right)
        case ast.Subscript(ast.Name("Optional"), inner):
            return [*_kinds(inner), "None"]
        case ast.Subscript(ast.Name("Union"), ast.Tuple(members)):
            return [name for member in members for name in _kinds(member)]
        case ast.Subscript(outer, _):
            return _kinds(outer)
        case ast.Constant(str(quoted)):
            return _kinds(ast.parse(quoted, mode="eval").body)
        case _:
            return [ast.unparse(annotation)]


def _pythonic(text: str) -> str:
    return {"true": "True", "false": "False"}.get(text.strip().casefold(), text)


def declared(source: str) -> dict[str, Parameter]:
    """Return the parameters that the source of a parameters cell declares, by name, in its order.

    Raises
    ------
    SyntaxError
        The source is no plain Python.

    Examples
    --------
    >>> declared("fee_bps: float = 5.0  # per side, 5 = 0.05 %")["fee_bps"].help
    'per side, 5 = 0.05 %'
    """
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets: list[ast.expr] = [statement.target]
            kind = ast.unparse(statement.annotation)
        elif isinstance(statement, ast.Assign):
            targets, kind = statement.targets, ""
        else:
            continue
        default = ast.unparse(statement.value or ast.Constant(None))
        remark = comments.get(statement.end_lineno or 0, "")
        for target in targets:
            if isinstance(target, ast.Name):
                found[target.id] = Parameter(target.id, kind, default, remark)
    return found
