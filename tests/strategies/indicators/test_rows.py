"""Several periods of an indicator in one call are what each gives alone, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from bitstockerz_lab.strategies.indicators import compute_all
from bitstockerz_lab.strategies.indicators.catalogue import CATALOGUE

WITH_ROWS = [entry for entry in CATALOGUE.values() if entry.rows is not None]
PERIODS = np.array([2, 3, 14, 50, 299, 300, 301])
BEFORE, BARS, AFTER = 5, 300, 7


@pytest.mark.parametrize("entry", WITH_ROWS, ids=lambda entry: entry.name)
def test_rows_are_what_each_period_gives_alone(entry):
    prices = 100 * np.exp(np.random.default_rng(7).normal(0, 0.02, BARS).cumsum())
    rows = np.full((len(PERIODS) + 2, BEFORE + BARS + AFTER), -1.0)
    entry.rows(prices, PERIODS, rows, 1, BEFORE)
    for row, period in zip(rows[1:-1], PERIODS.tolist(), strict=True):
        (alone,) = compute_all(entry, [prices], {"period": period}).values()
        np.testing.assert_array_equal(row[BEFORE:-AFTER], alone)
    rows[1:-1, BEFORE:-AFTER] = -1.0
    assert (rows == -1.0).all()


def test_they_are_told_a_period_and_nothing_else():
    assert {entry.name for entry in WITH_ROWS} == {"sma", "ema", "rsi"}
    for entry in WITH_ROWS:
        assert [setting.name for setting in entry.settings] == ["period"]
        assert len(entry.inputs) == len(entry.outputs) == 1
