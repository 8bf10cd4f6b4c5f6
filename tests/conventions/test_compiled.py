"""What compiled code must not do."""

from __future__ import annotations

import ast

import pytest

from tests.conventions.project import modules, short, tree

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
