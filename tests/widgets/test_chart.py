"""The chart: every control, without a front end."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.widgets import Chart
from tests.helpers import make_bars


@pytest.fixture
def stocked(lab):
    """A lab with hourly bars of a coin and daily ones of a stock."""
    hours = make_bars(6_000, timeframe="1h", volatility=0.004, drift=0)
    lab.market.load_frame(hours, symbol="BTC-USD", timeframe="1h", exchange="bitstamp")
    days = make_bars(400).set_axis(pd.bdate_range("2020-01-02", periods=400, tz="UTC"))
    lab.market.load_frame(days, symbol="AAPL", timeframe="1d", asset_type="EQUITY")
    return lab


def names(chart):
    return [trace.get("name") for trace in chart.picture.figure["data"]]


def test_a_symbol_is_drawn_whole_with_its_volume_and_its_timeframes(stocked):
    chart = stocked.chart("btc-usd")
    assert chart.error is None
    assert names(chart) == ["BTC-USD", "Volume"]
    assert chart.timeframe_field.options[:2] == ("1h", "2h")
    told = chart.state
    assert (told["symbol"], told["timeframe"], told["bars"]) == ("BTC-USD", "1h", 6_000)
    assert told["bars_each"] == 4


def test_zooming_in_draws_every_bar_and_sends_only_values(stocked, sent):
    chart = stocked.chart("BTC-USD")
    messages = sent(chart.picture)
    chart.picture._heard(
        chart.picture, {"event": "zoom", "start": "2020-02-01 06:00", "end": "2020-02-20"}, []
    )
    assert chart.state["bars_each"] == 1
    assert chart.state["start"] == "2020-02-01T06:00:00+00:00"
    assert [one["tell"] for one, _ in messages] == ["update"]
    bars = stocked.market.bars("BTC-USD", start="2020-02-02", end="2020-02-19")
    candles = chart.picture.figure["data"][0]
    drawn = dict(zip(candles["x"], candles["high"], strict=True))
    assert [drawn[f"{one:%Y-%m-%d %H:%M}"] for one in bars.index] == bars["high"].tolist()
    assert chart.period_buttons.value is None


def test_zooming_out_again_shows_everything(stocked):
    chart = stocked.chart("BTC-USD")
    chart.look("2020-02-01", "2020-02-20")
    chart.look()
    assert chart.state["bars_each"] == 4
    span = pd.to_datetime(chart.picture.figure["layout"]["xaxis"]["range"], utc=True)
    bars = chart.whole.ground.bars
    assert span[0] <= bars.index[0]
    assert span[1] >= bars.index[-1]


def test_every_panel_is_fitted_to_what_is_in_view(stocked):
    chart = stocked.chart("BTC-USD", "1h")
    chart.add("rsi 14")
    chart.look("2020-02-01", "2020-02-10")
    layout = chart.picture.figure["layout"]
    bars = stocked.market.bars("BTC-USD", start="2020-02-01", end="2020-02-10 00:00")
    low, high = layout["yaxis"]["range"]
    room = (bars["high"].max() - bars["low"].min()) * 0.05
    assert low == pytest.approx(bars["low"].min() - room)
    assert high == pytest.approx(bars["high"].max() + room)
    assert layout["yaxis2"]["range"][0] == 0
    assert all(layout[axis]["fixedrange"] for axis in ("yaxis", "yaxis2", "yaxis3"))


@pytest.mark.parametrize("label", ["1d", "1w", "1m", "3m", "6m", "All"])
def test_each_period_button_shows_that_period_up_to_the_last_bar(stocked, label):
    chart = stocked.chart("BTC-USD")
    chart.look("2020-02-01", "2020-02-02")
    chart.period_buttons.value = label
    assert chart.period_buttons.value == label
    assert pd.Timestamp(chart.state["end"]) >= chart.whole.ground.bars.index[-1]
    if label == "1w":
        seen = pd.Timestamp(chart.state["end"]) - pd.Timestamp(chart.state["start"])
        assert pd.Timedelta(days=7) <= seen < pd.Timedelta(days=9)


def test_only_periods_with_enough_bars_are_offered(stocked):
    chart = stocked.chart("AAPL")
    assert chart.period_buttons.options == ("1m", "3m", "6m", "1y", "All")
    chart.show_period("5y")
    assert chart.period_buttons.value is None
    chart.symbol_field.value = "BTC-USD"
    chart.timeframe_field.value = "1h"
    assert chart.period_buttons.options[0] == "1d"
    assert chart.period_buttons.value == "All"


def test_prices_are_put_on_a_logarithmic_scale_and_back(stocked):
    chart = stocked.chart("AAPL")
    assert (chart.log_button.value, chart.state["log"]) == (False, False)
    chart.log_button.value = True
    assert chart.state["log"] is True
    chart.look("2020-03-01", "2020-06-01")
    low, high = chart.picture.figure["layout"]["yaxis"]["range"]
    assert 10**low < stocked.market.bars("AAPL")["low"].max()
    assert high < 5
    chart.log_button.value = False
    assert chart.state["log"] is False


def test_an_indicator_that_is_typed_is_drawn_where_it_belongs_and_can_be_removed(stocked):
    chart = stocked.chart("AAPL")
    for typed in ("sma 50", "rsi", "bollinger 20 2", "macd"):
        chart.indicator_field.value = typed
        assert chart.error is None
        assert chart.indicator_field.value == ""
    over = ["sma 50", "bollinger 20 2 upper", "bollinger 20 2 middle", "bollinger 20 2 lower"]
    assert set(over) < set(names(chart))
    assert "bollinger 20 2 bandwidth" not in names(chart)
    axes = {trace["name"]: trace.get("yaxis", "y") for trace in chart.picture.figure["data"]}
    assert axes["sma 50"] == "y"
    assert axes["rsi"] == "y3"
    assert len(chart.chips.children) == 4
    chart.chips.children[0].click()
    assert chart.state["indicators"] == ["rsi", "bollinger 20 2", "macd"]
    assert "sma 50" not in names(chart)


def test_an_indicator_of_a_period_is_what_rules_see_there(stocked):
    chart = Chart(stocked, "AAPL", start="2020-09-01", end="2021-03-01", indicators=["ema 50"])
    every = stocked.strategies.indicator(stocked.market.bars("AAPL"), "ema", 50)
    drawn = chart.whole.over["ema 50"]
    assert drawn.index[0] == pd.Timestamp("2020-09-01", tz="UTC")
    assert drawn.tolist() == every.iloc[:, 0].loc["2020-09-01":"2021-03-01"].tolist()
    chart.symbol_field.value = "BTC-USD"
    assert chart.error is None
    assert chart.whole.over["ema 50"].index[-1] == chart.whole.ground.bars.index[-1]


def test_what_is_added_removed_or_rescaled_leaves_the_view_where_it_is(stocked):
    chart = stocked.chart("BTC-USD")
    chart.look("2020-02-01", "2020-02-20")
    seen = {name: chart.state[name] for name in ("start", "end", "bars_each")}
    for act in (
        lambda: chart.add("rsi 14"),
        lambda: setattr(chart.log_button, "value", True),
        lambda: chart.remove("rsi 14"),
    ):
        act()
        assert {name: chart.state[name] for name in seen} == seen
        assert chart.picture.figure["layout"]["xaxis"]["range"][0] == "2020-02-01 00:00"
        assert chart.period_buttons.value is None
    chart.period_buttons.value = "1m"
    chart.add("sma 20")
    assert chart.period_buttons.value == "1m"
    assert chart.state["start"] > seen["end"]
    chart.look()
    chart.add("ema 20")
    assert chart.state["bars_each"] == 4
    assert chart.period_buttons.value == "All"


def test_the_add_button_takes_what_is_in_the_field(stocked):
    chart = stocked.chart("AAPL")
    chart.add_button.click()
    assert chart.state["indicators"] == []
    chart._set(chart.indicator_field, value="ema 20")
    chart.add_button.click()
    assert chart.state["indicators"] == ["ema 20"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("smaa 50", "Did you mean 'sma'"),
        ("sma fifty", "Write it like 'bollinger 20 2'"),
        ("sma 0", "period: int from 1"),
        ("sma 1 2", "was given 2 numbers"),
        ("correlation 20", "another symbol"),
    ],
)
def test_what_is_no_indicator_is_told_and_the_chart_stays(stocked, typed, said):
    chart = stocked.chart("AAPL")
    chart.indicator_field.value = typed
    assert isinstance(chart.error, DataError | UnknownName)
    assert said in str(chart.error)
    assert said.replace("'", "&#39;") in chart.message.value
    assert chart.state["indicators"] == []
    assert names(chart) == ["AAPL", "Volume"]


def test_another_symbol_and_another_timeframe_keep_the_indicators(stocked):
    chart = Chart(stocked, "BTC-USD", indicators=["sma 50"])
    chart.symbol_field.value = "AAPL"
    assert chart.state["timeframe"] == "1d"
    assert names(chart) == ["AAPL", "sma 50", "Volume"]
    chart.timeframe_field.value = "1w"
    assert chart.state["timeframe"] == "1w"
    assert chart.state["bars"] < 90
    assert "sma 50" in names(chart)


def test_a_symbol_that_is_not_there_is_told_and_the_chart_stays(stocked):
    chart = stocked.chart("AAPL")
    chart.symbol_field.value = "APPL"
    assert "Did you mean 'AAPL'" in str(chart.error)
    assert names(chart) == ["AAPL", "Volume"]


def test_a_symbol_typed_in_the_browser_that_can_be_none_is_told_and_the_picture_keeps_its_title(
    stocked, monkeypatch
):
    monkeypatch.setattr("bitstockerz_lab.widgets.chart.by_browser", lambda: True)
    chart = stocked.chart("AAPL")
    chart.symbol_field.value = "AA"  # AAPL is still offered
    assert chart.error is None
    chart.symbol_field.value = "NOPE"
    assert "NOPE" in str(chart.error)
    assert "NOPE" in chart.message.value
    chart.add("sma 20")
    assert chart.picture.label == "Candles of AAPL"
    assert chart.state["symbol"] == "AAPL"
    assert "AAPL, 1d" in chart.still()
    chart.symbol_field.value = "NOPE2"
    chart.symbol_field.value = "BTC"
    assert "NOPE2" not in chart.message.value
    chart.symbol_field.value = "BTC-USD"
    assert chart.picture.label == "Candles of BTC-USD"


def test_trades_of_a_run_are_marked_and_stay_marked_when_one_zooms(stocked):
    days = stocked.market.bars("AAPL").index
    trades = pd.DataFrame(
        {
            "entry_time": [days[10]], "exit_time": [days[50]], "side": ["LONG"],
            "entry_price": [100.0], "exit_price": [110.0], "pnl_pct": [10.0],
        }
    )  # fmt: skip
    chart = Chart(stocked, "AAPL", markers=trades)
    assert names(chart) == ["AAPL", "Buy", "Sell", "Volume"]
    chart.look(days[5], days[60])
    assert list(chart.picture.figure["data"][1]["x"]) == [f"{days[10]:%Y-%m-%d}"]


def test_where_there_is_no_front_end_its_closes_are_a_line(stocked):
    html = stocked.chart("AAPL")._repr_mimebundle_()["text/html"]
    assert "<polyline" in html
    assert "400 bars" in html
    assert len(html) < 30_000


def test_a_chart_of_nothing_waits_for_a_symbol(lab):
    chart = Chart(lab)
    assert chart.state["bars"] == 0
    chart.show_period("1y")
    chart.look("2020-01-01", "2020-02-01")
    assert "run its cell" in chart.still()


def test_an_unknown_keyword_is_refused(lab):
    with pytest.raises(TypeError):
        Chart(lab, colour="red")
