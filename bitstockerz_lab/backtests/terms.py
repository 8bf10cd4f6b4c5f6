"""On what terms a simulation trades: costs, sizing, and the levels that close a position."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import SizingMethod
from bitstockerz_lab.errors import DataError, DefinitionError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

COSTS = ("fee_bps", "fixed_fee", "slippage_bps", "borrow_bps", "lot_size")
FULL_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """Money and rules of trading, checked.

    Attributes
    ----------
    initial_equity, fixed_fee : account currency
    fee_bps, slippage_bps : basis points of notional, on each fill
    borrow_bps : basis points a year a short pays
    lot_size : quantity is a multiple of it; 0 is fractional
    sizing : (method, value), a SizingMethod and its number
    max_bars : None, or the bars after which a position is left
    """

    initial_equity: float = 100_000.0
    fee_bps: float = 0.0
    fixed_fee: float = 0.0
    slippage_bps: float = 0.0
    borrow_bps: float = 0.0
    lot_size: float = 0.0
    sizing: tuple[str, float] = (SizingMethod.PERCENT_OF_EQUITY, 100.0)
    max_bars: int | None = None

    def __post_init__(self) -> None:
        for name in ("initial_equity", *COSTS):
            object.__setattr__(self, name, _number(name, getattr(self, name)))
        _above_zero("initial_equity", self.initial_equity)
        for name in ("fee_bps", "slippage_bps"):
            if getattr(self, name) >= FULL_BPS:
                raise DefinitionError(
                    f"{name} is in basis points and must be below {FULL_BPS}; "
                    f"got {getattr(self, name):g}. 10 is 0.1 %.",
                )
        object.__setattr__(self, "sizing", _sizing(self.sizing))
        if self.max_bars is not None:
            if _number("max_bars", self.max_bars) < 1 or int(self.max_bars) != self.max_bars:
                raise DefinitionError(
                    f"max_bars must be a whole number from 1; got {self.max_bars}."
                )
            object.__setattr__(self, "max_bars", int(self.max_bars))

    @property
    def costs(self) -> dict[str, float]:
        """The costs by name, lot size included."""
        return {name: getattr(self, name) for name in COSTS}


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Where stops and targets lie, in percent of the entry fill, read at the signal's close.

    Each is None, a number, or an array of shape (n_bars,) whose NaN is none.
    """

    stop_loss_pct: float | ArrayLike | None = None
    take_profit_pct: float | ArrayLike | None = None
    trailing_stop_pct: float | ArrayLike | None = None

    def columns(self, index: pd.Index) -> dict[str, NDArray[np.float64]]:
        """Return each level a bar, NaN where there is none; all of them above 0."""
        return {
            entry.name: _level(entry.name, getattr(self, entry.name), index)
            for entry in fields(self)
        }

    def check(self, terms: Terms) -> None:
        """Refuse numbers that are no level, and sizing by a risk that nothing limits.

        Raises
        ------
        DefinitionError
        """
        for entry in fields(self):
            level = getattr(self, entry.name)
            if level is not None and np.ndim(level) == 0:
                _above_zero(entry.name, level)
        no_stop = self.stop_loss_pct is None and self.trailing_stop_pct is None
        if terms.sizing[0] == SizingMethod.RISK_PERCENT and no_stop:
            raise DefinitionError(
                "sizing risk_percent needs stop_loss_pct or trailing_stop_pct to know what is at "
                "risk. Set one of them, or size by percent_of_equity."
            )


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise DefinitionError(f"{name} must be a number; got {value!r}.", name=name, value=value)
    if not math.isfinite(value) or value < 0:
        raise DefinitionError(
            f"{name} must be a finite number from 0; got {value}.", name=name, value=value
        )
    return float(value)


def _above_zero(name: str, value: object) -> float:
    if isinstance(value, (int, float)) and value <= 0:
        raise DefinitionError(f"{name} must be above 0; got {value:g}.", name=name, value=value)
    return _number(name, value)


def _sizing(sizing: Any) -> tuple[str, float]:  # noqa: ANN401 - checked here
    """Return the sizing as (method, value), checked."""
    known = ", ".join(SizingMethod)
    try:
        given, size = sizing
        method = SizingMethod(given)
    except (TypeError, ValueError) as problem:
        raise DefinitionError(
            f"sizing must be (method, value) with a method of {known}; got {sizing!r}. "
            'All in is ("percent_of_equity", 100).',
            sizing=sizing,
        ) from problem
    return str(method), _above_zero(f"sizing {method}", size)


def _level(name: str, level: float | ArrayLike | None, index: pd.Index) -> NDArray[np.float64]:
    if level is None:
        return np.full(len(index), np.nan)
    if isinstance(level, pd.Series) and not level.index.equals(index):
        raise DataError(f"{name} has another index than the bars. Give it a value for each bar.")
    values = np.asarray(level, dtype=np.float64)
    values = np.broadcast_to(values, len(index)) if values.ndim == 0 else values
    if values.shape != (len(index),):
        raise DataError(f"{name} has {values.size} values for {len(index)} bars.")
    if np.isinf(values).any() or (values <= 0).any():
        raise DefinitionError(f"{name} must be above 0 percent wherever it is given.", name=name)
    return values
