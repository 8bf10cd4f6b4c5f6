"""The picture of a walk: in-sample and out-of-sample bars of each window over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import chart_traces
from bitstockerz_lab.market.charts import axes, times
from bitstockerz_lab.pages import COLOURS, formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.walk_forward_result import WalkForward
    from bitstockerz_lab.backtests.windows.walk import Windows

KINDS = {"train": ("In sample", "ink", 0.45), "test": ("Out of sample", "accent", 1.0)}
"""Name, colour and opacity: told apart in grey as well."""

TICKS = 20
ROW = 20
MOST = 900
"""Pixels of a window's row, and of all of them."""


def windows(shown: Windows, *, title: str = "") -> go.Figure:
    """Return the windows below each other, the first on top, over one time axis.

    Parameters
    ----------
    shown : the windows of a walk
    title : plain text
    """
    drawing = axes.figure(bars(shown, shown.timeframe), title, "", height(len(shown)))
    last = shown.after_last if shown.after_last is not None else shown[-1].test_last
    ends = pd.DatetimeIndex([shown[0].train_first, last])
    times.axis(drawing, ends, shown.timeframe, [shown.left_over] if shown.left_over else [])
    drawing.update_layout(barmode="overlay", yaxis=axis(len(shown)))
    return drawing


def axis(count: int, name: str = "Window") -> dict[str, Any]:
    """Return how an axis of so many numbers, from 1 downwards, is drawn."""
    return {
        "title_text": name,
        "autorange": "reversed",
        "tickformat": "d",
        "tick0": 1,
        "dtick": max(1, -(-count // TICKS)),
        "showgrid": False,
        "minallowed": 0,
    }


def height(count: int) -> int:
    """Return the pixels that so many windows need."""
    return min(110 + ROW * count, MOST)


def bars(shown: Sequence[Any], timeframe: str) -> list[Any]:
    """Return a trace of horizontal bars for in sample, and one for out of sample.

    Parameters
    ----------
    shown : each with number, train_first, train_last, test_first, test_last
    timeframe : of the bars
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    traces = []
    for part, (name, colour, opacity) in KINDS.items():
        firsts = [getattr(window, f"{part}_first") for window in shown]
        lasts = [getattr(window, f"{part}_last") for window in shown]
        ends = [clock.bar_end(last, timeframe) for last in lasts]
        words = [
            f"<b>Window {window.number}: {name.lower()}</b><br>{formats.when(first, timeframe)} to "
            f"{formats.when(last, timeframe)}"
            for window, first, last in zip(shown, firsts, lasts, strict=True)
        ]
        traces.append(
            go.Bar(
                orientation="h",
                y=[window.number for window in shown],
                base=[first.strftime(times.STAMP) for first in firsts],
                x=[
                    (end - first) / pd.Timedelta(1, "ms")
                    for first, end in zip(firsts, ends, strict=True)
                ],
                width=0.7,
                name=name,
                marker={"color": COLOURS[colour], "opacity": opacity, "line": {"width": 0}},
                text=words,
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
        )
    return traces


def walk_forward(walk: WalkForward, currency: str = "") -> go.Figure:
    """Return the stitched curve against buy and hold, above its windows.

    Parameters
    ----------
    walk : a recorded walk-forward
    currency : written at the axis of equity
    """
    shown, timeframe = list(walk.windows.reset_index().itertuples()), walk.timeframe
    curves = pd.concat([walk.equity, walk.benchmark], axis=1)
    lines = chart_traces.equity(walk.equity, walk.benchmark, timeframe, currency)
    traces = [*lines, *(trace.update(yaxis="y2") for trace in bars(shown, timeframe))]
    simulated = " (simulated data)" if walk.simulated else ""
    title = f"Walk-forward {walk.id}: {walk.strategy} on {walk.symbol}{simulated}, out of sample"
    below = height(len(shown))
    drawing = axes.figure(traces, title, "", 340 + below)
    share = below / (340 + below)
    drawing.update_layout(
        barmode="overlay",
        yaxis={"domain": [share + 0.03, 1.0]},
        yaxis2=axis(len(shown)) | {"domain": [0.0, share - 0.03]},
    )
    axes.money_axis(drawing, "yaxis", "Equity", currency, curves)
    drawing.update_xaxes(anchor="y2")
    ends = pd.DatetimeIndex([shown[0].train_first, shown[-1].test_last])
    times.axis(drawing, ends, timeframe, [walk.left_over] if walk.left_over else [])
    return drawing
