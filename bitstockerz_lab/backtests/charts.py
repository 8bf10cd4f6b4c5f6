"""Charts of a backtest: functions from frames to plotly figures, with nothing of a page in them.

Colours and background come from `pages.template`, so a page can switch them from light to dark.
Stamps are UTC. Text that a person wrote is escaped, for plotly reads a few HTML tags.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.backtests import chart_traces
from bitstockerz_lab.backtests.chart_traces import CANDLES, MARKED
from bitstockerz_lab.pages import COLOURS, formats, template

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.run import Run

HOLIDAYS = 60
"""Closed weekdays up to which they are cut out of the axis of an exchange's candles."""

SATURDAY = 5

STAMP = "%Y-%m-%d %H:%M"

LOGARITHMIC = 20
"""The highest over the lowest value from which on a money axis is logarithmic."""

DECADES = 10_000
"""Below this ratio a logarithmic axis is labelled at 1, 2 and 5 of each decade."""


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
    line of closes; more than 3,000 are thinned to 2,000 points that keep every high and low, and
    the axis says so.
    Entries point the way they trade; exits show a profit as a circle, a loss as a cross. Every
    trade is marked; beyond 3,000 only the largest are, and the axis says so. An axis whose values
    span a factor of 20 is logarithmic, and says so.
    """
    timeframe = bars.attrs.get("timeframe", "1d")
    line = chart_traces.price(bars, currency)
    drawing = _figure(line + chart_traces.trades(trades, timeframe, currency), title, 480)
    _money_axis(drawing, "yaxis", "Price", currency, bars[["low", "high"]])
    drawing.update_xaxes(title_text=_drawn(len(bars), line, len(trades)), range=_span(bars.index))
    _skip_closed_sessions(drawing, bars)
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
    drawing = _figure(lines, title, 400)
    drawing.update_layout(hovermode="x unified")
    known = [curve] if benchmark is None else [curve, benchmark]
    _money_axis(drawing, "yaxis", "Equity", currency, pd.concat(known, axis=1))
    drawing.update_xaxes(
        title_text=_drawn(len(curve), lines),
        range=_span(curve.index),
        unifiedhovertitle_text=f"%{{x|{chart_traces.moment_format(timeframe)}}}",
    )
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
    drawing = _figure(lines, title, 280)
    drawing.update_layout(hovermode="x unified")
    drawing.update_yaxes(title_text="Drawdown (%)", rangemode="tozero")
    drawing.update_xaxes(
        title_text=_drawn(len(curve), lines),
        range=_span(curve.index),
        unifiedhovertitle_text=f"%{{x|{chart_traces.moment_format(timeframe)}}}",
    )
    return drawing


def run_chart(run: Run) -> go.Figure:
    """Return price with trades, equity and drawdown of a run above each other, over one axis.

    Parameters
    ----------
    run : a completed run
    """
    currency, timeframe = currency_of(run), run.timeframe
    line = chart_traces.price(run.bars, currency)
    rows = {
        "y": line + chart_traces.trades(run.trades, timeframe, currency),
        "y2": chart_traces.equity(run.equity, run.benchmark, timeframe, currency),
        "y3": chart_traces.drawdown(run.equity, run.initial_equity, timeframe),
    }
    traces = [trace.update(yaxis=axis) for axis, row in rows.items() for trace in row]
    simulated = " (simulated data)" if run.details.simulated else ""
    drawing = _figure(traces, f"{run.strategy} on {run.symbol}{simulated}", 820)
    drawing.update_layout(
        yaxis={"domain": [0.50, 1.0]},
        yaxis2={"domain": [0.21, 0.46]},
        yaxis3={"domain": [0.0, 0.17], "title_text": "Drawdown (%)", "rangemode": "tozero"},
    )
    curves = pd.concat([run.equity, run.benchmark], axis=1)
    _money_axis(drawing, "yaxis", "Price", currency, run.bars[["low", "high"]])
    _money_axis(drawing, "yaxis2", "Equity", currency, curves)
    drawing.update_xaxes(
        anchor="y3",
        title_text=_drawn(len(run.bars), line, len(run.trades)),
        range=_span(run.bars.index),
        showspikes=True,
        spikemode="across",
        spikethickness=1,
        spikedash="dot",
        spikecolor=COLOURS["ink"],
    )
    _skip_closed_sessions(drawing, run.bars)
    return drawing


def currency_of(run: Run) -> str:
    """Return the currency a run's money is in, "" where the run does not say."""
    return str(run.recipe.symbol.currency or "")


def _figure(traces: list[Any], title: str, height: int) -> go.Figure:
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    drawing = go.Figure(traces)
    named = sum(trace.showlegend is not False for trace in traces)
    drawing.update_layout(
        template=template(),
        height=height + (32 if title else 0),
        hovermode="closest",
        modebar_remove=["sendChartToCloud"],  # a button that uploads the chart, on by default
        showlegend=named > 1,
        margin_t=(64 if title else 16) + (24 if named > 1 else 0),
    )
    if title:
        drawing.update_layout(
            title={"text": escape(title), "x": 0, "xref": "paper", "yref": "container", "y": 0.97}
        )
    return drawing


def _span(stamps: pd.Index) -> list[str]:
    """Return the ends of a time axis: the same for every chart of a run, with room for markers."""
    room = max((stamps[-1] - stamps[0]) * 0.012, pd.Timedelta(hours=12))
    return [(stamps[0] - room).strftime(STAMP), (stamps[-1] + room).strftime(STAMP)]


def _money_axis(
    drawing: go.Figure, axis: str, words: str, currency: str, values: pd.DataFrame
) -> None:
    """Name an axis and its unit; on a logarithmic scale where the values span a factor of 20."""
    least, most = float(values.min().min()), float(values.max().max())
    logarithmic = least > 0 and most / least > LOGARITHMIC
    units = [escape(currency)] * bool(currency) + ["log scale"] * logarithmic
    drawing.update_layout(
        {
            axis: {
                "title_text": f"{words} ({', '.join(units)})" if units else words,
                "tickformat": f",.{formats.price_decimals([least])}~f",
                "type": "log" if logarithmic else "linear",
                "dtick": "D2" if logarithmic and most / least < DECADES else None,
            }
        }
    )


def _drawn(bars: int, line: list[Any], trades: int = 0) -> str:
    """Return the title of a time axis; it says when not every bar or trade is drawn."""
    points, notes = len(line[0].x), []
    if points < bars:
        notes.append(f"Drawn: {points:,} of {bars:,} bars (highs and lows)")
    if trades > MARKED:
        notes.append(f"Marked: the {MARKED:,} largest of {trades:,} trades")
    small = "".join(f"<br><span style='font-size:10px'>{note}</span>" for note in notes)
    return f"Date (UTC){small}"


def _skip_closed_sessions(drawing: go.Figure, bars: pd.DataFrame) -> None:
    """Cut the weekends and holidays of an exchange out of an axis of daily candles."""
    daily = bars.attrs.get("timeframe", "1d") == "1d"
    if bars.attrs.get("asset_type") != "EQUITY" or not daily or not 1 < len(bars) <= CANDLES:
        return
    days = pd.DatetimeIndex(bars.index).tz_localize(None).normalize()
    breaks: list[dict[str, Any]] = []
    if not (days.day_of_week >= SATURDAY).any():
        breaks.append({"bounds": ["sat", "mon"]})
    closed = pd.bdate_range(days[0], days[-1]).difference(days)
    if 0 < len(closed) <= HOLIDAYS:
        breaks.append({"values": list(closed.strftime("%Y-%m-%d"))})
    drawing.update_xaxes(rangebreaks=breaks)
