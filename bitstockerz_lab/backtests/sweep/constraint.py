"""Which combinations make sense: a text like "fast < slow", told of whole columns at once."""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.errors import DefinitionError, LabError, UnknownName

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Columns = Mapping[str, Any]

Constraint = Callable[[Mapping[str, Any]], bool] | str | None

ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq,
    ast.NotEq, ast.Name, ast.Load, ast.Constant,
)  # fmt: skip
"""What a constraint in words may be made of: names, numbers, arithmetic, comparisons, logic."""
CALCULATE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
}  # fmt: skip
COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


def meets(
    constraint: Constraint, columns: Mapping[str, NDArray[Any]], fixed: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Tell of each combination whether it meets a constraint.

    Parameters
    ----------
    constraint : text, or a function of a dict of all parameters, asked once a combination
    columns : arrays of shape (n_combinations,) of the parameters that vary
    fixed : values of the others

    Returns
    -------
    array of shape (n_combinations,)

    Raises
    ------
    DefinitionError
        The text cannot be read, or it divides by zero.
    UnknownName
        It names what is no parameter.

    Examples
    --------
    >>> meets("fast < slow", {"fast": np.array([5, 10]), "slow": np.array([10, 10])}, {})
    array([ True, False])
    """
    known = {**fixed, **columns}
    length = len(next(iter(columns.values())))
    if constraint is None:
        return np.ones(length, bool)
    if callable(constraint):
        _refuse_arguments(constraint)
        lists = [column.tolist() for column in columns.values()]
        rows = zip(*lists, strict=True)
        told = (
            _asked(constraint, {**fixed, **dict(zip(columns, row, strict=True))}) for row in rows
        )
        return np.fromiter(told, bool, length)
    tree = read(constraint, known)
    told = _Words(constraint, known, length).value(tree.body, np.ones(length, bool))
    return np.broadcast_to(_truth(told), length)


def _refuse_arguments(constraint: Callable[[Mapping[str, Any]], bool]) -> None:
    """Refuse a function that cannot be called with one dict."""
    try:
        signature = inspect.signature(constraint)
    except (TypeError, ValueError):  # of some builtins nothing is known
        return
    try:
        signature.bind({})
    except TypeError as problem:
        raise DefinitionError(
            "A constraint that is a function gets one dict of all parameters; this one takes "
            f'{signature}. Write it like lambda one: one["fast"] < one["slow"], or as the text '
            '"fast < slow".',
            constraint=constraint,
        ) from problem


def _asked(constraint: Callable[[Mapping[str, Any]], bool], one: dict[str, Any]) -> bool:
    try:
        return bool(constraint(one))
    except LabError:
        raise
    except Exception as problem:
        raise DefinitionError(
            f"The constraint failed on {one}: {type(problem).__name__}: {problem}. Mend the "
            "function, or leave those values out of the grid.",
            constraint=constraint,
        ) from problem


def read(constraint: object, names: Mapping[str, Any]) -> ast.Expression:
    """Return a constraint in words as Python reads it, refusing all that is not ALLOWED."""
    wrong = DefinitionError(
        f'The constraint {constraint!r} cannot be read. Write it like "fast < slow", or give a '
        "function of the parameters.",
        constraint=constraint,
    )
    if not isinstance(constraint, str):
        raise wrong
    try:
        tree = ast.parse(constraint.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise wrong from problem
    for node in ast.walk(tree):
        number = not isinstance(node, ast.Constant) or isinstance(node.value, int | float)
        if not isinstance(node, ALLOWED) or not number:
            raise wrong
        if isinstance(node, ast.Name) and node.id not in names:
            raise UnknownName.of("parameter", node.id, names, f"Known: {', '.join(names)}.")
    if not isinstance(tree.body, ast.Compare | ast.BoolOp | ast.UnaryOp):
        raise wrong
    return tree


class _Words:
    """The value of each part of a text, of all combinations at once.

    `asked` says for which ones Python would look at a part at all: what stands behind an `and`
    that is false already may divide by zero.
    """

    def __init__(self, text: str, known: Columns, length: int) -> None:
        self._text = text
        self._known = known
        self._length = length

    def value(self, node: ast.expr, asked: NDArray[np.bool_]) -> Any:  # noqa: ANN401 - a column or a number
        """Return a column, or a number where all combinations have the same."""
        if isinstance(node, ast.Constant):
            return float(node.value) if isinstance(node.value, float) else int(node.value)  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            return self._known[node.id]
        if isinstance(node, ast.UnaryOp):
            operand = self.value(node.operand, asked)
            return ~_truth(operand) if isinstance(node.op, ast.Not) else -_number(operand)
        if isinstance(node, ast.BinOp):
            return self._calculated(node, asked)
        if isinstance(node, ast.Compare):
            return self._compared(node, asked)
        return self._joined(node, asked)  # type: ignore[arg-type]

    def _calculated(self, node: ast.BinOp, asked: NDArray[np.bool_]) -> Any:  # noqa: ANN401 - as above
        left = _number(self.value(node.left, asked))
        right = _number(self.value(node.right, asked))
        if isinstance(node.op, ast.Div):
            self._refuse_zero(right, asked)
            with np.errstate(all="ignore"):
                return np.true_divide(left, right)
        with np.errstate(all="ignore"):
            return CALCULATE[type(node.op)](left, right)

    def _refuse_zero(self, divisor: Any, asked: NDArray[np.bool_]) -> None:  # noqa: ANN401 - as above
        zero = np.broadcast_to(np.equal(divisor, 0), self._length) & asked
        if zero.any():
            at = int(zero.argmax())
            one = {k: np.broadcast_to(v, self._length)[at].item() for k, v in self._known.items()}
            raise DefinitionError(
                f"The constraint {self._text!r} has no answer for {one}: division by zero. Leave "
                "those values out of the grid, or write it without a division.",
                constraint=self._text,
            )

    def _compared(self, node: ast.Compare, asked: NDArray[np.bool_]) -> Any:  # noqa: ANN401 - as above
        left = self.value(node.left, asked)
        found = np.True_
        for sign, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node, asked & found)
            found = found & COMPARE[type(sign)](left, right)
            left = right
        return found

    def _joined(self, node: ast.BoolOp, asked: NDArray[np.bool_]) -> Any:  # noqa: ANN401 - as above
        """Return what Python's `and` and `or` do: one of the operands, not only true or false."""
        found = self.value(node.values[0], asked)
        for member in node.values[1:]:
            true = _truth(found)
            goes_on = true if isinstance(node.op, ast.And) else ~true
            found = np.where(goes_on, self.value(member, asked & goes_on), found)
        return found


def _truth(value: Any) -> Any:  # noqa: ANN401 - a column or a number
    return np.not_equal(value, 0)


def _number(value: Any) -> Any:  # noqa: ANN401 - as above
    """Return true and false as 1 and 0, and whole numbers such that no product overflows."""
    values = np.asarray(value)
    if values.dtype.kind == "f":
        return values
    whole = values.astype(np.int64)
    large = whole.size and np.abs(whole).max() >= 2**31
    return whole.astype(np.float64) if large else whole
