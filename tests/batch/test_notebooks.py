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
IN_ORDER = ("load_bars", "data_quality", "backtest", "sweep", "walk_forward", "compare")
"""The batch notebooks, each after those whose records it reads."""

BACKTEST = PROJECT / "notebooks" / "batch" / "backtest.ipynb"


def name(path):
    return path.name


def batch_notebook(stem):
    return PROJECT / "notebooks" / "batch" / f"{stem}.ipynb"


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


def test_the_library_has_a_batch_notebook_for_each_of_its_long_verbs():
    assert {path.stem for path in BATCH} == set(IN_ORDER)


@pytest.mark.parametrize("path", BATCH, ids=name)
def test_a_batch_notebook_first_refuses_what_it_does_not_take(path):
    opening = code_cells(path)[1].source
    assert opening.index("bz.check_parameters()") < opening.index("bz.open_lab(database or None)")
    assert code_cells(path)[-1].source.startswith("print(")


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


def checked(paths, database):
    """Run notebooks with nbval, one after the other, in one lab; returns what pytest said."""
    environment = {**os.environ, "BITSTOCKERZ_DB": str(database)}
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *map(str, paths)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout


def plain_papermill(stem, out, *options, **environment):
    """Call the plain `papermill` command as a person would, in the folder `out` lies in."""
    return subprocess.run(
        [sys.executable, "-m", "papermill", batch_notebook(stem), out, *options],
        cwd=out.parent,
        env={**os.environ, **environment, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_plain_papermill_records_a_run_just_as_a_batch_does(lab, reference, tmp_path):
    lab.market.load_csv(reference / "bars" / "AAPL_1d.csv", asset_type="EQUITY", exchange="XNAS")
    lab.strategies.save(templates.get("golden-cross"))
    own = {"symbol": "AAPL", "start": "2016-01-04", "fee_bps": 5}
    out = tmp_path / "out.ipynb"

    done = plain_papermill(
        "backtest", out, "-p", "symbol", "AAPL", "-p", "start", "2016-01-04", "-p", "fee_bps", "5",
        BITSTOCKERZ_DB=str(lab.path),
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    listed = lab.backtests.list()
    assert list(listed["status"]) == ["completed"]
    run = lab.backtests.get(int(listed["id"].iloc[0]))
    assert (run.symbol, run.version, len(run.trades) > 0) == ("AAPL", 1, True)
    assert run.job_id is None
    assert f"Run {run.id} completed" in code_cells(out)[-1].outputs[0].text
    (item,) = lab.batch.run(BACKTEST, parameters=own)
    assert item.run_ids == (run.id,), "the same question, so the same run"
    assert lab.backtests.verify(run).ok


@pytest.mark.slow
def test_the_newest_runs_to_compare_are_no_windows_of_a_walk_forward(lab):
    lab.market.load("synthetic", "DEMO-A")
    lab.strategies.save(templates.get("golden-cross"))
    own = lab.backtests.run("Golden cross", "DEMO-A")
    asked = {"grid": {"fast": [10, 20]}, "train": "3y", "test": "1y"}
    lab.backtests.walk_forward("Golden cross", "DEMO-A", **asked)
    over = {"windows": [False, True]}
    left_out, all_of_them = lab.batch.run(batch_notebook("compare"), over, parameters={"newest": 5})
    told = [code_cells(item.executed)[-1].outputs[0].text for item in (left_out, all_of_them)]
    assert [len(text.splitlines()) for text in told] == [1, 5]
    assert f"Run {own.id} " in told[0]


@pytest.mark.slow
def test_plain_papermill_fails_on_a_parameter_that_the_notebook_does_not_take(tmp_path):
    out = tmp_path / "out.ipynb"
    own = ("-p", "symbl", "AAPL")
    done = plain_papermill("backtest", out, *own, BITSTOCKERZ_DB=str(tmp_path / "lab.duckdb"))
    assert done.returncode != 0
    assert "No parameter 'symbl'. Did you mean 'symbol'?" in done.stderr
    assert not (tmp_path / "lab.duckdb").exists(), "nothing was opened, let alone recorded"


@pytest.mark.slow
def test_every_batch_notebook_runs_as_it_is_stored(lab):
    lab.strategies.save(templates.get("golden-cross"))
    said = checked([batch_notebook(stem) for stem in IN_ORDER], lab.path)
    cells = sum(len(code_cells(path)) for path in BATCH)
    assert f"{cells} passed" in said
    assert len(lab.backtests.list(status="completed")) > 2
    assert len(lab.backtests.sweeps()) == 1
    assert len(lab.backtests.walk_forwards()) == 1
    assert lab.market.health()["checked_at"].notna().all()
