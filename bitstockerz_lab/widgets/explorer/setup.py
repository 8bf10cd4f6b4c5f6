"""What a sweep is asked: strategy, symbols, period, costs, the grid and what it must meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
import pandas as pd

from bitstockerz_lab import measures
from bitstockerz_lab.backtests.search import MORE_IS_BETTER
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.widgets.controls import LABEL, SymbolField, row
from bitstockerz_lab.widgets.explorer import spans
from bitstockerz_lab.widgets.explorer.fields import GridFields
from bitstockerz_lab.widgets.later import Later

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.strategies.definition import Definition

COSTS = {"fee_bps": "Fee (bps)", "slippage_bps": "Slippage (bps)"}
NATURAL = {"fast", "slow"}
"""Of parameters of these names the first is below the second, unless somebody says otherwise."""


class Setup(ipywidgets.VBox):
    """The fields of a sweep; `asked` is what they say, as `lab.backtests.sweep` takes it.

    Parameters
    ----------
    lab : whose strategies and symbols
    changed : called, once the fields have come to rest, after any of them changed
    strategy, symbol : to begin with
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
        self._changed, self._taking = changed, False
        self._later = Later(changed, 0.4)
        self.strategy = _choice("Strategy", _strategies(lab), strategy)
        self.symbol = SymbolField(lab, (symbol or _first_symbol(lab)).strip().upper())
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
        super().__init__(
            [
                row(self.strategy, self.symbol, self.others),
                self.grid,
                row(self.constraint, self.samples, self.by),
                row(self.start, self.end, self.timeframe, *self.costs.values()),
            ]
        )
        self.add_class("bz-setup")
        self.strategy.observe(lambda _: self._read_strategy(), "value")
        self._read_strategy()
        for field in self._fields:
            field.observe(lambda _: self._touched(), "value")
        self.grid.observe(lambda _: self._touched(), "rows")
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
        found = self.grid.spans
        asked = {
            "strategy": self.strategy.value,
            "symbols": [one for one in symbols if one],
            "timeframe": self.timeframe.value.strip() or None,
            "grid": spans.grid_of(found),
            "constraint": self.constraint.value.strip() or None,
            "samples": _whole(self.samples.value),
            "parameters": spans.kept(found, self._definition) or None,
            "start": _stamp(self.start.value),
            "end": _stamp(self.end.value),
            "by": self.by.value,
            **{name: _cost(name, field.value) for name, field in self.costs.items()},
        }
        return {name: value for name, value in asked.items() if value is not None}

    def take(self, sweep: Sweep) -> None:
        """Fill the fields with what a sweep was asked, as far as they can say it."""
        self._taking = True
        try:
            self._fill(sweep)
        finally:
            self._taking = False
        self._changed()

    def _touched(self) -> None:
        if not self._taking:
            self._later.call()

    def _fill(self, sweep: Sweep) -> None:
        asked, terms = sweep.asked, sweep.asked.get("terms") or {}
        if sweep.strategy in self.strategy.options:
            self.strategy.value = sweep.strategy
        self.symbol.value, *others = asked.get("symbols") or [""]
        self.others.value = ", ".join(others)
        self.constraint.value = _said(asked.get("constraint"))
        self.samples.value = _said(asked.get("samples"))
        self.by.value = sweep.by
        self.timeframe.value = _said(asked.get("timeframe"))
        self.start.value, self.end.value = _date(asked.get("start")), _date(asked.get("end"))
        for name, field in self.costs.items():
            field.value = _said(terms.get(name))
        self.grid.spans = _filled(self.grid.spans, asked.get("grid"), asked.get("parameters"))

    def _read_strategy(self) -> None:
        """Show the parameters of the chosen strategy."""
        self._definition = None
        if self.strategy.value is None:
            self.grid.spans = ()
            return
        self._definition = self._lab.strategies.get(self.strategy.value).definition
        self.grid.spans = spans.spans(self._definition)
        natural = set(self._definition.parameters) >= NATURAL
        self.constraint.value = "fast < slow" if natural else ""


def _filled(
    found: tuple[spans.Span, ...], grid: object, parameters: Mapping[str, float] | None
) -> list[spans.Span]:
    """Return spans over the values of a grid; those that it leaves out stay as they were set."""
    if not isinstance(grid, dict):
        return [*found]
    stays = parameters or {}
    return [
        span.over(grid[span.name])
        if span.name in grid
        else span.over([stays.get(span.name, span.value or 0)])
        for span in found
    ]


def _strategies(lab: Lab) -> list[str]:
    return [*lab.strategies.list()["name"]]


def _first_symbol(lab: Lab) -> str:
    known = lab.market.symbols()["symbol"]
    return str(known.iloc[0]) if len(known) else ""


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
    return None if text is None else pd.Timestamp(str(text)).date()


def _said(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(f"{one:g}" for one in value) if isinstance(value, list) else f"{value}"
