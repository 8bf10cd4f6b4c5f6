"""Splits and dividends: what they do to earlier prices.

A split of 4:1 has the value 4: four shares after for one before. A dividend is money a share, as
paid on the day. Both are dated with the first day without them, the ex-date. An action changes
every price before its ex-date: a split multiplies it by 1 / ratio, a dividend by
1 − dividend / previous raw close. Source: CRSP's price factors, QuantConnect LEAN's factor files.

Actions are facts, stored as reported. What follows from them, a factor set, is derived anew from
all of them whenever one of them, or the bars they stand between, changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import factors, history, store
from bitstockerz_lab.market.action_checks import (
    one_a_date,
    refuse_jumpless,
    refuse_large,
    sessions_of,
)
from bitstockerz_lab.market.action_lists import DIVIDEND, SPLIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

NEUTRAL = {SPLIT: 1.0, DIVIDEND: 0.0}
"""The values that say of an action that it never was."""

SHOWN = 3
SPLIT_ADJUSTED = (
    "Its dividends are taken as adjusted for all later splits, and stored as paid on the day."
)
YAHOO_DIGITS = 1e-6
"""Yahoo rounds adjusted dividends to six decimals."""


def factors_of(actions: pd.DataFrame, closes: pd.Series) -> pd.DataFrame:
    """Return the factor set that follows from splits and dividends.

    Parameters
    ----------
    actions : columns date (naive, the ex-date), kind ("SPLIT" or "DIVIDEND"), value
    closes : raw closes, daily, index tz-aware UTC, ascending

    Returns
    -------
    DataFrame of shape (n_dates, 4)
        date (the last session before an ex-date), price_factor, split_factor, reference_price (the
        raw close of that date), as in a factor file. Actions after the last close, and those with
        no close before them, change no price that is there and are left out.

    Raises
    ------
    DataError
        A dividend is not below the close before it.

    Notes
    -----
    A dividend on the ex-date of a split is paid on the shares after the split.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-08-28", "2020-08-31"], tz="UTC")
    >>> split = pd.DataFrame({"date": [pd.Timestamp("2020-08-31")], "kind": "SPLIT", "value": 4.0})
    >>> factors_of(split, pd.Series([499.23, 129.04], index=days))["split_factor"].tolist()
    [0.25]
    """
    sessions = sessions_of(closes)
    # on one date the split comes first
    ordered = actions.sort_values(["date", "kind"], ascending=[True, False])
    steps: dict[pd.Timestamp, tuple[float, float]] = {}
    for date, kind, value in zip(*(ordered[n] for n in ("date", "kind", "value")), strict=True):
        place = int(sessions.searchsorted(date)) - 1
        if place < 0 or date > sessions[-1]:
            continue
        price, split = steps.get(sessions[place], (1.0, 1.0))
        close = float(closes.iloc[place])
        if kind == SPLIT:
            split /= value
        elif value / split < close:
            price *= 1.0 - value / split / close
        else:
            raise DataError(
                f"The dividend of {value:g} on {date:%Y-%m-%d} is not below the close before it "
                f"({close:g} on {sessions[place]:%Y-%m-%d}). Give it in the prices' currency, a "
                "share; nothing was stored.",
                date=date,
                value=value,
            )
        steps[sessions[place]] = price, split
    both = np.array(list(steps.values())).reshape(-1, 2)[::-1].cumprod(axis=0)[::-1]
    dates = pd.DatetimeIndex(list(steps)).as_unit("us")
    return pd.DataFrame(
        {
            "date": dates,
            "price_factor": both[:, 0],
            "split_factor": both[:, 1],
            "reference_price": closes.to_numpy()[sessions.get_indexer(dates)],
        }
    )


def later(actions: pd.DataFrame, closes: pd.Series, loaded: pd.DataFrame) -> pd.DataFrame:
    """Return the actions that a loaded factor set does not contain: those after its last step."""
    sessions = sessions_of(closes)
    last = factors.last_step(loaded, sessions[-1])
    if last is None:
        return actions
    places = sessions.searchsorted(actions["date"]) - 1
    kept: np.ndarray = (places >= 0) & np.asarray(sessions[np.maximum(places, 0)] > last)
    return actions.loc[kept]


def as_paid(
    actions: pd.DataFrame, splits: pd.DataFrame, closes: pd.Series, loaded: pd.DataFrame
) -> pd.DataFrame:
    """Return actions with dividends as paid on the day, of ones adjusted for later splits.

    Parameters
    ----------
    actions : columns date, kind, value
    splits : the known ones, same columns
    closes : raw closes, index tz-aware UTC
    loaded : the loaded factor set, whose splits are known too

    Returns
    -------
    DataFrame
        A further column, `slack`: by how much rounding may have moved the value.
    """
    known = later(splits, closes, loaded)
    dates = pd.DatetimeIndex(actions["date"])
    is_dividend = (actions["kind"] == DIVIDEND).to_numpy()
    after = known["date"].to_numpy()[None, :] > dates.to_numpy()[:, None]
    shares = np.where(after, known["value"].to_numpy()[None, :], 1.0).prod(axis=1)
    shares = np.where(is_dividend, shares / factors.at(loaded, dates)[1], 1.0)
    slack = np.where(is_dividend, YAHOO_DIGITS * shares, 0.0)
    return actions.assign(value=actions["value"] * shares, slack=slack)


def changes(actions: pd.DataFrame, in_force: pd.DataFrame) -> pd.DataFrame:
    """Return the actions that say something new, with the value in force as `old` (NaN: none)."""
    values = in_force.set_index(["date", "kind"])["value"]
    old = values.reindex(pd.MultiIndex.from_frame(actions[["date", "kind"]])).to_numpy()
    slack = actions["slack"].to_numpy() if "slack" in actions else np.zeros(len(actions))
    value = actions["value"].to_numpy()
    nothing: np.ndarray = np.isnan(old) & (value == actions["kind"].map(NEUTRAL).to_numpy())
    same = np.abs(value - old) <= slack  # False where nothing is in force
    new: pd.DataFrame = actions.assign(old=old)[~(same | nothing)]
    return new


def record(
    con: Connection,
    symbol: Symbol,
    actions: pd.DataFrame,
    provider: str,
    *,
    split_adjusted: bool = False,
) -> int:
    """Store what is new of splits and dividends, and the factor set that follows from all.

    Parameters
    ----------
    con : a write lease's connection; store new bars first
    symbol : a stored EQUITY
    actions : columns date (naive, midnight: the ex-date), kind ("SPLIT" or "DIVIDEND"), value
        (shares after for one before; money a share as paid on the day)
    provider : who says so
    split_adjusted : the dividends are adjusted for later splits, as Yahoo's are

    Returns
    -------
    int
        How many were new, or had another value before; the same again adds nothing.

    Raises
    ------
    NoBars
        No daily bars of it are stored.
    DataError
        A dividend is not below the close before it, or the stored prices do not jump where a split
        says they do.
    """
    new, _ = note(con, symbol, actions, provider, split_adjusted=split_adjusted)
    return len(new)


def note(
    con: Connection,
    symbol: Symbol,
    actions: pd.DataFrame,
    provider: str,
    *,
    split_adjusted: bool = False,
    large: bool = True,
) -> tuple[pd.DataFrame, list[str]]:
    """Do what `record` does; returns the new actions, and what is to be said, a sentence each.

    Without `large` a dividend above LARGE of the close before it is refused.
    """
    actions = one_a_date(symbol, actions)
    in_force = store.actions.read(con, symbol)
    bars = _bars(con, symbol)
    if bars.empty:
        raise history.no_bars(con, symbol, "1d")
    loaded = store.factors.loaded(con, symbol)
    if split_adjusted:
        both = pd.concat([actions, in_force[["date", "kind", "value"]]])
        splits = both[both["kind"] == SPLIT].drop_duplicates("date")
        actions = as_paid(actions, splits, bars["close"], loaded)
    new = changes(actions, in_force)
    told = later(new, bars["close"], loaded)
    refuse_jumpless(symbol, told, bars)
    if not large:
        refuse_large(symbol, told, bars["close"])
    if len(new):
        store.actions.add(con, symbol, new, provider)
    derive(con, symbol)
    said = [SPLIT_ADJUSTED] if split_adjusted and DIVIDEND in set(actions["kind"]) else []
    return new, [*said, *_remarks(actions, (in_force, new), bars["close"], loaded)]


def derive(con: Connection, symbol: Symbol) -> int:
    """Store the factor set that follows from what is stored now, unless it is in force already.

    To be called in the transaction that stores or corrects daily bars, factors or actions of an
    EQUITY; without recorded actions it does nothing.

    Returns
    -------
    int
        Rows of the new set; 0 without one.
    """
    known = store.actions.read(con, symbol)
    bars = _bars(con, symbol) if len(known) else pd.DataFrame({"close": []})
    closes = bars["close"]
    if closes.empty:
        return 0
    loaded = store.factors.loaded(con, symbol)
    followed = factors_of(later(real(known), closes, loaded), closes)
    made = factors.combine(loaded, followed)
    in_force = store.read_factors(con, symbol)
    if factors.same(made, in_force) or (made.empty and in_force.empty):
        return 0
    # a split that waited for bars of its date is looked for in them now
    waited = real(known)
    if len(in_force):
        waited = waited[waited["date"] > in_force["date"].max()]
    refuse_jumpless(symbol, later(waited, closes, loaded), bars)
    if made.empty:  # all were taken back: a set that says so
        made = pd.DataFrame(
            {
                "date": [closes.index[0].tz_convert(None)],
                "price_factor": 1.0,
                "split_factor": 1.0,
                "reference_price": np.nan,
            }
        )
        if factors.same(made, in_force):
            return 0
    providers = ", ".join(sorted(set(known["provider"])))
    return store.add_factors(con, symbol, made, store.factors.DERIVED + providers)


def derive_all(con: Connection, symbols: Iterable[Symbol]) -> None:
    """Do what `derive` does for those of many symbols that have recorded actions."""
    stocks = {symbol.id: symbol for symbol in symbols if symbol.asset_type is AssetType.EQUITY}
    for number in store.actions.holders(con, list(stocks)) if stocks else ():
        derive(con, stocks[number])


def real(actions: pd.DataFrame) -> pd.DataFrame:
    """Return the actions that were not taken back."""
    kept = actions["value"] != actions["kind"].map(NEUTRAL)
    return actions[kept].reset_index(drop=True)


def _bars(con: Connection, symbol: Symbol) -> pd.DataFrame:
    bars, _ = store.read_bars(con, symbol, "1d", history.EVER, store.ALWAYS)
    return bars


def _remarks(
    actions: pd.DataFrame,
    stored: tuple[pd.DataFrame, pd.DataFrame],
    closes: pd.Series,
    loaded: pd.DataFrame,
) -> Iterator[str]:
    """Yield what a person should know of the actions of a list; stored: before, and new ones."""
    in_force, new = stored
    splits = new.loc[new["kind"] == SPLIT, "date"]
    if len(splits) and ((in_force["kind"] == DIVIDEND) & (in_force["date"] < splits.max())).any():
        yield (
            f"Dividends before {splits.max():%Y-%m-%d} stay as they were stored: as paid on the "
            "day. If they came from Yahoo's columns, load that list again."
        )
    replaced = new[~np.isnan(new["old"])]
    for row in replaced.head(SHOWN).itertuples():
        yield f"{row.kind} of {row.date:%Y-%m-%d}: {row.old:g} before, {row.value:g} from now on."
    if len(replaced) > SHOWN:
        yield f"{len(replaced) - SHOWN:,} more have another value from now on."
    first, last = sessions_of(closes)[[0, -1]]
    early, waiting = (actions["date"] <= first).sum(), (actions["date"] > last).sum()
    if early:
        yield f"{early:,} are not after the first bar ({first:%Y-%m-%d}) and change no price."
    if waiting:
        yield (
            f"{waiting:,} are after the last bar ({last:%Y-%m-%d}) and change prices once bars "
            "of their dates are stored."
        )
    yield from _betweensessions_of(actions, sessions_of(closes))
    contained = len(actions) - len(later(actions, closes, loaded))
    if contained:
        yield (
            f"{contained:,} are taken as contained in the loaded factor set, whose last step is "
            f"{factors.last_step(loaded, last):%Y-%m-%d}; the others extend it."
        )


def _betweensessions_of(actions: pd.DataFrame, sessions: pd.DatetimeIndex) -> Iterator[str]:
    """Yield which actions are dated on a day without a bar: a slip, a payment day or a gap."""
    dates = pd.DatetimeIndex(actions["date"])
    inside = (dates > sessions[0]) & (dates <= sessions[-1])
    odd = actions[inside & ~dates.isin(sessions)]
    for kind, date in zip(odd["kind"].head(SHOWN), odd["date"].head(SHOWN), strict=True):
        following = sessions[sessions.searchsorted(date)]
        yield (
            f"{kind} of {date:%Y-%m-%d} ({date:%A}): no bar is stored of that day, so it counts "
            f"from {following:%Y-%m-%d} on. Check that it is the ex-date."
        )
    if len(odd) > SHOWN:
        yield f"{len(odd) - SHOWN:,} more are dated on a day without a bar."
