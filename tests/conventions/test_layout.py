"""Files, functions and public faces are of a size a head can hold."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.project import PACKAGE, PROJECT, files, modules, short, tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 40  # lines of code after the docstring
LONGEST_FACE = 30
LONGER_FUNCTIONS = {
    # name of the function: why it is not split
    "bitstockerz_lab/backtests/kernel.py:run_kernel": "one loop over bars, in the order of events",
    "bitstockerz_lab/backtests/kernel.py:_compiled": "run_kernel is in it",
    "bitstockerz_lab/backtests/sweep/machine.py:_compiled": "run_block is in it, with its memory",
}
FACES = [path for path in modules() if path.name == "__init__.py"]
TOP_LEVEL = {
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "bitstockerz_lab",
    "constraints.txt",
    "data",
    "docs",
    "environment.yml",
    "notebooks",
    "pyproject.toml",
    "tests",
}
HEAVY = {
    "dask",
    "distributed",
    "duckdb",
    "exchange_calendars",
    "ipywidgets",
    "nbconvert",
    "numba",
    "papermill",
    "plotly",
    "talib",
    "vectorbt",
}


@pytest.mark.parametrize("path", modules(), ids=short)
def test_no_file_of_the_package_is_longer_than_400_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", modules(), ids=short)
def test_no_function_is_longer_than_40_lines(path):
    long = {
        f"{short(path)}:{node.name}": length
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := code_lines(node)) > LONGEST_FUNCTION
    }
    assert {name: n for name, n in long.items() if name not in LONGER_FUNCTIONS} == {}


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the length of a function's body without its docstring."""
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_the_exceptions_to_the_length_of_a_function_exist():
    for name in LONGER_FUNCTIONS:
        path, _, function = name.partition(":")
        assert re.search(
            rf"^\s*def {function}\(", (PROJECT / path).read_text("utf-8"), re.MULTILINE
        ), name


@pytest.mark.parametrize("path", FACES, ids=short)
def test_a_public_face_is_short_and_its_names_are_sorted_and_there(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_FACE
    module = importlib.import_module(
        ".".join(path.relative_to(PROJECT).parent.parts),
    )
    names = getattr(module, "__all__", None)
    if names is None:
        assert not [node for node in tree(path).body if isinstance(node, ast.ImportFrom)], (
            "names are exported without __all__"
        )
        return
    assert list(names) == sorted(names, key=ruff_order)
    assert [name for name in names if not hasattr(module, name)] == []


def ruff_order(name: str) -> tuple[int, str]:
    """CONSTANTS, then Classes, then functions: how ruff's RUF022 sorts `__all__`."""
    kind = 0 if name.isupper() else 1 if name[:1].isupper() else 2
    return kind, name


def test_the_top_level_has_no_stray_file():
    found = {path.relative_to(PROJECT).parts[0] for path in files()}
    assert found - TOP_LEVEL == set()


def test_importing_the_package_loads_nothing_heavy():
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, json, bitstockerz_lab; print(json.dumps(sorted(sys.modules)))",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    assert HEAVY & set(json.loads(told.stdout)) == set()


def test_every_room_has_tests_of_its_own():
    rooms = {path.relative_to(PACKAGE).parts[0] for path in modules() if path.parent != PACKAGE}
    tested = {path.parent.name for path in files() if path.name.startswith("test_")}
    assert rooms - tested == set()


def test_no_file_names_a_path_of_this_machine_or_a_package_host():
    strays = machine_words()
    found = [
        f"{short(path)}: {word}"
        for path in files()
        if path.suffix not in {".png", ".parquet", ".duckdb"}
        for word in strays
        if word in path.read_text("utf-8", errors="replace")
    ]
    assert found == []


def machine_words() -> set[str]:
    """Return what is read off this machine: its folders, and the hosts its pip is told to use."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    ).stdout
    hosts = set(re.findall(r"://(?:[^/@\s'\"]+@)?([\w-]+(?:\.[\w-]+)+)", told)) - {"pypi.org"}
    folders = {f"{folder}/" for folder in (PROJECT, Path.home()) if len(folder.parts) > 1}
    return hosts | folders


def test_nothing_large_is_committed():
    large = {short(path): path.stat().st_size for path in files() if path.stat().st_size > 1e6}
    assert large == {}
    sample = sum(path.stat().st_size for path in files() if "sample" in path.parts)
    assert sample < 1e6
