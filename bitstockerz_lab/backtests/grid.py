"""The combinations of parameters to try: a grid, and a constraint on what makes sense of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sized
from itertools import product
from typing import Any

import numpy as np

from bitstockerz_lab.errors import DefinitionError, UnknownName

Combination = dict[str, int | float]
Constraint = Callable[[Mapping[str, Any]], bool] | str | None
Grid = Mapping[str, Iterable[float]]

MOST = 1_000_000
ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq,
    ast.NotEq, ast.Name, ast.Load, ast.Constant,
)  # fmt: skip
"""What a constraint in words may be made of: names, numbers, arithmetic, comparisons, logic."""


def combinations(
    grid: Grid, constraint: Constraint = None, fixed: Mapping[str, float] | None = None
) -> list[Combination]:
    """Return every combination of a grid that meets the constraint, the last name fastest.

    Parameters
    ----------
    grid : values by parameter; a value given twice counts once
    constraint : None, text like "fast < slow", or a function of a dict of all parameters
    fixed : values of the parameters that do not vary, for the constraint

    Raises
    ------
    DefinitionError
        There is nothing to try, or the constraint cannot be read.
    UnknownName
        The constraint names what is no parameter.

    Examples
    --------
    >>> combinations({"fast": [5, 10], "slow": [10, 20]}, "fast < slow")
    [{'fast': 5, 'slow': 10}, {'fast': 5, 'slow': 20}, {'fast': 10, 'slow': 20}]
    """
    values = _values(grid)
    known = {**(fixed or {}), **dict.fromkeys(values, 0)}
    meets = _met(constraint, known)
    every = (dict(zip(values, row, strict=True)) for row in product(*values.values()))
    found = [one for one in every if meets({**known, **one})]
    if not found:
        raise DefinitionError(
            f"No combination of {', '.join(values)} meets the constraint {constraint!r}. Widen the "
            "grid, or loosen the constraint.",
            constraint=constraint,
        )
    return found


def _values(grid: Grid) -> dict[str, list[Any]]:
    if not isinstance(grid, Mapping) or not grid:
        raise DefinitionError(
            f'grid must give values to at least one parameter; got {grid!r}. Write {{"fast": [5, '
            '10], "slow": [20, 50]}.',
        )
    values = {}
    for name, given in grid.items():
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise DefinitionError(
                f"grid[{name!r}] must be a list of values; got {given!r}. One value is [value].",
                name=name,
            )
        if isinstance(given, Sized) and len(given) > MOST:
            raise DefinitionError(
                f"grid[{name!r}] has {len(given):,} values; {MOST:,} are the most."
            )
        # numpy's numbers are not JSON's
        plain = (one.item() if isinstance(one, np.generic) else one for one in given)
        values[name] = list(dict.fromkeys(plain))
        if not values[name]:
            raise DefinitionError(
                f"grid[{name!r}] has no values. Give at least one, or leave it out.", name=name
            )
    count = int(np.prod([float(len(one)) for one in values.values()]))
    if count > MOST:
        raise DefinitionError(
            f"The grid has {count:,} combinations; {MOST:,} are the most. Give fewer values.",
            combinations=count,
        )
    return values


def _met(constraint: Constraint, names: Mapping[str, Any]) -> Callable[[Combination], bool]:
    """Return the constraint as a function."""
    if constraint is None:
        return lambda _: True
    if callable(constraint):
        return lambda combination: bool(constraint(combination))
    code = compile(_tree(constraint, names), "constraint", "eval")

    def meets(combination: Combination) -> bool:
        try:
            return bool(eval(code, {"__builtins__": {}}, dict(combination)))  # noqa: S307 - reason: made of ALLOWED only
        except ArithmeticError as problem:
            raise DefinitionError(
                f"The constraint {constraint!r} has no answer for {combination}: {problem}. "
                "Leave those values out of the grid, or write it without a division.",
                constraint=constraint,
            ) from problem

    return meets


def _tree(constraint: object, names: Mapping[str, Any]) -> ast.Expression:
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
    except (SyntaxError, ValueError) as problem:
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
