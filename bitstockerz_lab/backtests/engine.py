"""Boolean signals in, trades and an equity curve out; no database.

BACKTEST_RULES says what every word means here; `kernel` does the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock, measures
from bitstockerz_lab.backtests.tape import PRICES, Tape
from bitstockerz_lab.backtests.terms import COUNTS, FULL_BPS, Levels, Terms
from bitstockerz_lab.enums import AssetType, ExitReason, Side, SizingMethod
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    Flags = NDArray[np.bool_]
    Rows = NDArray[np.void]

ENGINE_VERSION = "1"
"""Goes into every fingerprint; raised when a rule or the kernel changes a number."""

SIGNALS = ("long_entry", "long_exit", "short_entry", "short_exit")
NUMBERS = (
    "entry_price", "exit_price", "quantity", "pnl_abs", "mae_pct", "mfe_pct", "bars_held", "fees",
    "borrow",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a simulation came to.

    Attributes
    ----------
    trades : DataFrame, a row an exit fill
        entry_time, exit_time (UTC stamps of the fills' bars), side ("LONG", "SHORT"), entry_price,
        exit_price, quantity, pnl_abs (after all costs), pnl_pct (of quantity × entry price),
        exit_reason, mae_pct ≤ 0 and mfe_pct ≥ 0 (worst and best price seen, of the entry price;
        of the exit bar only the fill counts), bars_held, fees, borrow, position_no.
    equity : Series of shape (n_bars,), name "equity"
        Marked to market at each close; the last point is after closing what was open.
    metrics : Metrics
    skipped_entries : int
        Entries whose size came to nothing.
    ruined : bool
        Equity fell to zero or below; nothing was traded after that.
    """

    trades: pd.DataFrame
    equity: pd.Series
    metrics: measures.Metrics
    skipped_entries: int
    ruined: bool

    def _repr_html_(self) -> str:
        return self.metrics._repr_html_()


def simulate(  # noqa: PLR0913 - the contract's signature
    bars: pd.DataFrame,
    long_entries: ArrayLike,
    long_exits: ArrayLike,
    short_entries: ArrayLike | None = None,
    short_exits: ArrayLike | None = None,
    *,
    initial_equity: float = 100_000,
    fee_bps: float = 0,
    fixed_fee: float = 0,
    slippage_bps: float = 0,
    sizing: tuple[str, float] = ("percent_of_equity", 100),
    stop_loss_pct: float | ArrayLike | None = None,
    take_profit_pct: float | ArrayLike | None = None,
    trailing_stop_pct: float | ArrayLike | None = None,
    break_even_pct: float | ArrayLike | None = None,
    targets: Sequence[tuple[float | ArrayLike, float]] | None = None,
    max_bars: int | None = None,
    cooldown_bars: int | None = None,
    max_trades_per_day: int | None = None,
    lot_size: float = 0,
    borrow_bps: float = 0,
    asset_type: str | None = None,
) -> Simulation:
    """Simulate boolean signals on bars: decided at the close, filled at the next open.

    Counts as no trial in the registry, since nothing is recorded; `lab.backtests.run` records.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, ≥ 4)
        Columns open, high, low, close; ascending UTC index of bar starts. A bar with a price that
        is NaN, infinite or ≤ 0 is missing: nothing fills on it. The timeframe is the commonest
        step: bars made of others (resampled, say) carry the old one's name in their attrs.
    long_entries, long_exits, short_entries, short_exits : boolean Series of shape (n_bars,)
        Known at each bar's close. Levels, not events: see BACKTEST_RULES 3.
    initial_equity : account currency
    fee_bps, slippage_bps : basis points of notional, on each fill
    fixed_fee : account currency, on each fill
    sizing : (method, value)
        percent_of_equity | fixed_cash | fixed_quantity | risk_percent. What does not fit into the
        equity is reduced: there is no leverage.
    stop_loss_pct, take_profit_pct, trailing_stop_pct : percent from the entry fill
        A number, or a Series of shape (n_bars,) read at the signal's close; NaN is none.
    break_even_pct : the gain, in percent from the entry fill, after which the entry price is a stop
    targets : pairs of (profit_pct, close_pct), nearest first
        At a gain of profit_pct close so much of the position; instead of take_profit_pct, which is
        ``[(take_profit_pct, 100)]``.
    max_bars : leave at the open after that many bars held
    cooldown_bars : after a position that lost, no entry is decided at so many closes
    max_trades_per_day : positions entered on one UTC day at most
    lot_size : quantity is a multiple of it; 0 is fractional
    borrow_bps : basis points a year a short pays
    asset_type : "EQUITY" or "CRYPTO"; gives 252 or 365 days a year to the metrics. None takes
        what bars of a lab say of themselves, else EQUITY.

    Raises
    ------
    BadBars, DataError
        Bars or signals that cannot be used.
    DefinitionError
        Costs, stops or sizing that make no sense.

    Examples
    --------
    >>> above = bars["close"] > bars["close"].rolling(50).mean()
    >>> simulate(bars, above, ~above, fee_bps=5).metrics.total_return_pct
    """
    terms = Terms(
        initial_equity=initial_equity,
        fee_bps=fee_bps,
        fixed_fee=fixed_fee,
        slippage_bps=slippage_bps,
        borrow_bps=borrow_bps,
        lot_size=lot_size,
        sizing=sizing,
        max_bars=max_bars,
        cooldown_bars=cooldown_bars,
        max_trades_per_day=max_trades_per_day,
    )
    columns = (long_entries, long_exits, short_entries, short_exits)
    signals = {
        name: _signal(column, name, bars) for name, column in zip(SIGNALS, columns, strict=True)
    }
    levels = Levels(stop_loss_pct, take_profit_pct, trailing_stop_pct, break_even_pct, targets)
    asset_type = asset_type or bars.attrs.get("asset_type") or AssetType.EQUITY
    return simulate_signals(bars, signals, levels, terms, asset_type=asset_type)


def simulate_signals(
    bars: pd.DataFrame,
    signals: Mapping[str, Flags],
    levels: Levels,
    terms: Terms,
    *,
    asset_type: str,
    timeframe: str | None = None,
    first: int = 0,
) -> Simulation:
    """Simulate the bars from position `first` on; what comes before only decides the first fill.

    Parameters
    ----------
    bars : DataFrame of shape (n_bars, ≥ 4), warm-up bars included
    signals : boolean arrays of shape (n_bars,) by the names in SIGNALS
    levels, terms : stops and targets; costs and sizing
    asset_type, timeframe : for the metrics; the timeframe is inferred where None
    first : position of the period's first bar
    """
    asset_type = known_asset_type(asset_type)
    tape = Tape.of(bars)
    levels.check(terms)
    due = orders_due(tape.missing, signals)
    stops, (aims, shares) = levels.stops(bars.index), levels.aims(bars.index)
    for rows in (stops, aims):
        rows[1:] = rows[:-1].copy()  # read at the close before, like all that is due
    period, bars_of_period = tape.between(first, len(tape)), bars.iloc[first:]
    index = period.stamps
    trades, equity, skipped, exposed, ruined = _run(
        period, due[:, first:], (stops[first:], aims[first:], shares), terms
    )
    # after the kernel, for which entries are filled only it knows; the first is simulated rightly
    filled = first + np.unique(trades["entry_bar"])
    levels.ascend(aims[filled], bars.index[filled - 1])
    trade_frame = _trades(trades, period)
    equity_series = pd.Series(equity, index=index, name="equity")
    metrics = measures.measure(
        equity_series,
        trade_frame,
        bars_of_period,
        missing=period.missing,
        initial_equity=terms.initial_equity,
        asset_type=asset_type,
        timeframe=timeframe or clock.infer_timeframe(index),
        exposed_bars=exposed,
    )
    return Simulation(trade_frame, equity_series, metrics, skipped, ruined)


def _run(
    bars: Tape,
    due: Flags,
    levels: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    terms: Terms,
) -> tuple[Rows, NDArray[np.float64], int, int, bool]:
    """Call the kernel; returns trades, equity, skipped entries, exposed bars and ruined."""
    from bitstockerz_lab.backtests import fills, kernel  # noqa: PLC0415 - heavy: numba

    stops, aims, shares = (np.ascontiguousarray(one) for one in levels)
    # a position needs an entry due at its open, and is left in so many parts and once for the rest
    positions = int((due[kernel.ENTER_LONG] | due[kernel.ENTER_SHORT]).sum())
    trades = np.zeros(positions * (len(shares) + 1) + 1, fills.TRADE)
    equity = np.empty(len(bars))
    prices = [bars.numbers[name] for name in PRICES]
    simulate_rows: Callable[..., tuple[int, int, int, bool]] = kernel.run_kernel
    position = np.zeros(1, fills.POSITION)[0]
    count, skipped, exposed, ruined = simulate_rows(
        bars.times, *prices, bits(np.vstack([due, bars.missing])), stops, aims, shares,
        terms_row(terms)[0], position, trades, equity,
    )  # fmt: skip
    return trades[:count], equity, int(skipped), int(exposed), bool(ruined)


def terms_row(terms: Terms) -> Rows:
    """Return terms as the kernel takes them: an array of one fills.TERMS."""
    from bitstockerz_lab.backtests import fills  # noqa: PLC0415 - heavy: numba

    row: Rows = np.zeros(1, fills.TERMS)
    row["initial_equity"] = terms.initial_equity
    row["fee"] = terms.fee_bps / FULL_BPS
    row["fixed_fee"] = terms.fixed_fee
    row["slippage"] = terms.slippage_bps / FULL_BPS
    row["borrow_rate"] = terms.borrow_bps / FULL_BPS
    row["lot_size"] = terms.lot_size
    for name in COUNTS:
        row[name] = getattr(terms, name) or 0
    row["method"] = list(SizingMethod).index(SizingMethod(terms.sizing[0]))
    row["size"] = terms.sizing[1]
    return row


def bits(flags: Flags) -> NDArray[np.uint64]:
    """Return flags of shape (…, n_bars) as bits, 64 bars to a word, of shape (…, n_words)."""
    packed = np.packbits(flags, axis=-1, bitorder="little")
    padded = np.zeros((*packed.shape[:-1], -(-packed.shape[-1] // 8) * 8), dtype=np.uint8)
    padded[..., : packed.shape[-1]] = packed
    return padded.view(np.uint64)


def orders_due(missing: Flags, signals: Mapping[str, Flags]) -> Flags:
    """Return what each bar's open has to carry out: the last close's decisions, conflicts solved.

    Both an entry and an exit of one side: the entry is void. Then both entries: both are void.

    Parameters
    ----------
    missing : which bars are missing, of shape (n_bars,)
    signals : boolean arrays of shape (n_bars,) by the names in SIGNALS

    Returns
    -------
    boolean array of shape (4, n_bars), a row each in the order of SIGNALS
    """
    long_entry, long_exit, short_entry, short_exit = (signals[name] & ~missing for name in SIGNALS)
    long_entry = long_entry & ~long_exit
    short_entry = short_entry & ~short_exit
    both = long_entry & short_entry
    decided = (long_entry & ~both, long_exit, short_entry & ~both, short_exit)
    due = np.zeros((len(SIGNALS), len(missing)), dtype=bool)
    for row, column in zip(due, decided, strict=True):
        row[1:] = column[:-1]
    return due


def _excursions(trades: Rows, bars: Tape) -> dict[str, NDArray[np.float64]]:
    """Return the worst and best price each trade saw, in percent of its entry price.

    Of the bar it ends in only the fill counts, unless the data end there.
    """
    lowest, highest = (
        np.append(np.where(bars.missing, np.nan, bars.numbers[name]), np.nan)
        for name in ("low", "high")
    )
    end_of_data = list(ExitReason).index(ExitReason.END_OF_DATA)
    after = trades["exit_bar"] + (trades["exit_reason"] == end_of_data)
    spans = np.column_stack([trades["entry_bar"], after]).ravel()
    entry, side = trades["entry_price"], trades["side"]
    found = {}
    for name, low_wanted in (("mae_pct", side > 0), ("mfe_pct", side < 0)):
        lows, highs = (
            reduce.reduceat(column, spans)[::2] if len(spans) else np.empty(0)
            for reduce, column in ((np.fmin, lowest), (np.fmax, highest))
        )
        seen = np.where(low_wanted, lows, highs)
        seen[trades["entry_bar"] == after] = np.nan  # left in the bar it was entered in
        sign = np.where(low_wanted, 1, -1)
        ends = np.minimum(sign * entry, sign * trades["exit_price"])
        price = sign * np.fmin(sign * seen, ends)
        found[name] = 100.0 * side * (price / entry - 1.0)
    return found


def _trades(trades: Rows, bars: Tape) -> pd.DataFrame:
    """Return the kernel's trades as a frame."""
    sides = {-1: Side.SHORT.value, 1: Side.LONG.value}
    reasons = [reason.value for reason in ExitReason]
    seen, index = _excursions(trades, bars), bars.stamps
    columns = {name: seen[name] if name in seen else trades[name] for name in NUMBERS}
    return pd.DataFrame(
        {
            "entry_time": index[trades["entry_bar"]],
            "exit_time": index[trades["exit_bar"]],
            "side": pd.array([sides[side] for side in trades["side"].tolist()], dtype="str"),
            **{name: columns.pop(name) for name in ("entry_price", "exit_price", "quantity")},
            "pnl_abs": columns.pop("pnl_abs"),
            "pnl_pct": 100.0 * trades["pnl_abs"] / (trades["quantity"] * trades["entry_price"]),
            "exit_reason": pd.array(
                [reasons[code] for code in trades["exit_reason"].tolist()], dtype="str"
            ),
            **columns,
            "position_no": trades["position_no"],
        }
    )


def known_asset_type(asset_type: str) -> AssetType:
    """Return what a symbol is, however it is written; raises DataError for anything else."""
    try:
        return AssetType(str(asset_type).upper())
    except ValueError:
        known = " or ".join(AssetType)
        raise DataError(f"asset_type must be {known}; got {asset_type!r}.") from None


def _signal(signal: ArrayLike | None, name: str, bars: pd.DataFrame) -> Flags:
    if signal is None:
        return np.zeros(len(bars), dtype=bool)
    if isinstance(signal, pd.Series) and not signal.index.equals(bars.index):
        raise DataError(
            f"{name} has another index than the bars. Compute it from these bars, or reindex it."
        )
    values = np.asarray(signal)
    if values.dtype != bool:
        raise DataError(
            f"{name} must be boolean; got {values.dtype}. Fill what is missing with False."
        )
    if values.shape != (len(bars),):
        raise DataError(f"{name} has {values.size} values for {len(bars)} bars.")
    return values
