"""The marks of a sweep's charts: functions from what is drawn to plotly traces."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.backtests import report_words
from bitstockerz_lab.backtests.search import MORE_IS_BETTER
from bitstockerz_lab.backtests.sweep import hover
from bitstockerz_lab.pages import COLOURS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.cells import Cells, View
    from bitstockerz_lab.backtests.sweep.shades import Shades

GAPS = 40
"""Columns or rows up to which a gap stands between cells."""

TICKS = 12
"""Values of a parameter up to which each is written at its axis in parallel coordinates."""

STAR = {"symbol": "star", "size": 15, "color": "#ffffff", "line": {"color": "#14181d", "width": 1}}
"""White in black: it stands out from every shade."""

CROSS = {"symbol": "x-thin", "size": 6, "line": {"color": COLOURS["ink"], "width": 1.2}}


def tiles(found: Cells, of: View, colours: Shades) -> Any:  # noqa: ANN401 - a plotly trace
    """Return the cells."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    gap = 1 if max(found.scores.shape) <= GAPS else 0
    names, words = hover.cells(found, of)
    told = "".join(f"<br>{name} %{{customdata[{k}]}}" for k, name in enumerate(names))
    return go.Heatmap(
        x=hover.texts(found.columns),
        y=hover.texts(found.rows),
        z=found.scores,
        customdata=words,
        colorscale=colours.scale,
        zmin=colours.least,
        zmax=colours.most,
        colorbar=colour_bar(of.by),
        xgap=gap,
        ygap=gap,
        hoverongaps=False,
        hovertemplate=f"<b>{_place(found)}</b>{told}<extra></extra>",
    )


def relief(found: Cells, of: View, colours: Shades) -> Any:  # noqa: ANN401 - a plotly trace
    """Return the cells as a surface."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    return go.Surface(
        x=found.columns,
        y=found.rows,
        z=found.scores,
        connectgaps=False,
        # of a list plotly would make one text a row
        hovertext=np.array(hover.places(found, of)),
        hoverinfo="text",
        colorscale=colours.scale,
        cmin=colours.least,
        cmax=colours.most,
        colorbar=colour_bar(of.by) | {"len": 0.7},
    )


def crosses(found: Cells) -> list[Any]:
    """Return a cross in each cell that was tried and has no score."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    up, across = np.nonzero((found.tried > 0) & (found.scored == 0))
    if not len(up):
        return []
    columns, rows = hover.texts(found.columns), hover.texts(found.rows)
    words = "tried, no score: it never traded, or the metric is undefined"
    return [
        go.Scatter(
            x=[columns[k] for k in across],
            y=[rows[k] for k in up],
            mode="markers",
            name="Tried, no score",
            marker=CROSS,
            hovertemplate=f"<b>{_place(found)}</b><br>{words}<extra></extra>",
        )
    ]


def best_cell(found: Cells, of: View) -> list[Any]:
    """Return a star in the best cell, if of this metric more or less is better."""
    if of.by not in MORE_IS_BETTER or not found.scored.any():
        return []
    sides = found.scores if MORE_IS_BETTER[of.by] else -found.scores
    up, across = np.unravel_index(np.nanargmax(sides), sides.shape)
    x, y = hover.texts(found.columns)[across], hover.texts(found.rows)[up]
    place = f"{found.x} {x}, {found.y} {y}"
    return [star([x], [y], place, of.by, float(found.scores[up, across]))]


def star(x: list[Any], y: list[Any], place: str, by: str, value: float) -> Any:  # noqa: ANN401
    """Return the mark of the best, named in the legend."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    name = f"Best: {place} ({report_words.value_text(by, value)})"
    return go.Scatter(
        x=x, y=y, mode="markers", name=escape(name), marker=STAR, hoverinfo="skip", showlegend=True
    )


def line(of: View, name: str) -> list[Any]:
    """Return the metric along one parameter, open where there is no score, and its best point."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    order = np.argsort(of.results[name].to_numpy(), kind="stable")
    x, y, words = of.results[name].to_numpy()[order], of.scores[order], hover.rows(of)
    traces = [
        go.Scatter(
            x=x,
            y=y,
            mode="lines+markers",
            name=hover.label(of.by),
            line={"color": COLOURS["accent"], "width": 2},
            marker={"size": 6},
            text=[words[k] for k in order],
            customdata=of.results.index.to_numpy()[order],
            hovertemplate="%{text}<extra></extra>",
        )
    ]
    if of.by in MORE_IS_BETTER and of.has.any():
        at = int(np.nanargmax(y if MORE_IS_BETTER[of.by] else -y))
        place = f"{name} {hover.texts(x)[at]}"
        traces.append(star([x[at]], [y[at]], place, of.by, float(y[at])))
    return traces


def dots(of: View, x: str, y: str, colours: Shades) -> list[Any]:
    """Return every combination as a dot, and a star on the best."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    at, words = np.flatnonzero(of.has), hover.rows(of)
    across, up, values = (one[at] for one in (_values(of, x), _values(of, y), of.scores))
    traces = [
        go.Scatter(
            x=across,
            y=up,
            mode="markers",
            name="A combination",
            marker={"size": 7, "color": values, **shading(of.by, colours)},
            text=[words[k] for k in at],
            customdata=of.results.index.to_numpy()[at],
            hovertemplate="%{text}<extra></extra>",
        )
    ]
    if of.by in MORE_IS_BETTER and len(at):
        k = int(np.argmax(values if MORE_IS_BETTER[of.by] else -values))
        place = ", ".join(f"{name} {hover.texts(_values(of, name)[at])[k]}" for name in of.told)
        traces.append(star([across[k]], [up[k]], place, of.by, float(values[k])))
    return traces


def cloud(of: View, x: str, y: str, colours: Shades) -> Any:  # noqa: ANN401 - a plotly trace
    """Return every combination as a dot in space."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    at, words = np.flatnonzero(of.has), hover.rows(of)
    return go.Scatter3d(
        x=_values(of, x)[at],
        y=_values(of, y)[at],
        z=of.scores[at],
        mode="markers",
        marker={"size": 3, "color": of.scores[at], **shading(of.by, colours)},
        text=[words[k] for k in at],
        customdata=of.results.index.to_numpy()[at],
        hovertemplate="%{text}<extra></extra>",
    )


def lines(of: View, positions: NDArray[np.intp], colours: Shades) -> Any:  # noqa: ANN401
    """Return combinations as lines across the axes of their parameters and their score."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    sides = [_side(name, _values(of, name)[positions]) for name in of.told]
    values = of.scores[positions]
    shade = shading(of.by, colours)
    return go.Parcoords(
        dimensions=[*sides, {"label": hover.label(of.by), "values": values}],
        line={"color": values, **shade, "showscale": False},
        labelfont={"size": 12},
        tickfont={"size": 11},
    )


def shading(by: str, colours: Shades) -> dict[str, Any]:
    """Return how markers and lines are coloured by a metric."""
    return {
        "colorscale": colours.scale,
        "cmin": colours.least,
        "cmax": colours.most,
        "colorbar": colour_bar(by),
    }


def colour_bar(by: str) -> dict[str, Any]:
    """Return the key of the colours."""
    return {
        "title": {"text": hover.label(by), "side": "right", "font": {"size": 12}},
        "thickness": 12,
        "outlinewidth": 0,
        "tickfont": {"size": 11},
        "ypad": 0,
    }


def _place(found: Cells) -> str:
    return f"{escape(found.x)} %{{x}}, {escape(found.y)} %{{y}}"


def _values(of: View, name: str) -> NDArray[np.float64]:
    return of.results[name].to_numpy()


def _side(name: str, values: NDArray[np.float64]) -> dict[str, Any]:
    ticks = np.unique(values)
    known = {"tickvals": ticks, "ticktext": hover.texts(ticks)} if len(ticks) <= TICKS else {}
    return {"label": escape(name), "values": values, **known}
