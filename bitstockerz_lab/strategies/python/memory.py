"""Whether a module could remember one call of its functions until the next."""

from __future__ import annotations

import ast


def keeps_nothing(module: ast.Module) -> bool:
    """Tell whether a module is made of imports, functions and constants that nothing can change."""
    own = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    return all(map(_is_plain, module.body)) and not any(
        _remembers(node, own) for node in ast.walk(module)
    )


def _is_plain(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return _is_fixed(statement.value)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef)


def _remembers(node: ast.AST, own: set[str]) -> bool:
    if isinstance(node, ast.arguments):
        defaults = [*node.defaults, *filter(None, node.kw_defaults)]
        return not all(map(_is_fixed, defaults))
    if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        return isinstance(node.value, ast.Name) and node.value.id in own
    return isinstance(node, ast.Global)


def _is_fixed(value: ast.expr) -> bool:
    """Tell whether a value is a number, a text, a name or a tuple of them."""
    if isinstance(value, ast.UnaryOp):
        return _is_fixed(value.operand)
    if isinstance(value, ast.Tuple):
        return all(map(_is_fixed, value.elts))
    return isinstance(value, ast.Constant | ast.Name)
