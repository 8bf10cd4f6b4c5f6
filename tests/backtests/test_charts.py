from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.backtests import chart_traces, charts, report_frames
from bitstockerz_lab.market.charts import thinning
from tests.backtests.fake_run import fake_run
from tests.helpers import make_bars


def trading_days(n, start="2020-01-02", **options):
    bars = make_bars(n, **options)
    bars.index = pd.bdate_range(start, periods=n, tz="UTC", name="timestamp")
    return bars.drop(bars.index[10])  # a holiday


def named(drawing):
    return {trace.name: trace for trace in drawing.data if trace.name}


def price_of(run):
    return charts.price(run.bars, run.trades, currency="USD")


def test_few_bars_are_candles_on_an_axis_without_closed_sessions():
    bars = trading_days(120)
    drawing = price_of(fake_run(bars))
    weekends, holidays = drawing.layout.xaxis.rangebreaks
    assert drawing.data[0].type == "candlestick"
    assert tuple(weekends.bounds) == ("sat", "mon")
    assert holidays["values"] == ("2020-01-16",)


def test_a_coin_never_closes_so_nothing_is_cut_out():
    assert not price_of(fake_run(make_bars(120), asset_type="CRYPTO")).layout.xaxis.rangebreaks


def test_many_bars_are_a_line_that_says_how_many_are_drawn():
    drawing = price_of(fake_run(make_bars(8000, volatility=0.004, drift=0)))
    line = drawing.data[0]
    assert line.type == "scatter"
    assert len(line.x) <= thinning.POINTS
    assert f"Drawn: {len(line.x):,} of 8,000 bars" in drawing.layout.xaxis.title.text


def test_ten_years_of_days_are_drawn_whole():
    drawing = price_of(fake_run(make_bars(2520, volatility=0.004)))
    assert len(drawing.data[0].x) == 2520
    assert "Drawn" not in drawing.layout.xaxis.title.text


def test_every_trade_is_marked_by_side_and_outcome():
    run = fake_run(make_bars(1500), shorts=True, fast=3, slow=8)
    traces = named(price_of(run))
    sides, pnl = run.trades["side"], run.trades["pnl_abs"]
    assert len(traces["Long entry"].x) == (sides == "LONG").sum() > 0
    assert len(traces["Short entry"].x) == (sides == "SHORT").sum() > 0
    assert len(traces["Exit with a profit"].x) == (pnl > 0).sum() > 0
    assert len(traces["Exit with a loss"].x) == (pnl < 0).sum() > 0
    symbols = {trace.marker.symbol for trace in traces.values() if trace.mode == "markers"}
    assert len(symbols) == 4


def test_a_marker_stands_at_the_fill_and_tells_its_trade():
    run = fake_run(make_bars(400))
    first = run.trades.iloc[0]
    marker = named(price_of(run))["Long entry"]
    assert marker.x[0] == f"{first['entry_time']:%Y-%m-%d}"
    assert marker.y[0] == first["entry_price"]
    assert f"{first['entry_price']:,.2f}" in marker.text[0]
    assert "Trade 1: long entry" in marker.text[0]


def test_of_thousands_of_trades_the_largest_are_marked_and_the_axis_says_so(monkeypatch):
    monkeypatch.setattr(chart_traces, "MARKED", 10)
    monkeypatch.setattr(charts, "MARKED", 10)
    run = fake_run(make_bars(1500), fast=3, slow=8)
    drawing = price_of(run)
    traces = named(drawing)
    largest = run.trades.loc[run.trades["pnl_abs"].abs().nlargest(10).index, "exit_price"]
    marked = [y for name, trace in traces.items() if name.startswith("Exit") for y in trace.y]
    assert sorted(marked) == sorted(largest)
    assert f"Marked: the 10 largest of {len(run.trades)} trades" in drawing.layout.xaxis.title.text


def test_markers_of_many_trades_are_smaller_and_let_the_price_show_through():
    few, many = fake_run(make_bars(400)), fake_run(make_bars(1500), fast=3, slow=8, shorts=True)
    assert len(few.trades) <= chart_traces.CROWDED < len(many.trades)
    for name in ("Long entry", "Exit with a loss"):
        sparse, dense = named(price_of(few))[name].marker, named(price_of(many))[name].marker
        assert dense.size < sparse.size
        assert dense.opacity <= 0.5 < sparse.opacity


def test_no_trades_give_no_markers():
    assert len(price_of(fake_run(never=True)).data) == 1


def test_a_symbol_cannot_put_tags_into_a_chart():
    bars = fake_run().bars
    bars.attrs["symbol"] = "<a href='javascript:alert(1)'>X</a>"
    drawing = charts.price(bars, fake_run(never=True).trades, title="<b>bold</b>")
    assert "<a" not in drawing.data[0].name
    assert drawing.layout.title.text == "&lt;b&gt;bold&lt;/b&gt;"


def test_axes_carry_their_units():
    run = fake_run()
    drawing = charts.equity(run.equity, run.benchmark, initial_equity=1e5, currency="EUR")
    assert drawing.layout.yaxis.title.text == "Equity (EUR)"
    assert price_of(run).layout.yaxis.title.text.startswith("Price (USD")
    assert charts.drawdown(run.equity, 1e5).layout.yaxis.title.text == "Drawdown (%)"


def test_a_price_that_grew_fifty_fold_has_a_logarithmic_axis_that_says_so():
    bars = fake_run(make_bars(300, volatility=0.001, drift=0.013)).bars
    axis = charts.price(bars, fake_run(never=True).trades).layout.yaxis
    assert axis.type == "log"
    assert axis.title.text == "Price (log scale)"


def test_equity_at_or_below_zero_is_drawn_on_a_linear_axis():
    curve = pd.Series([100.0, 2.0, -1.0], index=make_bars(3).index)
    assert charts.equity(curve).layout.yaxis.type == "linear"


def test_the_deepest_point_of_the_drawdown_is_the_metric():
    run = fake_run(make_bars(6000, volatility=0.01))
    drawn = charts.drawdown(run.equity, run.initial_equity).data[0]
    assert -min(drawn.y) == pytest.approx(run.metrics.max_drawdown_pct)


def test_a_runs_chart_shows_price_equity_and_drawdown_over_one_axis():
    run = fake_run(make_bars(500), simulated=True, currency="EUR")
    drawing = charts.run_chart(run)
    assert {trace.yaxis for trace in drawing.data} == {"y", "y2", "y3"}
    assert not any(trace.xaxis for trace in drawing.data)
    assert "(simulated data)" in drawing.layout.title.text
    assert "EUR" in drawing.layout.yaxis2.title.text


def test_monthly_returns_compound_to_the_year_and_to_the_total():
    run = fake_run(make_bars(1000))
    table = report_frames.monthly_returns(run.equity, run.initial_equity)
    by_month = (1 + table.drop(columns="Year").fillna(0) / 100).prod(axis=1)
    np.testing.assert_allclose(by_month, 1 + table["Year"] / 100)
    total = 100 * ((1 + table["Year"] / 100).prod() - 1)
    assert total == pytest.approx(run.metrics.total_return_pct)


def test_the_first_month_is_measured_against_the_initial_equity():
    days = pd.to_datetime(["2020-01-30", "2020-01-31", "2020-03-02"], utc=True)
    equity = pd.Series([105.0, 110.0, 99.0], index=days)
    table = report_frames.monthly_returns(equity, 100.0)
    assert table.loc[2020, "Jan"] == pytest.approx(10.0)
    assert np.isnan(table.loc[2020, "Feb"])
    assert table.loc[2020, "Mar"] == pytest.approx(-10.0)
    assert table.loc[2020, "Year"] == pytest.approx(-1.0)


def test_a_month_after_ruin_has_no_return():
    days = pd.to_datetime(["2020-01-31", "2020-02-28"], utc=True)
    table = report_frames.monthly_returns(pd.Series([-5.0, -5.0], index=days), 100.0)
    assert table.loc[2020, "Jan"] == pytest.approx(-105.0)
    assert np.isnan(table.loc[2020, "Feb"])


def test_no_chart_offers_to_upload_itself():
    assert charts.run_chart(fake_run()).layout.modebar.remove == ("sendChartToCloud",)
