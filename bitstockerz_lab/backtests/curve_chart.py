"""The curve of a backtest whose parameters move: drawn once, then only its values change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.backtests import charts
from bitstockerz_lab.market.charts import axes, thinning, times

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.run import Run


def values(run: Run) -> tuple[dict[int, dict[str, Any]], dict[str, Any]]:
    """Return what changes in `charts.equity` of a run when another over the same bars is shown.

    Parameters
    ----------
    run : a completed run, or a preview

    Returns
    -------
    dict by number of trace : its y; where the curve is thinned its x as well
    dict : the layout's axis of money, and where the curve is thinned the title of the time axis
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    whole = pd.DataFrame({"Buy and hold": run.benchmark, "Strategy": run.equity})
    shown = thinning.thin(whole)
    drawing = go.Figure()
    axes.money_axis(drawing, "yaxis", "Equity", charts.currency_of(run), whole)
    layout: dict[str, Any] = {"yaxis": drawing.layout.yaxis.to_plotly_json()}
    traces: dict[int, dict[str, Any]] = {
        number: {"y": shown[name].to_numpy()} for number, name in enumerate(shown.columns)
    }
    if len(shown) < len(whole):
        stamps = times.moments(shown.index, run.timeframe)
        traces = {number: trace | {"x": stamps} for number, trace in traces.items()}
        note = charts.thinned_note(len(shown), len(whole))
        layout["xaxis"] = {"title": {"text": times.title([note])}}
    return traces, layout
