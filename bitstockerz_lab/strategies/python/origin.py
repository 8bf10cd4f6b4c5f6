"""Whether a function is what its text says: only then is its text stored in its stead."""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies.python import imports
from bitstockerz_lab.strategies.python.literals import NoLiteral, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = object()
OURS = "bitstockerz_lab.strategies.python.decorator"


def meaning(name: str, function: FunctionType) -> object:
    """Return what a name means in a function; `NOTHING` where it means nothing yet."""
    for free, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if free == name:
            try:
                return cell.cell_contents
            except ValueError:
                return NOTHING
    known = function.__globals__
    return known[name] if name in known else getattr(builtins, name, NOTHING)


def text_of(function: FunctionType) -> tuple[str, ast.FunctionDef]:
    """Return a function's own lines, at the left margin, and their syntax tree.

    Raises
    ------
    DefinitionError
        It is no plain `def`, its text cannot be found, or it is not what was run.
    """
    name = function.__name__
    inside = function.__qualname__.rpartition("<locals>.")[2]
    if name == "<lambda>":
        raise DefinitionError("A lambda has no text of its own. Write it with def and a name.")
    if "." in inside:
        hint = "Write it outside of the class."
        raise DefinitionError(f"{inside} is a method, and its object is not stored. {hint}")
    try:
        text = _at_the_margin(inspect.getsourcelines(function)[0])
        node = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError) as problem:
        raise DefinitionError(
            f"The text of {name} cannot be found. Write it in a file or in a notebook's cell, and "
            "run that cell again."
        ) from problem
    if not isinstance(node, ast.FunctionDef) or node.name != name or not _is_as_run(function):
        raise DefinitionError(
            f"The text found for {name} is not what runs: its file or cell was changed since, or "
            "something rewrites it. Run it again, or restart the kernel."
        )
    return text, node


def _at_the_margin(lines: list[str]) -> str:
    """Return lines without the indent of the first; what is inside a text keeps its spaces."""
    text = "".join(lines)
    margin = text[: len(text) - len(text.lstrip(" \t"))]
    if not margin:
        return text
    inside = {
        number - 1
        for node in ast.walk(ast.parse(f"if True:\n{text}"))
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for number in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }
    shifted = enumerate(lines, start=1)
    return "".join(one if at in inside else one.removeprefix(margin) for at, one in shifted)


def _is_as_run(function: FunctionType) -> bool:
    """Tell whether a function's code is what its file or cell compiles to now."""
    module = ast.parse("".join(inspect.findsource(function)[0]))
    first, wanted = function.__code__.co_firstlineno, _fresh(function.__code__)
    flags = function.__code__.co_flags & __future__.annotations.compiler_flag
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    around = [one for one in module.body if (one.end_lineno or 0) >= first][:1]
    for part in (module, ast.Module(around, [])):  # a notebook compiles each statement alone
        compiled = compile(part, "", "exec", flags=flags, dont_inherit=True)
        if any(_fresh(code) == wanted for code in _codes(compiled)):
            return True
    return False


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of all that is defined inside a code."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def _fresh(code: CodeType) -> CodeType:
    """Return a code as it was before it ran; what ran is no longer equal to its like."""
    inner = (_fresh(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_consts=tuple(inner))


def check_defaults(function: FunctionType, node: ast.FunctionDef) -> None:
    """Refuse defaults that were fixed when a function was defined and are told otherwise now."""
    given, names = node.args, [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    told: dict[str, ast.expr] = dict(zip(names[::-1], given.defaults[::-1], strict=False))
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    told |= {one.arg: default for one, default in named if default is not None}
    fixed: dict[str, Any] = dict(
        zip(names[::-1], (function.__defaults__ or ())[::-1], strict=False)
    )
    fixed |= function.__kwdefaults__ or {}
    known = {name: meaning(name, function) for name in function.__code__.co_freevars}
    for name in sorted({*told, *fixed}):
        try:
            code = compile(ast.Expression(told[name]), "", "eval", dont_inherit=True)
            now = eval(code, {**function.__globals__, **known})  # noqa: S307 - the person's own text
            same = _is_same(fixed[name], now)
        except Exception:  # noqa: BLE001 - whatever it is, it is not what it was
            same = False
        if not same:
            written = ast.unparse(told[name]) if name in told else "none"
            raise DefinitionError(
                f"The default {name}={written} of {function.__name__} is another one now than "
                "when it was defined. Write the number itself there, or run the def again.",
                name=name,
            )


def _is_same(one: object, other: object) -> bool:
    try:
        return literal(one) == literal(other)
    except NoLiteral:
        return one is other


def check_alone(function: FunctionType, node: ast.FunctionDef) -> None:
    """Refuse decorators beside ours: what they do to the strategy is not stored."""
    others = [ast.unparse(one) for one in node.decorator_list if not _is_ours(one, function)]
    if others or hasattr(function, "__wrapped__"):
        told = ", ".join(f"@{one}" for one in others) or "one that wrapped it"
        raise DefinitionError(
            f"{function.__name__} has another decorator than bz.code_strategy: {told}. What it "
            "does is not stored: put the rules into a helper, decorate that, and call it inside.",
            name=function.__name__,
        )


def _is_ours(decorator: ast.expr, function: FunctionType) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if ast.unparse(called).rpartition(".")[2] == "code_strategy":
        return True
    return getattr(_resolved(called, function), "__module__", None) == OURS


def check_decorators(
    name: str, value: object, function: FunctionType, node: ast.FunctionDef
) -> None:
    """Refuse a helper that is not what the decorators above its text make of it.

    Parameters
    ----------
    name : the one it is used by
    value : what that name means
    function : what is inside all of its wrappers
    node : that function's text
    """
    layers: list[object] = []
    inner: Any = value
    while inner is not function:
        layers.append(inner)
        inner = inner.__wrapped__  # the way that inspect.unwrap went
    known = function.__name__
    local = "<locals>" in function.__qualname__
    bound = name == known if local else function.__globals__.get(known) is value
    count = len(node.decorator_list)
    made = len(layers) == count and all(
        _is_made_by(layer, decorator, function)
        for layer, decorator in zip(layers, node.decorator_list, strict=True)
    )
    if not made or (layers and not bound):
        raise DefinitionError(
            f"{name!r} is {known} with a decorator that does not stand above it, or that changed "
            "since. Write it as @decorator above the def, run that again, and use that name.",
            name=name,
        )
    for decorator in node.decorator_list:
        _check_arguments(decorator, function)


def _is_made_by(layer: object, decorator: ast.expr, function: FunctionType) -> bool:
    """Tell whether a wrapper is of the kind that a decorator makes now."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    maker = _resolved(called, function)
    home = getattr(maker, "__module__", None)
    if not isinstance(home, str):
        return False
    if home == function.__module__ or not imports.is_installed(home):
        codes = _codes(maker.__code__) if isinstance(maker, FunctionType) else ()
        return isinstance(layer, FunctionType) and _fresh(layer.__code__) in map(_fresh, codes)
    made = getattr(layer, "__globals__", {}).get("__name__") or type(layer).__module__
    return bool(made.partition(".")[0] == home.partition(".")[0])


def _check_arguments(decorator: ast.expr, function: FunctionType) -> None:
    """Refuse values by name in a decorator: what they were when it ran cannot be told."""
    for one in ast.walk(decorator):
        if isinstance(one, ast.Name):
            value = meaning(one.id, function)
            if not isinstance(value, ModuleType) and not callable(value):
                raise DefinitionError(
                    f"The decorator @{ast.unparse(decorator)} of {function.__name__} takes "
                    f"{one.id!r}, which may have changed since. Write the value itself there.",
                    name=one.id,
                )


def _resolved(node: ast.expr, function: FunctionType) -> object:
    """Return what a dotted name means in a function; `NOTHING` where it is none."""
    if isinstance(node, ast.Name):
        return meaning(node.id, function)
    if isinstance(node, ast.Attribute):
        return getattr(_resolved(node.value, function), node.attr, NOTHING)
    return NOTHING
