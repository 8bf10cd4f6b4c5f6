"""The picture of a paper account: a function from a series to a plotly figure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab.market.charts import axes, times, traces
from bitstockerz_lab.pages import COLOURS, formats

if TYPE_CHECKING:
    import plotly.graph_objects as go


def equity(
    curve: pd.Series, executions: pd.DataFrame, *, currency: str = "", title: str = ""
) -> go.Figure:
    """Return the equity of an account day by day, with its fills.

    Parameters
    ----------
    curve : as `lab.paper.equity` gives it
    executions : as `lab.paper.executions` gives them
    currency, title : for the texts
    """
    hover = f"%{{x|%Y-%m-%d}}<br>equity %{{y:,.2f}} {escape(currency)}<extra></extra>"
    style = {"color": COLOURS["ink"], "width": 1.6}
    lines = [traces.line(curve, "1d", "Equity", style, hover)]
    for side, colour, shape in (("BUY", "gain", "triangle-up"), ("SELL", "loss", "triangle-down")):
        fills = executions[executions["side"] == side]
        if len(fills):
            lines.append(_marks(fills, curve, colour, shape))
    drawing = axes.figure(lines, title, "", 360)
    axes.money_axis(drawing, "yaxis", "Equity", currency, curve.to_frame())
    times.axis(drawing, curve.index, "1d", [])
    return drawing


def _marks(fills: pd.DataFrame, curve: pd.Series, colour: str, shape: str) -> go.Scatter:
    """Return a marker a fill, on the curve at the day of it."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    days = pd.DatetimeIndex(fills["executed_at"]).floor("D")
    told = zip(fills["side"], fills["quantity"], fills["symbol"], fills["price"], strict=True)
    texts = [
        f"{side.lower()} {formats.quantity(units)} {escape(symbol)} at {formats.price(price)}"
        for side, units, symbol, price in told
    ]
    return go.Scatter(
        x=times.moments(days, "1d"),
        y=curve.reindex(days, method="ffill").to_numpy(),
        mode="markers",
        name={"gain": "Bought", "loss": "Sold"}[colour],
        text=texts,
        hovertemplate="%{x|%Y-%m-%d}<br>%{text}<extra></extra>",
        marker={"color": COLOURS[colour], "size": 9, "symbol": shape},
    )
