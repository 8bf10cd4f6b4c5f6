from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.pages import formats

NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100000, f"100,000.00{NO_BREAK}USD"),
        (-1234.5, f"−1,234.50{NO_BREAK}USD"),
        (1e15, f"1,000,000,000,000,000.00{NO_BREAK}USD"),
        (-0.001, f"0.00{NO_BREAK}USD"),
        (np.float64(2.5), f"2.50{NO_BREAK}USD"),
    ],
)
def test_money_has_thousands_separators_cents_and_no_negative_zero(value, text):
    assert formats.money(value, "USD") == text


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf"), pd.NA, "text"])
def test_what_is_no_number_is_a_dash(nothing):
    assert formats.money(nothing, "USD") == formats.percent(nothing) == formats.MISSING


def test_a_percentage_has_its_sign_and_two_decimals():
    assert formats.percent(12.346) == f"+12.35{NO_BREAK}%"
    assert formats.percent(-0.5) == f"−0.50{NO_BREAK}%"
    assert formats.percent(0.0) == f"0.00{NO_BREAK}%"
    assert formats.percent(26.1, signed=False) == f"26.10{NO_BREAK}%"


def test_small_prices_keep_five_digits_and_are_never_scientific():
    assert formats.price(0.0000123456) == "0.000012346"
    assert formats.price(0.5) == "0.50000"
    assert formats.price(123.456) == "123.46"
    assert "e" not in formats.price(1e-11)


def test_quantities_lose_their_trailing_zeros():
    assert formats.quantity(1204.0) == "1,204"
    assert formats.quantity(0.12345678) == "0.12345678"
    assert formats.quantity(100) == "100"


def test_a_date_shows_its_time_only_where_bars_are_shorter_than_a_day():
    stamp = pd.Timestamp("2020-01-02 14:00", tz="UTC")
    assert formats.when(stamp) == "2020-01-02"
    assert formats.when(stamp, "1h") == "2020-01-02 14:00"
    assert formats.when(pd.NaT) == formats.when(None) == formats.MISSING
