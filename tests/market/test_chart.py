"""The verb `lab.market.chart`: what it reads and hands to the charts."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError, NoBars, UnknownName
from tests.helpers import make_bars


@pytest.fixture
def loaded(lab):
    """A lab with a stock whose sessions are known, and a coin."""
    days = pd.bdate_range("2020-06-01", "2020-08-31", tz="UTC", name="timestamp")
    days = days.difference(pd.DatetimeIndex(["2020-07-03", "2020-07-15"], tz="UTC"))
    stock = make_bars(len(days)).set_axis(days.rename("timestamp"))
    lab.market.load_frame(stock, "AAPL", exchange="XNAS")
    lab.market.load_frame(make_bars(300, timeframe="1h"), "BTC-USD", "1h", exchange="bitstamp")
    return lab


def test_a_chart_shows_the_stored_bars_of_the_period_in_the_symbols_currency(loaded):
    drawing = loaded.market.chart("aapl", start="2020-07-01", end="2020-07-31")
    bars = loaded.market.bars("AAPL", start="2020-07-01", end="2020-07-31")
    assert list(drawing.data[0].close) == bars["close"].tolist()
    assert drawing.layout.yaxis.title.text == "Price (USD)"
    assert drawing.layout.title.text.startswith("AAPL · 1d")


def test_a_holiday_of_the_exchange_is_cut_out_and_a_missing_session_stays_open(loaded):
    axis = loaded.market.chart("AAPL").layout.xaxis
    assert [one["values"] for one in axis.rangebreaks if one["values"]] == [("2020-07-03",)]
    assert "Missing: 1 bar, left open" in axis.title.text


def test_a_coins_volume_is_in_the_coin_and_nothing_is_cut_out(loaded):
    drawing = loaded.market.chart("BTC-USD")
    assert drawing.layout.yaxis2.title.text == "Volume (BTC)"
    assert not drawing.layout.xaxis.rangebreaks


def test_an_indicator_of_the_whole_history_is_drawn_over_a_part_of_it(loaded):
    average = loaded.market.bars("AAPL")["close"].rolling(20).mean()
    drawing = loaded.market.chart("AAPL", start="2020-08-03", indicators={"SMA 20": average})
    (line,) = [trace for trace in drawing.data if trace.name == "SMA 20"]
    assert list(line.y) == average.loc["2020-08-03":].tolist()


def test_trades_of_a_run_are_markers(loaded):
    from tests.helpers import sma_cross

    run = loaded.backtests.run(loaded.strategies.save(sma_cross()), "BTC-USD")
    drawing = loaded.market.chart("BTC-USD", markers=run.trades)
    drawn = {trace.name: trace for trace in drawing.data}
    assert sorted(drawn["Buy"].y) == sorted(run.trades["entry_price"])
    assert len(drawn["Sell"].x) == len(run.trades) > 0


def test_what_cannot_be_drawn_is_told_in_a_sentence(loaded):
    with pytest.raises(UnknownName, match="AAPL"):
        loaded.market.chart("APPL")
    with pytest.raises(NoBars, match="has no 1d bars from 2030"):
        loaded.market.chart("AAPL", start="2030-01-01")
    with pytest.raises(DataError, match="no Series over the bars' stamps"):
        loaded.market.chart("AAPL", indicators={"SMA": [1, 2, 3]})
