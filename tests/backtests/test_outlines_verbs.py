"""Runs in few words, with a line of their equity."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from tests.helpers import make_bars, sma_cross


@pytest.fixture
def runs(lab):
    lab.market.load_frame(make_bars(300), symbol="AAPL", asset_type="EQUITY", timeframe="1d")
    lab.strategies.save(sma_cross())
    return [lab.backtests.run("SMA cross", "AAPL", parameters={"fast": n}) for n in (3, 8)]


def test_outlines_come_in_the_order_asked_for_with_the_figures_of_their_runs(lab, runs):
    told = lab.backtests.outlines([runs[1].id, 99, runs[0].id])
    assert told["id"].tolist() == [runs[1].id, runs[0].id]
    for run, row in zip(reversed(runs), told.to_dict("records"), strict=True):
        assert row["parameters"] == {"fast": run.recipe.parameters["fast"]}
        assert row["total_return_pct"] == run.metrics.total_return_pct
        assert row["initial_equity"] == 100_000
        assert len(row["curve"]) == 64
        assert row["curve"][-1] == run.equity.iloc[-1]
        assert row["start_date"] == run.start_date


def test_fewer_points_are_asked_for_and_none_without_runs(lab, runs):
    assert len(lab.backtests.outlines([runs[0].id], points=8)["curve"][0]) == 8
    assert lab.backtests.outlines([]).empty
    assert "curve" in lab.backtests.outlines([])


def test_nobody_reads_the_runs_of_somebody_else(lab, runs, monkeypatch):
    monkeypatch.setenv("BITSTOCKERZ_USER", "eve@local")
    theirs = bz.open_lab(lab.path)
    assert theirs.backtests.outlines([run.id for run in runs]).empty
    assert len(lab.backtests.outlines([run.id for run in runs])) == 2
