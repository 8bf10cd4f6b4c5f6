"""What splits and dividends must be like beside the prices they change, or they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.action_lists import DIVIDEND, SPLIT

if TYPE_CHECKING:
    from bitstockerz_lab.market.symbols import Symbol

LARGE = 0.15
"""The share of the close before it from which a dividend is taken for a slip of the point."""

TELLING_RATIO = 1.5
"""Smaller splits cannot be told from a day's move."""

NEAR = pd.Timedelta(days=10)


def sessions_of(closes: pd.Series) -> pd.DatetimeIndex:
    """Return the days of closes, naive."""
    return pd.DatetimeIndex(closes.index).tz_convert(None)


def one_a_date(symbol: Symbol, actions: pd.DataFrame) -> pd.DataFrame:
    """Return actions with one row a date and kind: two dividends of a day are paid together."""
    apart = actions.drop_duplicates(["date", "kind", "value"])
    twice = apart[apart.duplicated(["date", "kind"], keep=False)]
    splits = twice[twice["kind"] == SPLIT]
    if len(splits):
        raise DataError(
            f"{symbol.symbol} has several splits on {splits['date'].iloc[0]:%Y-%m-%d}: "
            f"{', '.join(f'{value:g}' for value in splits['value'])}. Give what they come to "
            "together; nothing was stored.",
            symbol=symbol.symbol,
        )
    return (
        apart.groupby(["date", "kind"], as_index=False, sort=False).sum() if len(twice) else apart
    )


def refuse_large(symbol: Symbol, actions: pd.DataFrame, closes: pd.Series) -> None:
    """Refuse a dividend that is a large part of the price; factors refuse one above all of it."""
    sessions = sessions_of(closes)
    splits = actions[actions["kind"] == SPLIT].set_index("date")["value"]
    paid = actions[actions["kind"] == DIVIDEND]
    for date, value in zip(paid["date"], paid["value"], strict=True):
        place = int(sessions.searchsorted(date)) - 1
        if place < 0 or date > sessions[-1]:
            continue
        close = float(closes.iloc[place])
        share = value * splits.get(date, 1.0) / close
        if LARGE < share < 1:
            raise DataError(
                f"The dividend of {value:g} of {symbol.symbol} on {date:%Y-%m-%d} is "
                f"{100 * share:.0f} % of the close before it ({close:g} on "
                f"{sessions[place]:%Y-%m-%d}) and would lower all earlier prices by as much. "
                "Correct it, it is money a share; or, where so much was paid, load the list with "
                "large=True. Nothing was stored.",
                symbol=symbol.symbol,
                date=date,
                value=value,
            )


def refuse_jumpless(symbol: Symbol, actions: pd.DataFrame, bars: pd.DataFrame) -> None:
    """Refuse a split that the prices do not show: they are adjusted already, or it is wrong."""
    sessions = sessions_of(bars["close"])
    splits = actions[(actions["kind"] == SPLIT) & (actions["date"].isin(sessions))]
    for date, ratio in zip(splits["date"], splits["value"], strict=True):
        place = int(sessions.searchsorted(date))
        wanted = np.log(ratio)
        if place == 0 or date - sessions[place - 1] > NEAR or abs(wanted) < np.log(TELLING_RATIO):
            continue
        close, opened = float(bars["close"].iloc[place - 1]), float(bars["open"].iloc[place])
        if np.log(close / opened) / wanted < 1 / 2:
            raise DataError(
                f"The stored prices of {symbol.symbol} do not jump on {date:%Y-%m-%d} as a split "
                f"of {ratio:g}:1 does: close {close:g}, next open {opened:g}. Either they are "
                "adjusted for splits already, then load prices as traded; or the split's date or "
                "ratio is wrong. Nothing was stored.",
                symbol=symbol.symbol,
                date=date,
                ratio=ratio,
            )
