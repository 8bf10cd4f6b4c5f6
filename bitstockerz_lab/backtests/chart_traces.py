"""The lines and markers of a backtest's charts: functions from frames to plotly traces."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from bitstockerz_lab.backtests import report_frames
from bitstockerz_lab.market.bars import missing as without_price
from bitstockerz_lab.market.charts import thinning, times, traces
from bitstockerz_lab.pages import COLOURS, formats

CANDLES = 250
"""Bars up to which candles are drawn; more are a line of closes."""

MARKED = 3_000
"""Trades up to which every one is marked; of more, the largest by profit or loss."""

CROWDED = 100
"""Trades from which on markers are small and let the price show through."""

CONNECTED = 600
"""Trades up to which a dotted line joins entry and exit."""

OUTCOMES = {
    1: ("a profit", "gain", "circle"),
    -1: ("a loss", "loss", "x"),
    0: ("nothing", "ink", "diamond"),
}
"""What an exit came to, its colour and its shape: not told apart by colour alone."""

ENTRIES = {
    "LONG": ("Long entry", "triangle-up-open"),
    "SHORT": ("Short entry", "triangle-down-open"),
}
"""Hollow, so that the exit at the same fill of a reversal shows through."""


def price(bars: pd.DataFrame, closed: pd.DatetimeIndex, currency: str) -> list[Any]:
    """Return the price as candles, or as a thinned line of closes where there are many bars.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, 5), as `lab.market.bars` gives them, attrs included
    closed : days, as `market.charts.times.closed` gives them
    currency : for the texts
    """
    bars = bars[~without_price(bars)]
    missing = times.missing(bars, closed)
    if len(bars) <= CANDLES:
        candles = thinning.merge(bars, missing)
        return [traces.candles(candles, currency, colours=("ink", "ink"), dated=True)]
    timeframe = bars.attrs.get("timeframe", "1d")
    places = formats.price_decimals(bars["close"].to_numpy())
    hover = (
        f"%{{x|{times.moment_format(timeframe)}}}<br>close %{{y:,.{places}f}} {escape(currency)}"
        "<extra></extra>"
    )
    style = {"color": COLOURS["ink"], "width": 1.2}
    name = traces.name_of(bars)
    return [traces.line(bars["close"], timeframe, name, style, hover, missing=missing)]


def trades(closed: pd.DataFrame, timeframe: str, currency: str) -> list[Any]:
    """Return markers of entries and exits at their fill prices, and lines that join them."""
    if closed.empty:
        return []
    marked = closed.assign(
        number=range(1, len(closed) + 1),
        outcome=np.sign(closed["pnl_abs"]).astype(int),
        entered=times.moments(closed["entry_time"], timeframe),
        left=times.moments(closed["exit_time"], timeframe),
    ).reset_index(drop=True)
    if len(marked) > MARKED:
        sizes = marked["pnl_abs"].abs().sort_values(kind="stable")
        marked = marked.loc[sizes.index[-MARKED:].sort_values()]
    places = formats.price_decimals(closed["entry_price"].to_numpy())
    exits = _exits(marked, places, escape(currency))
    entries = _entries(marked, places, escape(currency))
    if len(marked) > CONNECTED:
        return entries + exits
    return _connections(marked) + exits + entries


def equity(
    curve: pd.Series, benchmark: pd.Series | None, timeframe: str, currency: str
) -> list[Any]:
    """Return the line of equity and, below it, that of buy and hold, thinned together."""
    frame = pd.DataFrame({"Strategy": curve})
    if benchmark is not None:
        frame.insert(0, "Buy and hold", benchmark)
    shown = thinning.thin(frame)
    lines = {
        "Strategy": {"color": COLOURS["accent"], "width": 2},
        "Buy and hold": {"color": COLOURS["ink"], "width": 1.3},
    }
    return [
        traces.line(
            shown[name],
            timeframe,
            name,
            lines[name],
            f"{name} %{{y:,.2f}} {escape(currency)}<extra></extra>",
        )
        for name in shown.columns
    ]


def drawdown(curve: pd.Series, initial_equity: float, timeframe: str) -> list[Any]:
    """Return the fall below the highest equity so far, in percent, filled up to zero."""
    fall = report_frames.drawdown_pct(curve, initial_equity)
    line = {"color": COLOURS["loss"], "width": 1.2}
    trace = traces.line(fall, timeframe, "Drawdown", line, "Drawdown %{y:,.2f} %<extra></extra>")
    return [trace.update(fill="tozeroy", fillcolor="rgba(217, 104, 45, 0.18)", showlegend=False)]


def _marker(shape: str, colour: str, marks: int) -> dict[str, Any]:
    few = marks <= CROWDED
    size = 8 if few else 5 if marks <= CONNECTED else 4
    opacity = 0.9 if few else 0.5
    marker = {"symbol": shape, "size": size, "color": COLOURS[colour], "opacity": opacity}
    if shape.endswith("-open"):
        marker |= {"size": size * 1.4, "line": {"width": 1.8 if few else 1}}
    return marker


def _marks(
    x: pd.Series, y: pd.Series, words: list[str], name: str, marker: dict[str, Any]
) -> list[Any]:
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    if x.empty:
        return []
    hover = "%{text}<extra></extra>"
    return [
        go.Scatter(
            x=x.tolist(),
            y=y.to_numpy(),
            mode="markers",
            name=name,
            marker=marker,
            text=words,
            hovertemplate=hover,
        )
    ]


def _exits(marked: pd.DataFrame, places: int, currency: str) -> list[Any]:
    traces = []
    for outcome, (name, colour, shape) in OUTCOMES.items():
        rows = marked[marked["outcome"] == outcome]
        words = [_exit_words(row, places, currency) for row in rows.itertuples()]
        marker = _marker(shape, colour, len(marked))
        traces += _marks(rows["left"], rows["exit_price"], words, f"Exit with {name}", marker)
    return traces


def _entries(marked: pd.DataFrame, places: int, currency: str) -> list[Any]:
    traces = []
    for side, (name, shape) in ENTRIES.items():
        rows = marked[marked["side"] == side]
        words = [_entry_words(row, places, currency) for row in rows.itertuples()]
        marker = _marker(shape, "other", len(marked))
        traces += _marks(rows["entered"], rows["entry_price"], words, name, marker)
    return traces


def _connections(marked: pd.DataFrame) -> list[Any]:
    """Return dotted lines from entry to exit: one trace for all profits, one for all losses."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    traces = []
    for outcome, (_, colour, _) in OUTCOMES.items():
        rows = marked[marked["outcome"] == outcome]
        x = [moment for row in rows.itertuples() for moment in (row.entered, row.left, None)]
        y = [at for row in rows.itertuples() for at in (row.entry_price, row.exit_price, None)]
        line = {"color": COLOURS[colour], "width": 1.3, "dash": "dot"}
        drawn = go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)
        traces.append(drawn.update(opacity=1 if len(marked) <= CROWDED else 0.5))
    return [trace for trace in traces if trace.x]


def _entry_words(row: Any, places: int, currency: str) -> str:  # noqa: ANN401 - a named tuple
    return (
        f"<b>Trade {row.number}: {row.side.lower()} entry</b><br>{row.entered}"
        f"<br>{formats.quantity(row.quantity)} at {formats.price(row.entry_price, places)}"
        f"<br>{formats.money(row.quantity * row.entry_price, currency)}"
    )


def _exit_words(row: Any, places: int, currency: str) -> str:  # noqa: ANN401 - a named tuple
    reason = str(row.exit_reason).replace("_", " ")
    return (
        f"<b>Trade {row.number}: {row.side.lower()} exit, {reason}</b><br>{row.left}"
        f"<br>{formats.quantity(row.quantity)} at {formats.price(row.exit_price, places)}"
        f"<br>{formats.money(row.pnl_abs, currency, signed=True)}"
        f" ({formats.percent(row.pnl_pct)})"
    )
