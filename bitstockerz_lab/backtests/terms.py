"""On what terms a simulation trades: costs, sizing, and the levels that close a position."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from reprlib import repr as brief
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import SizingMethod
from bitstockerz_lab.errors import DataError, DefinitionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

COSTS = ("fee_bps", "fixed_fee", "slippage_bps", "borrow_bps", "lot_size")
STOPS = ("stop_loss_pct", "trailing_stop_pct", "break_even_pct")
COUNTS = ("max_bars", "cooldown_bars", "max_trades_per_day")
FULL_BPS = 10_000
ALL = 100.0
PROFIT = "profit_pct of a target"


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
    cooldown_bars : None, or the bars after a losing position at whose closes no entry is decided
    max_trades_per_day : None, or how many positions are entered on one UTC day at most
    """

    initial_equity: float = 100_000.0
    fee_bps: float = 0.0
    fixed_fee: float = 0.0
    slippage_bps: float = 0.0
    borrow_bps: float = 0.0
    lot_size: float = 0.0
    sizing: tuple[str, float] = (SizingMethod.PERCENT_OF_EQUITY, 100.0)
    max_bars: int | None = None
    cooldown_bars: int | None = None
    max_trades_per_day: int | None = None

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
        for name in COUNTS:
            object.__setattr__(self, name, _count(name, getattr(self, name)))

    @property
    def costs(self) -> dict[str, float]:
        """The costs by name, lot size included."""
        return {name: getattr(self, name) for name in COSTS}


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Where stops and targets lie, in percent of the entry fill, read at the signal's close.

    Each is None, a number, or an array of shape (n_bars,) whose NaN is none.

    Attributes
    ----------
    stop_loss_pct, trailing_stop_pct : a stop
    take_profit_pct : a target that closes all
    break_even_pct : the gain from which on the entry price is a stop
    targets : (profit_pct, close_pct) each, nearest first: close so much of the position there
    """

    stop_loss_pct: float | ArrayLike | None = None
    take_profit_pct: float | ArrayLike | None = None
    trailing_stop_pct: float | ArrayLike | None = None
    break_even_pct: float | ArrayLike | None = None
    targets: Sequence[tuple[float | ArrayLike, float]] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.targets, Iterator):  # read more than once, so what zip() gives too
            object.__setattr__(self, "targets", list(self.targets))

    def stops(self, index: pd.Index) -> NDArray[np.float64]:
        """Return the stops a bar, of shape (n_bars, 3), NaN where there is none, else above 0."""
        return np.column_stack([_level(name, getattr(self, name), index) for name in STOPS])

    def aims(self, index: pd.Index) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the targets a bar, of shape (n_bars, n_targets), and the share each closes.

        Where they move they may cross: `ascend` tells of the bars at which entries were decided.
        """
        targets = self._targets()
        name = "take_profit_pct" if self.targets is None else PROFIT
        columns = [_level(name, level, index) for level, _ in targets]
        aims = np.column_stack(columns) if columns else np.empty((len(index), 0))
        return aims, np.array([share / ALL for _, share in targets])

    @staticmethod
    def ascend(aims: NDArray[np.float64], index: pd.Index) -> None:
        """Refuse targets of which one is not further away than those before it.

        Parameters
        ----------
        aims : of shape (n_entries, n_targets), NaN where there is none
        index : the bars at whose closes the entries were decided

        Raises
        ------
        DefinitionError
            The message names the first such bar.
        """
        known = np.where(np.isnan(aims), -np.inf, aims)
        turns = (aims[:, 1:] <= np.maximum.accumulate(known, axis=1)[:, :-1]).any(axis=1)
        if turns.any():
            first = int(turns.argmax())
            profits = ", ".join(f"{profit:g}" for profit in aims[first])
            raise DefinitionError(
                "targets must ascend: the nearest first, each further away; at "
                f"{index[first]}, where an entry was decided, they are {profits}. Swap them, or "
                "where they move keep the further one larger: maximum(second, first * 1.1)."
            )

    def check(self, terms: Terms) -> None:
        """Refuse numbers that are no level, and sizing by a risk that nothing limits.

        Raises
        ------
        DefinitionError
        """
        for name in (*STOPS, "take_profit_pct"):
            level = getattr(self, name)
            if level is not None and np.ndim(level) == 0:
                _above_zero(name, level)
        self._targets()
        no_stop = self.stop_loss_pct is None and self.trailing_stop_pct is None
        if terms.sizing[0] == SizingMethod.RISK_PERCENT and no_stop:
            raise DefinitionError(
                "sizing risk_percent needs stop_loss_pct or trailing_stop_pct to know what is at "
                "risk. Set one of them, or size by percent_of_equity."
            )

    def _targets(self) -> list[tuple[float | ArrayLike, float]]:
        """Return the targets with the percent of the position each closes, checked."""
        if self.targets is None:
            return [] if self.take_profit_pct is None else [(self.take_profit_pct, ALL)]
        if self.take_profit_pct is not None:
            raise DefinitionError(
                "take_profit_pct and targets were both given. take_profit_pct=10 is the same as "
                "targets=[(10, 100)]; leave one out."
            )
        try:
            targets = [(level, share) for level, share in self.targets]
        except (TypeError, ValueError) as problem:
            raise DefinitionError(
                f"targets must be pairs of (profit_pct, close_pct); got {brief(self.targets)}. "
                "Half at 5 % and half at 10 % is [(5, 50), (10, 50)].",
            ) from problem
        targets = [(level, _above_zero("close_pct of a target", share)) for level, share in targets]
        total = sum(share for _, share in targets)
        if total > ALL * (1 + 1e-12):
            raise DefinitionError(f"targets close {total:g} % of a position; 100 is all of it.")
        fixed = [_above_zero(PROFIT, level) for level, _ in targets if np.ndim(level) == 0]
        if any(further <= nearer for nearer, further in itertools.pairwise(fixed)):
            raise DefinitionError(
                "targets must ascend: the nearest first, each further away; they are "
                f"{', '.join(f'{profit:g}' for profit in fixed)}."
            )
        return targets


def _number(name: str, value: object, needed: str = "a finite number from 0") -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise DefinitionError(
            f"{name} must be a number; got {brief(value)}.", name=name, value=value
        )
    if not math.isfinite(value) or value < 0:
        raise DefinitionError(f"{name} must be {needed}; got {value:g}.", name=name, value=value)
    return float(value)


def _count(name: str, value: int | None) -> int | None:
    if value is None:
        return None
    needed = "a whole number from 1"
    if _number(name, value, needed) < 1 or int(value) != value:
        raise DefinitionError(f"{name} must be {needed}; got {value:g}.", name=name, value=value)
    return int(value)


def _above_zero(name: str, value: object) -> float:
    needed = "a finite number above 0"
    number = _number(name, value, needed)
    if number == 0:
        raise DefinitionError(f"{name} must be {needed}; got 0.", name=name, value=value)
    return number


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
    try:
        values = np.asarray(level, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise DefinitionError(
            f"{name} must be a number, or a number for each bar; got {brief(level)}.", name=name
        ) from problem
    values = np.broadcast_to(values, len(index)) if values.ndim == 0 else values
    if values.shape != (len(index),):
        raise DataError(f"{name} has {values.size} values for {len(index)} bars.")
    if np.isinf(values).any() or (values <= 0).any():
        raise DefinitionError(f"{name} must be above 0 percent wherever it is given.", name=name)
    return values
