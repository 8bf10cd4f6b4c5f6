"""A lab whose strategies the runner can run."""

import shutil

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import templates
from bitstockerz_lab.widgets.runner import BacktestRunner
from tests.helpers import make_bars, sma_cross


@pytest.fixture(scope="session")
def shelf(template, tmp_path_factory):
    """The file of a lab with 400 daily bars of AAA, 300 hourly ones of COIN-USD, two strategies."""
    path = tmp_path_factory.mktemp("shelf") / "lab.duckdb"
    shutil.copy(template, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BITSTOCKERZ_USER", "tester@local")
        lab = bz.open_lab(path)
    lab.market.load_frame(make_bars(400), symbol="AAA", timeframe="1d", exchange="XNYS")
    hours = make_bars(300, seed=2, timeframe="1h", volatility=0.01)
    lab.market.load_frame(hours, symbol="COIN-USD", timeframe="1h", exchange="bitstamp")
    for rules in (sma_cross(), sma_cross(stop_loss_pct=3), templates.get("buy-and-hold")):
        lab.strategies.save(rules)
    return path


@pytest.fixture
def stocked(shelf, tmp_path):
    """That lab, of this test's own."""
    shutil.copy(shelf, tmp_path / "lab.duckdb")
    return bz.open_lab(tmp_path / "lab.duckdb")


@pytest.fixture
def runner(stocked):
    """A runner with a strategy and a symbol chosen."""
    return BacktestRunner(stocked, "SMA cross", "AAA")
