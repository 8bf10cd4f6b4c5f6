"""What an account was worth, day by day: a function of its ledger and of the closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.paper.matching import Phase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.paper.book import Book

DAY = pd.Timedelta(days=1)


def equity(book: Book, closes: Mapping[int, pd.Series]) -> pd.Series:
    """Return equity at the end of each day on which something that was traded had a bar.

    Parameters
    ----------
    book : with the splits and dividends that are due
    closes : by symbol_id, the last close known at the end of a day; index days, UTC

    Returns
    -------
    Series, float64, name "equity", index `timestamp`: the days, UTC midnights
        The first value is the starting balance, on the day before the account was opened.
    """
    opened = pd.Timestamp(book.opening.started_at, tz="UTC").floor("D")
    balance = float(book.terms.starting_balance)
    columns = {str(symbol_id): prices for symbol_id, prices in closes.items()}
    table = pd.DataFrame(columns, index=None if columns else pd.DatetimeIndex([], tz="UTC"))
    table = table.sort_index().ffill()
    table = table[table.index >= opened]
    days = pd.DatetimeIndex(table.index).as_unit("us")
    cash, held = _running(book, days + DAY)
    total = balance + cash
    for name, units in held.items():
        total += np.where(units == 0, 0.0, units * table[str(name)].to_numpy())
    index = pd.DatetimeIndex([opened - DAY]).as_unit("us").append(days).rename("timestamp")
    return pd.Series(np.concatenate([[balance], total]), index=index, name="equity")


def _running(book: Book, ends: pd.DatetimeIndex) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Return the change of cash, and the units held by symbol_id, at the end of each day.

    What happens at the open of a bar that starts at that very moment belongs to the next day.
    """
    cash = np.zeros(len(ends))
    held: dict[int, np.ndarray] = {}
    moments = ends.tz_localize(None).to_numpy()
    for entry in book.ledger.entries:
        moment = np.datetime64(entry.moment)
        place = int(moments.searchsorted(moment, "left" if entry.phase < Phase.SPLIT else "right"))
        units = held.setdefault(entry.symbol_id, np.zeros(len(ends)))
        cash[place:] += float(entry.cash_change)
        units[place:] += float(entry.quantity_change)
    return cash, held
