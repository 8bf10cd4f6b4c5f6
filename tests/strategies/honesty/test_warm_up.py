"""The warm-up that is measured is the one that is known."""

from __future__ import annotations

import pytest

from bitstockerz_lab.strategies.honesty import warm_up
from tests.helpers import make_bars


@pytest.mark.parametrize("period", [1, 5, 50])
def test_a_window_needs_its_length_less_one(period):
    found = warm_up(lambda bars: bars[["close"]].rolling(period).mean(), make_bars(400))
    assert found == period - 1


def test_an_exponential_average_settles_when_its_start_weighs_a_billionth():
    alpha = 2 / 21
    found = warm_up(
        lambda bars: bars[["close"]].ewm(alpha=alpha, adjust=False).mean(), make_bars(2000)
    )
    assert 150 < found < 260  # (1 − α)^n < 1e-9 × the difference of two averages


def test_a_running_total_never_settles():
    assert warm_up(lambda bars: bars[["volume"]].cumsum(), make_bars(400)) is None


def test_signals_settle_with_what_they_are_made_of():
    def rules(bars):
        return bars[["close"]] > bars[["close"]].rolling(30).mean()

    assert 0 < warm_up(rules, make_bars(400)) <= 29
