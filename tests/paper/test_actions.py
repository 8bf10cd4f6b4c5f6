"""Splits and dividends of what a paper account holds."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from bitstockerz_lab.enums import OrderStatus
from bitstockerz_lab.paper.prices import _ratio
from tests.helpers import typed_bars


@pytest.fixture
def split(market):
    """The lab with a stock that was split 4:1 before its fourth bar, and paid before its sixth."""
    bars = typed_bars("""
    40 41 39 40
    40 42 40 42
    42 44 41 44
    11 12 10 12
    12 12 11 12
    12 13 12 13
    """)
    market.market.load_frame(bars, "SPLT", "1d", asset_type="EQUITY")
    actions = pd.DataFrame(
        {"date": ["2020-01-09", "2020-01-11"], "split": [4, None], "dividend": [None, 0.25]}
    )
    market.market.load_actions(actions, "SPLT")
    market.paper.open(1000, start="2020-01-07")
    return market


def test_a_holding_goes_through_its_split_and_is_paid_its_dividend(split):
    split.paper.buy("SPLT", 10)
    split.paper.advance("2020-01-12")
    (held,) = split.paper.positions().to_dict("records")
    assert (held["quantity"], held["avg_cost"], held["value"]) == (40, 10, 520)
    account = split.paper.account()
    assert (account.cash, account.realised_profit, account.unrealised_profit) == (610, 10, 120)
    found = split.paper.actions()
    assert found["kind"].tolist() == ["DIVIDEND", "SPLIT"]
    assert found["quantity_change"].tolist() == [0, 30]
    assert found["cash_change"].tolist() == [10, 0]
    assert split.paper.equity().tolist() == [1000, 1020, 1040, 1080, 1080, 1130]


def test_a_split_is_never_half_seen(split):
    """At no time are units after it valued at a price before it, whether it is written or not."""
    split.paper.buy("SPLT", 10)
    worth = []
    for moment in pd.date_range("2020-01-08", "2020-01-10", freq="12h"):
        split.paper.advance(moment)
        worth.append(float(split.paper.account().equity))
    assert worth == [1020, 1020, 1040, 1040, 1080]


def test_a_split_that_is_loaded_after_the_fact_counts_as_soon_as_the_account_is_read(market):
    bars = typed_bars("40 40 40 40\n40 40 40 40\n40 40 40 40\n10 10 10 10\n10 10 10 10")
    market.market.load_frame(bars, "LATE", "1d", asset_type="EQUITY")
    market.paper.open(1000, start="2020-01-07")
    market.paper.buy("LATE", 10)
    market.paper.advance("2020-01-11")
    assert market.paper.account().equity == 700
    market.market.load_actions(pd.DataFrame({"date": ["2020-01-09"], "split": [4]}), "LATE")
    assert market.paper.account().equity == 1000
    assert market.paper.actions().empty  # a look writes nothing
    assert market.paper.fill().empty
    assert market.paper.actions()["value"].tolist() == [4]
    market.paper.fill()
    assert (market.paper.account().equity, len(market.paper.actions())) == (1000, 1)


def test_orders_from_before_a_split_are_cancelled_with_the_reason(split):
    order = split.paper.buy("SPLT", 10, limit=20)
    split.paper.advance("2020-01-10")
    ended = split.paper.order(order.id)
    assert ended.status is OrderStatus.CANCELLED
    assert ended.reject_reason.startswith("split 4:1 on 2020-01-09")
    assert split.paper.executions().empty


@pytest.mark.parametrize("ratio", ["4", "7", "2", "1/3", "1/8", "1/15", "3/2", "1.046"])
def test_a_ratio_is_exact_although_factor_files_have_six_digits(ratio):
    exact = Fraction(ratio)
    before = float(f"{float(1 / exact):.6g}")
    assert _ratio(1.0 / before) == exact


@pytest.mark.parametrize("ratio", ["1/1500", "1/2500", "1/12345", "1500", "999983/1000"])
def test_a_ratio_may_have_large_terms(ratio):
    assert _ratio(float(Fraction(ratio))) == Fraction(ratio)


def reverse(market, ratio, held, before=5.0, after=50.0):
    """Bars of a stock that is split before its fourth bar, and an account that holds some."""
    rows = [f"{price} {price} {price} {price}" for price in [before] * 3 + [after] * 4]
    market.market.load_frame(typed_bars("\n".join(rows)), "RVS", "1d", asset_type="EQUITY")
    actions = pd.DataFrame({"date": ["2020-01-09"], "split": [ratio]})
    market.market.load_actions(actions, "RVS")
    market.paper.open(100_000, start="2020-01-07")
    market.paper.buy("RVS", held)
    return market.paper


@pytest.mark.parametrize("clock", ["2020-01-09", "2020-01-09 12:00"])
def test_an_order_of_the_day_of_a_split_is_cancelled_and_the_account_goes_on(market, clock):
    paper = reverse(market, "1:10", 1000)
    paper.advance(clock)
    assert paper.positions()["quantity"].tolist() == [1000]  # the day's bar is not known yet
    order = paper.sell("RVS", 1000)
    paper.advance("2020-01-11")
    assert paper.order(order.id).status is OrderStatus.CANCELLED
    assert paper.order(order.id).reject_reason.startswith("split 1:10 on 2020-01-09")
    assert paper.positions()["quantity"].tolist() == [100]
    assert paper.account().equity == 100_000
    assert paper.sell("RVS", 100).status is OrderStatus.PENDING


@pytest.mark.parametrize(
    ("ratio", "held", "left", "before", "after"),
    [("1:3", 300, 100, 10, 30), ("1:15", 1500, 100, 2, 30), ("1:1500", 150_000, 100, 0.02, 30)],
)
def test_a_reverse_split_leaves_whole_units(market, ratio, held, left, before, after):
    paper = reverse(market, ratio, held, before, after)
    paper.advance("2020-01-11")
    assert paper.positions()["quantity"].tolist() == [left]
    assert paper.sell("RVS", left).status is OrderStatus.PENDING


@pytest.mark.parametrize("steps", [["2020-02-18"], pd.date_range("2020-01-08", "2020-02-18")])
def test_every_dividend_of_a_weekly_payer_is_paid_however_often_the_account_is_filled(
    market, steps
):
    bars = typed_bars("\n".join(["50 50 50 50"] * 42))
    market.market.load_frame(bars, "WEEK", "1d", asset_type="EQUITY")
    days = pd.date_range("2020-01-09", periods=5, freq="7D").append(
        pd.DatetimeIndex(["2020-01-20"])  # a special one between two
    )
    market.market.load_actions(pd.DataFrame({"date": days, "dividend": 0.5}), "WEEK")
    market.paper.open(10_000, start="2020-01-07")
    market.paper.buy("WEEK", 100)
    for step in steps:
        market.paper.advance(step)
    assert len(market.paper.actions()) == 6
    assert market.paper.account().cash == 5000 + 6 * 50


@pytest.mark.parametrize("late", [[], ["2020-01-10"], ["2020-01-09", "2020-01-10"]])
def test_a_split_that_is_loaded_late_makes_good_the_dividends_since(market, late):
    """However late, cash and units are those of an account that knew of it in time."""
    rows = ["40 40 40 40"] * 3 + ["20 20 20 20"] + ["5 5 5 5"] * 6
    market.market.load_frame(typed_bars("\n".join(rows)), "LATE", "1d", asset_type="EQUITY")
    splits = {"2020-01-09": 2, "2020-01-10": 4}
    paid = pd.DataFrame({"date": ["2020-01-08", "2020-01-11"], "dividend": [1, 0.333]})
    market.market.load_actions(paid, "LATE")

    def load(days):
        if days:
            ratios = [splits[day] for day in days]
            market.market.load_actions(pd.DataFrame({"date": days, "split": ratios}), "LATE")

    load([day for day in splits if day not in late])
    market.paper.open(1000, start="2020-01-07")
    market.paper.buy("LATE", 10)
    market.paper.advance("2020-01-13")
    load(late)
    market.paper.fill()
    account = market.paper.account()
    assert account.cash == 600 + 10 + 80 * Decimal("0.333")
    assert account.equity == 1000 + account.realised_profit + account.unrealised_profit
    assert account.realised_profit == 10 + 80 * Decimal("0.333")


@pytest.mark.reference
def test_apple_goes_through_its_split_of_2020_with_real_bars(lab, reference):
    bars = reference / "bars"
    lab.market.load_csv(bars / "AAPL_1d.csv", symbol="AAPL", timeframe="1d", exchange="XNAS")
    lab.market.load_factors(bars / "AAPL_factors.csv", symbol="AAPL")
    lab.paper.open(100_000, start="2020-08-28")
    lab.paper.buy("AAPL", 100)
    worth = []
    for day in ("2020-08-29", "2020-08-31", "2020-09-01"):
        lab.paper.advance(day)
        worth.append(float(lab.paper.account().equity))
    assert lab.paper.positions()["quantity"].tolist() == [400]
    assert lab.paper.actions()["value"].tolist() == [4]
    raw = lab.market.bars("AAPL", start="2020-08-28", end="2020-08-31", adjusted=False)
    cash = 100_000 - 100 * raw["open"].iloc[0]
    friday, monday = 100 * raw["close"].iloc[0], 400 * raw["close"].iloc[1]
    assert worth == pytest.approx([cash + friday, cash + friday, cash + monday])
