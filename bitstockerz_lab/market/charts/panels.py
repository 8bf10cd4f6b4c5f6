"""Panels above each other over one time axis, and the buttons of the periods they may show."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.market.charts import times
from bitstockerz_lab.pages import COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

LETTERS = 16
"""A line of an axis' title beside a low panel."""

BETWEEN = 32
"""Pixels between two panels: room for the legend of the lower one."""

PERIODS = {
    "1d": pd.DateOffset(days=1),
    "1w": pd.DateOffset(weeks=1),
    "1m": pd.DateOffset(months=1),
    "3m": pd.DateOffset(months=3),
    "6m": pd.DateOffset(months=6),
    "1y": pd.DateOffset(years=1),
    "5y": pd.DateOffset(years=5),
}
"""What a button shows, counted back from the last bar."""

FEWEST = 15
"""Candles that a period must show to be offered."""

ROOM = 0.05
"""Of its height, what a panel leaves free above and below what it shows."""

SHADE = "rgba(128, 138, 150, 0.14)"


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the panels.

    Attributes
    ----------
    traces : what is drawn in it
    height : pixels
    content : DataFrame of shape (n, k), index stamps: what its axis must hold
    title : plain text, at its axis
    from_zero : its axis begins at 0
    """

    traces: list[Any]
    height: int
    content: pd.DataFrame
    title: str = ""
    from_zero: bool = False

    def limits(
        self, begin: pd.Timestamp, kind: str, end: pd.Timestamp | None = None
    ) -> list[float] | None:
        """Return the ends of its axis over what lies from `begin` on; None without values.

        Parameters
        ----------
        begin, end : first and last stamp; None is the last there is
        kind : "log" or "linear"; of a logarithmic axis the ends are powers of ten
        """
        stamps = self.content.index
        last = len(stamps) if end is None else int(stamps.searchsorted(end, side="right"))
        shown = self.content.iloc[int(stamps.searchsorted(begin)) : last].to_numpy(np.float64)
        shown = shown[np.isfinite(shown) & ((kind != "log") | (shown > 0))]
        if not len(shown):
            return None
        low, high = float(shown.min()), float(shown.max())
        if kind == "log":
            low, high = float(np.log10(low)), float(np.log10(high))
        if self.from_zero:
            return [0.0, high * (1 + ROOM) or 1.0]
        room = (high - low) * ROOM or abs(high) * ROOM or 1.0
        return [low - room, high + room]


def axes(count: int) -> list[str]:
    """Return the layout's names of the vertical axes of so many panels, from the top."""
    return ["yaxis", *(f"yaxis{number}" for number in range(2, count + 1))]


def total_height(panels: Sequence[Panel]) -> int:
    """Return the pixels that panels and the space between them need."""
    return sum(panel.height for panel in panels) + BETWEEN * (len(panels) - 1)


def stack(panels: Sequence[Panel]) -> list[Any]:
    """Return the panels' traces, each on the axis and in the legend of its panel."""
    first, *rest = panels
    traces = list(first.traces)
    for number, panel in enumerate(rest, start=2):
        named = len(panel.traces) > 1  # one alone has its name at its axis
        for trace in panel.traces:
            trace.update(yaxis=f"y{number}", showlegend=named)
            traces.append(trace.update(legend=f"legend{number}") if named else trace)
    return traces


def place(drawing: go.Figure, panels: Sequence[Panel]) -> None:
    """Give the panels of a figure their place, the first on top, the time axis below the last."""
    whole = total_height(panels)
    bottom = whole
    for axis, panel in zip(axes(len(panels)), panels, strict=True):
        top, bottom = bottom, bottom - panel.height
        drawing.update_layout(
            {
                axis: {
                    "domain": [bottom / whole, top / whole],
                    "title_text": "<br>".join(map(escape, wrap(panel.title, LETTERS))),
                    "exponentformat": "B",
                    "separatethousands": True,
                },
            }
        )
        if axis != "yaxis":  # the first one's legend is the figure's
            look = drawing.layout.template.layout.legend.to_plotly_json()
            drawing.update_layout({axis.replace("yaxis", "legend"): look | {"y": top / whole}})
        bottom -= BETWEEN
    drawing.update_xaxes(anchor=axes(len(panels))[-1].replace("axis", ""))


def period_buttons(
    drawing: go.Figure, panels: Sequence[Panel], drawn: pd.DatetimeIndex, below: int
) -> None:
    """Offer periods up to the last bar below the chart.

    Parameters
    ----------
    drawing : changed in place
    panels : every axis is fitted to what a period shows: plotly's own buttons would move only
        the time axis and leave a year of a long history as a flat line
    drawn : stamps of the candles; a period is offered if it shows 15 of them and not nearly all
    below : pixels from the lowest panel down to the buttons
    """
    stamps = pd.DatetimeIndex(panels[0].content.index)
    first, last = stamps[0], stamps[-1]
    buttons = []
    for label, length in PERIODS.items():
        begin = last - length
        shown = len(drawn) - int(drawn.searchsorted(begin))
        if shown >= FEWEST and last - begin < 0.9 * (last - first):
            buttons.append(_button(drawing, panels, label, stamps[stamps >= begin]))
    if not buttons:
        return
    buttons.append(_button(drawing, panels, "All", stamps))
    drawing.update_layout(
        updatemenus=[
            {
                "type": "buttons",
                "direction": "right",
                "buttons": buttons,
                "showactive": False,  # plotly's mark stays when somebody zooms, and is white
                "x": 0,
                "xanchor": "left",
                "y": 0,
                "yanchor": "top",
                "pad": {"t": below},
                "bgcolor": SHADE,
                "borderwidth": 0,
                "font": {"size": 11, "color": COLOURS["ink"]},
            }
        ]
    )


def _button(
    drawing: go.Figure, panels: Sequence[Panel], label: str, stamps: pd.DatetimeIndex
) -> dict[str, Any]:
    change: dict[str, Any] = {"xaxis.range": times.span(stamps)}
    for axis, panel in zip(axes(len(panels)), panels, strict=True):
        limits = panel.limits(stamps[0], drawing.layout[axis].type)
        change[f"{axis}.range" if limits else f"{axis}.autorange"] = limits or True
    return {"label": label, "method": "relayout", "args": [change]}
