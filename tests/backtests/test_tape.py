"""Bars as arrays: what is taken, what is refused, and that nobody can write into them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.backtests.tape import PRICES, Tape
from bitstockerz_lab.errors import BadBars
from tests.helpers import make_bars


@pytest.fixture
def bars():
    return make_bars(40)


SHAPES = {
    "five plain columns": lambda bars: bars,
    "four columns": lambda bars: bars[list(PRICES)],
    "another order": lambda bars: bars[["volume", "close", "low", "high", "open"]],
    "a word besides": lambda bars: bars.assign(note="x"),
    "a word instead of the volume": lambda bars: bars.assign(volume="x"),
    "nullable numbers": lambda bars: bars.astype("Float64"),
    "made of rows": lambda bars: pd.DataFrame(
        np.ascontiguousarray(bars.to_numpy()), index=bars.index, columns=bars.columns
    ),
}


@pytest.mark.parametrize("shaped", SHAPES.values(), ids=SHAPES)
def test_the_prices_are_those_of_the_frame_whatever_its_shape(bars, shaped):
    tape = Tape.of(shaped(bars))
    for name in PRICES:
        np.testing.assert_array_equal(tape.numbers[name], bars[name].to_numpy())
        assert tape.numbers[name].flags.c_contiguous
        assert not tape.numbers[name].flags.writeable
    assert not tape.missing.any()
    assert tape.times.tolist() == bars.index.as_unit("ns").asi8.tolist()


def test_whole_numbers_are_prices_too(bars):
    whole = (bars * 100).round().astype("int64")
    assert Tape.of(whole).numbers["close"].dtype == np.float64


def test_a_bar_without_a_price_is_missing_whatever_the_others_are(bars):
    for at, name, value in ((3, "open", np.nan), (4, "low", 0.0), (5, "high", np.inf)):
        bars.iloc[at, bars.columns.get_loc(name)] = value
    bars.iloc[6, :4] = [5.0, 1.0, 2.0, np.nan]  # out of order, but missing
    assert np.flatnonzero(Tape.of(bars).missing).tolist() == [3, 4, 5, 6]


@pytest.mark.parametrize(("name", "times"), [("high", 0.5), ("low", 2.0)])
def test_a_price_outside_its_bar_is_refused_with_its_values(bars, name, times):
    bars.iloc[7, bars.columns.get_loc(name)] *= times
    with pytest.raises(BadBars, match="must lie between low and high") as told:
        Tape.of(bars)
    assert told.value.values["timestamp"] == bars.index[7]


def test_bars_twice_or_out_of_order_are_refused(bars):
    for wrong in (bars.iloc[[0, 0, 1]], bars.iloc[::-1]):
        with pytest.raises(BadBars, match="ascend in time"):
            Tape.of(wrong)


def test_a_part_is_a_part_of_everything(bars):
    part = Tape.of(bars).between(10, 30)
    assert (len(part), part.stamps[0], part.numbers["low"][0]) == (
        20,
        bars.index[10],
        bars["low"].iloc[10],
    )
    whole = Tape.of(bars)
    assert whole.between(0, 40) is whole
