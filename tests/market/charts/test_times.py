from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.market.charts import times
from tests.helpers import make_bars


def stock(days, timeframe="1d"):
    index = pd.DatetimeIndex(days, name="timestamp")
    index = index.tz_localize("UTC") if index.tz is None else index
    bars = make_bars(len(index)).set_axis(index)
    bars.attrs = {"asset_type": "EQUITY", "timeframe": timeframe}
    return bars


def weekdays(first, last, without=()):
    return pd.bdate_range(first, last).difference(pd.DatetimeIndex(without))


def written(days):
    return days.strftime("%m-%d").tolist()


def test_weekends_and_the_holidays_of_a_stock_are_closed_and_no_bar_is_missing():
    bars = stock(weekdays("2020-06-29", "2020-07-07", ["2020-07-03"]))
    closed = times.closed(bars)
    assert written(closed) == ["07-03", "07-04", "07-05"]
    assert times.missing(bars, closed).tolist() == [0] * len(bars)


def test_five_weekdays_without_a_bar_are_a_hole_and_four_are_holidays():
    week = ["2001-09-10", "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14"]
    bars = stock(weekdays("2001-08-30", "2001-09-24", week[1:]))
    assert set(week[1:]) <= set(times.closed(bars).strftime("%Y-%m-%d"))
    bars = stock(weekdays("2001-08-30", "2001-09-24", week))
    missing = times.missing(bars, times.closed(bars))
    assert missing.sum() == missing[bars.index == "2001-09-17"] == 5


def test_known_sessions_make_a_lone_missing_day_a_hole():
    days = weekdays("2020-06-29", "2020-07-10", ["2020-07-03", "2020-07-08"])
    sessions = weekdays("2020-06-29", "2020-07-10", ["2020-07-03"]).tz_localize("UTC")
    bars = stock(days)
    closed = times.closed(bars, sessions)
    assert "07-03" in written(closed)
    assert "07-08" not in written(closed)
    assert times.missing(bars, closed)[bars.index == "2020-07-09"] == 1


def test_a_bar_on_a_day_the_calendar_calls_closed_is_not_cut_out():
    sessions = weekdays("2020-07-01", "2020-07-07", ["2020-07-03"])
    bars = stock(weekdays("2020-07-01", "2020-07-07"))
    assert written(times.closed(bars, sessions)) == ["07-04", "07-05"]


def test_a_market_that_trades_on_sundays_has_only_its_own_days_cut_out():
    days = [
        day for day in pd.date_range("2020-01-05", "2020-02-06") if day.day_of_week not in {4, 5}
    ]
    bars = stock(days)
    closed = times.closed(bars)
    assert set(closed.day_of_week) == {4, 5}
    breaks = cut_out(bars, closed)
    assert [one.bounds for one in breaks] == [None]
    assert len(breaks[0]["values"]) == len(closed)


def test_weekends_are_cut_out_as_a_rule_and_holidays_one_by_one():
    bars = stock(weekdays("2020-06-29", "2020-07-07", ["2020-07-03"]))
    weekend, holidays = cut_out(bars, times.closed(bars))
    assert tuple(weekend.bounds) == ("sat", "mon")
    assert holidays["values"] == ("2020-07-03",)


def cut_out(bars, closed):
    import plotly.graph_objects as go

    drawing = go.Figure()
    times.skip(drawing, bars.index, closed)
    return drawing.layout.xaxis.rangebreaks


@pytest.mark.parametrize(
    ("timeframe", "stamps"),
    [
        ("1h", ["2020-01-01 00:00", "2020-01-01 01:00", "2020-01-01 05:00"]),
        ("1d", ["2020-01-01", "2020-01-02", "2020-01-06"]),
        ("1w", ["2020-01-06", "2020-01-13", "2020-02-10"]),
        ("1mo", ["2020-01-01", "2020-02-01", "2020-06-01"]),
    ],
)
def test_what_never_closes_misses_every_bar_that_is_not_there(timeframe, stamps):
    bars = stock(stamps, timeframe)
    bars.attrs["asset_type"] = "CRYPTO"
    closed = times.closed(bars)
    assert len(closed) == 0
    assert times.missing(bars, closed).tolist() == [0, 0, 3]


def test_one_bar_has_nothing_closed_and_nothing_missing():
    bars = stock(["2020-01-02"])
    closed = times.closed(bars)
    assert len(closed) == 0
    assert times.missing(bars, closed).tolist() == [0]
