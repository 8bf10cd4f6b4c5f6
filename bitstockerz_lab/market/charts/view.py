"""The part of a chart that is in view: its candles and lines, finer the nearer one looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.market.charts import marks, panels, price, times, traces

if TYPE_CHECKING:
    from datetime import date, datetime

    from bitstockerz_lab.market.charts.panels import Panel
    from bitstockerz_lab.market.charts.price import CandleChart, Ground

Moment: TypeAlias = "str | date | datetime | pd.Timestamp"

PERIODS = {**panels.PERIODS, "All": None}
"""What may be looked at, counted back from the last bar."""


@dataclass(frozen=True, slots=True)
class View:
    """What changes in a chart when another part of it is looked at.

    Attributes
    ----------
    start, end : what is in view
    traces : by the number of a trace in the chart's figure, what of it to set
    layout : axis → what of it to set
    bars_each : how many bars a candle in view stands for at most
    """

    start: pd.Timestamp
    end: pd.Timestamp
    traces: dict[int, dict[str, Any]]
    layout: dict[str, dict[str, Any]]
    bars_each: int


def view(
    chart: CandleChart, start: Moment | None = None, end: Moment | None = None, kind: str = "linear"
) -> View:
    """Return what a chart's figure needs to show a period as finely as a screen can.

    Parameters
    ----------
    chart : the whole
    start, end : the ends of the time axis, UTC; None is the first and the last bar
    kind : "log" or "linear", of the axis of prices

    Notes
    -----
    Up to 2,000 bars in view and beside it are a candle each; more are merged as in the whole
    chart. What lies further off is drawn coarsely, so that it is there while one moves. Every
    panel is fitted to what is in view.
    """
    whole = chart.ground
    if start is None or end is None:
        ground = whole
        first, last = (pd.Timestamp(one, tz="UTC") for one in times.span(whole.bars.index))
    else:
        first, last = sorted(clock.utc(one) for one in (start, end))
        ground = whole.around(first, last)
    placed = chart.placed(ground)
    return View(
        start=first,
        end=last,
        traces=dict(enumerate(_traces(chart, ground, placed))),
        layout=_axes(chart, ground, (first, last), kind) | {"xaxis": _dates(chart, ground, placed)},
        bars_each=int(ground.candles.attrs["bars_each"]),
    )


def periods(chart: CandleChart) -> list[str]:
    """Return which of `PERIODS` are worth looking at: 15 bars or more, and not all of them."""
    stamps = chart.ground.bars.index
    shown = {
        label: int((stamps >= stamps[-1] - length).sum())
        for label, length in panels.PERIODS.items()
    }
    near = [label for label, bars in shown.items() if panels.FEWEST <= bars < len(stamps)]
    return [*near, "All"]


def period(chart: CandleChart, label: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the ends of the time axis that show a period up to the last bar.

    Parameters
    ----------
    chart : the whole
    label : one of `PERIODS`
    """
    stamps = chart.ground.bars.index
    length = PERIODS[label]
    shown = stamps if length is None else stamps[stamps >= stamps[-1] - length]
    first, last = (pd.Timestamp(one, tz="UTC") for one in times.span(shown))
    return first, last


def _traces(chart: CandleChart, ground: Ground, placed: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the values of every trace, in the order in which the figure has them."""
    said = None if placed.empty else marks.words(placed, ground.timeframe, chart.currency)
    counted = chart.ground.merged
    under = [values[name] for values in chart.under.values() for name in values]
    return [
        traces.candle_values(ground.candles, said, counted=counted),
        *(ground.line(chart.over[name]) for name in chart.over),
        *marks.values(placed, ground.timeframe).values(),
        traces.volume_values(ground.candles, colours=price.COLOURS),
        *map(ground.line, under),
    ]


def _dates(chart: CandleChart, ground: Ground, placed: pd.DataFrame) -> dict[str, Any]:
    small = chart.notes(ground, placed)
    changes: dict[str, Any] = {"title": {"text": times.title(small)}}
    if chart.ground.merged:
        cut = [] if ground.merged else times.breaks(ground.bars.index, ground.closed)
        changes["rangebreaks"] = cut
    return changes


def _axes(
    chart: CandleChart, ground: Ground, ends: tuple[pd.Timestamp, pd.Timestamp], kind: str
) -> dict[str, dict[str, Any]]:
    stacked = _contents(chart, ground)
    found = {}
    for axis, panel in zip(panels.axes(len(stacked)), stacked, strict=True):
        limits = panel.limits(ends[0], kind if axis == "yaxis" else "linear", ends[1])
        if limits:
            found[axis] = {"range": limits, "autorange": False}
    return found


def _contents(chart: CandleChart, ground: Ground) -> list[Panel]:
    """Return the panels with what their axes must hold, and nothing drawn."""
    return [
        panels.Panel([], 0, price.price_content(ground, chart.over)),
        panels.Panel([], 0, ground.candles[["volume"]], from_zero=True),
        *(panels.Panel([], 0, values) for values in chart.under.values()),
    ]
