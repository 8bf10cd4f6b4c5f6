"""Whether a module could remember one call of its functions until the next."""

from __future__ import annotations

import ast
import builtins

STATELESS = {"__future__", "math", "numba", "numpy", "pandas", "scipy", "talib"}
"""Packages that cannot reach into the module that imports them."""
PLAIN_BUILTINS = {
    "abs", "all", "any", "bool", "dict", "divmod", "enumerate", "filter", "float", "int",
    "isinstance", "len", "list", "map", "max", "min", "open", "pow", "print", "range", "reversed",
    "round", "set", "slice", "sorted", "str", "sum", "tuple", "zip", "ValueError",
}  # fmt: skip
"""Those that cannot change a function or a module; of the others nothing is assumed."""


def keeps_nothing(module: ast.Module) -> bool:
    """Tell whether a module is made of imports, functions and constants that nothing can change.

    Only what is plain is taken for that: whatever else a text does, it is run anew each time.
    """
    return all(map(_is_plain, module.body)) and not _Reaching(module).found


def _is_plain(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return _is_fixed(statement.value)
    return isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef)


def _is_fixed(value: ast.expr) -> bool:
    """Tell whether a value is a number, a text, a name or a tuple of them."""
    if isinstance(value, ast.UnaryOp):
        return _is_fixed(value.operand)
    if isinstance(value, ast.Tuple):
        return all(map(_is_fixed, value.elts))
    return isinstance(value, ast.Constant | ast.Name)


class _Reaching(ast.NodeVisitor):
    """Looks for what may change a function or a module; `found` once there is any."""

    def __init__(self, module: ast.Module) -> None:
        self.found = False
        self.own = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
        self.imported: dict[str, str] = {}
        for node in ast.walk(module):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
        self.visit(module)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            whole = alias.name if isinstance(node, ast.Import) else node.module or ""
            root = whole.partition(".")[0]
            self.found |= root not in STATELESS or alias.name == "*"
            self.imported[alias.asname or alias.name.partition(".")[0]] = root

    def generic_visit(self, node: ast.AST) -> None:
        """Go on inside, but not where something was found."""
        self.found |= isinstance(node, ast.Global | ast.Nonlocal | ast.ClassDef)
        if not self.found:
            super().generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A decorator of numba's may stand there; another one may keep what it likes."""
        for one in node.decorator_list:
            called = one.func if isinstance(one, ast.Call) else one
            self.found |= self.imported.get(_root(called)) != "numba"
        self.generic_visit(node)

    def visit_arguments(self, node: ast.arguments) -> None:
        """A default is made once."""
        defaults = [*node.defaults, *filter(None, node.kw_defaults)]
        self.found |= not all(map(_is_fixed, defaults))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """A function of one's own may be called; what else is done with it is not known."""
        if isinstance(node.func, ast.Name) and node.func.id in self.own:
            for inner in (*node.args, *node.keywords):
                self.visit(inner)
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """A name may be of here, of a package or plain."""
        strange = node.id in vars(builtins) and node.id not in PLAIN_BUILTINS
        self.found |= strange or node.id in self.own or node.id.startswith("__")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """An attribute may be read that is no inner one."""
        self.found |= not isinstance(node.ctx, ast.Load) or node.attr.startswith("_")
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """An element of what the function made itself may be changed."""
        self.found |= not isinstance(node.ctx, ast.Load) and _root(node) in self.imported
        self.generic_visit(node)


def _root(node: ast.expr) -> str:
    """Return the name that a chain of attributes and elements starts with; "" for none."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
