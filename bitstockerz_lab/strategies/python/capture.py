"""A function and all it refers to, as the text of one module that runs anywhere.

Imported packages become import lines, plain constants their values, functions of the same file or
notebook their own text. Whatever else a function refers to cannot be stored, and is refused.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.python import imports, origin
from bitstockerz_lab.strategies.python.literals import NoLiteral, literal
from bitstockerz_lab.strategies.python.model import Unreadable, parsed
from bitstockerz_lab.strategies.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

LATER = "from __future__ import annotations\n"
"""Annotations are not computed, so what only they name is not needed."""


def module_of(function: FunctionType) -> str:
    """Return the text of a module that holds a function and all it refers to.

    Parameters
    ----------
    function : made with `def` in a file or a notebook; what its names mean now is what is stored

    Raises
    ------
    DefinitionError
        Its text cannot be found, or it refers to what cannot be stored as text.
    """
    module = _Module(function)
    module.include_main()
    text = module.text()
    try:
        parsed(text)
    except Unreadable as problem:
        raise DefinitionError(
            f"The text of {function.__name__} cannot be stored: {problem.reason}. Write it with "
            "a backslash, as \\x0c or \\u2028, inside of a text, and leave it out elsewhere."
        ) from None
    strange = [name for name in imports.modules(text) if not imports.is_installed(name)]
    if strange:
        raise DefinitionError(
            f"{function.__name__} imports {strange[0] or 'relative to its own file'!r}, which is "
            "no installed package. Import the functions it needs at the top of the file or "
            "notebook: from helpers import name. Their text is stored as well.",
            module=strange[0],
        )
    return text


class _Module:
    """A module in the making; `taken` is what each name of it means."""

    def __init__(self, main: FunctionType) -> None:
        self.main = main
        self.taken: dict[str, object] = {main.__name__: main}
        self.imports: set[str] = set()
        self.constants: dict[str, str] = {}
        self.functions: list[str] = []
        self.included: set[FunctionType] = set()

    def text(self) -> str:
        """Return imports, constants and functions, each used before it is needed."""
        start = ["\n".join(sorted(self.imports))] if self.imports else []
        told = "\n".join(f"{name} = {self.constants[name]}" for name in sorted(self.constants))
        head = "\n\n".join([*start, *([told] if told else [])])
        return "\n\n\n".join([*([head] if head else []), *self.functions]) + "\n"

    def include_main(self) -> None:
        """Add the strategy, without its decorator."""
        text, node = origin.text_of(inspect.unwrap(self.main))
        origin.check_alone(self.main, node)
        self._include(self.main, node, _lines(text, node.lineno, node))

    def _include_helper(self, name: str, value: object, helper: FunctionType) -> None:
        text, node = origin.text_of(helper)
        origin.check_decorators(name, value, helper, node)
        if helper in self.included:
            return
        self.included.add(helper)
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        self._include(helper, node, _lines(text, first, node))

    def _include(self, function: FunctionType, node: ast.FunctionDef, text: str) -> None:
        """Add a function's text, behind everything it refers to."""
        needed, named = _names(LATER + text, function), _names(text, function)
        for name in sorted(named):
            if name == self.main.__name__ and function.__module__ == self.main.__module__:
                continue  # itself: the name may still mean what an earlier run of the cell made
            if name in needed:
                self._add(name, function)
            elif isinstance(origin.meaning(name, function), ModuleType):
                self._add(name, function)  # only an annotation names it
        origin.check_defaults(function, node)
        self.imports |= {*_submodules(text, function)}
        self.functions.append(text)

    def _add(self, name: str, function: FunctionType) -> None:
        value = origin.meaning(name, function)
        if value is origin.NOTHING:
            raise DefinitionError(
                f"{function.__name__} uses {name!r}, which is not defined. Define it before the "
                "strategy, or import it inside the function.",
                name=name,
            )
        if name in self.taken:
            if self.taken[name] is not value:
                raise _ambiguous(name)
            return
        self.taken[name] = value
        if getattr(builtins, name, origin.NOTHING) is not value:
            self._store(name, value, function)

    def _store(self, name: str, value: object, function: FunctionType) -> None:
        helper = self._helper(value)
        if helper is not None:
            self._store_helper(name, value, helper)
            return
        line = _import_line(name, value)
        if line is not None:
            self.imports.add(line)
            return
        if isinstance(value, ModuleType):
            raise DefinitionError(
                f"{function.__name__} uses {name!r}, which is a file and no installed package. "
                f"Import what it needs of it by name, from {value.__name__} import …: the text of "
                "those functions is stored as well.",
                name=name,
            )
        try:
            self.constants[name] = literal(value)
        except NoLiteral:
            raise DefinitionError(
                f"{function.__name__} uses {name!r}, {shown(value)}, which cannot be stored as "
                "text. Make it inside the function, or make its numbers parameters.",
                name=name,
            ) from None

    def _helper(self, value: object) -> FunctionType | None:
        """Return the function whose text is to be stored, None for anything else."""
        if isinstance(value, type) or not callable(value):
            return None
        found = inspect.unwrap(value)
        if not isinstance(found, FunctionType):
            return None
        mine = found.__module__ == self.main.__module__
        return found if mine or not imports.is_installed(found.__module__ or "") else None

    def _store_helper(self, name: str, value: object, helper: FunctionType) -> None:
        known = helper.__name__
        self._include_helper(name, value, helper)
        if self.taken.setdefault(known, value) is not value:
            raise _ambiguous(known)
        if name != known:
            self.functions.append(f"{name} = {known}")


def _ambiguous(name: str) -> DefinitionError:
    told = f"{name!r} means different things in the functions of this strategy. Rename one of them."
    return DefinitionError(told, name=name)


def _lines(text: str, first: int, node: ast.FunctionDef) -> str:
    return "\n".join(text.split("\n")[first - 1 : node.end_lineno])


def _names(text: str, function: FunctionType) -> set[str]:
    """Return the names that a function's text takes from outside itself."""
    try:
        top = symtable.symtable(text, function.__name__, "exec")
    except SyntaxError as problem:
        raise DefinitionError(
            f"{function.__name__} changes a variable of the function around it ({problem.msg}), so "
            "its answer would depend on how often it ran. Keep it inside the function."
        ) from None
    found: set[str] = set()
    waiting = [top]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for symbol in table.get_symbols():
            outside = symbol.is_global() or (table is top and not symbol.is_assigned())
            if not (outside and symbol.is_referenced()):
                continue
            if table is not top and symbol.is_declared_global() and symbol.is_assigned():
                raise DefinitionError(
                    f"{function.__name__} changes the global {symbol.get_name()!r}, so its answer "
                    "would depend on how often it ran. Keep it inside the function."
                )
            found.add(symbol.get_name())
    return found


def _import_line(name: str, value: object) -> str | None:
    """Return the line that imports something of an installed package; None if none does."""
    if isinstance(value, ModuleType):
        if not imports.is_installed(value.__name__):
            return None
        plain = value.__name__ == name
        return f"import {name}" if plain else f"import {value.__name__} as {name}"
    called = getattr(value, "__name__", None)
    home = getattr(value, "__module__", None) or type(value).__module__
    if not isinstance(called, str) or not isinstance(home, str) or not imports.is_installed(home):
        return None
    steps = home.split(".")
    for count in range(1, len(steps) + 1):  # the shortest name is the public one
        module = sys.modules.get(".".join(steps[:count]))
        if getattr(module, called, None) is value:
            alias = "" if called == name else f" as {name}"
            return f"from {'.'.join(steps[:count])} import {called}{alias}"
    return None


def _submodules(text: str, function: FunctionType) -> Iterator[str]:
    """Yield import lines for `scipy.signal` where a text says so and `scipy` alone is imported."""
    for node in ast.walk(ast.parse(text)):
        names: list[str] = []
        inner: ast.expr | ast.AST = node
        while isinstance(inner, ast.Attribute):
            names.append(inner.attr)
            inner = inner.value
        found = (
            origin.meaning(inner.id, function) if isinstance(inner, ast.Name) and names else None
        )
        for name in reversed(names):
            whole = f"{found.__name__}.{name}" if isinstance(found, ModuleType) else ""
            found = getattr(found, name, None) if whole in sys.modules else None
            if not isinstance(found, ModuleType) or found is not sys.modules[whole]:
                break
            if imports.is_installed(whole):
                yield f"import {whole}"
