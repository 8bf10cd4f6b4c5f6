"""A lab with bars and a strategy in it."""

import pytest

from tests.helpers import make_bars, sma_cross


@pytest.fixture
def stocked(lab):
    """A lab with 400 daily bars of AAA, 600 hourly ones of COIN-USD, and a strategy."""
    lab.market.load_frame(make_bars(400), symbol="AAA", timeframe="1d", exchange="XNYS")
    hours = make_bars(600, seed=2, timeframe="1h", volatility=0.01)
    lab.market.load_frame(hours, symbol="COIN-USD", timeframe="1h", exchange="bitstamp")
    lab.strategies.save(sma_cross())
    return lab
