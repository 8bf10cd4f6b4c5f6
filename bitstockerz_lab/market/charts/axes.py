"""What a chart stands in: the figure with its title, an axis of money, the lines at the pointer."""

from __future__ import annotations

from html import escape
from math import ceil, log10
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.pages import COLOURS, formats, template

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

LOGARITHMIC = 20
"""The highest over the lowest value from which on a money axis is logarithmic."""

DECADES_A_TICK = 0.6
"""Makes plotly label 1, 2 and 5 of each decade; it takes from 0.3 up to 0.7 for that."""

SPIKE = {
    "showspikes": True,
    "spikemode": "across",
    "spikethickness": 1,
    "spikedash": "dot",
    "spikecolor": COLOURS["ink"],
}

TITLE = 44
SUBTITLE = 18
"""Pixels they need."""


def figure(traces: list[Any], title: str, subtitle: str, height: int) -> go.Figure:
    """Return a figure in our look, with room for its title and its legend.

    Parameters
    ----------
    traces : plotly traces
    title, subtitle : plain text
    height : pixels, without the title
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    drawing = go.Figure(traces)
    named = sum(getattr(trace, "showlegend", False) is not False for trace in traces)
    above = (TITLE if title else 0) + (SUBTITLE if subtitle else 0)
    drawing.update_layout(
        template=template(),
        height=height + above,
        hovermode="closest",
        modebar_remove=["sendChartToCloud"],  # a button that uploads the chart, on by default
        showlegend=named > 1,
        margin_t=above + 16 + (24 if named > 1 else 0),
    )
    if title:
        small = f"<br><span style='font-size:12px'>{escape(subtitle)}</span>" if subtitle else ""
        place = {"x": 0, "xref": "paper", "yref": "container", "y": 1, "yanchor": "top"}
        drawing.update_layout(
            title={"text": escape(title) + small, "pad": {"t": 16}, **place},
            # from the title down, so that a legend of many rows moves the plot, not into the title
            legend={"yref": "container", "y": 1 - above / (height + above), "yanchor": "top"},
        )
    return drawing


def pointer_line(drawing: go.Figure) -> None:
    """Draw a thin line through every panel at the bar that the pointer is on."""
    drawing.update_xaxes(SPIKE)


def crosshair(drawing: go.Figure) -> None:
    """Draw thin lines through every panel at the pointer's bar, and across it at its height."""
    pointer_line(drawing)
    drawing.update_yaxes(SPIKE | {"spikesnap": "cursor"})


def money_axis(
    drawing: go.Figure,
    axis: str,
    words: str,
    currency: str,
    values: pd.DataFrame,
    *,
    log: bool | None = None,
) -> None:
    """Name an axis and its unit; on a logarithmic scale where the values span a factor of 20.

    Parameters
    ----------
    drawing : changed in place
    axis : "yaxis", "yaxis2"
    words, currency : plain text
    values : all that it must hold
    log : True or False has it so whatever the values span; of values that are not positive a
        logarithmic scale shows nothing, so they never have one
    """
    least, most = float(values.min().min()), float(values.max().max())
    logarithmic = least > 0 and (most / least > LOGARITHMIC if log is None else log)
    units = [escape(currency)] * bool(currency) + ["log scale"] * logarithmic
    drawing.update_layout(
        {
            axis: {
                "title_text": f"{words} ({', '.join(units)})" if units else words,
                "tickformat": f",.{formats.price_decimals([least])}~f",
                "type": "log" if logarithmic else "linear",
            }
        }
    )
    if logarithmic:
        # as a number of ticks, not a distance: zoomed in, the ticks become those of a linear axis
        ticks = max(4, ceil(1.1 * log10(most / least) / DECADES_A_TICK))
        drawing.update_layout({axis: {"nticks": ticks, "minorloglabels": "complete"}})
