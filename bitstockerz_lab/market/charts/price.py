"""The chart of a symbol: candles, volume, indicators and markers over one time axis."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    log: bool | None = None,
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
    log : whether prices are on a logarithmic scale; None is: where they span a factor of 20

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
    return CandleChart.of(
        bars,
        indicators=indicators,
        below=below,
        markers=markers,
        sessions=sessions,
        currency=currency,
        volume_unit=volume_unit,
    ).figure(log=log)


@dataclass(frozen=True, slots=True)
class Ground:
    """What everything is drawn on.

    Attributes
    ----------
    bars : those that have a price
    closed, missing : as `times` gives them
    candles : as `thinning.merge_around` gives them
    shown : the rows in view; None is all
    """

    bars: pd.DataFrame
    closed: pd.DatetimeIndex
    missing: np.ndarray
    candles: pd.DataFrame
    shown: slice | None = None

    @classmethod
    def of(cls, bars: pd.DataFrame, sessions: pd.DatetimeIndex | None) -> Ground:
        """Return the ground of bars, all of them in view."""
        known = bars[~without_price(bars)]
        if known.empty:
            raise NoBars("There are no bars to draw. Load some with lab.market.load_csv(...).")
        closed = times.closed(bars, sessions)
        missing = times.missing(known, closed)
        return cls(known, closed, missing, thinning.merge(known, missing))

    def around(self, start: pd.Timestamp, end: pd.Timestamp) -> Ground:
        """Return the ground with a period in view, and half as much again on both sides of it."""
        stamps = self.bars.index
        rows = stamps.searchsorted(pd.DatetimeIndex([start, end]).tz_convert("UTC"))
        first, last = (int(row) for row in rows)
        aside = (last - first) // 4 + 1
        shown = slice(
            max(0, min(first - aside, len(stamps) - 1)), min(len(stamps), max(last + aside, 1))
        )
        candles = thinning.merge_around(self.bars, self.missing, shown)
        return replace(self, candles=candles, shown=shown)

    @property
    def timeframe(self) -> str:
        """How long a bar is."""
        return str(self.bars.attrs.get("timeframe", "1d"))

    @property
    def drawn(self) -> pd.DatetimeIndex:
        """The stamps of the candles."""
        return pd.DatetimeIndex(self.candles.index)

    @property
    def merged(self) -> bool:
        """Whether a candle in view stands for several bars."""
        return int(self.candles.attrs["bars_each"]) > 1

    def line(self, values: pd.Series) -> dict[str, Any]:
        """Return the x and y of a line over the bars."""
        return traces.line_values(values, self.timeframe, missing=self.missing, shown=self.shown)

    def notes(self) -> list[str]:
        """Return what a reader must know of what is not drawn, a sentence each."""
        notes = []
        drawn, each = self.candles["bars"].to_numpy(), self.candles.attrs["bars_each"]
        if self.merged and self.shown is not None:
            notes.append(f"In view: candles of up to {each:,} bars each")
        elif self.merged:
            up_to = "" if (drawn == each).all() else "up to "
            notes.append(f"Drawn: {len(drawn):,} candles of {up_to}{each:,} bars each")
        lost = int(self.missing.sum())
        if lost:
            notes.append(f"Missing: {lost:,} {'bar' if lost == 1 else 'bars'}, left open")
        return notes


@dataclass(frozen=True, slots=True)
class CandleChart:
    """Bars with what is drawn over and below them: to be drawn, and looked at part by part.

    Attributes
    ----------
    ground : the bars
    over : DataFrame of shape (n_bars, k), a column a line over the price
    under : name → DataFrame of shape (n_bars, k), a panel each
    asked : the markers, as `marks.read` gives them
    currency, volume_unit : written at the axes

    Examples
    --------
    >>> chart = lab.market.candles("BTC-USD", "1h")  # doctest: +SKIP
    >>> chart.figure(log=True)  # doctest: +SKIP
    """

    ground: Ground
    over: pd.DataFrame
    under: dict[str, pd.DataFrame]
    asked: pd.DataFrame
    currency: str = ""
    volume_unit: str = ""

    @classmethod
    def of(
        cls,
        bars: pd.DataFrame,
        *,
        indicators: Lines | Mapping[str, pd.Series] | None = None,
        below: Mapping[str, Lines] | None = None,
        markers: pd.DataFrame | Mapping[str, Any] | Iterable[Any] | None = None,
        sessions: pd.DatetimeIndex | None = None,
        currency: str = "",
        volume_unit: str = "",
    ) -> CandleChart:
        """Return the chart of bars; see `candles`."""
        ground = Ground.of(bars.set_axis(clock.stamps(bars)), sessions)
        asked = marks.read(markers) if markers is not None else marks.NONE
        bare = cls(ground, pd.DataFrame(), {}, asked, currency, volume_unit)
        return bare.with_lines(indicators, below)

    def with_lines(
        self,
        indicators: Lines | Mapping[str, pd.Series] | None = None,
        below: Mapping[str, Lines] | None = None,
    ) -> CandleChart:
        """Return the chart with other lines over and below the price; see `candles`."""
        stamps = self.ground.bars.index
        under = {
            str(name): lines.read(one, stamps, str(name)) for name, one in (below or {}).items()
        }
        return replace(self, over=lines.read(indicators, stamps), under=under)

    def figure(self, *, log: bool | None = None) -> go.Figure:
        """Draw all of it; see `candles`."""
        ground = self.ground
        placed = self.placed(ground)
        stacked = self.panels(ground, placed)
        notes = self.notes(ground, placed)
        foot = FOOT + NOTE * len(notes)
        height = panels.total_height(stacked) + foot + BUTTONS
        drawing = axes.figure(panels.stack(stacked), *_titles(ground.bars), height)
        panels.place(drawing, stacked)
        content = stacked[0].content
        axes.money_axis(drawing, "yaxis", "Price", self.currency, content, log=log)
        axes.crosshair(drawing)
        drawing.update_layout(hovermode="x unified", hoversubplots="axis")
        drawing.update_layout(boxgap=GAP, boxgroupgap=0, bargap=GAP)
        times.axis(drawing, ground.bars.index, ground.timeframe, notes)
        if not ground.merged:  # plotly cuts into the width of candles that are longer than a break
            times.skip(drawing, ground.bars.index, ground.closed)
        panels.period_buttons(drawing, stacked, ground.drawn, foot)
        return drawing

    def placed(self, ground: Ground) -> pd.DataFrame:
        """Return the markers where they stand on a ground; see `marks.place`."""
        return marks.place(self.asked, ground.bars, ground.missing, ground.drawn)

    def panels(self, ground: Ground, placed: pd.DataFrame) -> list[Panel]:
        """Return the panels of a ground, from the top: price, volume, then those below."""
        return [
            _price(ground, self.over, placed, self.currency),
            _volume(ground, self.volume_unit),
            *(_below(ground, name, values) for name, values in self.under.items()),
        ]

    def notes(self, ground: Ground, placed: pd.DataFrame) -> list[str]:
        """Return what stands in small letters at the time axis."""
        return ground.notes() + _unmarked(self.asked, placed)


def _price(ground: Ground, over: pd.DataFrame, placed: pd.DataFrame, currency: str) -> Panel:
    said = None if placed.empty else marks.words(placed, ground.timeframe, currency)
    drawn = [
        traces.candles(ground.candles, currency, colours=COLOURS, words=said),
        *_drawn(ground, over, escape(currency)),
        *marks.traces(placed, ground.timeframe),
    ]
    return Panel(drawn, HEIGHT, price_content(ground, over))


def price_content(ground: Ground, over: pd.DataFrame) -> pd.DataFrame:
    """Return all that the axis of prices must hold."""
    return pd.concat([ground.bars[["low", "high"]], over], axis=1)


def _volume(ground: Ground, unit: str) -> Panel:
    title = f"Volume ({unit})" if unit else "Volume"
    drawn = [traces.volume(ground.candles, unit, colours=COLOURS)]
    return Panel(drawn, VOLUME_HEIGHT, ground.candles[["volume"]], title, from_zero=True)


def _below(ground: Ground, name: str, values: pd.DataFrame) -> Panel:
    return Panel(_drawn(ground, values, ""), BELOW_HEIGHT, values, name)


def _drawn(ground: Ground, values: pd.DataFrame, unit: str) -> list[Any]:
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
