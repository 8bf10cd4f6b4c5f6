"""An order: a wish to trade, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitstockerz_lab.enums import OrderSide, OrderStatus, OrderType
from bitstockerz_lab.paper import money

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """A wish to trade in a paper account, whatever became of it.

    Attributes
    ----------
    id : key of the row of `orders`; 0 before it is stored
    symbol_id, symbol, currency : what is traded, and what its prices are in
    side : BUY or SELL
    quantity : units, exact
    limit_price : the worst price that is taken; None takes any
    status : PENDING, FILLED, REJECTED or CANCELLED
    avg_fill_price : price of the fill; None before one
    reject_reason : why it was rejected or cancelled; None of any other
    timeframe : of the bars that fill it
    requested_at, filled_at : UTC without a zone, by the account's clock
    client_order_id : the caller's own name for it, once an account; None without
    """

    id: int
    symbol_id: int
    symbol: str
    currency: str
    side: OrderSide
    quantity: Decimal
    limit_price: Decimal | None
    timeframe: str
    requested_at: datetime
    client_order_id: str | None = None
    status: OrderStatus = OrderStatus.PENDING
    avg_fill_price: Decimal | None = None
    reject_reason: str | None = None
    filled_at: datetime | None = None

    @property
    def order_type(self) -> OrderType:
        """MARKET, or LIMIT where it has one."""
        return OrderType.MARKET if self.limit_price is None else OrderType.LIMIT

    @property
    def buys(self) -> bool:
        """Whether it buys."""
        return self.side is OrderSide.BUY

    @property
    def wish(self) -> str:
        """The order as a phrase: ``buy 10 AAPL at 120 or better``."""
        verb = "buy" if self.buys else "sell"
        price = (
            "at the market"
            if self.limit_price is None
            else f"at {money.plain(self.limit_price)} or better"
        )
        return f"{verb} {money.plain(self.quantity)} {self.symbol} {price}"

    def __str__(self) -> str:
        told = f"Order {self.id}: {self.wish}, {self.status.lower()}"
        if self.status is OrderStatus.PENDING:
            return f"{told}; it may fill on {self.timeframe} bars from {_when(self.requested_at)}"
        if self.avg_fill_price is not None:
            return f"{told} at {money.plain(self.avg_fill_price)} on {_when(self.filled_at)}"
        return f"{told}: {self.reject_reason}" if self.reject_reason else told


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""
