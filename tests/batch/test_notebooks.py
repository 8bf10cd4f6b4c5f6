"""The project's own notebooks: stored clean, and they run."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import nbformat
import papermill
import pytest

from bitstockerz_lab.batch.plan import notebook_parameters
from bitstockerz_lab.enums import Status
from bitstockerz_lab.strategies import templates
from tests.batch.offline import read_page
from tests.conftest import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").rglob("*.ipynb"))
BATCH = sorted((PROJECT / "notebooks" / "batch").glob("*.ipynb"))
GUIDE = sorted((PROJECT / "notebooks" / "guide").glob("*.ipynb"))
BACKTEST = PROJECT / "notebooks" / "batch" / "backtest.ipynb"


def name(path):
    return path.name


def code_cells(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_is_stored_clean(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in code_cells(path):
        assert cell.outputs == []
        assert cell.execution_count is None
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    assert notebook.metadata.kernelspec.name == "python3"
    assert "papermill" not in notebook.metadata
    assert path.read_text("utf-8").endswith("}\n")


@pytest.mark.parametrize("path", BATCH, ids=name)
def test_a_batch_notebook_only_calls_the_lab(path):
    cells = code_cells(path)
    assert len(cells) <= 8
    assert cells[0].metadata.tags == ["parameters"]
    code = "\n".join(cell.source for cell in cells)
    refused = (ast.FunctionDef, ast.ClassDef, ast.Lambda)
    assert not [node for node in ast.walk(ast.parse(code)) if isinstance(node, refused)]
    assert "sql" not in code.casefold()
    assert "widget" not in code.casefold()


@pytest.mark.parametrize("path", BATCH, ids=name)
def test_every_parameter_is_typed_explained_and_read_alike_by_papermill(path):
    declared = notebook_parameters(path)
    assert all(parameter.kinds and parameter.help for parameter in declared.values())
    theirs = papermill.inspect_notebook(path)
    assert {name: entry["inferred_type_name"] for name, entry in theirs.items()} == {
        name: parameter.kind for name, parameter in declared.items()
    }


def test_the_backtest_notebook_takes_what_the_design_says():
    assert list(notebook_parameters(BACKTEST)) == [
        "strategy", "version", "symbol", "timeframe", "start", "end", "initial_equity",
        "fee_bps", "fixed_fee", "slippage_bps", "parameters", "database",
    ]  # fmt: skip


@pytest.mark.parametrize("path", GUIDE, ids=name)
def test_each_code_cell_of_a_guide_checks_itself(path):
    for cell in code_cells(path):
        assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))


@pytest.mark.slow
def test_the_backtest_notebook_records_a_run_and_reports_it(lab):
    lab.market.load("synthetic", "DEMO-A")
    lab.strategies.save(templates.get("golden-cross"))
    own = {"parameters": {"fast": 20}, "start": "2016-01-01", "slippage_bps": 0}

    (item,) = lab.batch.run(BACKTEST, over={"symbol": ["demo-a"]}, parameters=own)

    assert item.status == Status.COMPLETED, item.error_message
    run = lab.backtests.get(item.run_ids[0])
    assert run.job_id == item.job_id
    assert (run.symbol, run.version, run.details.parameters["fast"]) == ("DEMO-A", 1, 20)
    assert run.details.costs["fee_bps"] == 5
    assert item.executed.parent == lab.executed_folder
    assert item.report.parent == lab.reports_folder
    page = item.report.read_text("utf-8")
    read = read_page(page)
    assert (read.found, read.plotly) == ([], 1)
    for section in run.report().sections:
        assert section.title in page
    last = code_cells(item.executed)[-1].outputs[0].text
    assert last.startswith(f"Run {run.id} completed: Golden cross version 1 on DEMO-A 1d")

    (again,) = lab.batch.run(BACKTEST, over={"symbol": ["DEMO-A"]}, parameters=own)
    assert again.run_ids == item.run_ids, "the same run is given back, and the second job names it"
    assert lab.backtests.get(run.id).job_id == item.job_id


@pytest.mark.slow
@pytest.mark.parametrize("path", GUIDE, ids=name)
def test_a_guide_runs_from_top_to_bottom_in_a_lab_of_its_own(path, tmp_path):
    environment = {**os.environ, "BITSTOCKERZ_DB": str(tmp_path / "lab.duckdb")}
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(path)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert f"{len(code_cells(path))} passed" in done.stdout
    assert (tmp_path / "lab.duckdb").exists()
