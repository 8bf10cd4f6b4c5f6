"""What compiled code must not do."""

from __future__ import annotations

import ast

import pytest

from tests.conventions.project import PACKAGE, modules, short, tree

ROOT, BACKTESTS = PACKAGE.parent, PACKAGE / "backtests"
COMPILED = [path for path in modules() if "njit" in path.read_text("utf-8")]


@pytest.mark.parametrize("path", COMPILED, ids=short)
def test_no_array_is_made_only_to_take_a_part_of_it(path):
    """Numba frees an array whose record alone is still used; the record lies in freed memory."""
    taken = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).startswith("np.")
    ]
    assert taken == []


def compiled_imports(path):
    """Return the files of compiled code that a file imports from, and those that these do."""
    named = {
        ROOT / (node.module.replace(".", "/") + ".py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    direct = named & set(COMPILED)
    return direct.union(*(compiled_imports(one) for one in direct))


@pytest.mark.parametrize(
    "path", [path for path in COMPILED if "cache=True" in path.read_text("utf-8")], ids=short
)
def test_what_is_cached_is_compiled_anew_when_what_it_calls_has_changed(path):
    """Numba's cache looks at a function's own file only, and at what the function closes over."""
    told = {
        BACKTESTS / argument.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "sources.digest"
        for argument in node.args
    }
    assert told == compiled_imports(path)
