"""Which bar fills an order, when, and at what price before slippage.

A market order fills at the open of the first bar that starts once it was placed. A limit order
fills from that bar on: at the open where that is the limit or better, else at the limit in the
first bar that touches it. When inside that bar nobody knows, so the bar's end is taken: by then it
had happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab import clock
from bitstockerz_lab.paper import money

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    import pandas as pd

    from bitstockerz_lab.paper.orders import Order
    from bitstockerz_lab.paper.terms import Terms


class Phase(IntEnum):
    """What comes first of what bears the same moment: a bar's end before the next one's open.

    Inside a bar nothing is bought with what was sold in it; at an open sales come first.
    """

    BOUGHT_INSIDE = 0
    SOLD_INSIDE = 1
    SPLIT = 2
    DIVIDEND = 3
    SOLD_AT_OPEN = 4
    BOUGHT_AT_OPEN = 5


@dataclass(frozen=True, slots=True)
class Touch:
    """The first chance of an order: whether it can pay is another question.

    Attributes
    ----------
    moment : when it had happened for certain, UTC naive: a bar's start, or its end
    phase : its place among what happened at that moment
    bar_at : start of the bar
    price : the bar's open or the order's limit
    """

    moment: datetime
    phase: Phase
    bar_at: datetime
    price: Decimal


def first_touch(order: Order, bars: pd.DataFrame) -> Touch | None:
    """Return where bars first fill an order; None where they do not.

    Parameters
    ----------
    order : a pending one
    bars : raw bars of its symbol and timeframe, index UTC ascending, all of them known;
        those that start before it was placed are not looked at
    """
    later = bars[bars.index >= clock.utc(order.requested_at)]
    if later.empty:
        return None
    opens = later["open"].to_numpy()
    at_open = np.ones(len(later), dtype=bool)
    inside = np.zeros(len(later), dtype=bool)
    if order.limit_price is not None:
        limit = float(order.limit_price)
        at_open = opens <= limit if order.buys else opens >= limit
        inside = (later["low"] <= limit if order.buys else later["high"] >= limit).to_numpy()
    reached = np.flatnonzero(at_open | inside)
    if not len(reached):
        return None
    place = int(reached[0])
    start = later.index[place]
    if at_open[place]:
        phase = Phase.BOUGHT_AT_OPEN if order.buys else Phase.SOLD_AT_OPEN
        return Touch(_naive(start), phase, _naive(start), money.price_of(opens[place]))
    phase = Phase.BOUGHT_INSIDE if order.buys else Phase.SOLD_INSIDE
    end = clock.bar_end(start, order.timeframe)
    return Touch(_naive(end), phase, _naive(start), order.limit_price or money.ZERO)


def fill_price(order: Order, touch: Touch, terms: Terms) -> Decimal:
    """Return what a fill costs a unit: slippage on what trades at an open, never past a limit."""
    if touch.phase in (Phase.BOUGHT_INSIDE, Phase.SOLD_INSIDE):
        return touch.price
    slipped = terms.slipped(touch.price, buys=order.buys)
    if order.limit_price is None:
        return slipped
    return min(slipped, order.limit_price) if order.buys else max(slipped, order.limit_price)


def _naive(stamp: pd.Timestamp) -> datetime:
    return stamp.tz_localize(None).to_pydatetime()
