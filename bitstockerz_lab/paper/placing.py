"""Whether a new order is taken: what is impossible raises, what a market refuses is a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bitstockerz_lab.enums import OrderStatus
from bitstockerz_lab.errors import DataError, TradingError
from bitstockerz_lab.paper import book as books
from bitstockerz_lab.paper import money, prices

if TYPE_CHECKING:
    from bitstockerz_lab.market import Symbol
    from bitstockerz_lab.paper.book import Book
    from bitstockerz_lab.paper.orders import Order
    from bitstockerz_lab.storage import Connection


def check_numbers(order: Order) -> None:
    """Refuse an order that means nothing.

    Raises
    ------
    DataError
        Its quantity or limit is not above zero.
    """
    if order.quantity <= 0:
        raise DataError(
            f"quantity={money.plain(order.quantity)} trades nothing. Give more than 0; to sell is "
            "a verb of its own, lab.paper.sell(...).",
            quantity=order.quantity,
        )
    if order.limit_price is not None and order.limit_price <= 0:
        raise DataError(
            f"limit={money.plain(order.limit_price)} is no price. Give more than 0, or none.",
            limit=order.limit_price,
        )


def same_again(book: Book, order: Order, *, any_timeframe: bool) -> Order | None:
    """Return the order that bears the caller's name already; None where there is none.

    Without a timeframe of the caller's any will do: shorter bars may have been loaded since.

    Raises
    ------
    TradingError
        It is another wish.
    """
    if order.client_order_id is None:
        return None
    for known in book.orders.values():
        if known.client_order_id == order.client_order_id:
            same_bars = any_timeframe or known.timeframe == order.timeframe
            if known.wish == order.wish and same_bars:
                return known
            raise TradingError(
                f"client_order_id={order.client_order_id!r} is that of order {known.id}: "
                f"{known.wish} on {known.timeframe} bars. Give {order.wish} on {order.timeframe} "
                "bars a name of its own.",
                client_order_id=order.client_order_id,
            )
    return None


def judged(con: Connection, book: Book, order: Order) -> Order:
    """Return a new order as it is taken: PENDING, or REJECTED with the reason."""
    reason = _refusal(con, book, order, book.symbols[order.symbol_id])
    if reason is None:
        return order
    return replace(order, status=OrderStatus.REJECTED, reject_reason=reason)


def _refusal(con: Connection, book: Book, order: Order, symbol: Symbol) -> str | None:
    if symbol.currency != book.terms.currency:
        return (
            f"{symbol.symbol} is priced in {symbol.currency} and the account is in "
            f"{book.terms.currency}; paper accounts convert no currencies"
        )
    if not symbol.is_active:
        return f"{symbol.symbol} is no longer traded"
    close = prices.last_close(con, symbol, book.now)
    if close is None:
        return f"no bar of {symbol.symbol} had ended by {book.now:%Y-%m-%d %H:%M} UTC: no price yet"
    return _uncovered(book, order) if not order.buys else _unpaid(con, book, order)


def _uncovered(book: Book, order: Order) -> str | None:
    """Return why an account cannot sell that much."""
    held = book.ledger.held(order.symbol_id)
    others = [
        one for one in book.pending() if one.symbol_id == order.symbol_id and one.id != order.id
    ]
    promised = sum((one.quantity for one in others if not one.buys), money.ZERO)
    if order.quantity <= held - promised:
        return None
    told = f"{money.plain(held)} {order.symbol} are held"
    if promised:
        told += f", {money.plain(promised)} of them in open orders to sell"
    if any(one.buys for one in others):
        told += ", and an order to buy has not filled yet"
    return f"{told}; nothing is sold short"


def _unpaid(con: Connection, book: Book, order: Order) -> str | None:
    """Return why an account cannot buy that much."""
    needed = -books.estimate(con, book, order)
    there = books.spendable(con, book)
    if needed <= there:
        return None
    at = "at its limit" if order.limit_price is not None else "at the newest close"
    currency = book.terms.currency
    reserved = " beside open orders" if book.pending() else ""
    return (
        f"{at} it would come to {money.told(needed, currency)} with costs, and "
        f"{money.told(there, currency)} are free{reserved}; nothing is lent"
    )
