"""What entries add up to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.errors import TradingError
from bitstockerz_lab.paper.ledger import Entry, Ledger
from bitstockerz_lab.paper.matching import Phase

START = pd.Timestamp(2020, 1, 1)


def entry(day, phase, quantity, cash, number=1):
    moment = START + timedelta(days=day)
    return Entry(moment, phase, number, 1, Decimal(quantity), Decimal(cash))


def test_average_cost_has_the_fees_in_and_a_sale_takes_its_share_of_it():
    ledger = Ledger(
        Decimal(1000),
        [
            entry(0, Phase.BOUGHT_AT_OPEN, 10, -101),  # 10 at 10, fee 1
            entry(1, Phase.BOUGHT_AT_OPEN, 10, -201, 2),  # 10 at 20, fee 1
            entry(2, Phase.SOLD_AT_OPEN, -5, 149, 3),  # 5 at 30, fee 1
        ],
    )
    held = ledger.positions()[1]
    assert (held.quantity, held.cost, held.avg_cost) == (15, Decimal("226.5"), Decimal("15.1"))
    assert held.realised == Decimal("73.5")
    assert ledger.profits() == {3: Decimal("73.5")}
    assert ledger.cash == 847


def test_a_split_changes_the_units_and_nothing_else_and_a_dividend_is_realised():
    ledger = Ledger(
        Decimal(1000),
        [
            entry(0, Phase.BOUGHT_AT_OPEN, 10, -100),
            entry(1, Phase.SPLIT, 30, 0, 0),
            entry(2, Phase.DIVIDEND, 0, 8, 0),
        ],
    )
    held = ledger.positions()[1]
    assert (held.quantity, held.cost, held.avg_cost) == (40, 100, Decimal("2.5"))
    assert (held.realised, ledger.cash) == (8, 908)


def test_a_closed_position_leaves_no_cost_behind():
    ledger = Ledger(
        Decimal(100),
        [
            entry(0, Phase.BOUGHT_AT_OPEN, 3, "-10"),
            entry(1, Phase.SOLD_AT_OPEN, -1, 4, 2),
            entry(2, Phase.SOLD_AT_OPEN, -2, 9, 3),
        ],
    )
    held = ledger.positions()[1]
    assert (held.quantity, held.cost, held.avg_cost, held.realised) == (0, 0, 0, 3)


def test_what_was_sold_cannot_be_taken_away_by_a_split_stored_later():
    entries = [
        entry(0, Phase.BOUGHT_AT_OPEN, 10, -100),
        entry(1, Phase.SPLIT, -9, 0, 0),
        entry(2, Phase.SOLD_AT_OPEN, -10, 90),
    ]
    with pytest.raises(TradingError, match="reset"):
        Ledger(Decimal(1000), entries).positions()


def test_money_that_came_later_cannot_be_spent_before():
    ledger = Ledger(
        Decimal(100),
        [
            entry(0, Phase.BOUGHT_AT_OPEN, 1, -60),
            entry(5, Phase.SOLD_AT_OPEN, -1, 200),
            entry(8, Phase.BOUGHT_AT_OPEN, 1, -220, 3),
        ],
    )
    day_two, day_six = START + timedelta(days=2), START + timedelta(days=6)
    assert ledger.cash_to_spend(day_two, Phase.BOUGHT_AT_OPEN) == 20  # what day 8 leaves
    assert ledger.cash_to_spend(day_six, Phase.BOUGHT_AT_OPEN) == 20
    assert Ledger(Decimal(100), ledger.entries[:2]).cash_to_spend(
        day_two, Phase.BOUGHT_AT_OPEN
    ) == Decimal(40)


amounts = st.decimals(Decimal("0.0000000001"), Decimal(10_000), places=10)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    buys=st.lists(st.tuples(amounts, amounts), min_size=1, max_size=6),
    parts=st.lists(st.integers(1, 100), max_size=6),
    price=amounts,
)
def test_start_and_profits_are_cash_and_value_to_the_last_decimal(buys, parts, price):
    ledger = Ledger(Decimal(1_000_000))
    for number, (quantity, cash) in enumerate(buys):
        ledger.add(entry(2 * number, Phase.BOUGHT_AT_OPEN, quantity, -cash, number))
    for number, part in enumerate(parts):
        sold = (ledger.held(1) * part / 100).quantize(Decimal("1E-10"))
        ledger.add(entry(100 + number, Phase.SOLD_INSIDE, -sold, sold * 2, 100 + number))
    held = ledger.positions()[1]
    value = held.quantity * price
    assert held.quantity >= 0
    assert 1_000_000 + held.realised + (value - held.cost) == ledger.cash + value
