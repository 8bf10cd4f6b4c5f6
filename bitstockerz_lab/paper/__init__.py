"""Paper trading: one account, its orders, and what later bars make of them, to the last decimal."""

from bitstockerz_lab.paper.account import Account
from bitstockerz_lab.paper.api import Paper
from bitstockerz_lab.paper.orders import Order

__all__ = ["Account", "Order", "Paper"]
