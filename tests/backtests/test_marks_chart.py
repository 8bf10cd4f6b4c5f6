"""The price with marks that move: always the same traces, whatever was traded."""

from __future__ import annotations

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import marks_chart
from bitstockerz_lab.pages import COLOURS
from tests.helpers import make_bars


@pytest.fixture(scope="module")
def bars():
    return make_bars(200, seed=4)


def trades(bars, every):
    simulation = bz.simulate(
        bars,
        bars["close"].index.to_series().dt.day.mod(every).eq(0),
        bars["close"].index.to_series().dt.day.mod(every).eq(1),
    )
    return simulation.trades


def test_each_trade_has_a_mark_where_it_was_entered_and_left(bars):
    closed = trades(bars, 7)
    marked = marks_chart.marks(bars, closed)
    assert marked[1]["x"] == [f"{one:%Y-%m-%d}" for one in closed["entry_time"]]
    assert marked[1]["y"].tolist() == closed["entry_price"].tolist()
    assert marked[2]["x"] == []
    won = closed["pnl_abs"] > 0
    assert 0 < won.sum() < len(closed)
    assert marked[3]["y"].tolist() == closed["exit_price"][won].tolist()
    assert marked[4]["y"].tolist() == closed["exit_price"][~won].tolist()


def test_a_figure_has_the_traces_that_marks_are_put_in_whatever_it_was_made_of(bars):
    few, none = trades(bars, 7), trades(bars, 7).iloc[:0]
    for closed in (few, none):
        drawing = marks_chart.figure(bars, closed, currency="USD")
        assert [trace.name for trace in drawing.data[1:]] == list(marks_chart.KINDS)
        for number, marked in marks_chart.marks(bars, closed).items():
            trace = drawing.data[number]
            assert list(trace.x or ()) == marked["x"]
            assert trace.marker.symbol == marked["marker"]["symbol"]
            assert trace.marker.color in COLOURS.values()


def test_many_marks_are_small(bars):
    few = trades(bars, 7)
    many = pd.concat([few] * 50)
    sizes = [marks_chart.marks(bars, one)[3]["marker"]["size"] for one in (few, many)]
    assert sizes[0] > sizes[1]
