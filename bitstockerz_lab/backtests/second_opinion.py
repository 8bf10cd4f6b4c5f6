"""The same signals through vectorbt, an engine nobody here wrote.

The call is the one BACKTEST_RULES gives, "The second engine, exactly": one row is appended whose
open and close are the last close, and all signals are shifted by one bar.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.backtests.engine import SIGNALS, orders_due
from bitstockerz_lab.enums import ExitReason
from bitstockerz_lab.market import bars as market_bars

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.engine import Simulation
    from bitstockerz_lab.backtests.plan import Recipe

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What another engine made of the same signals.

    Attributes
    ----------
    not_comparable : what this run has that vectorbt cannot express, by name; empty if it was asked
    differences : sentences; empty if everything is equal within 1e-9
    compared : what was compared, as a sentence
    """

    not_comparable: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    compared: str = ""

    def __str__(self) -> str:
        if self.not_comparable:
            return f"not comparable: {', '.join(self.not_comparable)}"
        return "; ".join(self.differences) or f"equal: {self.compared}"


def not_comparable(recipe: Recipe, bars: pd.DataFrame, simulation: Simulation) -> tuple[str, ...]:
    """Return what vectorbt cannot express about a run, by name."""
    terms, trades = recipe.terms, simulation.trades
    left = trades.loc[trades["exit_reason"] != ExitReason.END_OF_DATA, "exit_time"]
    reverses = bool(trades["entry_time"].isin(left).any())
    reasons = {
        f"sizing {terms.sizing[0]} {terms.sizing[1]:g}": tuple(terms.sizing)
        != ("percent_of_equity", 100.0),
        f"lot_size {terms.lot_size:g}": terms.lot_size != int(terms.lot_size),
        "borrow_bps": terms.borrow_bps > 0 and (trades["side"] == "SHORT").any(),
        "missing bars": market_bars.missing(bars.iloc[recipe.first_of(bars) :]).any(),
        "ruined": simulation.ruined,
        "fixed_fee with reversals": terms.fixed_fee > 0 and reverses,
        **dict.fromkeys(recipe.exit_names, True),
    }
    return tuple(name for name, present in reasons.items() if present)


def second_opinion(
    recipe: Recipe, bars: pd.DataFrame, signals: pd.DataFrame, simulation: Simulation
) -> SecondOpinion:
    """Ask vectorbt and compare every trade, every equity point and the final equity.

    Parameters
    ----------
    recipe : what the run is made of
    bars : warm-up included
    signals : of these bars
    simulation : ours, to compare with
    """
    missing_words = not_comparable(recipe, bars, simulation)
    if missing_words:
        return SecondOpinion(not_comparable=missing_words)
    first = recipe.first_of(bars)
    flags = {name: signals[name].to_numpy() for name in SIGNALS}
    due = orders_due(market_bars.missing(bars), flags)[:, first:]
    trades, equity = _ask(recipe, bars.iloc[first:], due)
    differences = (*_trade_differences(recipe, bars.index[first:], trades, simulation),
                   *_equity_differences(equity, simulation.equity.to_numpy()))  # fmt: skip
    compared = (
        f"{len(trades)} trades and {len(equity)} equity points within {TOLERANCE:g} of vectorbt's"
    )
    return SecondOpinion(differences=differences, compared=compared)


def _ask(
    recipe: Recipe, bars: pd.DataFrame, due: NDArray[np.bool_]
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Return vectorbt's trades and its equity a bar, the last one after closing what was open."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # vectorbt's own, about its dependencies
        import vectorbt as vbt  # noqa: PLC0415 - heavy: seconds

        terms = recipe.terms
        close = bars["close"].to_numpy()
        names = ("entries", "exits", "short_entries", "short_exits")
        both_sides = bool(due[2:].any())
        signals = {
            name: np.append(row, name.endswith("exits"))
            for name, row in zip(names, due if both_sides else due[:2], strict=False)
        }
        portfolio = vbt.Portfolio.from_signals(
            pd.Series(np.append(close, close[-1])),
            **signals,
            **({} if both_sides else {"direction": "longonly"}),
            price=np.append(bars["open"].to_numpy(), close[-1]),
            size=np.inf,
            **({"size_granularity": terms.lot_size} if terms.lot_size else {}),
            fees=terms.fee_bps / 1e4,
            fixed_fees=terms.fixed_fee,
            slippage=terms.slippage_bps / 1e4,
            init_cash=terms.initial_equity,
            upon_long_conflict="exit",
            upon_short_conflict="exit",
            upon_dir_conflict="ignore",
            upon_opposite_entry="reverse",
            freq="D",
        )
        value = portfolio.value().to_numpy()
        return portfolio.trades.records, np.append(value[:-2], value[-1])


def _trade_differences(
    recipe: Recipe, index: pd.Index, theirs: pd.DataFrame, simulation: Simulation
) -> list[str]:
    ours = simulation.trades
    if len(ours) != len(theirs):
        return [f"{len(ours)} trades here, {len(theirs)} in vectorbt"]
    bars = {
        "entry_time": theirs["entry_idx"],
        "exit_time": theirs["exit_idx"].clip(upper=len(index) - 1),
    }
    found = [
        f"{name} of trade {int(np.argmax(wrong))}"
        for name, positions in bars.items()
        if (wrong := ours[name].to_numpy() != index[positions.to_numpy()].to_numpy()).any()
    ]
    numbers = {
        "quantity": "size",
        "entry_price": "entry_price",
        "exit_price": "exit_price",
        "pnl_abs": "pnl",
    }
    for name, theirs_name in numbers.items():
        mine, other = ours[name].to_numpy(), theirs[theirs_name].to_numpy()
        scale = recipe.terms.initial_equity if name == "pnl_abs" else np.maximum(1, np.abs(mine))
        wrong = np.abs(mine - other) > TOLERANCE * scale
        if wrong.any():
            at = int(wrong.argmax())
            found.append(f"{name} of trade {at}: {mine[at]!r} here, {other[at]!r} in vectorbt")
    return found


def _equity_differences(theirs: NDArray[np.float64], ours: NDArray[np.float64]) -> list[str]:
    wrong = np.abs(theirs - ours) > TOLERANCE * np.maximum(1, np.abs(ours))
    if not wrong.any():
        return []
    at = int(wrong.argmax())
    return [f"equity of bar {at}: {ours[at]!r} here, {theirs[at]!r} in vectorbt"]
