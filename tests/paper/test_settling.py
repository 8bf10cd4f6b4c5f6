"""Orders and bars at random: nothing is lent, nothing fills too early, and steps do not matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.enums import OrderSide, OrderStatus
from bitstockerz_lab.paper import money
from bitstockerz_lab.paper.ledger import Entry, Ledger
from bitstockerz_lab.paper.matching import Phase, first_touch
from bitstockerz_lab.paper.orders import Order
from bitstockerz_lab.paper.settling import Action, settle, unentered
from bitstockerz_lab.paper.terms import Terms

START = pd.Timestamp(2020, 1, 6)
DAYS = 8
SYMBOLS = (1, 2)

price = st.integers(50, 150).map(lambda cents: cents / 10)
bar = st.tuples(price, price, price, price).map(
    lambda four: (four[0], max(four), min(four), four[3])
)
tapes = st.fixed_dictionaries({n: st.lists(bar, min_size=DAYS, max_size=DAYS) for n in SYMBOLS})
wishes = st.lists(
    st.tuples(
        st.sampled_from(SYMBOLS),
        st.sampled_from(["BUY", "BUY", "SELL"]),
        st.integers(1, 40),
        st.one_of(st.none(), price),
        st.integers(0, DAYS - 1),
    ),
    max_size=10,
)
terms = st.builds(
    Terms.of,
    st.just(300),
    st.just("USD"),
    st.just("x"),
    fee_bps=st.sampled_from([0, 10, 33.3]),
    fixed_fee=st.sampled_from([0, "0.35"]),
    slippage_bps=st.sampled_from([0, 7]),
)


def frame(rows):
    index = pd.date_range(START, periods=len(rows), tz="UTC", name="timestamp")
    return pd.DataFrame(rows, index=index, columns=["open", "high", "low", "close"])


def run(bars, wanted, conditions, steps, splits=()):
    """Place each order on its day, settling at each of the steps; sales only of what is held."""
    ledger, orders, fills, ended = Ledger(conditions.starting_balance), {}, [], []
    for day in range(DAYS + 1):
        for number, (symbol, side, units, limit, placed) in enumerate(wanted):
            if placed == day and (side == "BUY" or covered(ledger, orders, symbol, units)):
                orders[number] = Order(
                    number, symbol, "S", "USD", OrderSide(side), Decimal(units),
                    None if limit is None else Decimal(str(limit)), "1d",
                    START + timedelta(days=day),
                )  # fmt: skip
        if day not in steps:
            continue
        known = {symbol: rows[:day] for symbol, rows in bars.items()}
        touches = {o: t for o in orders.values() if (t := first_touch(o, known[o.symbol_id]))}
        due = [s for s in splits if s.known_at <= START + timedelta(days=day)]
        splits = [s for s in splits if s not in due]
        waiting = [one for one in orders.values() if one not in touches]
        done = settle(ledger, touches, due, waiting, conditions)
        fills += done.fills
        ended += done.refused
        for one in (*(fill.order for fill in done.fills), *done.refused):
            del orders[one.id]
        assert not settle(ledger, {}, [], orders.values(), conditions)
    return ledger, fills, ended


def covered(ledger, orders, symbol, units):
    promised = sum(o.quantity for o in orders.values() if not o.buys and o.symbol_id == symbol)
    return ledger.held(symbol) - promised >= units


EVERY_DAY = range(DAYS + 1)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(rows=tapes, wanted=wishes, conditions=terms)
def test_cash_and_holdings_are_never_below_zero_and_no_fill_is_before_its_order(
    rows, wanted, conditions
):
    bars = {symbol: frame(tape) for symbol, tape in rows.items()}
    ledger, fills, ended = run(bars, wanted, conditions, EVERY_DAY)
    cash, held = conditions.starting_balance, dict.fromkeys(SYMBOLS, Decimal(0))
    for one in ledger.entries:
        cash += one.cash_change
        held[one.symbol_id] += one.quantity_change
        assert cash >= 0
        assert min(held.values()) >= 0
    assert cash == ledger.cash
    assert {n: p.quantity for n, p in ledger.positions().items()} == {
        n: q for n, q in held.items() if n in ledger.positions()
    }
    for fill in fills:
        order = fill.order
        assert fill.bar_at >= order.requested_at
        assert order.filled_at >= fill.bar_at
        bar = bars[order.symbol_id].loc[pd.Timestamp(fill.bar_at, tz="UTC")]
        if order.limit_price is not None:
            better = fill.price <= order.limit_price if order.buys else None
            assert better or (not order.buys and fill.price >= order.limit_price)
            assert Decimal(str(bar.low)) <= order.limit_price or not order.buys
    assert all(one.status is OrderStatus.REJECTED for one in ended)
    assert len({fill.order.id for fill in fills} | {one.id for one in ended}) == len(fills) + len(
        ended
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    rows=tapes,
    wanted=wishes.map(lambda orders: [(*one[:4], 0) for one in orders if one[1] == "BUY"]),
    conditions=terms,
    steps=st.sets(st.integers(1, DAYS - 1)),
)
def test_settling_bar_by_bar_or_all_at_once_comes_to_the_same(rows, wanted, conditions, steps):
    bars = {symbol: frame(tape) for symbol, tape in rows.items()}
    often = run(bars, wanted, conditions, EVERY_DAY)
    seldom = run(bars, wanted, conditions, {*steps, DAYS})
    assert often[0].entries == seldom[0].entries
    assert sorted(often[1], key=str) == sorted(seldom[1], key=str)


def action(phase, value, day=3, symbol=1):
    """What is effective on a day whose bar makes it known."""
    return Action(symbol, phase, Fraction(value), START + timedelta(days=day))


BARS = {1: frame([(10, 11, 9, 10)] * DAYS), 2: frame([(10, 11, 9, 10)] * DAYS)}
FREE = Terms.of(100, "USD", "x")


def test_a_buy_that_cannot_be_paid_is_rejected_with_the_numbers():
    _, fills, ended = run(BARS, [(1, "BUY", 11, None, 1)], FREE, EVERY_DAY)
    assert fills == []
    (order,) = ended
    assert order.status is OrderStatus.REJECTED
    assert order.reject_reason == (
        "at 10 on 2020-01-07 it came to 110.00 USD with costs, and 100.00 USD were there; "
        "nothing is lent"
    )


def test_at_one_open_sales_pay_for_buys():
    wanted = [(1, "BUY", 10, None, 0), (2, "BUY", 10, None, 3), (1, "SELL", 10, None, 3)]
    _, fills, ended = run(BARS, wanted, FREE, EVERY_DAY)
    assert [(fill.order.id, fill.order.filled_at.day) for fill in fills] == [(0, 6), (2, 9), (1, 9)]
    assert ended == []


def test_what_is_sold_inside_a_bar_pays_for_nothing_that_is_bought_in_it():
    wanted = [(1, "BUY", 10, None, 0), (1, "SELL", 10, 11, 3), (2, "BUY", 10, 9, 3)]
    _, fills, ended = run(BARS, wanted, FREE, EVERY_DAY)
    assert [fill.order.id for fill in fills] == [0, 1]
    assert [one.id for one in ended] == [2]


def test_a_split_multiplies_what_is_held_and_cancels_the_orders_before_it():
    split = action(Phase.SPLIT, 4)
    wanted = [(1, "BUY", 5, None, 0), (1, "BUY", 1, 5, 1), (2, "BUY", 1, 5, 1), (1, "BUY", 1, 9, 4)]
    for steps in (EVERY_DAY, {DAYS}):
        ledger, fills, ended = run(BARS, wanted, FREE, steps, [split])
        assert ledger.positions()[1].quantity == 21
        assert [fill.order.id for fill in fills] == [0, 3]
        assert [(one.id, one.status) for one in ended] == [(1, OrderStatus.CANCELLED)]
        assert ended[0].reject_reason.startswith("split 4:1 on 2020-01-09")


def test_a_split_that_is_stored_late_counts_for_what_was_held_then():
    ledger, *_ = run(BARS, [(1, "BUY", 5, None, 0), (1, "BUY", 2, None, 4)], FREE, EVERY_DAY)
    late = action(Phase.SPLIT, 4)
    settle(ledger, {}, [late], (), FREE)
    assert ledger.positions()[1].quantity == 5 * 4 + 2


def test_a_sale_of_units_that_a_split_took_away_is_rejected_with_the_numbers():
    """The bars came late: it was placed after the split, in units from before it."""
    ledger = Ledger(FREE.starting_balance)
    bought = Order(0, 1, "S", "USD", OrderSide.BUY, Decimal(10), None, "1d", START)
    settle(ledger, {bought: first_touch(bought, BARS[1])}, [], (), FREE)
    sale = replace(bought, id=1, side=OrderSide.SELL, requested_at=START + timedelta(days=5))
    reverse = action(Phase.SPLIT, Fraction(1, 10))
    done = settle(ledger, {sale: first_touch(sale, BARS[1])}, [reverse], (), FREE)
    assert ledger.positions()[1].quantity == 1
    (refused,) = done.refused
    assert refused.status is OrderStatus.REJECTED
    assert refused.reject_reason == ("on 2020-01-11 1 S were there to sell; nothing is sold short")


def test_a_sale_that_a_later_one_leaves_no_units_for_is_rejected():
    ledger, *_ = run(BARS, [(1, "BUY", 5, None, 0), (1, "SELL", 5, None, 5)], FREE, EVERY_DAY)
    early = Order(9, 1, "S", "USD", OrderSide.SELL, Decimal(1), None, "1d", START + timedelta(2))
    done = settle(ledger, {early: first_touch(early, BARS[1])}, [], (), FREE)
    assert [one.status for one in done.refused] == [OrderStatus.REJECTED]
    assert ledger.positions()[1].quantity == 0


def test_an_entry_stands_for_the_nearest_report_and_for_no_other():
    entered = [Entry(START + timedelta(days=7), Phase.DIVIDEND, 0, 1, Decimal(0), Decimal(1))]
    reports = [action(Phase.DIVIDEND, 1, day) for day in (0, 6, 14)]
    reports += [action(Phase.SPLIT, 2, 7), action(Phase.DIVIDEND, 1, 7, symbol=2)]
    assert unentered(reports, entered) == [reports[0], *reports[2:]]
    assert unentered(reports, []) == reports
    assert unentered(reports[:1], entered) == []


@pytest.mark.parametrize("open_", [1.26e-9, 4e-11])
def test_an_order_is_rejected_where_ten_decimals_would_make_its_price_another(open_):
    tiny = {1: frame([(open_,) * 4] * DAYS), 2: BARS[2]}
    _, fills, ended = run(tiny, [(1, "BUY", 1000, None, 1)], FREE, EVERY_DAY)
    assert fills == []
    assert ended[0].status is OrderStatus.REJECTED
    assert "the ledger keeps ten decimals" in ended[0].reject_reason


def test_slippage_that_is_smaller_than_ten_decimals_is_not_left_out_in_silence():
    tiny, dear = (
        {1: frame([(1e-8,) * 4] * DAYS), 2: BARS[2]},
        replace(FREE, slippage_bps=Decimal(5)),
    )
    _, fills, ended = run(tiny, [(1, "BUY", 1000, None, 1)], dear, EVERY_DAY)
    assert (fills, len(ended)) == ([], 1)


def test_a_dividend_is_paid_on_what_was_held_before_its_day():
    paid = action(Phase.DIVIDEND, "0.25")
    wanted = [(1, "BUY", 5, None, 0), (1, "BUY", 2, None, 3)]
    ledger, *_ = run(BARS, wanted, FREE, EVERY_DAY, [paid])
    assert ledger.cash == 100 - 70 + Decimal("1.25")
    assert ledger.positions()[1].realised == Decimal("1.25")


def test_an_order_says_what_became_of_it():
    wish = Order(
        3, 1, "ACME", "USD", OrderSide.BUY, Decimal("10.50"), Decimal(120), "1d", START
    )  # fmt: skip
    assert str(wish) == (
        "Order 3: buy 10.5 ACME at 120 or better, pending; it may fill on 1d bars from "
        "2020-01-06 00:00 UTC"
    )
    done = replace(
        wish, status=OrderStatus.FILLED, avg_fill_price=Decimal("119.00"), filled_at=START
    )
    assert str(done).endswith("filled at 119 on 2020-01-06 00:00 UTC")
    refused = replace(wish, status=OrderStatus.REJECTED, reject_reason="no money")
    assert str(refused).endswith("rejected: no money")
    assert money.plain(Decimal(1000)) == "1,000"
