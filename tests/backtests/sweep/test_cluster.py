"""Show 6: a sweep on dask's workers, one of them killed on the way, is the one made here."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from bitstockerz_lab.backtests.sweep import cluster
from bitstockerz_lab.backtests.sweep.carry_out import carry_out
from bitstockerz_lab.backtests.sweep.table import sweep_of
from bitstockerz_lab.errors import TradingError
from tests.conftest import PROJECT

NAMES = ["rules of two symbols", "rules of eight symbols", "python"]
pytestmark = pytest.mark.timeout(600)  # dask alone takes its time to start four times


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the workers came to, and what was said: everything in one start of dask."""
    found = tmp_path_factory.mktemp("cluster")
    done = subprocess.run(
        [sys.executable, "-m", "tests.backtests.sweep.on_a_cluster", str(found)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=550,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return found


@pytest.fixture(scope="module")
def told(folder):
    return pd.read_pickle(folder / "told.pickle")  # noqa: S301 - written a moment ago


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_with_a_worker_killed_the_results_are_those_made_here(name, folder):
    from tests.backtests.sweep.on_a_cluster import QUESTIONS

    results, sums, parts = pd.read_pickle(folder / f"{name}.pickle")  # noqa: S301 - as above
    asked = QUESTIONS[name]()
    local = sweep_of(asked, carry_out(asked))
    pd.testing.assert_frame_equal(results, local.results, check_exact=True)
    assert {unit: one.tobytes() for unit, one in sums.items()} == {
        unit: one.tobytes() for unit, one in local.sums.items()
    }
    assert parts > 4
    assert (results["num_trades"] > 0).mean() > 0.9


@pytest.mark.slow
def test_what_a_single_run_refuses_is_raised_once_with_its_own_sentence(told):
    assert told["error"].startswith("DefinitionError: targets must ascend: the nearest first")
    assert told["error"].endswith("None False")


@pytest.mark.slow
def test_a_worker_with_other_versions_is_refused(told):
    assert told["versions"].startswith("TradingError: A worker has numpy 2.")
    assert "this sweep is made with 0.1" in told["versions"]


@pytest.mark.slow
def test_nothing_is_left_on_the_workers_where_a_sweep_is_stopped(told):
    measured, futures, stack = told["stopped"].split(maxsplit=2)
    assert int(measured) > 0
    assert (futures, stack) == ("{}", "{}")


@pytest.mark.slow
def test_a_block_that_kills_its_workers_ends_the_sweep_and_is_named(told):
    assert told["deadly"].startswith("TradingError: Combinations 0 to 0 of S0 were lost ")
    assert "with their workers 2 times. Give the workers more memory" in told["deadly"]


@pytest.mark.slow
def test_a_closed_client_is_refused(told):
    assert told["closed"].startswith("TradingError: The client's connection is closed.")


@pytest.mark.slow
def test_the_code_of_the_page_runs_and_gives_what_is_computed_here(told):
    on_workers, here, asked = told["page"]
    pd.testing.assert_frame_equal(on_workers, here, check_exact=True)
    # the arguments were looked up in dask-kubernetes 2026.3.0 and dask-jobqueue 0.9.0
    assert asked["KubeCluster"] == {"name", "image", "n_workers", "worker_command", "resources"}
    assert asked["SLURMCluster"] == {"cores", "processes", "memory", "walltime", "queue"}
    assert asked["clients"] == ["KubeCluster", "SLURMCluster"]


def test_what_is_no_client_is_refused():
    with pytest.raises(TradingError, match=r"client must be a distributed\.Client that is not"):
        cluster.checked_client("tcp://127.0.0.1:8786")


def test_where_dask_is_not_installed_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(TradingError, match=r"pip install 'bitstockerz-lab\[cluster\]', or leave"):
        cluster.checked_client(object())
