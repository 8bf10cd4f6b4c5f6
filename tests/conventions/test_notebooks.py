"""Notebooks are stored clean; a batch notebook is short and only calls verbs."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest

from tests.conventions.project import files, short

NOTEBOOKS = [path for path in files() if path.suffix == ".ipynb" and "tests" not in path.parts]
BATCH = [path for path in NOTEBOOKS if path.parent.name == "batch"]
MOST_CELLS = 8
SQL = re.compile(r"\b(SELECT\b.+\bFROM|INSERT INTO|UPDATE .+ SET|DELETE FROM)\b", re.DOTALL)


def code(path) -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=short)
def test_a_notebook_is_valid_and_stored_without_output(path):
    nbformat.validate(nbformat.read(path, as_version=4))
    assert [cell.source[:40] for cell in code(path) if cell.outputs or cell.execution_count] == []


@pytest.mark.parametrize("path", BATCH, ids=short)
def test_a_batch_notebook_is_short_and_defines_nothing(path):
    cells = code(path)
    assert len(cells) <= MOST_CELLS
    for cell in cells:
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not kinds & {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}
        assert "widgets" not in cell.source
        assert not SQL.search(cell.source)


@pytest.mark.parametrize("path", BATCH, ids=short)
def test_every_parameter_of_a_batch_notebook_is_typed_and_commented(path):
    (parameters,) = [cell for cell in code(path) if "parameters" in cell.metadata.get("tags", [])]
    lines = parameters.source.splitlines()
    for node in ast.parse(parameters.source).body:
        assert isinstance(node, ast.AnnAssign), lines[node.lineno - 1]
        assert "#" in lines[node.lineno - 1], lines[node.lineno - 1]


def test_there_is_a_batch_notebook_and_a_guide():
    names = {path.parent.name for path in NOTEBOOKS}
    assert {"batch", "guide"} <= names
