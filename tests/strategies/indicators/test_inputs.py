"""An indicator leaves the columns it is given as they are: they are the bars' own memory."""

from __future__ import annotations

import numpy as np
import pytest

from bitstockerz_lab.strategies import indicators
from tests.helpers import make_bars
from tests.strategies.indicators.examples import columns

BARS = make_bars(300, seed=3, timeframe="1h")


@pytest.mark.parametrize("name", indicators.names())
def test_an_indicator_does_not_write_into_its_inputs(name):
    given = columns(name, BARS)
    before = [column.tobytes() for column in given]
    indicators.compute_all(indicators.get(name), given, indicators.get(name).defaults)
    assert [column.tobytes() for column in given] == before


@pytest.mark.parametrize("name", indicators.names())
def test_an_indicator_does_not_give_its_inputs_back(name):
    given = columns(name, BARS)
    made = indicators.compute_all(indicators.get(name), given, indicators.get(name).defaults)
    for column in made.values():
        assert not any(np.shares_memory(column, one) for one in given)
