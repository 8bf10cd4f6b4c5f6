"""Which bar fills an order, over five typed bars."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from bitstockerz_lab.enums import OrderSide
from bitstockerz_lab.paper.matching import Phase, fill_price, first_touch
from bitstockerz_lab.paper.orders import Order
from bitstockerz_lab.paper.terms import Terms
from tests.helpers import typed_bars

BARS = typed_bars("""
10 11 9 10.5
10.5 12 10 11
11 11.5 8 9
7 7.5 6 7
12 13 11.5 12.5
""")
PLACED = pd.Timestamp(2020, 1, 7)
FREE = Terms.of(1000, "USD", "x")
SLIPPERY = Terms.of(1000, "USD", "x", slippage_bps=100)


def order(side="BUY", limit=None, placed=PLACED):
    return Order(
        1, 1, "ACME", "USD", OrderSide(side), Decimal(1),
        None if limit is None else Decimal(str(limit)), "1d", placed,
    )  # fmt: skip


def day(number):
    return pd.Timestamp(2020, 1, number)


def test_a_market_order_fills_at_the_open_of_the_first_bar_that_starts_once_it_is_placed():
    touch = first_touch(order(), BARS)
    assert (touch.moment, touch.bar_at, touch.price) == (day(7), day(7), Decimal("10.5"))


def test_a_bar_that_had_begun_when_the_order_was_placed_does_not_fill_it():
    touch = first_touch(order(placed=pd.Timestamp("2020-01-07 00:00:00.000001")), BARS)
    assert (touch.bar_at, touch.price) == (day(8), Decimal(11))


def test_an_order_after_the_last_bar_waits():
    assert first_touch(order(placed=day(11)), BARS) is None
    assert first_touch(order(limit=1), BARS) is None


@pytest.mark.parametrize(
    ("side", "limit", "moment", "bar_at", "price"),
    [
        ("BUY", 8.5, 9, 8, 8.5),  # touched inside the third bar: known at its end
        ("BUY", 8, 9, 8, 8),  # the low itself is a touch
        ("BUY", 7.9, 9, 9, 7),  # the gap opens below the limit: the open, not the limit
        ("BUY", 20, 7, 7, 10.5),
        ("SELL", 11.5, 8, 7, 11.5),
        ("SELL", 12.5, 11, 10, 12.5),  # above the fifth open, below its high
        ("SELL", 12, 8, 7, 12),
        ("SELL", 12.001, 11, 10, 12.001),
    ],
)
def test_a_limit_order_fills_at_its_limit_or_at_a_better_open(side, limit, moment, bar_at, price):
    touch = first_touch(order(side, limit), BARS)
    assert (touch.moment, touch.bar_at) == (day(moment), day(bar_at))
    assert fill_price(order(side, limit), touch, FREE) == Decimal(str(price))


def test_slippage_is_against_the_trader_and_never_past_the_limit():
    for side, limit, price in (
        ("BUY", None, "10.605"),
        ("SELL", None, "10.395"),
        ("BUY", 10.55, "10.55"),
        ("BUY", 11, "10.605"),
        ("SELL", 10.45, "10.45"),
        ("BUY", 10.2, "10.2"),  # inside the bar: at the limit
    ):
        wish = order(side, limit)
        assert fill_price(wish, first_touch(wish, BARS), SLIPPERY) == Decimal(price)


def test_what_happens_inside_a_bar_comes_before_the_next_open_and_buys_without_its_sales():
    assert list(Phase) == sorted(Phase)
    assert Phase.BOUGHT_INSIDE < Phase.SOLD_INSIDE < Phase.SPLIT < Phase.DIVIDEND
    assert Phase.DIVIDEND < Phase.SOLD_AT_OPEN < Phase.BOUGHT_AT_OPEN
