"""A lab to explore sweeps in."""

from __future__ import annotations

import shutil

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import close, crosses_above, crosses_below, sma
from tests.helpers import make_bars


@pytest.fixture(scope="session")
def made(template, tmp_path_factory):
    """A lab's file with two symbols of 400 daily bars, and two strategies; made once."""
    path = tmp_path_factory.mktemp("explorer") / "lab.duckdb"
    shutil.copy(template, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BITSTOCKERZ_USER", "tester@local")
        fill(bz.open_lab(path))
    return path


def fill(lab):
    """Store bars, and strategies of two and of three parameters."""
    for seed, symbol in enumerate(("AAA", "BBB")):
        lab.market.load_frame(
            make_bars(400, seed=seed), symbol=symbol, timeframe="1d", exchange="XNYS"
        )
    fast = sma(bz.parameter("fast", 5, min=2, max=100))
    slow = sma(bz.parameter("slow", 20, min=2, max=200))
    lab.strategies.save(
        bz.strategy("Cross", enter=crosses_above(fast, slow), leave=crosses_below(fast, slow))
    )
    stop = bz.parameter("stop", 5.0, min=1, max=50)
    lab.strategies.save(
        bz.strategy("Above", enter=close > fast, leave=close < slow, stop_loss_pct=stop)
    )


@pytest.fixture
def sweeping(made, tmp_path):
    """A lab of this test's own, filled."""
    shutil.copy(made, tmp_path / "explorer.duckdb")
    return bz.open_lab(tmp_path / "explorer.duckdb")
