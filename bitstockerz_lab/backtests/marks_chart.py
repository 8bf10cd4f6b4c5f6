"""The price with entries and exits that may change at every keystroke: drawn once, then moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests import chart_traces, charts
from bitstockerz_lab.market.charts import times
from bitstockerz_lab.pages import COLOURS, formats

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

FIRST = 1
"""The number of the first trace of marks: the price is drawn before them."""

KINDS = {
    "Long entry": ("triangle-up-open", "other"),
    "Short entry": ("triangle-down-open", "other"),
    "Exit with a profit": ("circle", "gain"),
    "Exit with a loss": ("x", "loss"),
}
"""Shape and colour of each kind of mark; an exit at what it cost counts as a loss."""


def figure(bars: pd.DataFrame, trades: pd.DataFrame, *, currency: str = "") -> go.Figure:
    """Return the price with a mark at each entry and exit.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, 5), as `lab.market.bars` gives them, attrs included
    trades : DataFrame of shape (n_trades, …), as `Run.trades` gives them
    currency : written at the price axis

    Notes
    -----
    It always has the same traces, so that `marks` of other trades can be put in their place.
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    drawing = charts.price(bars, trades.iloc[:0], currency=currency)
    places = formats.price_decimals(bars["close"].to_numpy())
    dates = times.moment_format(bars.attrs.get("timeframe", "1d"))
    for name, marked in zip(KINDS, marks(bars, trades).values(), strict=True):
        hover = f"{name}<br>%{{x|{dates}}}<br>at %{{y:,.{places}f}}<extra></extra>"
        drawing.add_trace(go.Scatter(mode="markers", name=name, hovertemplate=hover, **marked))
    drawing.update_layout(showlegend=True, margin_t=40)
    return drawing


def marks(bars: pd.DataFrame, trades: pd.DataFrame) -> dict[int, dict[str, Any]]:
    """Return what the traces of marks hold, by their number in `figure`: x, y and the marker.

    Parameters
    ----------
    bars, trades : as those of `figure`
    """
    timeframe = bars.attrs.get("timeframe", "1d")
    entered = times.moments(trades["entry_time"], timeframe) if len(trades) else []
    left = times.moments(trades["exit_time"], timeframe) if len(trades) else []
    is_long, won = trades["side"].eq("LONG"), trades["pnl_abs"].gt(0)
    chosen = [
        (entered, trades["entry_price"], is_long),
        (entered, trades["entry_price"], ~is_long),
        (left, trades["exit_price"], won),
        (left, trades["exit_price"], ~won),
    ]
    return {
        number: {
            "x": [moment for moment, one in zip(moments, rows, strict=True) if one],
            "y": prices[rows].to_numpy(),
            "marker": _marker(*style, len(trades)),
        }
        for number, (style, (moments, prices, rows)) in enumerate(
            zip(KINDS.values(), chosen, strict=True), start=FIRST
        )
    }


def _marker(shape: str, colour: str, count: int) -> dict[str, Any]:
    few = count <= chart_traces.CROWDED
    size = 8 if few else 5
    return {
        "symbol": shape,
        "color": COLOURS[colour],
        "size": size * 1.4 if shape.endswith("-open") else size,
        "line": {"width": (1.8 if few else 1) if shape.endswith("-open") else 0},
        "opacity": 0.9 if few else 0.6,
    }
