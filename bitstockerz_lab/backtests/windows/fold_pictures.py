"""Pictures of a cross-validation: its folds, the curves of its paths, how its ratios are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import chart_traces
from bitstockerz_lab.backtests.windows import picture
from bitstockerz_lab.market.charts import axes, times
from bitstockerz_lab.pages import COLOURS, formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.cross_validation_result import CrossValidation
    from bitstockerz_lab.backtests.windows.folds import Folds

SPLITS = 100
PATHS = 100
"""So many are drawn; of more, those at equal distances."""


def cross_validation(found: CrossValidation) -> go.Figure:
    """Return the curves of the paths against buy and hold, above the folds."""
    curves, days, timeframe = found.equity, found.folds.days, _of_days(found.timeframe)
    shown = _some(len(curves.columns), PATHS)
    lines = [_path(curves.iloc[:, at], at, len(curves.columns), found) for at in shown]
    (hold,) = chart_traces.equity(found.benchmark, None, timeframe, found.currency)
    hold.update(name="Buy and hold", line={"color": COLOURS["ink"], "width": 1.2, "dash": "dot"})
    splits = _some(len(found.folds), SPLITS)
    stretches = [trace.update(yaxis="y2") for trace in _bars(found.folds, splits, timeframe)]
    simulated = " (simulated data)" if found.simulated else ""
    title = f"Cross-validation: {found.strategy} on {found.symbol}{simulated}, out of sample"
    below = picture.height(len(splits))
    drawing = axes.figure([*lines, hold, *stretches], title, "", 340 + below)
    share = below / (340 + below)
    drawing.update_layout(
        barmode="overlay",
        yaxis={"domain": [share + 0.03, 1.0]},
        yaxis2=picture.axis(len(found.folds), "Split") | {"domain": [0.0, share - 0.03]},
    )
    known = pd.concat([curves.iloc[:, shown], found.benchmark], axis=1)
    axes.money_axis(drawing, "yaxis", "Equity", found.currency, known)
    drawing.update_xaxes(anchor="y2")
    times.axis(drawing, days, timeframe, _left_away(found, len(shown), len(splits)))
    return drawing


def distribution(found: CrossValidation) -> go.Figure:
    """Return histograms of the Sharpe ratios: in sample by split, out of sample by path."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    splits, paths = found.splits, found.paths["sharpe_ratio"].dropna()
    series = {
        "In sample, by split": (splits["in_sample_sharpe_ratio"].dropna(), "ink", 0.45),
        "Out of sample, by split": (splits["out_of_sample_sharpe_ratio"].dropna(), "accent", 0.55),
    }
    every = np.concatenate([values.to_numpy() for values, _, _ in series.values()])
    bins = _bins(np.concatenate([every, paths.to_numpy()]))
    traces: list[Any] = [
        go.Histogram(
            x=values,
            name=name,
            xbins=bins,
            autobinx=False,
            marker={"color": COLOURS[colour], "opacity": opacity, "line": {"width": 0}},
            hovertemplate=f"{name}<br>%{{x}}: %{{y}}<extra></extra>",
        )
        for name, (values, colour, opacity) in series.items()
    ]
    traces.append(_ticks(paths))
    title = f"Sharpe ratios of the choices: {found.strategy} on {found.symbol}"
    drawing = axes.figure(traces, title, "", 320)
    drawing.update_layout(barmode="overlay")
    drawing.update_xaxes(title_text="Sharpe ratio a year")
    drawing.update_yaxes(title_text="How many", tickformat="d", rangemode="tozero")
    drawing.add_vline(0, line={"color": COLOURS["ink"], "width": 1, "dash": "dot"}, layer="below")
    return drawing


def _ticks(paths: pd.Series) -> Any:  # noqa: ANN401 - a trace
    """Return a mark for each path, on the axis."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    return go.Scatter(
        x=paths,
        y=np.zeros(len(paths)),
        mode="markers",
        name="Out of sample, by path",
        marker={"symbol": "line-ns-open", "size": 16, "color": COLOURS["accent"], "line_width": 2},
        text=[f"Path {number}" for number in paths.index],
        hovertemplate="%{text}: %{x:.2f}<extra></extra>",
        cliponaxis=False,
    )


def _bins(values: NDArray[np.float64]) -> dict[str, float]:
    """Return bins of a round width, one edge at zero."""
    spread = max(float(np.ptp(values)), 0.1) / 20
    power = 10.0 ** np.floor(np.log10(spread))
    width = next(step * power for step in (1, 2, 5, 10) if step * power >= spread)
    low, high = np.floor(values.min() / width), np.floor(values.max() / width) + 1
    return {"start": float(low * width), "end": float(high * width), "size": float(width)}


def _path(curve: pd.Series, at: int, count: int, found: CrossValidation) -> Any:  # noqa: ANN401 - a trace
    (line,) = chart_traces.equity(curve, None, _of_days(found.timeframe), found.currency)
    name = "Strategy" if count == 1 else f"{count:,} paths out of sample"
    opacity = 1.0 if count == 1 else max(0.15, min(0.8, 4 / count))
    told = "" if count == 1 else f"Path {at + 1}"
    style = {"color": COLOURS["accent"], "width": 1.6 if count == 1 else 1}
    return line.update(
        name=name, line=style, opacity=opacity, showlegend=at == 0, legendgroup="paths", text=told
    )


def _bars(folds: Folds, shown: list[int], timeframe: str) -> list[Any]:
    """Return a trace of bars for in sample, and one for out of sample; what is left out is bare."""
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    wanted, traces = set(shown), []
    splits = [split for split in folds if split.number - 1 in wanted]
    for part, (name, colour, opacity) in picture.KINDS.items():
        rows = [
            (split.number, *ends) for split in splits for ends in _stretches(getattr(split, part))
        ]
        numbers, firsts, lasts = (list(column) for column in zip(*rows, strict=True))
        begins, ends = folds.days[firsts], clock.bar_end(folds.days[lasts], timeframe)
        words = [
            f"<b>Split {number}: {name.lower()}</b><br>{formats.when(begin, timeframe)} to "
            f"{formats.when(last, timeframe)}"
            for number, begin, last in zip(numbers, begins, folds.days[lasts], strict=True)
        ]
        traces.append(
            go.Bar(
                orientation="h",
                y=numbers,
                base=begins.strftime(times.STAMP).tolist(),
                x=((ends - begins) / pd.Timedelta(1, "ms")).tolist(),
                width=0.7,
                name=name,
                marker={"color": COLOURS[colour], "opacity": opacity, "line": {"width": 0}},
                text=words,
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
        )
    return traces


def _of_days(timeframe: str) -> str:
    """Return how long a day of the folds is: a bar, or a day of shorter ones."""
    return max(timeframe, "1d", key=lambda name: clock.TIMEFRAMES[name])


def _stretches(days: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Yield the first and last position of each run of neighbouring days."""
    breaks = np.flatnonzero(np.diff(days) > 1)
    firsts, lasts = np.append(0, breaks + 1), np.append(breaks, len(days) - 1)
    yield from zip(days[firsts].tolist(), days[lasts].tolist(), strict=True)


def _some(count: int, most: int) -> list[int]:
    """Return positions, at equal distances where they are more than are drawn."""
    places = np.linspace(0, count - 1, min(count, most)).round().astype(int)
    return [int(place) for place in np.unique(places)]


def _left_away(found: CrossValidation, paths: int, splits: int) -> list[str]:
    told = []
    for shown, all_, what in (
        (paths, len(found.paths), "paths"),
        (splits, len(found.folds), "splits"),
    ):
        if shown < all_:
            told.append(f"{shown} of {all_:,} {what} are drawn")
    if found.folds.purge + found.folds.embargo:
        told.append(
            f"bare between in sample and out of it: purge of {found.folds.purge} days, after a "
            f"test an embargo of {found.folds.embargo} more"
        )
    return told
