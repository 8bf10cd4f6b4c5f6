from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.charts import marks
from tests.helpers import make_bars


def placed(markers, bars, missing=None, drawn=None):
    missing = np.zeros(len(bars), dtype=np.int64) if missing is None else missing
    return marks.place(marks.read(markers), bars, missing, bars.index if drawn is None else drawn)


def test_a_marker_without_a_price_stands_at_the_close_of_its_bar():
    bars = make_bars(5, start="2020-01-01")
    found = placed({"timestamp": ["2020-01-03"], "text": ["news"]}, bars)
    assert found["price"].tolist() == [bars["close"].iloc[2]]
    assert found["kind"].tolist() == ["note"]


def test_a_single_value_stands_for_every_marker():
    bars = make_bars(5)
    found = placed({"timestamp": bars.index[:3], "text": "signal", "kind": "sell"}, bars)
    assert found["kind"].tolist() == ["sell"] * 3
    assert found["text"].tolist() == ["signal"] * 3


@pytest.mark.parametrize(
    "markers",
    [
        ["2020-01-03"],
        "2020-01-03",
        pd.DatetimeIndex(["2020-01-03"]),
        [pd.Timestamp("2020-01-03", tz="UTC")],
    ],
)
def test_times_alone_are_notes(markers):
    bars = make_bars(5, start="2020-01-01")
    found = placed(markers, bars)
    assert found["x"].tolist() == [bars.index[2]]
    assert found["kind"].tolist() == ["note"]


def test_what_is_no_time_is_no_marker():
    assert marks.read([]).empty
    for markers in (["news"], 5, [{"timestamp": "2020-01-03"}]):
        with pytest.raises(DataError):
            marks.read(markers)


def test_a_marker_between_two_bars_stands_on_the_one_known_then():
    bars = make_bars(5, timeframe="1h", start="2020-01-01")
    found = placed({"timestamp": "2020-01-01 01:40", "price": 7, "kind": "BUY"}, bars)
    assert found["x"].tolist() == [bars.index[1]]
    assert found["price"].tolist() == [7.0]


def test_a_marker_on_a_closed_day_stands_on_the_session_before():
    bars = make_bars(10).set_axis(pd.bdate_range("2020-01-02", periods=10, tz="UTC"))
    assert placed({"timestamp": "2020-01-04"}, bars)["x"].tolist() == [bars.index[1]]


def test_a_marker_outside_the_bars_or_in_a_hole_is_left_out():
    bars = make_bars(10)
    bars = bars.drop(bars.index[4:8])
    missing = np.array([0, 0, 0, 0, 4, 0])
    stamps = ["2019-12-31", "2020-01-04 23:00", "2020-01-05", "2020-01-10 23:59", "2020-01-11"]
    found = placed({"timestamp": stamps}, bars, missing)
    assert found["timestamp"].dt.strftime("%m-%d").tolist() == ["01-04", "01-10"]


def test_a_marker_stands_on_the_candle_its_bar_was_merged_into():
    bars = make_bars(8)
    found = placed({"timestamp": [bars.index[5]]}, bars, drawn=bars.index[::4])
    assert found["x"].tolist() == [bars.index[4]]
    assert found["price"].tolist() == [bars["close"].iloc[5]]


def test_of_too_many_markers_the_newest_are_drawn():
    bars = make_bars(3000, timeframe="1h")
    found = placed({"timestamp": bars.index}, bars)
    assert len(found) == marks.MOST
    assert found["timestamp"].iloc[-1] == bars.index[-1]


def test_trades_of_a_run_are_entries_and_exits_at_their_fills():
    trades = pd.DataFrame(
        {
            "side": ["LONG", "SHORT"],
            "entry_time": pd.to_datetime(["2020-01-02", "2020-01-04"], utc=True),
            "exit_time": pd.to_datetime(["2020-01-03", "2020-01-05"], utc=True),
            "entry_price": [10.0, 12.0],
            "exit_price": [11.0, 13.0],
            "pnl_pct": [10.0, -8.3333],
        }
    )
    found = marks.read(trades)
    assert found["kind"].tolist() == ["buy", "sell", "sell", "buy"]
    assert found["price"].tolist() == [10.0, 12.0, 11.0, 13.0]
    assert found["text"].iloc[2] == "long exit, +10.00\N{NO-BREAK SPACE}%"


def test_kinds_differ_in_shape_and_not_only_in_colour():
    bars = make_bars(5)
    kinds = {"timestamp": bars.index[:3], "kind": ["buy", "sell", "note"]}
    drawn = marks.traces(placed(kinds, bars), "1d")
    assert [trace.marker.symbol for trace in drawn] == ["triangle-up", "triangle-down", "diamond"]


def test_the_text_of_a_marker_cannot_bring_tags():
    bars = make_bars(5)
    found = placed({"timestamp": bars.index[:1], "text": ["<a href='x'>y</a>"]}, bars)
    (said,) = marks.words(found, "1d", "USD")
    assert "<a" not in said
    assert f"{bars['close'].iloc[0]:,.2f} USD" in said


def test_of_many_markers_on_a_candle_five_are_told():
    bars = make_bars(8)
    found = placed({"timestamp": bars.index[:7], "kind": "buy"}, bars, drawn=bars.index[:1])
    (said,) = marks.words(found, "1d", "USD")
    assert said.count("<b>Buy</b>") == 5
    assert said.endswith("and 2 more markers")


@pytest.mark.parametrize(
    ("markers", "message"),
    [
        ({"when": ["2020-01-01"]}, "need a column 'timestamp', and these have 'when'"),
        ({"timestamp": ["yesterday"]}, "'yesterday' is no date or time"),
        ({"timestamp": ["2020-01-01"], "kind": ["hold"]}, "kind is 'hold'. Known are 'buy'"),
        ({"timestamp": ["2020-01-01"], "price": ["ten"]}, "price is no number"),
        ({"timestamp": ["2020-01-01"] * 2, "kind": ["buy"] * 3}, "lengths: timestamp 2, kind 3"),
        ({"timestamp": pd.DatetimeIndex([pd.NaT])}, "no date or time"),
    ],
)
def test_markers_that_cannot_be_read_are_told_in_a_sentence(markers, message):
    with pytest.raises(DataError, match=message):
        marks.read(markers)
