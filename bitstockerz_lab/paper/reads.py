"""Verbs that look at the account; they write nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.enums import OrderStatus
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.market import store as market
from bitstockerz_lab.paper import account, charts, curve, prices, store, views
from bitstockerz_lab.paper import book as books
from bitstockerz_lab.paper.room import Room

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from bitstockerz_lab.paper.account import Account
    from bitstockerz_lab.paper.book import Book
    from bitstockerz_lab.paper.orders import Order
    from bitstockerz_lab.storage import Connection


class Reads(Room):
    """Look at the account, its orders and what it holds."""

    def is_open(self) -> bool:
        """Return whether you have an account."""
        with self._database.read() as con:
            return store.opening(con, self._user.id) is not None

    def account(self) -> Account:
        """Return what the account is worth, exact.

        Returns
        -------
        Account
            Cash, value at the newest closes known by the account's time (`marked_at` is when the
            oldest of them was known), equity, realised and unrealised profit, fees. Starting
            balance + both profits = equity = cash + value, to the last decimal.

        Raises
        ------
        TradingError
            There is no account yet.
        """
        with self._database.read() as con:
            book = self._worth(con)
            return account.account_of(book, books.marks(con, book))

    def positions(self) -> pd.DataFrame:
        """Return what is held, the largest value first.

        Returns
        -------
        DataFrame, a row a symbol
            symbol, quantity, avg_cost (a unit, fees included), last (the newest close known, as
            traded), marked_at (when it was known, UTC), value, cost, unrealised_profit,
            unrealised_pct, weight_pct (of equity), realised_profit (of this symbol so far,
            dividends too).
        """
        with self._database.read() as con:
            book = self._worth(con)
            marks = books.marks(con, book)
        return views.positions(book, marks)

    def orders(self, status: str | None = None, symbol: str | None = None) -> pd.DataFrame:
        """Return the orders, the newest first.

        Parameters
        ----------
        status : "PENDING", "FILLED", "REJECTED" or "CANCELLED", in any case; None for all
        symbol : None for all

        Returns
        -------
        DataFrame, a row an order
            id, symbol, side, quantity, order_type, limit_price (NaN at the market), status,
            avg_fill_price, reject_reason, requested_at, filled_at (UTC), timeframe,
            client_order_id.

        Raises
        ------
        UnknownName
            There is no such status or symbol.
        """
        wanted = None if status is None else _status(status)
        with self._database.read() as con:
            symbol_id = _symbol_id(con, symbol)
            found = self._read(con).orders.values()
        return views.orders(
            one
            for one in reversed(found)
            if wanted in (None, one.status) and symbol_id in (None, one.symbol_id)
        )

    def order(self, order_id: int) -> Order:
        """Return one order as it is now.

        Raises
        ------
        UnknownName
            There is none of that id.
        """
        with self._database.read() as con:
            return books.order_of(self._read(con), order_id)

    def executions(self, symbol: str | None = None) -> pd.DataFrame:
        """Return what was traded, the newest first.

        Returns
        -------
        DataFrame, a row an execution
            id, order_id, symbol, side, quantity, price, amount (quantity × price), fee,
            cash_change, profit (of a sale, over the average cost of its units; NaN of a buy),
            executed_at (UTC).
        """
        with self._database.read() as con:
            symbol_id = _symbol_id(con, symbol)
            book = self._read(con)
        return views.executions(book, symbol_id)

    def actions(self) -> pd.DataFrame:
        """Return the splits and dividends that holdings went through, the newest first.

        Returns
        -------
        DataFrame, a row an action
            symbol, kind ("SPLIT" or "DIVIDEND"), value (units after for one before; money a unit),
            quantity_change, cash_change (of a split that was stored late: what the dividends since
            then paid too little), effective_at (start of the first bar without it, UTC).
        """
        with self._database.read() as con:
            book = self._read(con)
            stored = store.actions(con, book.opening.account_id)
        return views.actions(stored, book)

    def equity(self) -> pd.Series:
        """Return what the account was worth at the end of each day.

        Returns
        -------
        Series, float64, name "equity", index `timestamp`: days, UTC midnights, ascending
            Days on which something it ever traded had a bar; before them the starting balance.
        """
        with self._database.read() as con:
            return self._equity(con, self._worth(con))

    def chart(self) -> go.Figure:
        """Return a picture of `equity` with the fills on it."""
        with self._database.read() as con:
            book = self._worth(con)
            worth = self._equity(con, book)
        terms = book.terms
        return charts.equity(
            worth, views.executions(book), currency=terms.currency, title=terms.name
        )

    def _worth(self, con: Connection) -> Book:
        """Return the account with the splits and dividends that are due, written or not."""
        book = self._read(con)
        books.take_actions(con, book)
        return book

    def _equity(self, con: Connection, book: Book) -> pd.Series:
        start, now = book.opening.started_at, book.now
        traded = {entry.symbol_id for entry in book.ledger.entries}
        closes = {
            symbol_id: prices.closes(con, book.symbols[symbol_id], start - prices.NEAR, now)
            for symbol_id in sorted(traded)
        }
        return curve.equity(book, closes)


def _symbol_id(con: Connection, symbol: str | None) -> int | None:
    return None if symbol is None else market.find_symbol(con, symbol).id


def _status(text: str) -> OrderStatus:
    try:
        return OrderStatus(str(text).strip().upper())
    except ValueError as problem:
        known = [str(one) for one in OrderStatus]
        way_out = f"There are {', '.join(known)}."
        raise UnknownName.of("status", str(text), known, way_out) from problem
