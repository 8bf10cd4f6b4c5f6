"""The chart of a symbol: candles, volume, indicators and markers over one time axis."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.errors import NoBars
from bitstockerz_lab.market.bars import missing as without_price
from bitstockerz_lab.market.charts import axes, lines, marks, panels, thinning, times, traces
from bitstockerz_lab.market.charts.panels import Panel
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    import plotly.graph_objects as go

    from bitstockerz_lab.market.charts.lines import Lines

HEIGHT = 360
VOLUME_HEIGHT = 90
BELOW_HEIGHT = 110
FOOT = 60
"""Pixels that the dates and the title of the time axis need."""

NOTE = 15
"""Pixels of a note below them."""

BUTTONS = 40

ADJUSTED = {
    "all": "adjusted for splits and dividends",
    "split": "adjusted for splits",
    "raw": "not adjusted",
}
GAP = 0.25
"""Between candles, of the room of one."""

COLOURS = ("gain", "loss")
"""Names in `pages.COLOURS` of candles that rose and fell."""


def candles(
    bars: pd.DataFrame,
    *,
    indicators: Lines | Mapping[str, pd.Series] | None = None,
    below: Mapping[str, Lines] | None = None,
    markers: pd.DataFrame | Mapping[str, Any] | Iterable[Any] | None = None,
    sessions: pd.DatetimeIndex | None = None,
    currency: str = "",
    volume_unit: str = "",
) -> go.Figure:
    """Return candles with their volume below, and what else is handed in.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, 5), as `lab.market.bars` gives them, attrs included
    indicators : Series, DataFrame, or name → Series, drawn over the price; their index must hold
        every bar, further stamps are left out. NaN leaves the line open
    below : name → Series or DataFrame, each in a panel of its own under the price
    markers : frame or name → column: `timestamp`, and if wanted `price` (else the close), `text`
        and `kind` ("buy", "sell" or "note"); or the trades of a run
    sessions : days an exchange was open. None takes for closed: weekends without bars, and up to
        four weekdays in a row without
    currency, volume_unit : written at the axes

    Raises
    ------
    NoBars
        No bar has a price.
    DataError
        Indicators or markers cannot be drawn over these bars.

    Notes
    -----
    Up to 2,000 bars are a candle each; of daily bars the days on which the exchange was closed are
    cut out of the axis. More are merged into 1,500 candles or fewer, equal counts of bars each
    (first open, highest high, lowest low, last close, sum of the volumes), and the axis says so.
    Lines of more than 3,000 points are thinned to 2,000 that keep every high and low.
    Where bars are missing the axis stays open, no line crosses it, and it says how many. Prices
    that span a factor of 20 are on a logarithmic scale. The buttons below show periods up to the
    last bar and fit every panel to them.

    Examples
    --------
    >>> figure = candles(lab.market.bars("AAPL"))  # doctest: +SKIP
    """
    bars = bars.set_axis(clock.stamps(bars))
    ground = _Ground.of(bars, sessions)
    over = lines.read(indicators, ground.bars.index)
    under = {
        str(name): lines.read(one, ground.bars.index, str(name))
        for name, one in (below or {}).items()
    }
    asked = marks.read(markers) if markers is not None else marks.NONE
    placed = marks.place(asked, ground.bars, ground.missing, ground.drawn)
    stacked = [
        _price(ground, over, placed, currency),
        _volume(ground, volume_unit),
        *(_below(ground, name, values) for name, values in under.items()),
    ]
    notes = ground.notes() + _unmarked(asked, placed)
    foot = FOOT + NOTE * len(notes)
    height = panels.total_height(stacked) + foot + BUTTONS
    drawing = axes.figure(panels.stack(stacked), *_titles(bars), height)
    panels.place(drawing, stacked)
    axes.money_axis(drawing, "yaxis", "Price", currency, stacked[0].content)
    axes.crosshair(drawing)
    drawing.update_layout(hovermode="x unified", hoversubplots="axis")
    drawing.update_layout(boxgap=GAP, boxgroupgap=0, bargap=GAP)
    times.axis(drawing, ground.bars.index, ground.timeframe, notes)
    if not ground.merged:  # plotly cuts into the width of candles that are longer than a break
        times.skip(drawing, bars.index, ground.closed)
    panels.period_buttons(drawing, stacked, ground.drawn, foot)
    return drawing


@dataclass(frozen=True, slots=True)
class _Ground:
    """What everything is drawn on.

    Attributes
    ----------
    bars : those that have a price
    closed, missing : as `times` gives them
    candles : as `thinning.merge` gives them
    """

    bars: pd.DataFrame
    closed: pd.DatetimeIndex
    missing: np.ndarray
    candles: pd.DataFrame

    @classmethod
    def of(cls, bars: pd.DataFrame, sessions: pd.DatetimeIndex | None) -> _Ground:
        known = bars[~without_price(bars)]
        if known.empty:
            raise NoBars("There are no bars to draw. Load some with lab.market.load_csv(...).")
        closed = times.closed(bars, sessions)
        missing = times.missing(known, closed)
        return cls(known, closed, missing, thinning.merge(known, missing))

    @property
    def timeframe(self) -> str:
        return str(self.bars.attrs.get("timeframe", "1d"))

    @property
    def drawn(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.candles.index)

    @property
    def merged(self) -> bool:
        return int(self.candles.attrs["bars_each"]) > 1

    def notes(self) -> list[str]:
        """Return what a reader must know of what is not drawn, a sentence each."""
        notes = []
        drawn, each = self.candles["bars"].to_numpy(), self.candles.attrs["bars_each"]
        if self.merged:
            up_to = "" if (drawn == each).all() else "up to "
            notes.append(f"Drawn: {len(drawn):,} candles of {up_to}{each:,} bars each")
        lost = int(self.missing.sum())
        if lost:
            notes.append(f"Missing: {lost:,} {'bar' if lost == 1 else 'bars'}, left open")
        return notes


def _price(ground: _Ground, over: pd.DataFrame, placed: pd.DataFrame, currency: str) -> Panel:
    said = None if placed.empty else marks.words(placed, ground.timeframe, currency)
    drawn = [
        traces.candles(ground.candles, currency, colours=COLOURS, words=said),
        *_drawn(ground, over, escape(currency)),
        *marks.traces(placed, ground.timeframe),
    ]
    values = [ground.bars[["low", "high"]], over]
    return Panel(drawn, HEIGHT, pd.concat(values, axis=1))


def _volume(ground: _Ground, unit: str) -> Panel:
    title = f"Volume ({unit})" if unit else "Volume"
    drawn = [traces.volume(ground.candles, unit, colours=COLOURS)]
    return Panel(drawn, VOLUME_HEIGHT, ground.candles[["volume"]], title, from_zero=True)


def _below(ground: _Ground, name: str, values: pd.DataFrame) -> Panel:
    return Panel(_drawn(ground, values, ""), BELOW_HEIGHT, values, name)


def _drawn(ground: _Ground, values: pd.DataFrame, unit: str) -> list[Any]:
    drawn = []
    for name, style in zip(values.columns, cycle(traces.STYLES), strict=False):
        places = formats.price_decimals(values[name].to_numpy())
        hover = f"{escape(name)} %{{y:,.{places}f}} {unit}<extra></extra>"
        one = (values[name], ground.timeframe, escape(name), style, hover)
        drawn.append(traces.line(*one, missing=ground.missing))
    return drawn


def _unmarked(asked: pd.DataFrame, placed: pd.DataFrame) -> list[str]:
    left = len(asked) - len(placed)
    if not left:
        return []
    why = "outside these bars" if len(placed) < marks.MOST else "outside these bars or older"
    return [f"Not marked: {left:,} of {len(asked):,} markers, {why}"]


def _titles(bars: pd.DataFrame) -> tuple[str, str]:
    """Return what is drawn, and what was done to the prices."""
    known = bars.attrs
    done = ADJUSTED.get(known.get("adjusted", ""))
    words = [done] if done and known.get("asset_type") == "EQUITY" else []
    words += ["simulated data"] if known.get("simulated") else []
    said = ", ".join(words)
    return (
        f"{known.get('symbol', 'Price')} · {known.get('timeframe', '1d')}",
        f"{said[:1].upper()}{said[1:]}",
    )
