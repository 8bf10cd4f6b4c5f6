"""The verbs of `lab.paper`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import OrderStatus
from bitstockerz_lab.errors import TradingError
from bitstockerz_lab.paper import book as books
from bitstockerz_lab.paper import store
from bitstockerz_lab.paper.orders import Order
from bitstockerz_lab.paper.reads import Reads
from bitstockerz_lab.paper.terms import Terms
from bitstockerz_lab.paper.trades import Trades

if TYPE_CHECKING:
    from bitstockerz_lab.paper.account import Account

When = str | date | datetime | pd.Timestamp


class Paper(Trades, Reads):
    """`lab.paper`: one account, its orders, and what later bars make of them.

    An order fills on bars that start once it was placed, never on older ones. Whatever is written
    is written whole: what the bars allow is carried out first, so neither an order nor its
    cancelling comes with hindsight.
    """

    def __repr__(self) -> str:
        return f"Paper({str(self._database.path)!r}, user={self._user.email!r})"

    def open(
        self,
        cash: object = 100_000,
        *,
        currency: str = "USD",
        name: str = "Paper account",
        fee_bps: object = 0,
        fixed_fee: object = 0,
        slippage_bps: object = 0,
        start: When | None = None,
    ) -> Account:
        """Open the account: one a user, with its money and what a fill costs.

        Parameters
        ----------
        cash : what it begins with; numbers are exact, to ten decimals
        currency : of the cash, and of all that it may buy: nothing is converted
        name : as you like
        fee_bps, fixed_fee : on each fill, basis points of its amount and money
        slippage_bps : by how much a fill at an open is worse than the open; never past a limit
        start : None keeps the real time, and orders wait for bars that are still to be loaded. A
            time in the past replays stored bars: the account's clock begins there, and `advance`
            moves it on

        Returns
        -------
        Account

        Raises
        ------
        TradingError
            You have an account already, or `start` is in the future.
        DataError
            A number or the currency is none.

        Examples
        --------
        >>> lab.paper.open(100_000, fee_bps=10, start="2020-01-01")  # doctest: +SKIP
        """
        terms = Terms.of(cash, currency, name, fee_bps, fixed_fee, slippage_bps)
        began = _start(start)
        with self._database.write() as con:
            known = store.opening(con, self._user.id)
            if known is not None:
                raise TradingError(
                    f"You have a paper account already, {known.terms.name!r} of "
                    f"{known.created_at:%Y-%m-%d}. lab.paper.reset(...) opens it anew, and "
                    "forgets its orders.",
                    name=known.terms.name,
                )
            store.open_account(con, self._user.id, terms, began, replay=start is not None)
        return self.account()

    def reset(
        self,
        cash: object = None,
        *,
        currency: str | None = None,
        name: str | None = None,
        fee_bps: object = None,
        fixed_fee: object = None,
        slippage_bps: object = None,
        start: When | None = None,
    ) -> Account:
        """Open the account anew: its orders, executions and positions are deleted.

        The arguments are those of `open`; money and costs that are left out stay as they were.
        `Account.opening` counts how often it was opened.
        """
        asked = {"fee_bps": fee_bps, "fixed_fee": fixed_fee, "slippage_bps": slippage_bps}
        began = _start(start)
        with self._database.write() as con:
            opening = books.read(con, self._user.id).opening
            terms = opening.terms.changed(cash, currency, name, **asked)
            store.clear(con, opening.account_id)
            store.open_account(con, self._user.id, terms, began, replay=start is not None)
        with self._database.write() as con:
            store.sweep(con, opening.account_id)
        return self.account()

    def cancel(self, order: Order | int) -> Order:
        """Cancel an open order; one that known bars fill is filled first, and stays filled.

        Parameters
        ----------
        order : what `buy` or `sell` returned, or its id

        Returns
        -------
        Order
            As it is now.

        Raises
        ------
        UnknownName
            There is no such order.
        TradingError
            It is not open any more.
        """
        number = order.id if isinstance(order, Order) else order
        ended = None
        with self._database.write() as con:
            book = self._up_to_date(con)
            found = books.order_of(book, number)
            if found.status is OrderStatus.PENDING:
                ended = replace(found, status=OrderStatus.CANCELLED)
                store.end_order(con, ended)
        if ended is None:
            raise TradingError(f"{found}. Only an open order can be cancelled.", order_id=number)
        return ended

    def fill(self) -> pd.DataFrame:
        """Carry out what the bars loaded since allow: all of it, once, or nothing.

        Returns
        -------
        DataFrame
            The orders that were filled, rejected or cancelled by it, as `orders` shows them.

        Notes
        -----
        A market order fills at the open of the first bar that starts once it was placed, with
        slippage. A limit order fills from that bar on: at its open where that is the limit or
        better (with slippage, never past the limit), else at the limit in the first bar that
        touches it; `filled_at` is then the end of that bar, since nobody knows when in it. A buy
        that there is no cash for is rejected. A split cancels the orders placed before its bar has
        ended.

        Examples
        --------
        >>> lab.paper.fill()  # after new bars were loaded  # doctest: +SKIP
        """
        with self._database.write() as con:
            return self._settled(con, self._read(con))

    def advance(self, to: When | timedelta) -> pd.DataFrame:
        """Move a replay's clock on, and carry out what happened until then.

        Parameters
        ----------
        to : a time, UTC, or how long: ``pd.Timedelta("1D")``. A bare date is its first moment

        Returns
        -------
        DataFrame
            As `fill` returns.

        Raises
        ------
        TradingError
            The account keeps the real time, or the time is not after its own, or in the future.

        Examples
        --------
        >>> lab.paper.advance("2020-02-01")  # doctest: +SKIP
        """
        with self._database.write() as con:
            book = self._read(con)
            opening = book.opening
            if opening.replay_at is None:
                raise TradingError(
                    "This account keeps the real time, which cannot be moved. "
                    "lab.paper.reset(start='2020-01-01') replays stored bars."
                )
            moved = opening.replay_at + to if isinstance(to, timedelta) else _naive(to)
            if not opening.replay_at < moved <= clock.now():
                raise TradingError(
                    f"A replay only moves on, up to the real time; it stands at "
                    f"{opening.replay_at:%Y-%m-%d %H:%M} UTC and cannot go to "
                    f"{moved:%Y-%m-%d %H:%M}. lab.paper.reset(start=...) begins anew.",
                    now=opening.replay_at,
                    to=moved,
                )
            store.move_clock(con, opening.account_id, opening.number, moved)
            book.now = moved
            return self._settled(con, book)


def _start(start: When | None) -> datetime:
    """Return where an account's clock begins."""
    now = clock.now()
    if start is None:
        return now
    began = _naive(start)
    if began > now:
        raise TradingError(
            f"start={start!r} is in the future. Give a time that stored bars have gone past, or "
            "none to keep the real time.",
            start=start,
        )
    return began


def _naive(when: When) -> datetime:
    return clock.utc(when).tz_localize(None).to_pydatetime()
