"""Lines, candles, volume and markers: functions from frames to plotly traces."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.market.charts import thinning, times
from bitstockerz_lab.pages import COLOURS, formats

HOLLOW = "rgba(0,0,0,0)"

CROWDED = 400
"""Candles from which on there is no room for a hollow bar of volume."""

STYLES = (
    {"color": COLOURS["other"], "width": 1.6},
    {"color": COLOURS["ink"], "width": 1.6},
    {"color": COLOURS["other"], "width": 1.6, "dash": "dash"},
    {"color": COLOURS["ink"], "width": 1.6, "dash": "dash"},
    {"color": COLOURS["other"], "width": 1.6, "dash": "dot"},
    {"color": COLOURS["ink"], "width": 1.6, "dash": "dot"},
)
"""Of lines over candles, which have the two other colours; told apart by their dashes too."""


def line(
    values: pd.Series,
    timeframe: str,
    name: str,
    style: dict[str, Any],
    hover: str,
    *,
    missing: np.ndarray | None = None,
) -> Any:  # noqa: ANN401 - plotly has no types
    """Return a line, broken where a value is NaN.

    Parameters
    ----------
    values : Series of shape (n,); a long one is thinned to 2,000 points that keep every high and
        low
    timeframe : of the bars
    name : in the legend, escaped already
    style : colour, width and dash
    hover : plotly's template
    missing : array of shape (n,), as `times.missing` gives it: the line is broken there too
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    drawn = line_values(values, timeframe, missing=missing)
    return go.Scatter(**drawn, mode="lines", name=name, line=style, hovertemplate=hover)


def line_values(
    values: pd.Series,
    timeframe: str,
    *,
    missing: np.ndarray | None = None,
    shown: slice | None = None,
) -> dict[str, Any]:
    """Return the x and the y of a line, broken where a value is NaN.

    Parameters
    ----------
    values, timeframe, missing : as `line` takes them
    shown : rows in view, which are drawn finely; the others coarsely. None is all
    """
    known, breaks = _points(values, missing, shown)
    moments: list[str | None] = [*times.moments(known.index, timeframe)]
    for row in reversed(breaks.tolist()):
        moments.insert(row, None)
    return {"x": moments, "y": np.insert(known.to_numpy(dtype=np.float64), breaks, np.nan)}


def _points(
    values: pd.Series, missing: np.ndarray | None, shown: slice | None
) -> tuple[pd.Series, np.ndarray]:
    """Return what is known of values, thinned, and the rows before which the line is broken."""
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    lost = np.isnan(numbers)
    inside = len(values) if shown is None else shown.stop - shown.start
    each = max(1, inside // thinning.POINTS) if inside > thinning.UNTHINNED else 1
    stretches = np.cumsum(lost if missing is None else lost | (missing >= each))
    known = np.flatnonzero(~lost)
    if shown is not None:
        shown = slice(*np.searchsorted(known, [shown.start, shown.stop]).tolist())
    drawn = known[thinning.rows_around(numbers[known], shown)]
    return values.iloc[drawn], np.flatnonzero(np.diff(stretches[drawn])) + 1


def candles(
    merged: pd.DataFrame,
    currency: str,
    *,
    colours: tuple[str, str],
    dated: bool = False,
    words: pd.Series | None = None,
) -> Any:  # noqa: ANN401 - plotly has no types
    """Return candles: hollow where the price rose, filled where it fell.

    Parameters
    ----------
    merged : as `thinning.merge` gives it, attrs included
    currency : for the texts
    colours : names in `COLOURS` of rising and falling candles
    dated : begin the texts with the stamp; a box that is shared has it as its title
    words : added to the texts, by stamp
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    rising, falling = (COLOURS[name] for name in colours)
    return go.Candlestick(
        **candle_values(merged, words),
        name=name_of(merged),
        increasing={"line": {"color": rising, "width": 1}, "fillcolor": HOLLOW},
        decreasing={"line": {"color": falling, "width": 1}, "fillcolor": falling},
        hovertemplate=_template(merged, escape(currency), dated=dated, more=words is not None),
    )


def candle_values(
    merged: pd.DataFrame, words: pd.Series | None = None, *, counted: bool = False
) -> dict[str, Any]:
    """Return what candles show and say: x, their four prices, customdata, text.

    Parameters
    ----------
    merged, words : as `candles` takes them
    counted : whether each says how many bars it is, even if all are of one
    """
    return {
        "x": _moments(merged),
        **{name: _column(merged, name) for name in ("open", "high", "low", "close")},
        "customdata": _spans(merged) if counted or merged.attrs["bars_each"] > 1 else None,
        "text": None if words is None else _added(merged.index, words),
    }


def _column(merged: pd.DataFrame, name: str) -> Any:  # noqa: ANN401 - an array or a list
    """Return a column; of a lone candle with nothing behind it, at the stamp `_moments` adds.

    Plotly makes candles as wide as the least distance between two, and a lone one a hair.
    """
    values = merged[name].to_numpy()
    return [*values.tolist(), None] if len(values) == 1 else values


def _moments(merged: pd.DataFrame) -> list[str]:
    timeframe = merged.attrs.get("timeframe", "1d")
    stamps = pd.DatetimeIndex(merged.index)
    if len(stamps) == 1:
        stamps = pd.DatetimeIndex([stamps[0], stamps[0] + clock.TIMEFRAMES[timeframe]])
    return times.moments(stamps, timeframe)


def name_of(bars: pd.DataFrame) -> str:
    """Return what a legend calls a price: the symbol, and that it is simulated; escaped."""
    simulated = " (simulated)" if bars.attrs.get("simulated") else ""
    return escape(str(bars.attrs.get("symbol", "Price"))) + simulated


def _spans(merged: pd.DataFrame) -> list[str]:
    """Return for each candle of several bars how many and up to when."""
    lasts = times.moments(merged["last"], merged.attrs.get("timeframe", "1d"))
    return [
        f"to {last}, {count:,} bars" if count > 1 else "1 bar"
        for last, count in zip(lasts, merged["bars"].tolist(), strict=True)
    ]


def _added(stamps: pd.Index, words: pd.Series) -> list[str]:
    return [f"<br>{said}" if said else "" for said in words.reindex(stamps, fill_value="")]


def _template(merged: pd.DataFrame, currency: str, *, dated: bool, more: bool) -> str:
    form = f",.{formats.price_decimals(merged['low'].to_numpy())}f"
    lines = [f"%{{x|{times.moment_format(merged.attrs.get('timeframe', '1d'))}}}"] * dated
    lines += ["%{customdata}"] * (merged.attrs["bars_each"] > 1)
    lines += [f"{name} %{{{name}:{form}}}" for name in ("open", "high", "low", "close")]
    return f"{'<br>'.join(lines)} {currency}{'%{text}' * more}<extra></extra>"


def volume(merged: pd.DataFrame, unit: str, *, colours: tuple[str, str]) -> Any:  # noqa: ANN401 - plotly has no types
    """Return bars of volume: hollow where the price rose, filled where it fell.

    Parameters
    ----------
    merged : as `thinning.merge` gives it, attrs included
    unit : for the texts, "BTC"
    colours : names in `COLOURS` of rising and falling candles
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - reason: heavy

    return go.Bar(
        **volume_values(merged, colours=colours),
        name="Volume",
        showlegend=False,
        hovertemplate=f"volume %{{y:,.{_volume_decimals(merged)}f}} {escape(unit)}<extra></extra>",
    )


def volume_values(merged: pd.DataFrame, *, colours: tuple[str, str]) -> dict[str, Any]:
    """Return what bars of volume show: x, y, marker; as `volume` takes it."""
    rising, falling = (COLOURS[name] for name in colours)
    stamps = _moments(merged)
    fell = np.resize(merged["close"].to_numpy() < merged["open"].to_numpy(), len(stamps))
    edge: dict[str, Any] = {"width": 0}
    inside = rising
    if merged.attrs.get("in_view", len(merged)) <= CROWDED:
        edge = {"width": 1, "color": np.where(fell, falling, rising).tolist()}
        inside = HOLLOW
    return {
        "x": stamps,
        "y": _column(merged, "volume"),
        "marker": {"color": np.where(fell, falling, inside).tolist(), "line": edge},
    }


def _volume_decimals(merged: pd.DataFrame) -> int:
    return 0 if float(merged["volume"].max()) >= 1_000 else 4  # noqa: PLR2004 - a thousand
