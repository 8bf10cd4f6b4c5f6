"""Charts of a backtest: functions from frames to plotly figures, with nothing of a page in them.

Colours and background come from `pages.template`, so a page can switch them from light to dark.
Stamps are UTC. Text that a person wrote is escaped, for plotly reads a few HTML tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.backtests import chart_traces
from bitstockerz_lab.backtests.chart_traces import CANDLES, MARKED
from bitstockerz_lab.market.charts import axes, thinning, times
from bitstockerz_lab.pages import COLOURS

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.backtests.sweep.winner import Winner


def price(
    bars: pd.DataFrame, trades: pd.DataFrame, *, currency: str = "", title: str = ""
) -> go.Figure:
    """Return the price with the entries and exits of trades.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, 5), as `lab.market.bars` gives them, attrs included
    trades : DataFrame of shape (n_trades, …), as `Run.trades` gives them
    currency : written at the price axis
    title : plain text

    Notes
    -----
    Up to 250 bars are candles, on an axis without the sessions an exchange was closed; more are a
    line of closes, which lets the trades on it be seen and is broken where bars are missing; more
    than 3,000 are thinned to 2,000 points that keep every high and low, and the axis says so.
    `market.charts.candles` draws the price for its own sake.
    Entries point the way they trade; exits show a profit as a circle, a loss as a cross. Every
    trade is marked; beyond 3,000 only the largest are, and the axis says so. An axis whose values
    span a factor of 20 is logarithmic, and says so.
    """
    timeframe = bars.attrs.get("timeframe", "1d")
    closed = times.closed(bars)
    line = chart_traces.price(bars, closed, currency)
    marks = chart_traces.trades(trades, timeframe, currency)
    drawing = axes.figure(line + marks, title, "", 480)
    axes.money_axis(drawing, "yaxis", "Price", currency, bars[["low", "high"]])
    times.axis(drawing, bars.index, timeframe, _notes(len(bars), line, len(trades)))
    if len(bars) <= CANDLES:
        times.skip(drawing, bars.index, closed)
    return drawing


def equity(
    curve: pd.Series,
    benchmark: pd.Series | None = None,
    *,
    initial_equity: float | None = None,
    currency: str = "",
    timeframe: str = "1d",
    title: str = "",
) -> go.Figure:
    """Return equity against buy and hold.

    Parameters
    ----------
    curve, benchmark : Series of shape (n_bars,) over the same index, in `currency`
    initial_equity : drawn as a dotted line
    currency, timeframe, title : for the texts
    """
    lines = chart_traces.equity(curve, benchmark, timeframe, currency)
    drawing = axes.figure(lines, title, "", 400)
    drawing.update_layout(hovermode="x unified")
    known = [curve] if benchmark is None else [curve, benchmark]
    axes.money_axis(drawing, "yaxis", "Equity", currency, pd.concat(known, axis=1))
    times.axis(drawing, curve.index, timeframe, _notes(len(curve), lines))
    if initial_equity is not None:
        level = {"color": COLOURS["ink"], "width": 1, "dash": "dot"}
        drawing.add_hline(initial_equity, line=level, opacity=0.7, layer="below")
    return drawing


def drawdown(
    curve: pd.Series, initial_equity: float, *, timeframe: str = "1d", title: str = ""
) -> go.Figure:
    """Return how far equity stood below its highest so far, in percent.

    Parameters
    ----------
    curve : Series of shape (n_bars,)
    initial_equity : counts as a point before the first
    timeframe, title : for the texts
    """
    lines = chart_traces.drawdown(curve, initial_equity, timeframe)
    drawing = axes.figure(lines, title, "", 280)
    drawing.update_layout(hovermode="x unified")
    drawing.update_yaxes(title_text="Drawdown (%)", rangemode="tozero")
    times.axis(drawing, curve.index, timeframe, _notes(len(curve), lines))
    return drawing


def run_chart(run: Run) -> go.Figure:
    """Return price with trades, equity and drawdown of a run above each other, over one axis.

    Parameters
    ----------
    run : a completed run
    """
    currency, timeframe = currency_of(run), run.timeframe
    closed = times.closed(run.bars)
    line = chart_traces.price(run.bars, closed, currency)
    rows = {
        "y": line + chart_traces.trades(run.trades, timeframe, currency),
        "y2": chart_traces.equity(run.equity, run.benchmark, timeframe, currency),
        "y3": chart_traces.drawdown(run.equity, run.initial_equity, timeframe),
    }
    traces = [trace.update(yaxis=axis) for axis, row in rows.items() for trace in row]
    simulated = " (simulated data)" if run.details.simulated else ""
    drawing = axes.figure(traces, f"{run.strategy} on {run.symbol}{simulated}", "", 820)
    drawing.update_layout(
        yaxis={"domain": [0.50, 1.0]},
        yaxis2={"domain": [0.21, 0.46]},
        yaxis3={"domain": [0.0, 0.17], "title_text": "Drawdown (%)", "rangemode": "tozero"},
    )
    curves = pd.concat([run.equity, run.benchmark], axis=1)
    axes.money_axis(drawing, "yaxis", "Price", currency, run.bars[["low", "high"]])
    axes.money_axis(drawing, "yaxis2", "Equity", currency, curves)
    drawing.update_xaxes(anchor="y3")
    axes.pointer_line(drawing)
    times.axis(drawing, run.bars.index, timeframe, _notes(len(run.bars), line, len(run.trades)))
    if len(run.bars) <= CANDLES:
        times.skip(drawing, run.bars.index, closed)
    return drawing


def currency_of(run: Run | Winner) -> str:
    """Return the currency a run's money is in, "" where the run does not say."""
    return str(run.recipe.symbol.currency or "")


def thinned_note(points: int, bars: int) -> str:
    """Return what a time axis says where not every bar is drawn."""
    return f"Drawn: {points:,} of {bars:,} bars (highs and lows)"


def _notes(bars: int, line: list[Any], trades: int = 0) -> list[str]:
    """Return what a time axis must say: that not every bar or trade is drawn."""
    notes = []
    if bars > thinning.UNTHINNED:
        points = sum(moment is not None for moment in line[0].x)
        notes.append(thinned_note(points, bars))
    if trades > MARKED:
        notes.append(f"Marked: the {MARKED:,} largest of {trades:,} trades")
    return notes
