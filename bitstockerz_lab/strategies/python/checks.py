"""What is wrong with the Python of a definition, read off its text: nothing is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies.document import GROUPS, objects, reference
from bitstockerz_lab.strategies.problems import Problem, did_you_mean, join, listed
from bitstockerz_lab.strategies.python.model import Unreadable, digest, functions

if TYPE_CHECKING:
    import ast

    from bitstockerz_lab.strategies.document import Document

FROM_PYTHON = "bz.code_strategy writes all of it."


def check(document: Document) -> Iterator[Problem]:
    """Yield the problems of a document's `python`, in whatever state it is."""
    for group in GROUPS:
        if group in document:
            told = f"{group} stands beside python, which decides alone."
            yield Problem(group, told, "Leave one of them out.")
    code = document["python"]
    source = code.get("source") if isinstance(code, Mapping) else None
    if not isinstance(code, Mapping) or not isinstance(source, str):
        return
    name, stored = code.get("function"), code.get("sha256")
    try:
        known = functions(source)
    except Unreadable as problem:
        where = f"line {problem.line} does" if problem.line else "it does"
        told = f"The source is not Python: {where} not compile, {problem.reason}."
        yield Problem("python.source", told, FROM_PYTHON)
        return
    if isinstance(stored, str) and stored != digest(source):
        told = f"The source's SHA-256 is {digest(source)[:12]}…, not {stored[:12]}…."
        hint = "Somebody changed it: ask where it comes from, or decorate it anew."
        yield Problem("python.sha256", told, hint)
    if isinstance(name, str) and name not in known:
        way_out = f"There are {listed(known)}." if known else "There is none."
        hint = did_you_mean(name, known, way_out)
        yield Problem("python.function", f"The source has no function {name!r}.", hint)
    elif isinstance(name, str):
        yield from _arguments(document, name, known[name].args)


def _arguments(document: Document, name: str, given: ast.arguments) -> Iterator[Problem]:
    """Yield where a function's arguments and the parameters are not the same."""
    if given.vararg or given.kwarg:
        hint = "Name each parameter: def rules(bars, fast, slow)."
        yield Problem("python.function", f"{name} takes any arguments, with * or **.", hint)
        return
    if not (given.posonlyargs or given.args):
        hint = f"Let the bars be its first argument: def {name}(bars)."
        yield Problem("python.function", f"{name} takes no bars.", hint)
        return
    if given.posonlyargs[1:]:
        hint = "Parameters are given by name: move the / behind bars, or leave it out."
        yield Problem("python.function", f"{name} takes arguments by position only.", hint)
        return
    taken = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)][1:]
    declared = [one for one, _, _ in objects(document, "parameters")]
    for one in taken:
        if one not in declared:
            hint = f'Declare it: "parameters": {{"{one}": {{"default": …}}}}, or give it a default.'
            yield Problem("parameters", f"{name} takes {one!r}, which is no parameter.", hint)
    used = {*taken, *_mentioned({k: v for k, v in document.items() if k != "python"})}
    for one in declared:
        if one not in used:
            hint = did_you_mean(one, [each for each in taken if each not in declared])
            told = f"{name} takes no argument {one!r}, and nothing else uses it."
            yield Problem(join("parameters", one), told, hint or "Take it, or leave it out.")


def _mentioned(value: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a document
    """Yield the names of the parameters that stand in a document."""
    name = reference(value)
    if name is not None:
        yield name
    elif isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _mentioned(inner)
