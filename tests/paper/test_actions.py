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


@pytest.mark.parametrize("ratio", ["4", "7", "2", "1/8", "3/2", "1.046"])
def test_a_ratio_is_exact_although_factor_files_have_six_digits(ratio):
    exact = Fraction(ratio)
    before = float(f"{float(1 / exact):.6g}")
    assert abs(_ratio(1.0 / before) - Decimal(exact.numerator) / Decimal(exact.denominator)) < (
        Decimal("1E-9")
    )


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
