"""An account as it stands: read once, in one lease, and brought up to date with the bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitstockerz_lab.enums import OrderStatus
from bitstockerz_lab.errors import TradingError, UnknownName
from bitstockerz_lab.market import store as market
from bitstockerz_lab.paper import matching, money, prices, settling, store
from bitstockerz_lab.paper.ledger import Ledger

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from bitstockerz_lab.market import Symbol
    from bitstockerz_lab.paper.matching import Touch
    from bitstockerz_lab.paper.orders import Order
    from bitstockerz_lab.paper.prices import Close
    from bitstockerz_lab.paper.settling import Action, Settlement
    from bitstockerz_lab.paper.store import Execution, Opening
    from bitstockerz_lab.paper.terms import Terms
    from bitstockerz_lab.storage import Connection


@dataclass(slots=True)
class Book:
    """An account, its orders and its ledger.

    Attributes
    ----------
    opening : the account with its terms
    now : the account's time, UTC naive
    orders : by id, the oldest first
    executions : the oldest first
    ledger : what they add up to, with the splits and dividends that are stored
    symbols : all that were ever ordered, by id
    """

    opening: Opening
    now: datetime
    orders: dict[int, Order]
    executions: list[Execution]
    ledger: Ledger
    symbols: dict[int, Symbol]

    @property
    def terms(self) -> Terms:
        """Money and costs."""
        return self.opening.terms

    def pending(self) -> list[Order]:
        """Return the orders that may still fill."""
        return [one for one in self.orders.values() if one.status is OrderStatus.PENDING]


def read(con: Connection, user_id: int) -> Book:
    """Return a user's account as it is stored.

    Raises
    ------
    TradingError
        It was never opened.
    """
    opening = store.opening(con, user_id)
    if opening is None:
        raise TradingError("You have no paper account yet. lab.paper.open(100_000) opens one.")
    orders = store.orders(con, opening.account_id)
    executions = store.executions(con, opening.account_id, orders)
    entries = [execution.entry for execution in executions]
    entries += store.action_entries(con, opening.account_id)
    ledger = Ledger(opening.terms.starting_balance, entries)
    texts = {order.symbol for order in orders.values()}
    symbols = {one.id: one for one in market.find_symbols(con, sorted(texts))}
    return Book(opening, opening.now, orders, executions, ledger, symbols)


def order_of(book: Book, order_id: int) -> Order:
    """Return one order.

    Raises
    ------
    UnknownName
        There is none of that id.
    """
    if order_id not in book.orders:
        raise UnknownName(
            f"There is no order {order_id!r} in your account. lab.paper.orders() shows them.",
            kind="order",
            name=order_id,
        )
    return book.orders[order_id]


def settle(con: Connection, book: Book) -> Settlement:
    """Carry out in memory what the bars known by now allow; the book has it afterwards."""
    found = touches(con, book)
    waiting = [order for order in book.pending() if order not in found]
    done = settling.settle(book.ledger, found, due_actions(con, book), waiting, book.terms)
    for order in (*(fill.order for fill in done.fills), *done.refused):
        book.orders[order.id] = order
    return done


def take_actions(con: Connection, book: Book) -> None:
    """Enter the splits and dividends that are due in memory, so that what is read is worth it."""
    settling.settle(book.ledger, {}, due_actions(con, book), (), book.terms)


def touches(con: Connection, book: Book) -> dict[Order, Touch]:
    """Return the first chance of each pending order that the known bars give one."""
    found = {}
    waiting: dict[tuple[int, str], list[Order]] = {}
    for order in book.pending():
        waiting.setdefault((order.symbol_id, order.timeframe), []).append(order)
    for (symbol_id, timeframe), orders in waiting.items():
        since = min(order.requested_at for order in orders)
        symbol = book.symbols[symbol_id]
        bars = prices.known_bars(con, symbol, timeframe, since, book.now)
        for order in orders:
            touch = matching.first_touch(order, bars)
            if touch is not None:
                found[order] = touch
    return found


def due_actions(con: Connection, book: Book) -> list[Action]:
    """Return the splits and dividends of ordered symbols that the ledger does not have yet."""
    reported = [
        action
        for symbol in book.symbols.values()
        for action in prices.actions(con, symbol, book.opening.started_at, book.now)
    ]
    return settling.unentered(reported, book.ledger.entries)


def marks(con: Connection, book: Book) -> dict[int, Close]:
    """Return the newest known close of everything that is held, by symbol_id."""
    found = {
        symbol_id: prices.last_close(con, book.symbols[symbol_id], book.now)
        for symbol_id, position in book.ledger.positions().items()
        if position
    }
    lost = [book.symbols[symbol_id].symbol for symbol_id, close in found.items() if close is None]
    if lost:
        raise TradingError(
            f"{', '.join(lost)} cannot be valued: the bars it was bought on are no longer there. "
            "Load them again.",
            symbols=lost,
        )
    return {symbol_id: close for symbol_id, close in found.items() if close is not None}


def spendable(con: Connection, book: Book) -> Decimal:
    """Return the cash that no open order needs, by the newest closes: what a new one may cost.

    A sale at the market counts as done; one with a limit may never be.
    """
    cash = book.ledger.cash
    for order in book.pending():
        if order.buys or order.limit_price is None:
            cash += estimate(con, book, order)
    return cash


def estimate(con: Connection, book: Book, order: Order) -> Decimal:
    """Return what an order would change the cash by, at its limit or else the newest close."""
    price = order.limit_price
    if price is None:
        close = prices.last_close(con, book.symbols[order.symbol_id], book.now)
        price = book.terms.slipped(close.price, buys=order.buys) if close else money.ZERO
    amount = money.times(order.quantity, price)
    fee = book.terms.fee(amount)
    return (-amount if order.buys else amount) - fee
