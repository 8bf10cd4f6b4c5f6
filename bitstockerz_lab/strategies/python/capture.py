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
import textwrap
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.python import imports
from bitstockerz_lab.strategies.python.literals import NoLiteral, literal
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
    module.include(function)
    text = module.text()
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

    def text(self) -> str:
        """Return imports, constants and functions, each used before it is needed."""
        start = ["\n".join(sorted(self.imports))] if self.imports else []
        told = "\n".join(f"{name} = {self.constants[name]}" for name in sorted(self.constants))
        head = "\n\n".join([*start, *([told] if told else [])])
        return "\n\n\n".join([*([head] if head else []), *self.functions]) + "\n"

    def include(self, function: FunctionType) -> None:
        """Add a function's text, behind everything it refers to."""
        text = _own_text(function, decorated=function is not self.main)
        needed, named = _names(LATER + text, function), _names(text, function)
        for name in sorted(named):
            if name == self.main.__name__ and function.__module__ == self.main.__module__:
                continue  # itself: the name may still mean what an earlier run of the cell made
            if name in needed:
                self._add(name, function)
            elif isinstance(_meaning(name, function), ModuleType):
                self._add(name, function)  # only an annotation names it
        self.imports |= {*_submodules(text, function)}
        self.functions.append(text)

    def _add(self, name: str, function: FunctionType) -> None:
        value = _meaning(name, function)
        if value is _NOTHING:
            raise DefinitionError(
                f"{function.__name__} uses {name!r}, which is not defined. Define it before the "
                "strategy, or import it inside the function.",
                name=name,
            )
        if getattr(builtins, name, _NOTHING) is value:
            return
        if name in self.taken:
            if self.taken[name] is not value:
                raise _ambiguous(name)
            return
        self.taken[name] = value
        self._store(name, value, function)

    def _store(self, name: str, value: object, function: FunctionType) -> None:
        helper = self._helper(value)
        if helper is not None:
            self._store_helper(name, helper)
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

    def _store_helper(self, name: str, helper: FunctionType) -> None:
        known = helper.__name__
        if inspect.unwrap(self.taken.setdefault(known, helper)) is not helper:  # type: ignore[arg-type]
            raise _ambiguous(known)
        self.include(helper)
        if name != known:
            self.functions.append(f"{name} = {known}")


_NOTHING = object()


def _ambiguous(name: str) -> DefinitionError:
    told = f"{name!r} means different things in the functions of this strategy. Rename one of them."
    return DefinitionError(told, name=name)


def _meaning(name: str, function: FunctionType) -> object:
    """Return what a name means in a function; `_NOTHING` where it means nothing yet."""
    for free, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if free == name:
            try:
                return cell.cell_contents
            except ValueError:
                return _NOTHING
    known = function.__globals__
    return known[name] if name in known else getattr(builtins, name, _NOTHING)


def _own_text(function: FunctionType, *, decorated: bool) -> str:
    """Return a function's own lines, at the left margin; without its decorators where not asked."""
    name = function.__name__
    inside = function.__qualname__.rpartition("<locals>.")[2]
    if name == "<lambda>":
        raise DefinitionError("A lambda has no text of its own. Write it with def and a name.")
    if "." in inside:
        hint = "Write it outside of the class."
        raise DefinitionError(f"{inside} is a method, and its object is not stored. {hint}")
    try:
        lines, _ = inspect.getsourcelines(function)
        text = textwrap.dedent("".join(lines))
        node = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError) as problem:
        raise DefinitionError(
            f"The text of {name} cannot be found. Write it in a file or in a notebook's cell, and "
            "run that cell again."
        ) from problem
    if not isinstance(node, ast.FunctionDef) or node.name != name:
        raise DefinitionError(
            f"The text found for {name} is not that of a plain def. Its file may have changed "
            "since it was imported: run it again."
        )
    first = min([node.lineno, *(one.lineno for one in node.decorator_list if decorated)])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def _names(text: str, function: FunctionType) -> set[str]:
    """Return the names that a function's text takes from outside itself."""
    top = symtable.symtable(text, function.__name__, "exec")
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
        found = _meaning(inner.id, function) if isinstance(inner, ast.Name) and names else None
        for name in reversed(names):
            whole = f"{found.__name__}.{name}" if isinstance(found, ModuleType) else ""
            found = getattr(found, name, None) if whole in sys.modules else None
            if not isinstance(found, ModuleType) or found is not sys.modules[whole]:
                break
            if imports.is_installed(whole):
                yield f"import {whole}"
