"""What the tests of code strategies share."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from tests.helpers import make_bars
from tests.strategies.python import written


@pytest.fixture
def bars():
    return make_bars(300)


@pytest.fixture
def reversion():
    """A code strategy as a person's file makes it."""
    decorate = bz.code_strategy(
        "Mean reversion",
        parameters={"n": bz.parameter("n", 20, min=5, max=100)},
        stop_loss_pct=bz.parameter("stop", 8),
    )
    return decorate(written.mean_reversion)


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Makes this process another machine's: nothing was written or agreed to there."""
    from bitstockerz_lab.strategies.python import consent

    def move(name="elsewhere"):
        monkeypatch.setenv(consent.TRUST, str(tmp_path / name / "trusted.json"))
        consent._OWN.clear()
        consent._AGREED.clear()

    return move


@pytest.fixture
def stocked(lab):
    """A lab with bars of AAPL."""
    lab.market.load_frame(make_bars(300), "AAPL", asset_type="EQUITY")
    return lab
