"""What a sweep is asked: strategy, symbols, period, costs, the grid and what it must meet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np

from bitstockerz_lab import measures, pages
from bitstockerz_lab.backtests.search import MORE_IS_BETTER
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.widgets.controls import LABEL, SymbolField, button, first_symbol, row
from bitstockerz_lab.widgets.explorer import besides, spans
from bitstockerz_lab.widgets.explorer.fields import GridFields
from bitstockerz_lab.widgets.later import Later
from bitstockerz_lab.widgets.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.strategies.definition import Definition

COSTS = {"fee_bps": "Fee (bps)", "slippage_bps": "Slippage (bps)"}
DRAWN = ("sampling", "seed")
"""What says how some of the combinations are drawn."""
NATURAL = {"fast", "slow"}
"""Of parameters of these names the first is below the second, unless somebody says otherwise."""


class Setup(ipywidgets.VBox):
    """The fields of a sweep; `asked` is what they say, as `lab.backtests.sweep` takes it.

    Parameters
    ----------
    lab : whose strategies and symbols
    changed : called, once the fields have come to rest, after any of them changed
    strategy, symbol : to begin with

    Attributes
    ----------
    besides : what is asked as well for which there is no field, as it was of an opened sweep
    leave_button : leaves that out
    """

    def __init__(
        self,
        lab: Lab,
        changed: Callable[[], object],
        strategy: str | None = None,
        symbol: str | None = None,
    ) -> None:
        self._lab = lab
        self._definition: Definition | None = None
        self._version: int | None = None
        self.besides: dict[str, Any] = {}
        self._changed, self._taking = changed, False
        self._later = Later(changed, 0.4)
        self.strategy = _choice("Strategy", _strategies(lab), strategy)
        self.symbol = SymbolField(lab, (symbol or first_symbol(lab)).strip().upper())
        self.others = _text("More symbols", "MSFT, NVDA", "Symbols with commas between")
        self.timeframe = _text("Timeframe", "the only one stored", "1d, 1h and so on")
        self.start = _day("From", "First day; empty is the first bar stored")
        self.end = _day("To", "Last day; empty is the last bar stored")
        self.costs = {
            name: _text(label, "5, or 0, 5, 20", "One number, or several with commas between")
            for name, label in COSTS.items()
        }
        self.grid = GridFields()
        self.constraint = _text("Constraint", "fast < slow", "What combinations must meet")
        self.samples = _text("At most", "all", "Try only so many combinations, drawn at random")
        metrics = {measures.DEFINITIONS[name].label: name for name in MORE_IS_BETTER}
        self.by = _choice("Rank by", metrics, "sharpe_ratio")
        self.told = Piece()
        self.leave_button = button("Leave these out", self.leave, tip="Ask what the fields say")
        self._beside = row(self.told, self.leave_button)
        super().__init__(
            [
                row(self.strategy, self.symbol, self.others),
                self.grid,
                row(self.constraint, self.samples, self.by),
                row(self.start, self.end, self.timeframe, *self.costs.values()),
                self._beside,
            ]
        )
        self.add_class("bz-setup")
        self.strategy.observe(lambda _: self._read_strategy(), "value")
        self._read_strategy()
        for field in self._fields:
            field.observe(self._touched, "value")
        self.grid.observe(self._touched, "rows")
        self.grid.on_shown(changed)

    @property
    def _fields(self) -> tuple[ipywidgets.ValueWidget, ...]:
        """Every field but the grid's."""
        plain = (self.symbol, self.others, self.constraint, self.samples, self.by, self.start)
        return (self.strategy, *plain, self.end, self.timeframe, *self.costs.values())

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked, as words of `lab.backtests.sweep`.

        Raises
        ------
        DefinitionError
            A field cannot be read, or no strategy or symbol is chosen.
        """
        if self._definition is None:
            raise DefinitionError(
                "There is no strategy to sweep. Save one: lab.strategies.save(...), or in the "
                "editor: lab.editor()."
            )
        symbols = [self.symbol.symbol, *(one.upper() for one in _parts(self.others.value))]
        if not any(symbols):
            raise DefinitionError(
                "There is no symbol to sweep on. Load one: "
                'lab.market.load("synthetic", "DEMO-A"), or lab.market.load_csv(...).'
            )
        more = dict(self.besides)
        if "grid" not in more:
            found = self.grid.spans
            more |= {"grid": spans.grid_of(found), "parameters": spans.kept(found) or None}
        asked = {
            "strategy": self.strategy.value,
            "version": self._version,
            "symbols": [one for one in symbols if one],
            "timeframe": self.timeframe.value.strip() or None,
            "constraint": self.constraint.value.strip() or None,
            "samples": _whole(self.samples.value),
            "start": _stamp(self.start.value),
            "end": _stamp(self.end.value),
            "by": self.by.value,
            **{name: _cost(name, field.value) for name, field in self.costs.items()},
            **more,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def take(self, sweep: Sweep) -> None:
        """Fill the fields with what a sweep was asked; what they cannot say stays beside them."""
        self._taking = True
        try:
            self._fill(sweep)
        finally:
            self._taking = False
        self._changed()

    def leave(self) -> None:
        """Ask only what the fields say, of the newest version."""
        spans_of, constraint = {one.name: one for one in self.grid.spans}, self.constraint.value
        self._taking = True
        try:
            self._read_strategy()
            self.grid.spans = [spans_of.get(one.name, one) for one in self.grid.spans]
            self.constraint.value = constraint
        finally:
            self._taking = False
        self._changed()

    def _keep(self, found: dict[str, Any]) -> None:
        self.besides = found
        words = besides.told(found)
        self.told.markup = pages.notice("note", "Asked besides the fields:", words) if found else ""
        self._beside.layout.display = "" if found else "none"

    def _touched(self, change: dict[str, Any]) -> None:
        """Let a field have its say, whatever was asked beside it."""
        if self._taking:
            return
        said = {
            self.grid: ("grid", "parameters"),
            self.start: ("start", "periods"),
            self.end: ("end", "periods"),
            self.samples: () if self.samples.value.strip() else DRAWN,
        }.get(change["owner"], ())
        if any(name in self.besides for name in said):
            self._keep({n: value for n, value in self.besides.items() if n not in said})
        self._later.call()

    def _fill(self, sweep: Sweep) -> None:
        asked, terms = sweep.asked, sweep.asked.get("terms") or {}
        if sweep.strategy not in self.strategy.options:  # saved since
            self.strategy.options = (*self.strategy.options, sweep.strategy)
        self.strategy.value = sweep.strategy
        self._read_strategy()
        newest = self._version
        self._read_strategy(sweep.version)
        self.symbol.value, *others = asked.get("symbols") or [""]
        self.others.value = ", ".join(others)
        self.constraint.value = _said(asked.get("constraint"))
        self.samples.value = _said(asked.get("samples"))
        self.by.value = sweep.by
        self.timeframe.value = _said(asked.get("timeframe"))
        self.start.value, self.end.value = (_date(asked.get(name)) for name in ("start", "end"))
        for name, field in self.costs.items():
            field.value = _said(terms.get(name))
        found = besides.besides(sweep, COSTS)
        if self._version != newest:
            found = {"version": self._version, **found}
        if "grid" not in found:
            self.grid.spans = _filled(self.grid.spans, asked["grid"], asked.get("parameters"))
        self._keep(found)

    def _read_strategy(self, version: int | None = None) -> None:
        """Show the parameters of a version of the chosen strategy, which is the one swept."""
        self._definition = self._version = None
        self._keep({})
        if self.strategy.value is None:
            self.grid.spans = ()
            return
        found = self._lab.strategies.get(self.strategy.value, version)
        self._definition, self._version = found.definition, found.version
        self.grid.spans = spans.spans(self._definition)
        natural = set(self._definition.parameters) >= NATURAL
        self.constraint.value = "fast < slow" if natural else ""


def _filled(
    found: tuple[spans.Span, ...],
    grid: Mapping[str, list[float]],
    parameters: Mapping[str, float] | None,
) -> list[spans.Span]:
    """Return spans over the values of a grid; those that it leaves out stay at their defaults."""
    stays = parameters or {}
    return [
        span.over(grid[span.name])
        if span.name in grid
        else span.over([stays.get(span.name, span.value or 0)])
        for span in found
    ]


def _strategies(lab: Lab) -> list[str]:
    return [*lab.strategies.list()["name"]]


def _choice(label: str, options: Any, value: str | None) -> ipywidgets.Dropdown:  # noqa: ANN401 - as ipywidgets
    known = options.values() if isinstance(options, dict) else options
    first = next(iter(known), None)
    if value is not None and value not in known:
        raise DefinitionError(
            f"There is no strategy {value!r}. lab.strategies.list() shows those there are."
        )
    made = ipywidgets.Dropdown(
        options=options,
        value=value if value is not None else first,
        description=label,
        style=LABEL,
        tooltip=label,
    )
    made.add_class("bz-field")
    return made


def _text(label: str, placeholder: str, tip: str) -> ipywidgets.Text:
    made = ipywidgets.Text(
        description=label,
        placeholder=placeholder,
        tooltip=tip,
        style=LABEL,
        continuous_update=True,
    )
    made.add_class("bz-field")
    return made


def _day(label: str, tip: str) -> ipywidgets.DatePicker:
    made = ipywidgets.DatePicker(description=label, tooltip=tip, style=LABEL)
    made.add_class("bz-field")
    return made


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _cost(name: str, text: str) -> float | list[float] | None:
    """Return a cost, or several that are each a unit of their own; None where nothing is said."""
    try:
        found = [float(part) for part in _parts(text)]
    except ValueError:
        raise DefinitionError(
            f"{COSTS[name]} is {text!r}. Write a number, or several with commas: 0, 5, 20.",
            name=name,
        ) from None
    return found if len(found) > 1 else found[0] if found else None


def _whole(text: str) -> int | None:
    """Return how many combinations to try at most; None is all."""
    plain = text.strip().replace(",", "")
    if not plain or plain.casefold() == "all":
        return None
    if not plain.isdigit() or not int(plain):
        raise DefinitionError(
            f"At most {text!r} combinations cannot be tried. Write a whole number, or leave it "
            "empty for all."
        )
    return int(plain)


def _stamp(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: object) -> date | None:
    known = text is not None and besides.is_day(text)
    return date.fromisoformat(str(text)) if known else None


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(np.format_float_positional(one, trim="-") for one in value)
    return f"{value}"
