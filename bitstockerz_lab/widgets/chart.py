"""The chart of a symbol: candles finer as one zooms in, indicators by typing their name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np

from bitstockerz_lab import pages
from bitstockerz_lab.batch.sparks import spark
from bitstockerz_lab.errors import DataError, LabError
from bitstockerz_lab.market import charts
from bitstockerz_lab.pages import formats
from bitstockerz_lab.widgets.asked import by_browser
from bitstockerz_lab.widgets.controls import SymbolField, button, row
from bitstockerz_lab.widgets.later import Later
from bitstockerz_lab.widgets.panel import Panel
from bitstockerz_lab.widgets.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from markupsafe import Markup

    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.market.charts import CandleChart, View

NEAR = 0.5
"""How far the values of an indicator lie from the close, as a part of it, if they are drawn over
the price."""

LABEL = {"description_width": "initial"}
STILL = 120
"""Points of the line that stands for the chart where there is no front end."""


class Chart(Panel):
    """Candles with volume, indicators and markers; up to 100,000 bars and more.

    Parameters
    ----------
    lab : whose bars are drawn
    symbol : in any case; "" for none yet
    timeframe : None takes the only one stored, or the shortest
    start, end : first and last bar, as `lab.market.bars` takes them; indicators are computed from
        the first bar stored, as rules see them
    indicators : what is typed into the field: "sma 50", "bollinger 20 2", "rsi"
    markers : as `lab.market.chart` takes them; `run.trades` will do
    log : whether prices are on a logarithmic scale; None is: where they span a factor of 20

    Attributes
    ----------
    symbol_field, timeframe_field, period_buttons, log_button, indicator_field, add_button : to set
    picture : the figure
    whole : the CandleChart that is drawn, or None

    Examples
    --------
    >>> chart = Chart(lab, "BTC-USD", "1h", indicators=["sma 200", "rsi 14"])  # doctest: +SKIP
    >>> chart.look("2020-03-01", "2020-03-31")  # doctest: +SKIP
    >>> chart.state["bars_each"]  # doctest: +SKIP
    1
    """

    css = ("chart",)

    def __init__(
        self,
        lab: Lab,
        symbol: str = "",
        timeframe: str | None = None,
        *,
        start: str | None = None,
        end: str | None = None,
        indicators: Iterable[str] = (),
        markers: pd.DataFrame | Mapping[str, Any] | Iterable[Any] | None = None,
        log: bool | None = None,
    ) -> None:
        super().__init__(lab)
        self.whole: CandleChart | None = None
        self.view: View | None = None
        self.indicators = list(indicators)
        self._start, self._end, self._markers, self._log = start, end, markers, log
        self._window: tuple[object, object] | None = None
        self._before: pd.DataFrame | None = None
        self._setting = False
        self.symbol_field = SymbolField(lab, symbol)
        self.timeframe_field = ipywidgets.Dropdown(
            options=[], description="Timeframe", style=LABEL, tooltip="How long a bar is"
        )
        self.period_buttons = ipywidgets.ToggleButtons(options=[], tooltips=[])
        self.period_buttons.add_class("bz-periods")
        self.log_button = ipywidgets.Checkbox(
            value=bool(log), description="Log scale", indent=False, tooltip="Log scale of prices"
        )
        self.indicator_field = ipywidgets.Combobox(
            placeholder="add an indicator: sma 50",
            options=tuple(lab.strategies.indicators().index),
            continuous_update=False,
            tooltip="An indicator and its numbers, like bollinger 20 2",
        )
        self.add_button = button("Add", self.add, tip="Draw this indicator")
        self.chips = row()
        self.picture = Picture(label="Candles")
        self._refined, self._loaded = Later(self._refine, 0.12), Later(self._changed, 0.35)
        self._listen()
        top = row(self.symbol_field, self.timeframe_field, self.log_button)
        lower = row(self.period_buttons, self.indicator_field, self.add_button, self.chips)
        self.show(top, lower, self.picture)
        if symbol:
            self.load(timeframe)

    def load(self, timeframe: str | None = None) -> None:
        """Read the bars of the symbol in the field and draw them.

        Parameters
        ----------
        timeframe : None keeps the chosen one where the symbol has it, else takes the shortest
        """
        with self.guard(self.add_button):
            symbol = self.symbol_field.symbol
            known = self.lab.market.timeframes(symbol)
            chosen = timeframe or self.timeframe_field.value
            if timeframe is None and chosen not in known:
                chosen = known[0] if known else None
            whole = self.lab.market.candles(
                symbol, chosen, self._start, self._end, markers=self._markers
            )
            self._set(self.timeframe_field, options=known, value=whole.ground.timeframe)
            self.whole, self._before, self._window = whole, None, None
            offered = charts.periods(whole)
            tips = [_period_tip(one) for one in offered]
            self._set(self.period_buttons, options=offered, tooltips=tips)
            self._draw()

    def add(self, words: str | None = None) -> None:
        """Draw an indicator; what is typed into the field is drawn with Enter, or by the button.

        Parameters
        ----------
        words : its name and its numbers, "bollinger 20 2"; None takes what is in the field
        """
        typed = self.indicator_field.value if words is None else words
        if not typed.strip():
            return
        with self.guard(self.add_button):
            asked = " ".join(typed.split())
            if self.whole is not None:
                self._values(asked)
            if asked not in self.indicators:
                self.indicators.append(asked)
            self._set(self.indicator_field, value="")
            self._draw()

    def remove(self, words: str) -> None:
        """Draw an indicator no longer; `words` as it was added."""
        self.indicators.remove(words)
        with self.guard():
            self._draw()

    def look(self, start: object = None, end: object = None) -> None:
        """Show a period, as finely as a screen can; None and None show everything.

        Parameters
        ----------
        start, end : UTC, as `lab.market.bars` takes them
        """
        self._refined.cancel()
        self._set(self.period_buttons, value=None)
        self._show(start, end, moved=True)

    def show_period(self, label: str) -> None:
        """Show a period up to the last bar: "1m", "1y", "All"."""
        if self.whole is not None:
            self._show(*charts.period(self.whole, label), moved=True)
            offered = label in self.period_buttons.options
            self._set(self.period_buttons, value=label if offered else None)

    @property
    def state(self) -> dict[str, Any]:
        """What is drawn.

        Returns
        -------
        dict
            symbol, timeframe, indicators, log, bars (how many there are), start, end (of the view,
            ISO 8601), bars_each (how many a candle in view stands for at most).
        """
        view, whole = self.view, self.whole
        return {
            "symbol": self._drawn or self.symbol_field.symbol,
            "timeframe": self.timeframe_field.value,
            "indicators": list(self.indicators),
            "log": self._kind == "log",
            "bars": 0 if whole is None else len(whole.ground.bars),
            "start": None if view is None else view.start.isoformat(),
            "end": None if view is None else view.end.isoformat(),
            "bars_each": None if view is None else view.bars_each,
        }

    def still(self) -> Markup:
        """Return the symbol, its period and a line of its closes."""
        if self.whole is None:
            return super().still()
        bars, timeframe = self.whole.ground.bars, self.whole.ground.timeframe
        picked = np.linspace(0, len(bars) - 1, min(STILL, len(bars))).astype(int)
        curve = bars["close"].to_numpy()[picked].tolist()
        first, last = (formats.when(bars.index[place], timeframe) for place in (0, -1))
        facts = {
            "Symbol": f"{self._drawn}, {timeframe}",
            "Period": f"{first} to {last}, {formats.count(len(bars))} bars",
            "Last close": f"{formats.price(curve[-1])} {self.whole.currency}".rstrip(),
            "Closes": spark(curve, curve[0], what="Close"),
        }
        return pages.facts(facts)

    @property
    def _drawn(self) -> str:
        """The symbol in the picture, whatever is being typed; "" for none."""
        return "" if self.whole is None else str(self.whole.ground.bars.attrs["symbol"])

    @property
    def _kind(self) -> str:
        axis = self.picture.figure["layout"].get("yaxis", {})
        return str(axis.get("type") or "linear")

    def _listen(self) -> None:
        self.symbol_field.observe(lambda _: self._loaded.call(), "value")
        self.timeframe_field.observe(self._told(self.load), "value")
        self.period_buttons.observe(self._told(self.show_period), "value")
        self.log_button.observe(self._told(self._rescale), "value")
        self.indicator_field.observe(self._told(self.add), "value")
        self.picture.on_zoom(self._zoomed)

    def _told(self, act: Any) -> Any:  # noqa: ANN401 - reason: a function of a value
        """Return what traitlets calls: the function, unless the widget set the value itself."""
        return lambda change: None if self._setting or change["new"] is None else act(change["new"])

    def _set(self, control: ipywidgets.Widget, **traits: object) -> None:
        self._setting = True
        try:
            for name, value in traits.items():
                setattr(control, name, value)
        finally:
            self._setting = False

    def _changed(self) -> None:
        """Load another symbol, once what is being typed is one, or tell that it can be none."""
        typed, offered = self.symbol_field.symbol, self.symbol_field.options
        if typed and (not by_browser() or typed in offered or not offered):
            self.load()
        else:
            self.hush()

    def _rescale(self, log: object) -> None:
        self._log = bool(log)
        with self.guard():
            self._draw()

    def _values(self, words: str) -> tuple[str, pd.DataFrame]:
        """Return an indicator's title and its values over the bars drawn, as rules see them."""
        name, *numbers = words.split()
        try:
            plain = [float(one) for one in numbers]
        except ValueError:
            raise DataError(
                f"{words!r} is no indicator and its numbers. Write it like 'bollinger 20 2'."
            ) from None
        if self.whole is None:
            raise DataError("There are no bars to draw it on. Choose a symbol first.")
        drawn = self.whole.ground
        if self._before is None:  # what lies before the first bar drawn counts too
            self._before = self.lab.market.bars(self._drawn, drawn.timeframe, end=self._end)
        values = self.lab.strategies.indicator(self._before, name, *plain)
        return words, values.reindex(drawn.bars.index)

    def _lines(self, bars: pd.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the indicators' lines over the price, and those below it by panel."""
        over: dict[str, Any] = {}
        under: dict[str, Any] = {}
        for title, values in map(self._values, self.indicators):
            prices = _prices(values, bars["close"])
            lone = values.shape[1] == 1
            if prices:  # what else it gives is in another unit and would flatten the candles
                over |= {title if lone else f"{title} {one}": values[one] for one in prices}
            else:
                under[title] = values.iloc[:, 0] if lone else values
        return over, under

    def _draw(self) -> None:
        self._show_chips()
        if self.whole is None:
            return
        self.whole = self.whole.with_lines(*self._lines(self.whole.ground.bars))
        seen, period = self._window, self.period_buttons.value
        content = self.whole.figure(log=self._log).to_dict()
        content["layout"].pop("updatemenus", None)  # they would move the axis behind our back
        content["layout"]["dragmode"] = "zoom"
        for name, axis in content["layout"].items():
            if name.startswith("yaxis"):
                axis["fixedrange"] = True  # each is fitted to what is in view
        content["layout"]["uirevision"] = f"{self._drawn} {self.whole.ground.timeframe}"
        self.picture.label = f"Candles of {self._drawn}"
        self.picture.figure = content
        self._set(self.log_button, value=self._kind == "log")
        self._set(self.period_buttons, value="All")
        self.view = charts.view(self.whole, kind=self._kind)
        if seen is not None:  # what is drawn besides does not move the view
            self._show(*seen, moved=True)
            self._set(self.period_buttons, value=period)

    def _show_chips(self) -> None:
        self.chips.children = [
            button(f"{one} ×", lambda one=one: self.remove(one), tip=f"Remove {one}")
            for one in self.indicators
        ]

    def _zoomed(self, start: object, end: object) -> None:
        self._wanted = (start, end)
        self._refined.call()

    def _refine(self) -> None:
        self._set(self.period_buttons, value=None)
        self._show(*self._wanted, moved=False)

    def _show(self, start: Any, end: Any, *, moved: bool) -> None:  # noqa: ANN401 - reason: a time
        """Draw a period finely; `moved` where the front end does not show it yet."""
        if self.whole is None:
            return
        try:
            view = charts.view(self.whole, start, end, self._kind)
        except LabError as problem:
            self.fail(problem)
            return
        layout = self.picture.figure["layout"]
        changes = {axis: _merged(layout.get(axis, {}), new) for axis, new in view.layout.items()}
        if moved or start is None:
            ends = [f"{one:%Y-%m-%d %H:%M}" for one in (view.start, view.end)]
            changes["xaxis"] |= {"range": ends, "autorange": False}
        self.view = view
        self._window = None if start is None or end is None else (start, end)
        self.picture.update(view.traces, changes)


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with others set in them, those of their parts kept."""
    parts = {
        name: _merged(old[name], value)
        if isinstance(value, dict) and isinstance(old.get(name), dict)
        else value
        for name, value in new.items()
    }
    return {**old, **parts}


def _prices(values: pd.DataFrame, close: pd.Series) -> list[str]:
    """Return which outputs of an indicator are prices: unbounded, and mostly near the close."""
    if np.isfinite(values.attrs["range"]).all():
        return []
    away = values.sub(close, axis=0).div(close, axis=0).abs()
    near = {name: one[np.isfinite(one)].median() for name, one in away.items()}
    return [str(name) for name, middle in near.items() if middle < NEAR]


def _period_tip(label: str) -> str:
    return "Show everything" if label == "All" else f"Show the last {label}"
