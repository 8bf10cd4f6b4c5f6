"""What a backtest is asked for: every word of `lab.backtests.run` that the runner offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from bitstockerz_lab.errors import LabError
from bitstockerz_lab.strategies.store import retired
from bitstockerz_lab.widgets.controls import LABEL, SymbolField, number_field, row
from bitstockerz_lab.widgets.runner.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.lab import Lab

COSTS = {
    "initial_equity": ("Initial equity", 100_000.0, ""),
    "fee_bps": ("Fee", 0.0, "bps a fill"),
    "fixed_fee": ("Fixed fee", 0.0, "money a fill"),
    "slippage_bps": ("Slippage", 0.0, "bps a fill"),
    "borrow_bps": ("Borrow", 0.0, "bps a year"),
    "lot_size": ("Lot size", 0.0, "0 is any"),
}
"""Label, what it is to begin with, and unit, by the words of `run`."""


class Form(ipywidgets.VBox):
    """The fields of a backtest.

    Parameters
    ----------
    lab : whose strategies and symbols can be chosen
    chosen : called when another strategy, version, symbol or timeframe was
    changed : called when a cost or the period was
    moved : called when a parameter was

    Attributes
    ----------
    strategy, version, symbol, timeframe, start, end : fields
    costs : fields by the words of `run`
    parameters : fields by name
    """

    def __init__(
        self,
        lab: Lab,
        *,
        chosen: Callable[[], object],
        changed: Callable[[], object],
        moved: Callable[[], object],
    ) -> None:
        self._lab = lab
        self._quiet = False
        self._newest: dict[str, int] = {}
        self._chosen = chosen
        self.strategy = _choice("Strategy", "A saved strategy")
        self.version = _choice("Version", "Its version; the newest stands first")
        self.symbol = SymbolField(lab)
        self.timeframe = _choice("Bars", "How long a bar is")
        self.start = _day("From", "First day; empty is the first stored bar")
        self.end = _day("To", "Last day; empty is the last stored bar")
        self.costs = {
            word: number_field(name, value, unit=unit)
            for word, (name, value, unit) in COSTS.items()
        }
        self._parameters = Parameters(moved)
        folded = ipywidgets.Accordion([row(*self.costs.values())], titles=("Money and costs",))
        folded.add_class("bz-costs")
        super().__init__(
            [
                row(self.strategy, self.version, self.symbol, self.timeframe, self.start, self.end),
                folded,
                self._parameters,
            ]
        )
        self.add_class("bz-form")
        self.strategy.observe(lambda _: self._tell(self._strategy_chosen), "value")
        self.version.observe(lambda _: self._version_chosen(), "value")
        self.symbol.observe(lambda _: self._symbol_chosen(), "value")
        self.timeframe.observe(lambda _: self._tell(chosen), "value")
        for field in (self.start, self.end, *self.costs.values()):
            field.observe(lambda _: self._tell(changed), "value")

    @property
    def parameters(self) -> dict[str, ipywidgets.ValueWidget]:
        """The fields of the strategy's parameters, by name."""
        return self._parameters.fields

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked for: the arguments of `lab.backtests.run`."""
        period = {"start": self.start.value, "end": self.end.value}
        return {
            "strategy": self.strategy.value,
            "symbol": self.symbol.symbol,
            "timeframe": self.timeframe.value,
            "version": self.version.value,
            "parameters": self._parameters.values,
            **{name: day and day.isoformat() for name, day in period.items()},
            **{word: field.value for word, field in self.costs.items()},
        }

    @property
    def is_complete(self) -> bool:
        """Whether a strategy and a symbol with bars are chosen."""
        return bool(self.strategy.value and self.timeframe.value)

    def refresh(self, strategy: str | None = None) -> None:
        """Offer the strategies and versions there are now, and choose one.

        Parameters
        ----------
        strategy : its name; None stays at the one that is chosen

        Raises
        ------
        UnknownName, TradingError
            There is no such strategy, or it is retired.
        """
        known = self._lab.strategies.list(retired=False)
        newest = dict(zip(known["name"], known["version"].tolist(), strict=True))
        wanted = self.strategy.value
        if newest != self._newest:
            self._newest, self._quiet = newest, True
            self.strategy.options = list(newest)
            self.strategy.value = wanted if wanted in newest else next(iter(newest), None)
            self._quiet = False
            self._strategy_chosen()
        if strategy is not None:
            found = self._lab.strategies.get(strategy)
            if not found.is_active:
                raise retired(found.name)
            self.strategy.value = found.name

    def rest(self, *, resting: bool) -> None:
        """Disable every field while something is at work, or enable them again."""
        choices = (self.strategy, self.version, self.symbol, self.timeframe, self.start, self.end)
        for field in (*choices, *self.costs.values(), *self.parameters.values()):
            field.disabled = resting

    def _strategy_chosen(self) -> None:
        newest = self._newest.get(self.strategy.value, 0)
        numbers = range(newest, 0, -1)
        options = [(f"{one}, the newest" if one == newest else str(one), one) for one in numbers]
        if options == list(self.version.options):
            self._version_chosen()  # another strategy with as many versions
            return
        self._quiet = True
        self.version.options = options
        self.version.value = newest or None
        self._quiet = False
        self._version_chosen()

    def _version_chosen(self) -> None:
        if self._quiet:
            return
        name, version = self.strategy.value, self.version.value
        chosen = None if name is None else self._lab.strategies.get(name, version)
        self._parameters.take(chosen.definition if chosen is not None else None)
        self._chosen()

    def _symbol_chosen(self) -> None:
        """Offer the timeframes of the symbol, as soon as what is typed is one."""
        try:
            found = self._lab.market.timeframes(self.symbol.symbol) if self.symbol.symbol else []
        except LabError:
            found = []  # somebody is typing
        if list(self.timeframe.options) != found:
            self._quiet = True
            self.timeframe.options = found
            self.timeframe.value = found[0] if found else None
            self._quiet = False
        self._chosen()

    def _tell(self, hear: Callable[[], object]) -> None:
        if not self._quiet:
            hear()


def _choice(label: str, tip: str) -> ipywidgets.Dropdown:
    field = ipywidgets.Dropdown(description=label, style=LABEL, tooltip=tip)
    field.add_class("bz-field")
    return field


def _day(label: str, tip: str) -> ipywidgets.DatePicker:
    field = ipywidgets.DatePicker(description=label, style=LABEL, tooltip=tip)
    field.add_class("bz-field")
    return field
