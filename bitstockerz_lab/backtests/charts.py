"""Charts of a backtest: functions from frames to plotly figures, with nothing of a page in them.

Colours and background come from `pages.template`, so a page can switch them from light to dark.
Stamps are UTC. Text that a person wrote is escaped, for plotly reads a few HTML tags.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.backtests import chart_traces
from bitstockerz_lab.backtests.chart_traces import CANDLES
from bitstockerz_lab.pages import COLOURS, template

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.run import Run

HOLIDAYS = 60
"""Closed weekdays up to which they are cut out of the axis of an exchange's candles."""

SATURDAY = 5


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
    trade is marked; beyond 3,000 only the largest are, and the legend says so.
    """
    timeframe = bars.attrs.get("timeframe", "1d")
    line = chart_traces.price(bars, currency)
    drawing = _figure(line + chart_traces.trades(trades, timeframe, currency), title, 480)
    drawing.update_yaxes(title_text=_unit("Price", currency))
    drawing.update_xaxes(title_text=_drawn(len(bars), line))
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
    drawing.update_yaxes(title_text=_unit("Equity", currency), tickformat=",~f")
    drawing.update_xaxes(
        title_text=_drawn(len(curve), lines),
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
        unifiedhovertitle_text=f"%{{x|{chart_traces.moment_format(timeframe)}}}",
    )
    return drawing


def overview(run: Run) -> go.Figure:
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
        yaxis={"domain": [0.50, 1.0], "title_text": _unit("Price", currency)},
        yaxis2={"domain": [0.21, 0.46], "title_text": _unit("Equity", currency)},
        yaxis3={"domain": [0.0, 0.17], "title_text": "Drawdown (%)", "rangemode": "tozero"},
    )
    drawing.update_xaxes(
        anchor="y3",
        title_text=_drawn(len(run.bars), line),
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
    return str(getattr(run, "currency", None) or run.bars.attrs.get("currency") or "")


def _figure(traces: list[Any], title: str, height: int) -> go.Figure:
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    drawing = go.Figure(traces)
    named = sum(trace.showlegend is not False for trace in traces)
    drawing.update_layout(
        template=template(),
        height=height + (32 if title else 0),
        hovermode="closest",
        showlegend=named > 1,
        margin_t=(64 if title else 16) + (24 if named > 1 else 0),
    )
    if title:
        drawing.update_layout(
            title={"text": escape(title), "x": 0, "xref": "paper", "yref": "container", "y": 0.97}
        )
    return drawing


def _unit(words: str, unit: str) -> str:
    return f"{words} ({escape(unit)})" if unit else words


def _drawn(bars: int, line: list[Any]) -> str:
    """Return the title of a time axis; it says when not every bar is drawn."""
    points = len(line[0].x)
    if points >= bars:
        return "Date (UTC)"
    return (
        "Date (UTC)<br><span style='font-size:10px'>"
        f"Drawn: {points:,} of {bars:,} bars (highs and lows)</span>"
    )


def _skip_closed_sessions(drawing: go.Figure, bars: pd.DataFrame) -> None:
    """Cut the weekends and holidays of an exchange out of an axis of daily candles."""
    daily = bars.attrs.get("timeframe", "1d") == "1d"
    if bars.attrs.get("asset_type") != "EQUITY" or not daily or not 1 < len(bars) <= CANDLES:
        return
    days = pd.DatetimeIndex(bars.index).tz_localize(None).normalize()
    breaks: list[dict[str, Any]] = []
    if not (days.dayofweek >= SATURDAY).any():
        breaks.append({"bounds": ["sat", "mon"]})
    closed = pd.bdate_range(days[0], days[-1]).difference(days)
    if 0 < len(closed) <= HOLIDAYS:
        breaks.append({"values": list(closed.strftime("%Y-%m-%d"))})
    drawing.update_xaxes(rangebreaks=breaks)
