"""A batch on dask's workers, one of them killed on the way, leaves what one here would leave."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import TradingError
from tests.conftest import PROJECT

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The lab that was written to, and what was said: everything in one start of dask."""
    found = tmp_path_factory.mktemp("dask")
    done = subprocess.run(
        [sys.executable, "-m", "tests.batch.on_dask_workers", str(found)],
        cwd=PROJECT,
        env={**os.environ, "BITSTOCKERZ_USER": "tester@local"},
        capture_output=True,
        text=True,
        timeout=350,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return found


@pytest.fixture
def lab(folder):
    return bz.open_lab(folder / "lab.duckdb")


@pytest.fixture(scope="module")
def told(folder):
    return pickle.loads((folder / "told.pickle").read_bytes())  # noqa: S301 - written a moment ago


@pytest.mark.slow
def test_with_a_worker_killed_every_notebook_is_done_once(told, lab):
    batch = told["batch"]
    assert [str(item.status) for item in batch] == ["completed"] * 2, batch
    runs = [lab.backtests.get(run_id) for item in batch for run_id in item.run_ids]
    assert [run.details.costs["fee_bps"] for run in runs] == [0.0, 5.0]
    assert [run.job_id for run in runs] == [item.job_id for item in batch]
    assert len(lab.backtests.list()) == 4


@pytest.mark.slow
def test_what_came_back_is_what_a_run_here_records(told, lab):
    (run_id,) = told["batch"][1].run_ids
    own = {"fee_bps": 5.0}
    there = lab.backtests.get(run_id)
    assert lab.backtests.run("Golden cross", "DEMO-A", **own).id == run_id, "it is given back"
    here = lab.backtests.run("Golden cross", "DEMO-A", **own, rerun=True)
    assert here.trades.equals(there.trades)
    assert here.equity.equals(there.equity)
    assert here.metrics == there.metrics
    counts = lab.sql(
        "SELECT backtest_run_id, count(*) AS rows FROM run_metrics GROUP BY ALL ORDER BY ALL"
    )
    assert counts["rows"].nunique() == 1
    assert there.details.fingerprint == here.details.fingerprint
    assert lab.sql("SELECT count(*) AS n FROM trade_details")["n"][0] == lab.sql(
        "SELECT count(*) AS n FROM backtest_trades JOIN trade_details "
        "ON backtest_trade_id = backtest_trades.id"
    )["n"][0]  # fmt: skip


@pytest.mark.slow
def test_notebook_and_page_tell_the_ids_and_paths_of_home(told, lab):
    item = told["batch"][0]
    text = item.executed.read_text("utf-8")
    assert f"Run {item.run_ids[0]} completed" in text
    assert json.loads(text)["metadata"]["papermill"]["parameters"]["database"] == str(lab.path)
    assert json.loads(text)["metadata"]["bitstockerz"]["status"] == "completed"
    assert json.loads(text)["metadata"]["papermill"]["input_path"] == str(told["notebook"])
    assert "/bitstockerz-" not in text
    assert f"Run {item.run_ids[0]} completed" in item.report.read_text("utf-8")


@pytest.mark.slow
def test_the_code_of_the_page_runs_and_what_is_recorded_is_given_back_there(told, lab):
    first, second = told["page"]
    assert first.run_ids == (told["recorded"],)
    assert lab.backtests.get(second.run_ids[0]).symbol == "DEMO-B"
    assert second.report.stat().st_size > 10_000


@pytest.mark.slow
def test_a_notebook_that_writes_what_cannot_come_home_fails_and_says_so(told, lab):
    (item,) = told["writes"]
    assert item.status == "failed"
    assert item.error_message.startswith(
        "It wrote to crypto_hourly_bars, symbols. What is recorded"
    )
    assert list(lab.market.symbols()["symbol"]) == ["DEMO-A", "DEMO-B"]
    assert item.executed.exists()


@pytest.mark.slow
def test_ctrl_c_ends_the_kernels_on_the_workers(told):
    seconds, statuses, at_work = told["interrupted"]
    assert statuses == ["cancelled"]
    assert seconds < 45, "the notebook alone sleeps for a minute"
    assert not any(at_work.values())


@pytest.mark.slow
def test_a_worker_with_other_versions_is_refused(told):
    assert told["versions"].startswith("BatchError: A worker has numpy 2.")
    assert "this batch is made with 0.1" in told["versions"]


def test_what_is_no_client_is_refused_before_anything_is_sent(database):
    from bitstockerz_lab.batch.cluster import DaskCrew

    with pytest.raises(TradingError, match=r"client must be a distributed\.Client that is not"):
        DaskCrew("tcp://127.0.0.1:8786", database)
