from __future__ import annotations

import sys

import numpy as np
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep import engine
from bitstockerz_lab.backtests.sweep.engine import BESIDES, METRICS, Measured
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.strategies import sma
from tests.helpers import make_bars

pytest.importorskip("optuna")
GRID = {"fast": range(1, 61), "slow": range(1, 61)}
BARS = {"A": make_bars(30), "B": make_bars(30, seed=2)}


def rules():
    fast, slow = sma(bz.parameter("fast", 5)), sma(bz.parameter("slow", 20))
    return bz.strategy("Cross", enter=fast > slow, leave=fast < slow)


@pytest.fixture
def hill(monkeypatch):
    """Results that are best at fast 12, slow 44; none where fast is below 3."""
    calls = []

    def measure(unit, combinations, **_):
        fast, slow = combinations.columns["fast"], combinations.columns["slow"]
        away = (fast - 12.0) ** 2 + (slow - 44.0) ** 2
        values = dict.fromkeys((*METRICS, *BESIDES), np.zeros(len(fast)))
        values["sharpe_ratio"] = np.where(fast < 3, np.nan, 5 - away / 500 + unit.number)
        values["num_trades"] = np.ones(len(fast))
        calls.append((unit.number, len(fast)))
        return Measured(values, np.zeros((len(fast), 16, 5)))

    monkeypatch.setattr(engine, "measure", measure)
    return calls


def search(samples=100, seed=0, **settings):
    return bz.sweep(
        rules(), BARS, grid=GRID, constraint="fast < slow", samples=samples, seed=seed,
        sampling="optuna", **settings,
    )  # fmt: skip


@pytest.mark.usefixtures("hill")
def test_it_climbs_where_a_random_sample_of_the_same_size_does_not():
    best = [search(seed=seed).best(1)["sharpe_ratio"].item() for seed in range(3)]
    drawn = [
        bz.sweep(rules(), BARS, grid=GRID, constraint="fast < slow", samples=100, seed=seed)
        .best(1)["sharpe_ratio"].item()
        for seed in range(3)
    ]  # fmt: skip
    assert np.mean(best) > np.mean(drawn)
    assert min(best) > 5.95


def test_so_many_distinct_combinations_are_tried_as_asked_for(hill):
    found = search()
    assert len(found.results) == 200
    assert not found.results[["unit", "fast", "slow"]].duplicated().any()
    assert (found.results["fast"] < found.results["slow"]).all()
    assert found.results["unit"].tolist() == [0] * 100 + [1] * 100
    assert found.seed == 0
    assert found.sums[1].shape == (100, 16, 5)
    assert sum(size for unit, size in hill if unit == 0) == 100


@pytest.mark.usefixtures("hill")
def test_the_seed_decides_what_is_tried():
    assert search(30, 1).results.equals(search(30, 1).results)
    assert not search(30, 1).results.equals(search(30, 2).results)


@pytest.mark.usefixtures("hill")
def test_of_fewer_than_asked_for_all_are_tried():
    found = bz.sweep(
        rules(), BARS, grid={"fast": [3, 4], "slow": [5, 6]}, samples=50, sampling="optuna"
    )
    assert len(found.combinations) == 4


@pytest.mark.usefixtures("hill")
def test_optuna_keeps_quiet_and_progress_is_told(capsys):
    told = []
    search(40, progress=told.append)
    assert capsys.readouterr() == ("", "")
    assert (told[-1].done, told[-1].total) == (80, 80)


def test_ctrl_c_keeps_what_was_tried(hill, monkeypatch):
    real = engine.measure

    def measure(*given, **settings):
        if len(hill) == 4:
            raise KeyboardInterrupt
        return real(*given, **settings)

    monkeypatch.setattr(engine, "measure", measure)
    found = search(40)
    assert found.status == "cancelled"
    assert len(found.combinations) == 16
    assert "16 of the 40 combinations asked for × 2 units" in repr(found)
    assert "Stopped after 32 of 80 results, which are kept; the same call begins" in repr(found)


@pytest.mark.usefixtures("hill")
def test_it_searches_more_combinations_than_can_be_listed():
    vast = {"fast": range(1, 5001), "slow": range(1, 5001)}
    found = bz.sweep(rules(), BARS, grid=vast, samples=20, sampling="optuna")
    assert len(found.combinations) == 20
    assert "Optuna chose among 100,000 combinations drawn from 25,000,000" in repr(found)


@pytest.mark.usefixtures("hill")
def test_without_optuna_the_way_out_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(LabError, match=r'pip install "bitstockerz-lab\[optuna\]"'):
        search()


def test_a_guided_sweep_is_recorded_and_given_back(stocked):
    def asked():
        return stocked.backtests.sweep(
            "SMA cross", "AAA", grid={"fast": range(2, 20)}, samples=10, sampling="optuna"
        )

    found = asked()
    assert len(found.results) == 10
    assert stocked.backtests.get_sweep(found.id).results.equals(found.results)
    assert asked().id == found.id
    again = stocked.backtests.run("SMA cross", "AAA", parameters=found.parameters(3))
    expected = found.results.loc[3, "final_equity"]
    assert again.metrics.final_equity == pytest.approx(expected, rel=1e-9)
