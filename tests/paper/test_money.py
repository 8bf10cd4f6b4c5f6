"""Numbers are taken as they are written, and rounded once."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.paper import money


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1, "0.1"),
        ("0.1", "0.1"),
        (10, "10"),
        (np.float64(2.5), "2.5"),
        (np.int64(7), "7"),
        (Decimal("1E-10"), "0.0000000001"),
        (" 3 ", "3"),
    ],
)
def test_a_number_is_what_was_written(value, expected):
    assert money.exact("quantity", value) == Decimal(expected)


@pytest.mark.parametrize(
    "value", [True, None, "ten", float("nan"), float("inf"), 1e16, "0.00000000001", [1], "1_0x"]
)
def test_what_is_no_exact_number_is_refused_by_name(value):
    with pytest.raises(DataError, match="quantity="):
        money.exact("quantity", value)


def test_products_of_large_numbers_keep_every_digit_until_they_are_rounded():
    large = Decimal("123456789012345.1234567891")
    assert money.times(large, Decimal("0.0000000003")) == Decimal("37037.0367037035")
    assert money.times(Decimal("0.00001"), Decimal("0.00001")) == Decimal("1E-10")


def test_a_share_of_all_is_all_of_it():
    third = money.share(Decimal(100), Decimal(1), Decimal(3))
    assert third == Decimal("33.3333333333")
    assert money.share(Decimal(100), Decimal(3), Decimal(3)) == 100
