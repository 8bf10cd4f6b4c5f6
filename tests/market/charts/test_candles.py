from __future__ import annotations

import json
import time
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.errors import BadBars, DataError, NoBars
from bitstockerz_lab.market import charts
from bitstockerz_lab.market.charts import thinning
from tests.helpers import make_bars, typed_bars


def coin(n, timeframe="1h", **options):
    bars = make_bars(n, timeframe=timeframe, **options)
    bars.attrs = {
        "symbol": "BTC-USD",
        "asset_type": "CRYPTO",
        "timeframe": timeframe,
        "adjusted": "raw",
        "simulated": False,
    }
    return bars


def stock(n, start="2020-01-02"):
    bars = make_bars(n).set_axis(pd.bdate_range(start, periods=n, tz="UTC", name="timestamp"))
    bars.attrs = coin(1).attrs | {
        "symbol": "AAPL",
        "asset_type": "EQUITY",
        "timeframe": "1d",
        "adjusted": "all",
    }
    return bars


def named(drawing):
    return {trace.name: trace for trace in drawing.data}


def note(drawing):
    return drawing.layout.xaxis.title.text


def button(drawing, label):
    (found,) = [one for one in drawing.layout.updatemenus[0].buttons if one.label == label]
    return found.args[0]


def test_candles_and_volume_are_the_bars():
    bars = stock(120)
    candle, volume = charts.candles(bars, currency="USD").data
    for name in ("open", "high", "low", "close"):
        np.testing.assert_array_equal(candle[name], bars[name])
    np.testing.assert_array_equal(volume.y, bars["volume"])
    assert list(candle.x) == list(volume.x) == bars.index.strftime("%Y-%m-%d").tolist()
    assert (candle.yaxis, volume.yaxis) == (None, "y2")


def test_rising_bars_are_hollow_and_falling_ones_filled_in_both_panels():
    bars = stock(120)
    candle, volume = charts.candles(bars).data
    fell = (bars["close"] < bars["open"]).to_numpy()
    assert candle.increasing.fillcolor == "rgba(0,0,0,0)"
    assert candle.decreasing.fillcolor == candle.decreasing.line.color
    inside = np.array(volume.marker.color)
    assert set(inside[~fell]) == {"rgba(0,0,0,0)"}
    assert set(inside[fell]) == {candle.decreasing.line.color}
    assert candle.increasing.line.color != candle.decreasing.line.color


def test_the_title_says_symbol_timeframe_what_was_adjusted_and_what_is_simulated():
    bars = stock(30)
    assert "AAPL · 1d" in charts.candles(bars).layout.title.text
    assert "Adjusted for splits and dividends" in charts.candles(bars).layout.title.text
    bars.attrs |= {"adjusted": "raw", "simulated": True}
    assert "Not adjusted, simulated data" in charts.candles(bars).layout.title.text
    assert charts.candles(coin(30)).layout.title.text == "BTC-USD · 1h"


def test_ten_years_of_hours_are_at_most_1500_candles_and_say_so():
    bars = coin(87_600, volatility=0.004, drift=0)
    candle, volume = charts.candles(bars).data
    merged = thinning.merge(bars, np.zeros(len(bars)))
    np.testing.assert_array_equal(candle.high, merged["high"])
    assert max(candle.high) == bars["high"].max()
    assert min(candle.low) == bars["low"].min()
    assert sum(volume.y) == pytest.approx(bars["volume"].sum())
    assert len(candle.x) == 1485
    assert "Drawn: 1,485 candles of up to 59 bars each" in note(charts.candles(bars))
    assert "59 bars" in candle.customdata[0]


def test_a_long_chart_is_small_and_quick():
    bars = coin(87_600, volatility=0.004, drift=0)
    indicators = {"SMA 200": bars["close"].rolling(200).mean()}
    charts.candles(coin(10))  # plotly is loaded
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        drawing = charts.candles(bars, indicators=indicators)
        seconds.append(time.perf_counter() - begin)
    assert len(drawing.to_json()) < 500_000
    assert min(seconds) < 2  # 0.15 s on a quiet machine


def test_a_long_indicator_keeps_its_extremes():
    bars = coin(20_000)
    noise = pd.Series(np.random.default_rng(3).normal(size=20_000), index=bars.index)
    line = named(charts.candles(bars, below={"Noise": noise}))["Noise"]
    assert len(line.x) <= thinning.POINTS
    assert (max(line.y), min(line.y)) == (noise.max(), noise.min())


def test_few_candles_are_not_said_to_be_thinned():
    assert note(charts.candles(stock(2000))) == "Date (UTC)"


def test_no_line_is_drawn_over_a_hole_and_the_axis_says_how_many_bars_are_missing():
    bars = stock(100)
    kept = bars.drop(bars.index[40:60])
    kept.attrs = bars.attrs
    drawing = charts.candles(kept, indicators={"Close": kept["close"]})
    line = named(drawing)["Close"]
    assert line.x[40] is None
    assert np.isnan(line.y[40])
    assert len(line.x) == 81
    assert "Missing: 20 bars, left open" in note(drawing)
    assert "2020-03-05" not in str(drawing.layout.xaxis.rangebreaks)


def test_a_bar_without_a_price_is_a_hole():
    bars = typed_bars("10 11 9 10\n-\n10 12 10 11\n11 12 10 12")
    bars.attrs = {"asset_type": "CRYPTO", "timeframe": "1d"}
    drawing = charts.candles(bars)
    assert len(drawing.data[0].x) == 3
    assert "Missing: 1 bar, left open" in note(drawing)


def test_closed_sessions_are_cut_out_for_stocks_and_nothing_for_coins():
    assert charts.candles(stock(100)).layout.xaxis.rangebreaks
    assert not charts.candles(coin(100)).layout.xaxis.rangebreaks


def test_one_bar_is_drawn_as_wide_as_its_day():
    candle = charts.candles(stock(1)).data[0]
    assert list(candle.x) == ["2020-01-02", "2020-01-03"]
    assert candle.close[1] is None


def test_nothing_to_draw_is_told_in_a_sentence():
    with pytest.raises(NoBars, match=r"no bars to draw\. Load some"):
        charts.candles(stock(3).iloc[:0])
    with pytest.raises(NoBars, match="no bars to draw"):
        charts.candles(typed_bars("-\n-"))
    with pytest.raises(BadBars, match="DatetimeIndex"):
        charts.candles(stock(3).reset_index(drop=True))


def test_a_price_that_grew_fifty_fold_is_on_a_logarithmic_scale_that_fits_each_period():
    bars = stock(1000)
    for name in ("open", "high", "low", "close"):
        bars[name] = np.geomspace(1, 50, 1000)
    drawing = charts.candles(bars, currency="USD")
    assert drawing.layout.yaxis.type == "log"
    assert drawing.layout.yaxis.title.text == "Price (USD, log scale)"
    low, high = button(drawing, "1y")["yaxis.range"]
    assert 10**low < bars["low"].loc["2022-11-01":].min() < 40
    assert 50 < 10**high < 60


def test_a_period_button_fits_every_panel_to_what_it_shows():
    bars = stock(500)
    rsi = pd.Series(np.linspace(0, 100, 500), index=bars.index)
    drawing = charts.candles(bars, below={"RSI": rsi})
    shown = bars.loc[bars.index >= bars.index[-1] - pd.DateOffset(months=3)]
    change = button(drawing, "3m")
    low, high = change["yaxis.range"]
    assert low < shown["low"].min() < shown["high"].max() < high
    assert high - low < 1.2 * (shown["high"].max() - shown["low"].min())
    assert change["yaxis2.range"][0] == 0
    assert change["yaxis2.range"][1] >= shown["volume"].max()
    assert 80 < change["yaxis3.range"][0] < 90
    assert pd.Timestamp(change["xaxis.range"][0]) < shown.index[0].tz_localize(None)


def test_only_periods_that_show_enough_candles_are_offered():
    def labels(bars):
        menus = charts.candles(bars).layout.updatemenus
        return [one.label for one in menus[0].buttons] if menus else []

    assert labels(stock(126)) == ["1m", "3m", "All"]
    assert labels(coin(24 * 14)) == ["1d", "1w", "All"]
    assert labels(coin(87_600, volatility=0.001)) == ["3m", "6m", "1y", "5y", "All"]
    assert labels(stock(10)) == []


def test_an_indicator_may_know_more_than_is_drawn():
    bars = stock(300)
    average = bars["close"].rolling(200).mean().rename("SMA 200")
    drawn = bars.iloc[-50:]
    line = named(charts.candles(drawn, indicators=average))["SMA 200"]
    np.testing.assert_array_equal(line.y, average.iloc[-50:])


def test_a_frame_below_is_a_panel_with_a_legend_of_its_own():
    bars = stock(100)
    macd = pd.DataFrame({"MACD": bars["close"], "Signal": bars["open"]})
    drawing = charts.candles(bars, below={"MACD 12 26 9": macd, "RSI": bars["high"]})
    traces = named(drawing)
    assert traces["MACD"].yaxis == traces["Signal"].yaxis == "y3"
    assert traces["MACD"].legend == "legend3"
    assert traces["RSI"].yaxis == "y4"
    assert not traces["RSI"].showlegend
    assert drawing.layout.yaxis4.title.text == "RSI"
    assert drawing.layout.xaxis.anchor == "y4"
    tops = [drawing.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3", "yaxis4")]
    assert all(above[0] > below[1] for above, below in pairwise(tops))
    assert tops[0][1] == 1
    assert tops[-1][0] == 0


@pytest.mark.parametrize(
    ("indicator", "message"),
    [
        (lambda bars: bars["close"].iloc[1:], "'X' has no entry for 1 of 50 bars, the first"),
        (lambda bars: bars["close"].to_numpy(), "'X' is no Series over the bars' stamps"),
        (lambda bars: bars["close"].reset_index(drop=True), "is no Series over the bars' stamps"),
        (lambda bars: pd.concat([bars["close"]] * 2), "has a stamp twice"),
        (lambda bars: bars["close"].astype(str) + "x", "holds no numbers"),
    ],
)
def test_an_indicator_that_does_not_fit_the_bars_is_told_in_a_sentence(indicator, message):
    bars = stock(50)
    with pytest.raises(DataError, match=message):
        charts.candles(bars, indicators={"X": indicator(bars)})


def test_markers_outside_the_period_are_counted():
    bars = stock(50)
    markers = {"timestamp": [bars.index[3], "1999-01-01", "2030-01-01"]}
    drawing = charts.candles(bars, markers=markers)
    assert "Not marked: 2 of 3 markers, outside these bars" in note(drawing)
    assert len(named(drawing)["Note"].x) == 1


def test_what_a_marker_says_is_in_the_text_of_its_own_candle():
    bars = stock(50)
    candle = charts.candles(bars, markers={"timestamp": bars.index[3], "text": "news"}).data[0]
    assert [row for row, said in enumerate(candle.text) if said] == [3]
    assert "Note: news" in candle.text[3]
    assert "%{text}" in candle.hovertemplate
    assert "%{text}" not in charts.candles(bars).data[0].hovertemplate  # it would be shown as it is


def test_names_cannot_bring_tags_and_no_chart_offers_to_upload_itself():
    bars = stock(50)
    bars.attrs["symbol"] = "<a href='x'>X</a>"
    drawing = charts.candles(
        bars, indicators={"<b>y</b>": bars["close"]}, below={"<i>z</i>": bars["close"]}
    )
    assert "<a" not in json.dumps(drawing.to_plotly_json(), default=str)
    assert "<b>" not in json.dumps(drawing.to_plotly_json(), default=str)
    assert "<i>" not in json.dumps(drawing.to_plotly_json(), default=str)
    assert drawing.layout.modebar.remove == ("sendChartToCloud",)
