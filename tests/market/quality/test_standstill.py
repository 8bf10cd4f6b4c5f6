"""Bars in which nothing happens."""

from __future__ import annotations

import pytest

PRICES = ["open", "high", "low", "close"]


def put(bars, at, **values):
    changed = bars.copy()
    for name, value in values.items():
        changed.iloc[at, changed.columns.get_loc(name)] = value
    return changed


def stand_still(bars, first, last, *, flat=True):
    """Repeat the close before, or the whole bar before, from one place to another."""
    changed = bars.copy()
    before = changed.iloc[first - 1]
    for at in range(first, last):
        changed.iloc[at, :4] = [before["close"]] * 4 if flat else before[PRICES].to_numpy()
    return changed


def test_bars_without_a_volume_are_one_finding_a_run(quiet, found):
    bars = quiet()
    assert found(put(bars, slice(50, 52), volume=0.0)) == [
        ("zero_volume", "info", "2019-03-15", "2019-03-18", 2)
    ]
    assert found(put(bars, slice(50, 53), volume=0.0)) == [
        ("zero_volume", "warning", "2019-03-15", "2019-03-19", 3)
    ]


def test_filled_bars_without_a_volume_are_told_once(quiet, found):
    bars = put(stand_still(quiet(), 50, 60), slice(50, 60), volume=0.0)
    assert [kind for kind, *_ in found(bars)] == ["zero_volume"]


def test_a_symbol_that_never_has_a_volume_is_told_once(quiet, found, message):
    bars = quiet().assign(volume=0.0)
    assert found(bars) == [("zero_volume", "info", "2019-01-02", "2020-03-11", 300)]
    assert message(bars).startswith("No bar has a volume")


def test_one_price_all_day_is_flat(quiet, found):
    assert found(stand_still(quiet(), 50, 51)) == [("flat", "info", "2019-03-15", "2019-03-15", 1)]
    three = quiet()
    for at in (50, 51, 52):
        three.iloc[at, :4] = three.iloc[at]["close"]
    assert found(three) == [("flat", "warning", "2019-03-15", "2019-03-19", 3)]


def test_a_copied_bar_is_frozen(quiet, found, message):
    copied = stand_still(quiet(), 50, 51, flat=False)
    assert found(copied) == [("frozen", "warning", "2019-03-14", "2019-03-15", 2)]
    assert message(copied) == "2 bars in a row with the same open, high, low and close."
    assert found(put(copied, 50, low=copied.iloc[50]["low"] * 0.999)) == []


@pytest.mark.parametrize(("last", "kinds"), [(53, []), (54, ["frozen"])])
def test_five_days_at_one_close_are_frozen_and_four_are_not(quiet, found, last, kinds):
    bars = quiet()
    close = bars.iloc[49]["close"]
    still = put(bars, slice(50, last), close=close)
    still["high"] = still[["high", "close", "open"]].max(axis=1)
    still["low"] = still[["low", "close", "open"]].min(axis=1)
    assert [row for row in found(still) if row[0] == "frozen"] == [
        (kind, "warning", "2019-03-14", "2019-03-20", 5) for kind in kinds
    ]
