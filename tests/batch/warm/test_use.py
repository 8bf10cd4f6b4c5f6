"""Warm kernels where people use them: papermill, nbval, the project's own notebooks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from bitstockerz_lab.batch import warm
from bitstockerz_lab.cli.app import run
from bitstockerz_lab.strategies import templates
from tests.batch.warm.conftest import is_warm, kernel, run_notebook, said
from tests.conftest import PROJECT

BATCH = sorted((PROJECT / "notebooks" / "batch").glob("*.ipynb"))
GUIDE = [PROJECT / "notebooks" / "guide" / "01_first_backtest.ipynb"]


@pytest.fixture
def environment(parent, tmp_path):
    """Environment of a program that knows nothing of warm kernels."""
    return {
        **os.environ,
        warm.ADDRESS: parent,
        "JUPYTER_DEFAULT_PROVISIONER_NAME": warm.PROVISIONER,
        "BITSTOCKERZ_DB": str(tmp_path / "lab.duckdb"),
    }


def forked(address):
    return warm.ask(Path(address)).forked


def test_papermill_takes_a_warm_kernel_unchanged(parent, environment, lab, tmp_path):
    lab.market.load("synthetic", "DEMO-A")
    lab.strategies.save(templates.get("golden-cross"))
    before = forked(parent)
    executed = tmp_path / "out.ipynb"
    source = str(PROJECT / "notebooks" / "batch" / "backtest.ipynb")
    command = [sys.executable, "-m", "papermill", source, str(executed), "-p", "symbol", "DEMO-A"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=PROJECT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Cold start" not in done.stderr
    assert forked(parent) == before + 1
    assert len(lab.backtests.list()) == 1


def test_nbval_takes_a_warm_kernel_unchanged(parent, environment, tmp_path):
    before = forked(parent)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("assert 1 + 1 == 2")])
    nbformat.write(notebook, tmp_path / "n.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "n.ipynb"], env=environment, capture_output=True, text=True, check=False,
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert forked(parent) == before + 1


def plain(cell):
    """A cell's outputs without ids, times and the folder of this run."""
    text = json.dumps([{**output, "execution_count": 0} for output in cell.outputs], indent=1)
    text = re.sub(r"/[^\s\"'<>]*lab-(cold|warm)", "FOLDER", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|\+00:00|Z)?", "MOMENT", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b", "ID", text)
    text = re.sub(r"\b[\d.,]+(e[+-]?\d+)?( |\\u00a0)(ns|ms|s|seconds)\b", "TIME", text)
    return text.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("path", BATCH + GUIDE, ids=lambda path: path.stem)
def test_a_notebook_of_the_project_puts_out_the_same_warm_as_cold(parent, lab, tmp_path, path):
    if path in BATCH:
        for symbol in ("DEMO-A", "DEMO-B"):
            lab.market.load("synthetic", symbol)
        lab.strategies.save(templates.get("golden-cross"))
        for fee in (0, 5):
            lab.backtests.run("Golden cross", "DEMO-A", fee_bps=fee)
    done = {}
    for kind, address in (("cold", None), ("warm", parent)):
        folder = tmp_path / f"lab-{kind}"
        folder.mkdir()
        if path in BATCH:
            shutil.copy(lab.path, folder / "lab.duckdb")
        done[kind] = nbformat.read(path, as_version=4)
        env = {**os.environ, "BITSTOCKERZ_DB": str(folder / "lab.duckdb")}
        run_notebook(done[kind], address, path.parent, env)
    pairs = zip(done["cold"].cells, done["warm"].cells, strict=True)
    outputs = [(plain(cold), plain(warmed)) for cold, warmed in pairs if cold.cell_type == "code"]
    assert any(cold for cold, _ in outputs)
    for cold, warmed in outputs:
        assert warmed == cold


def test_a_notebook_sees_the_lab_and_the_bars_compiled_beforehand(parent):
    code = (
        "import time\nbegan = time.perf_counter()\n"
        "from bitstockerz_lab.batch.warm.trial import trial\ntrial()\n"
        "print(time.perf_counter() - began)"
    )
    with kernel(parent) as (made, client):
        assert is_warm(made)
        assert float(said(client, code)) < 2.0


@pytest.fixture
def short_folder():
    """A folder whose path leaves room for a socket's name."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="bz-") as folder:
        yield folder


def test_the_command_line_starts_tells_of_and_stops_a_parent(monkeypatch, short_folder, capsys):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", short_folder)
    monkeypatch.setattr("bitstockerz_lab.batch.warm.preload.USUAL", ())
    assert run(["warm", "status"]) == 1
    assert "No warm parent" in capsys.readouterr().out
    assert run(["warm", "start", "--import", "tqdm"]) == 0
    told = capsys.readouterr().out
    assert "ready" in told
    assert run(["warm", "status", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["imports"] == ["tqdm"]
    try:
        with kernel(str(first["address"])) as (made, client):
            assert is_warm(made)
            assert said(client, "print(5)") == "5"
        assert run(["warm", "start"]) == 0
        assert str(first["pid"]) in capsys.readouterr().out, "one that is ready is kept"
    finally:
        assert run(["warm", "stop"]) == 0
    assert "Stopped" in capsys.readouterr().out
    assert run(["warm", "stop"]) == 0
    assert "no warm parent" in capsys.readouterr().out


def test_the_kernel_for_jupyterlab_is_the_plain_one_with_our_provisioner(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert run(["warm", "install"]) == 0
    written = tmp_path / "share/jupyter/kernels/bitstockerz-warm/kernel.json"
    spec = json.loads(written.read_text())
    assert spec["argv"][1:] == ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    assert spec["display_name"] == "BitStockerz (warm)"
    assert spec["metadata"]["kernel_provisioner"] == {"provisioner_name": warm.PROVISIONER}
