"""Charts of a sweep: functions from its results to plotly figures, with nothing of a page in them.

`results` are the rows of one unit of `Sweep.results`, `names` the parameters that vary in it. What
never traded has no score and is not drawn as if it had one. Text that a person wrote is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.backtests.search import MORE_IS_BETTER
from bitstockerz_lab.backtests.sweep import cells, hover, traces
from bitstockerz_lab.backtests.sweep.shades import shades
from bitstockerz_lab.market.charts import axes
from bitstockerz_lab.pages import COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.sweep.cells import View

FEW = 900
SPARSE = 0.2
"""A grid of more than FEW cells of which less than this share was tried is drawn as dots."""

LINES = 10_000
"""Combinations that parallel coordinates draw."""

TICKS = 20
"""Values that are written at an axis of cells."""

DOTS = "a dot a combination: too few to fill a grid"


def heatmap(
    results: pd.DataFrame,
    names: Sequence[str],
    by: str,
    *,
    x: str | None = None,
    y: str | None = None,
    hold: Mapping[str, float] | None = None,
    title: str = "",
) -> go.Figure:
    """Return a metric over two parameters as coloured cells.

    Parameters
    ----------
    results, names : as above
    by : a metric
    x, y : parameters; None takes those of the most values
    hold : values at which parameters are held; of those neither drawn nor held the median is
        drawn, and the chart says so
    title : plain text

    Raises
    ------
    UnknownName : there is no such metric or parameter
    DataError : x and y are the same, or a value to hold was not tried

    Notes
    -----
    A cell that was not tried is empty; one that was tried but has no score has a cross; the best
    has a star. One parameter alone is drawn as a line. A large grid that is hardly filled, as
    random samples are, is drawn as a dot a combination.
    """
    of = cells.view(results, names, by, hold)
    pair = cells.pair(of, x, y)
    if pair is None:
        return _line(of, x or y, title)
    if _is_sparse(of, pair):
        return _dots(of, pair, title)
    found = cells.cells(of, *pair)
    colours = shades(found.scores, by)
    marks = [*traces.crosses(found), *traces.best_cell(found, of)]
    height = int(np.clip(150 + 22 * len(found.rows), 340, 640))
    subtitle = hover.drawn(of, found.over)
    drawing = axes.figure([traces.tiles(found, of, colours), *marks], title, subtitle, height)
    across = hover.below(found.x, hover.notes(of, colours))
    ticks = {"xaxis": (across, found.columns), "yaxis": (escape(found.y), found.rows)}
    for axis, (label, values) in ticks.items():
        drawing.update_layout(
            {
                axis: {
                    "title_text": label,
                    "type": "category",
                    "nticks": TICKS,
                    "categoryorder": "array",
                    "categoryarray": hover.texts(values),
                    "showgrid": False,
                    "ticks": "outside",
                }
            }
        )
    return drawing


def surface(
    results: pd.DataFrame,
    names: Sequence[str],
    by: str,
    *,
    x: str | None = None,
    y: str | None = None,
    hold: Mapping[str, float] | None = None,
    title: str = "",
) -> go.Figure:
    """Return a metric over two parameters as a surface to be turned about, open where none is.

    Parameters and errors as those of `heatmap`; one parameter alone is a line here, too.
    """
    of = cells.view(results, names, by, hold)
    pair = cells.pair(of, x, y)
    if pair is None:
        return _line(of, x or y, title)
    if _is_sparse(of, pair):
        colours = shades(of.scores, by)
        trace, told = traces.cloud(of, *pair, colours), [hover.drawn(of), DOTS]
    else:
        found = cells.cells(of, *pair)
        colours = shades(found.scores, by)
        trace, told = traces.relief(found, of, colours), [hover.drawn(of, found.over)]
    drawing = axes.figure([trace], title, "; ".join([*told, *hover.notes(of, colours)]), 560)
    side = {"showbackground": False, "gridcolor": COLOURS["ink"], "zeroline": False}
    labels = (escape(pair[0]), escape(pair[1]), hover.label(by))
    drawing.update_layout(
        scene={
            f"{axis}axis": side | {"title_text": label}
            for axis, label in zip("xyz", labels, strict=True)
        },
        scene_aspectratio={"x": 1.2, "y": 1.2, "z": 0.7},
        scene_camera={
            "eye": {"x": 1.5, "y": -1.7, "z": 0.9},
            "center": {"x": 0, "y": 0, "z": -0.1},
        },
        showlegend=False,
    )
    return drawing


def parallel(results: pd.DataFrame, names: Sequence[str], by: str, *, title: str = "") -> go.Figure:
    """Return every combination as a line across the axes of its parameters and its score.

    Parameters
    ----------
    results, names, by, title : as those of `heatmap`

    Notes
    -----
    Dragging along an axis leaves the lines through that part of it. Of more than 10,000
    combinations those are drawn that stand evenly by rank, the best and the worst among them; the
    chart says so, and how many have no score.
    """
    of = cells.view(results, names, by)
    order = np.argsort(of.scores, kind="stable")[: int(of.has.sum())]
    told = [hover.drawn(of), *hover.notes(of)]
    if len(order) > LINES:
        told.append(f"drawn: {LINES:,} of {len(order):,}, evenly by rank")
        order = order[np.linspace(0, len(order) - 1, LINES).round().astype(int)]
    # the last are drawn on top
    order = order if MORE_IS_BETTER.get(by, True) else order[::-1]
    trace = traces.lines(of, order, shades(of.scores, by))
    drawing = axes.figure([trace], title, "; ".join(told), 460)
    above = drawing.layout.margin.t + 40
    drawing.update_layout(margin={"l": 60, "r": 60, "b": 30, "t": above}, showlegend=False)
    return drawing


def _line(of: View, name: str | None, title: str) -> go.Figure:
    name = next(iter(of.free), name or of.names[0])
    words = f"only {name} varies here" if of.free else "one combination: nothing varies here"
    drawing = axes.figure(traces.line(of, name), title, hover.drawn(of), 360)
    drawing.update_xaxes(title_text=hover.below(name, [words, *hover.notes(of)]))
    drawing.update_yaxes(title_text=hover.label(of.by))
    return drawing


def _dots(of: View, pair: tuple[str, str], title: str) -> go.Figure:
    colours = shades(of.scores, of.by)
    drawing = axes.figure(traces.dots(of, *pair, colours), title, hover.drawn(of), 520)
    words = hover.below(pair[0], [DOTS, *hover.notes(of, colours)])
    drawing.update_xaxes(title_text=words, showgrid=True)
    drawing.update_yaxes(title_text=escape(pair[1]))
    return drawing


def _is_sparse(of: View, pair: tuple[str, str]) -> bool:
    """Return whether a grid would be large and hardly filled."""
    wide, high = (of.results[name].nunique() for name in pair)
    return bool(wide * high > FEW and len(of.results) < SPARSE * wide * high)
