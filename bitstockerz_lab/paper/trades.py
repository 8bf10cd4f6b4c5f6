"""Verbs that place orders."""

from __future__ import annotations

from dataclasses import replace

from bitstockerz_lab.enums import OrderSide
from bitstockerz_lab.market import store as market
from bitstockerz_lab.paper import money, placing, prices, store
from bitstockerz_lab.paper.orders import Order
from bitstockerz_lab.paper.room import Room


class Trades(Room):
    """Buy and sell."""

    def buy(
        self,
        symbol: str,
        quantity: object,
        *,
        limit: object = None,
        timeframe: str | None = None,
        client_order_id: str | None = None,
    ) -> Order:
        """Place an order to buy; it fills on bars that start from now on, good till cancelled.

        Parameters
        ----------
        symbol : in any case; its prices must be in the account's currency
        quantity : units, fractions too, to ten decimals
        limit : the highest price that is paid; None pays what the next open asks
        timeframe : of the bars that fill it; None takes the shortest stored
        client_order_id : a name of your own: placing it again returns the order there is

        Returns
        -------
        Order
            PENDING, or REJECTED with its `reject_reason`: another currency, no price yet, more
            than the cash that no other order needs. A rejected order is stored like any other.

        Raises
        ------
        TradingError
            There is no account, or `client_order_id` is that of another order.
        UnknownName, NoBars
            The symbol is not stored, or has no bars.
        DataError
            A number is none, or not above zero.

        Examples
        --------
        >>> lab.paper.buy("AAPL", 10, limit=120)  # doctest: +SKIP
        """
        return self._place(OrderSide.BUY, symbol, quantity, limit, timeframe, client_order_id)

    def sell(
        self,
        symbol: str,
        quantity: object,
        *,
        limit: object = None,
        timeframe: str | None = None,
        client_order_id: str | None = None,
    ) -> Order:
        """Place an order to sell what is held; as `buy` in all else.

        Parameters
        ----------
        symbol, quantity, timeframe, client_order_id : as for `buy`
        limit : the lowest price that is taken; None takes what the next open gives

        Returns
        -------
        Order
            REJECTED where more is asked than is held and not promised to other open orders.

        Raises
        ------
        TradingError, UnknownName, NoBars, DataError
            As `buy` does.
        """
        return self._place(OrderSide.SELL, symbol, quantity, limit, timeframe, client_order_id)

    def _place(
        self,
        side: OrderSide,
        symbol: str,
        quantity: object,
        limit: object,
        timeframe: str | None,
        client_order_id: str | None,
    ) -> Order:
        units = money.exact("quantity", quantity)
        worst = None if limit is None else money.exact("limit", limit)
        own_name = None if client_order_id is None else str(client_order_id)
        with self._database.write() as con:
            book = self._up_to_date(con)
            found = market.find_symbol(con, symbol)
            order = Order(
                0, found.id, found.symbol, found.currency, side, units, worst,
                prices.timeframe_of(con, found, timeframe), book.now, own_name,
            )  # fmt: skip
            placing.check_numbers(order)
            known = placing.same_again(book, order, any_timeframe=timeframe is None)
            if known is not None:
                return known
            book.symbols[found.id] = found
            taken = placing.judged(con, book, order)
            return replace(taken, id=store.add_order(con, book.opening.account_id, taken))
