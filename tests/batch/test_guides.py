"""The guide: each notebook runs on its own, all of them run in any order, and each leads on."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys

import nbformat
import pytest

from bitstockerz_lab.batch import warm
from tests.conftest import PROJECT

GUIDE = sorted((PROJECT / "notebooks" / "guide").glob("*.ipynb"))
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
MOST_CELLS = 18
"""Of code: what is read and done in ten minutes."""

IN_TURN = """
import sys
from pathlib import Path
import papermill
for path in map(Path, sys.argv[2:]):
    print("runs", path.name, flush=True)
    executed = Path(sys.argv[1]) / path.name
    papermill.execute_notebook(path, executed, cwd=path.parent, progress_bar=False)
"""


def name(path):
    return path.stem


def cells(path, kind):
    found = nbformat.read(path, as_version=4).cells
    return [cell for cell in found if cell.cell_type == kind]


def prose(path):
    return "\n".join(cell.source for cell in cells(path, "markdown"))


@pytest.fixture(scope="session")
def warmed():
    """What the environment needs for warm kernels; nothing where there can be none."""
    with warm.parent() as address:
        asks = {"JUPYTER_DEFAULT_PROVISIONER_NAME": warm.PROVISIONER, warm.ADDRESS: address}
        yield asks if address else {}


@pytest.fixture
def call(warmed, tmp_path):
    """Run a program of this interpreter in a fresh lab with warm kernels; gives what it printed."""
    database = tmp_path / "lab" / "lab.duckdb"
    database.parent.mkdir()
    environment = {**os.environ, **warmed, "BITSTOCKERZ_DB": str(database)}

    def done(*command, limit=280):
        ended = subprocess.run(
            [sys.executable, *map(str, command)], cwd=PROJECT, env=environment,
            capture_output=True, text=True, timeout=limit, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
        return ended.stdout

    return done


def test_the_guide_is_numbered_without_a_gap():
    assert [int(path.stem[:2]) for path in GUIDE] == list(range(1, len(GUIDE) + 1))
    assert len(GUIDE) >= 10


@pytest.mark.parametrize("path", GUIDE, ids=name)
def test_each_code_cell_of_a_guide_checks_itself(path):
    for cell in cells(path, "code"):
        checks = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Assert)]
        assert checks, cell.source


@pytest.mark.parametrize("path", GUIDE, ids=name)
def test_a_guide_is_short_and_its_prose_leads_through_it(path):
    code = cells(path, "code")
    assert 5 <= len(code) <= MOST_CELLS
    assert len(cells(path, "markdown")) > len(code) / 2
    assert prose(path).startswith("# ")


@pytest.mark.parametrize("path", GUIDE, ids=name)
def test_every_link_of_a_guide_leads_somewhere_and_one_to_the_next(path):
    links = [link for link in LINK.findall(prose(path)) if not link.startswith("http")]
    assert [link for link in links if not (path.parent / link).exists()] == []
    following = GUIDE[GUIDE.index(path) + 1 :]
    assert not following or following[0].name in links


@pytest.mark.slow
@pytest.mark.parametrize("path", GUIDE, ids=name)
def test_a_guide_runs_from_top_to_bottom_in_a_lab_of_its_own(path, call):
    said = call("-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider", path)
    assert f"{len(cells(path, 'code'))} passed" in said


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_papermill_runs_all_guides_backwards_in_one_lab(call, tmp_path):
    call("-c", IN_TURN, tmp_path, *reversed(GUIDE), limit=880)
    for path in GUIDE:
        executed = cells(tmp_path / path.name, "code")
        assert [cell.source for cell in executed if cell.execution_count is None] == []
        assert any(cell.outputs for cell in executed)
