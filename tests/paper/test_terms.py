"""What an account may begin with."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.paper.terms import Terms


def test_fees_and_slippage_are_exact():
    terms = Terms.of(1000, "usd", " Mine ", fee_bps=12.5, fixed_fee="1.10", slippage_bps=5)
    assert (terms.name, terms.currency) == ("Mine", "USD")
    assert terms.fee(Decimal("200.40")) == Decimal("1.3505")
    assert terms.slipped(Decimal(100), buys=True) == Decimal("100.05")
    assert terms.slipped(Decimal(100), buys=False) == Decimal("99.95")


@pytest.mark.parametrize(
    "wrong",
    [
        {"cash": 0},
        {"cash": -1},
        {"fee_bps": -1},
        {"slippage_bps": 10_000},
        {"fixed_fee": "much"},
        {"currency": "dollars!"},
        {"name": " "},
    ],
)
def test_terms_that_mean_nothing_are_refused(wrong):
    with pytest.raises(DataError):
        Terms.of(**({"cash": 1000, "currency": "USD", "name": "x"} | wrong))
