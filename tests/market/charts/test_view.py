"""The part of a chart that is in view."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.market import charts
from bitstockerz_lab.market.charts import thinning
from tests.helpers import make_bars


def chart_of(n, timeframe="1h", kind="CRYPTO", **more):
    bars = make_bars(n, timeframe=timeframe, volatility=0.004, drift=0)
    if kind == "EQUITY":
        bars.index = pd.bdate_range("2000-01-03", periods=n, tz="UTC", name="timestamp")
    bars.attrs = {"symbol": "X", "asset_type": kind, "timeframe": timeframe, "adjusted": "raw"}
    indicators = {"SMA": bars["close"].rolling(20).mean()}
    below = {"Change": bars["close"].diff()}
    return charts.CandleChart.of(bars, indicators=indicators, below=below, **more)


def moments(values):
    return pd.to_datetime([one for one in values if one is not None], utc=True)


def test_the_view_of_everything_is_the_figure():
    chart = chart_of(9_000, markers=["2020-02-01", "2020-03-01"])
    figure, view = chart.figure(), charts.view(chart)
    assert len(view.traces) == len(figure.data)
    for number, values in view.traces.items():
        for name, value in values.items():
            drawn = figure.data[number][name]
            if name == "marker":
                assert list(drawn.color) == value["color"]
            elif value is None:
                assert drawn is None
            elif name == "y" or isinstance(value, np.ndarray):
                np.testing.assert_array_equal(np.array(drawn, float), np.array(value, float))
            else:
                assert list(drawn) == list(value)


def test_a_short_period_shows_each_of_its_bars_and_all_others_coarsely():
    chart = chart_of(87_600)
    view = charts.view(chart, "2024-03-01", "2024-03-31 23:00")
    bars = chart.ground.bars
    inside = bars.loc["2024-03-01":"2024-03-31 23:00"]
    candles = pd.DataFrame(
        {name: view.traces[0][name] for name in ("open", "high", "low", "close")},
        index=moments(view.traces[0]["x"]),
    )
    pd.testing.assert_frame_equal(
        candles.loc[inside.index], inside[candles.columns], check_names=False, check_freq=False
    )
    assert view.bars_each == 1
    assert len(candles) < thinning.SEEN + 4 * thinning.ASIDE
    assert candles["high"].max() == bars["high"].max()
    assert candles["low"].min() == bars["low"].min()
    assert candles.index.is_monotonic_increasing
    volume = dict(zip(moments(view.traces[2]["x"]), view.traces[2]["y"], strict=True))
    assert sum(volume.values()) == pytest.approx(bars["volume"].sum())


def test_lines_are_whole_in_view_and_keep_their_extremes_beside_it():
    chart = chart_of(87_600)
    view = charts.view(chart, "2024-03-01", "2024-03-31 23:00")
    values = chart.under["Change"]["Change"]
    line = view.traces[3]
    drawn = pd.Series(np.asarray(line["y"], float), pd.to_datetime(line["x"], utc=True)).dropna()
    inside = values.loc["2024-03-01":"2024-03-31 23:00"]
    np.testing.assert_array_equal(drawn.loc[inside.index], inside)
    assert (drawn.max(), drawn.min()) == (values.max(), values.min())
    assert len(drawn) < thinning.UNTHINNED + 4 * thinning.ASIDE


def test_a_long_period_is_merged_and_the_time_axis_says_so():
    chart = chart_of(87_600)
    view = charts.view(chart, "2021-01-01", "2024-01-01")
    assert 10 < view.bars_each < 30
    assert (
        f"In view: candles of up to {view.bars_each} bars each"
        in view.layout["xaxis"]["title"]["text"]
    )
    whole = charts.view(chart)
    assert whole.bars_each > view.bars_each


def test_each_axis_is_fitted_to_what_is_in_view_and_not_to_what_is_beside_it():
    chart = chart_of(20_000)
    view = charts.view(chart, "2020-06-01", "2020-06-30 23:00")
    inside = chart.ground.bars.loc["2020-06-01":"2020-06-30 23:00"]
    low, high = view.layout["yaxis"]["range"]
    assert low < inside["low"].min() < inside["high"].max() < high
    assert high - low < 1.2 * (inside["high"].max() - inside["low"].min())
    log_low, log_high = charts.view(chart, "2020-06-01", "2020-06-30 23:00", "log").layout["yaxis"][
        "range"
    ]
    assert 10**log_low < inside["low"].min()
    assert 10**log_high > inside["high"].max()


def test_closed_days_are_cut_out_once_a_candle_is_a_day():
    chart = chart_of(5_000, "1d", "EQUITY")
    assert charts.view(chart).layout["xaxis"]["rangebreaks"] == []
    near = charts.view(chart, "2004-01-01", "2004-12-31")
    assert near.layout["xaxis"]["rangebreaks"] == [{"bounds": ["sat", "mon"]}]


def test_a_marker_stands_on_the_candle_that_holds_it_however_fine_that_is():
    chart = chart_of(87_600, markers={"timestamp": "2024-03-05 13:00", "kind": "buy"})
    far = moments(charts.view(chart).traces[2]["x"])[0]
    near = moments(charts.view(chart, "2024-03-01", "2024-03-31").traces[2]["x"])[0]
    assert far < near == pd.Timestamp("2024-03-05 13:00", tz="UTC")
    said = dict(
        zip(
            moments(charts.view(chart, "2024-03-01", "2024-03-31").traces[0]["x"]),
            charts.view(chart, "2024-03-01", "2024-03-31").traces[0]["text"],
            strict=True,
        )
    )
    assert "Buy" in said[near]


def test_a_view_beside_all_bars_shows_the_nearest_and_is_no_error():
    chart = chart_of(5_000)
    for start, end in (("1990-01-01", "1990-02-01"), ("2050-01-01", "2050-02-01")):
        view = charts.view(chart, start, end)
        assert len(view.traces[0]["x"]) > 0
        assert "yaxis" not in view.layout


def test_ends_in_the_wrong_order_are_put_right():
    chart = chart_of(5_000)
    one, other = "2020-02-01", "2020-03-01"
    assert charts.view(chart, other, one).start == charts.view(chart, one, other).start


@pytest.mark.parametrize("label", list(charts.PERIODS))
def test_a_period_ends_with_the_last_bar(label):
    chart = chart_of(5_000)
    first, last = charts.period(chart, label)
    stamps = chart.ground.bars.index
    assert last > stamps[-1]
    if label in {"All", "1y", "5y"}:
        assert first < stamps[0]
    if label == "1w":
        assert pd.Timedelta(days=7) <= last - first < pd.Timedelta(days=9)


def test_a_view_is_quick():
    chart = chart_of(87_600)
    charts.view(chart, "2024-03-01", "2024-03-31")
    begin = time.process_time()
    charts.view(chart, "2022-03-01", "2024-03-31")
    assert time.process_time() - begin < 0.5  # 0.05 s on a quiet machine
