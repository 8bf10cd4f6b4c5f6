"""Moves that are too large for their time, and splits that nobody told of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.market import factors
from bitstockerz_lab.market.quality import jumps, moves
from tests.market.quality.conftest import scaled

DAY = "2019-08-07"


def busy(bars, times, day=DAY):
    return bars.assign(
        volume=bars["volume"].where(
            bars.index != pd.Timestamp(day, tz="UTC"), bars["volume"] * times
        )
    )


def test_a_large_move_with_the_usual_volume_is_an_outlier(quiet, found, message):
    jumped = scaled(quiet(), DAY, 1.15)
    assert found(jumped) == [("jump", "warning", DAY, DAY, 1)]
    assert "does not bear it out" in message(jumped)


def test_the_same_move_with_much_volume_is_a_markets_own(quiet, found, message):
    jumped = scaled(quiet(), DAY, 1.08)
    assert [severity for _, severity, *_ in found(jumped)] == ["warning"]
    assert found(busy(jumped, 4)) == []
    news = busy(scaled(quiet(), DAY, 0.80), 4)
    assert found(news) == [("jump", "info", DAY, DAY, 1)]
    assert "news, most likely" in message(news)


def test_a_move_that_is_usual_for_its_time_is_none(quiet, found):
    assert found(scaled(quiet(), DAY, 1.03)) == []


def test_a_crisis_has_its_own_measure(quiet, found):
    bars = quiet(400)
    calm = np.log(bars["close"]).diff().fillna(0.0).to_numpy()
    wild = calm.copy()
    wild[200:230] *= 12
    close = 100 * np.exp(np.cumsum(wild))
    opened = np.r_[100.0, close[:-1]]
    crisis = bars.assign(
        open=opened,
        close=close,
        high=np.maximum(opened, close) * 1.001,
        low=np.minimum(opened, close) * 0.999,
    )
    assert np.abs(wild[200:230]).max() > 0.08
    assert found(crisis) == []


def test_a_few_bars_have_no_outliers(quiet, found):
    assert found(scaled(quiet(9), "2019-01-09", 1.4)) == []


def test_a_jump_over_a_gap_is_named_and_as_bad_as_the_gap(quiet, found):
    bars = quiet(400)
    at = bars.index.get_loc(pd.Timestamp(DAY, tz="UTC"))
    hole = busy(scaled(bars, DAY, 1.48), 5).drop(bars.index[at - 100 : at])
    assert [row for row in found(hole) if row[0] == "jump"] == [("jump", "error", DAY, DAY, 1)]
    small = scaled(bars, DAY, 1.48).drop(bars.index[at - 2 : at])
    assert [row[:2] for row in found(small)] == [("gap", "warning"), ("jump", "warning")]


@pytest.mark.parametrize("ratio", [2, 3, 1.5, 4, 5, 7, 10, 20, 1 / 2, 1 / 10])
def test_a_split_that_no_factor_explains_is_named(quiet, found, ratio):
    split = scaled(quiet(), DAY, 1 / ratio)
    split["volume"] = split["volume"].where(
        split.index < pd.Timestamp(DAY, tz="UTC"), split["volume"] * ratio
    )
    told = [row for row in found(split) if row[0] != "volume_unit"]
    assert told == [("split", "error", DAY, DAY, 1)]


@pytest.mark.parametrize(("ratio", "name"), [(7, "7:1"), (1.5, "3:2"), (0.1, "1:10")])
def test_a_splits_sentence_says_which(quiet, message, ratio, name):
    assert f"like a {name} split, and no factor explains it" in message(
        scaled(quiet(), DAY, 1 / ratio)
    )


def test_a_fall_that_is_near_no_ratio_is_a_jump(quiet, found):
    assert found(scaled(quiet(), DAY, 1 / 1.25)) == [("jump", "warning", DAY, DAY, 1)]


@pytest.mark.parametrize("factor", [100, 1 / 100, 2.7, 1 / 2.7, 1.8])
def test_prices_of_another_unit_from_a_day_on_are_an_error(quiet, found, factor):
    assert found(scaled(quiet(), DAY, factor)) == [("jump", "error", DAY, DAY, 1)]
    assert found(busy(scaled(quiet(), DAY, factor), 2.5)) == [("jump", "error", DAY, DAY, 1)]


def test_twice_the_usual_volume_does_not_bear_out_a_hundredth_of_the_price(quiet, message):
    text = message(busy(scaled(quiet(), DAY, 0.01), 2.5))
    assert "which does not bear it out" in text


def test_a_fall_to_a_third_on_a_rush_of_volume_is_news(quiet, found):
    crash = busy(scaled(quiet(), DAY, 1 / 2.7), 14)
    assert found(crash) == [("jump", "info", DAY, DAY, 1)]


def test_a_hundredth_of_the_price_is_an_error_without_volumes_and_over_one_day_too(quiet, found):
    bars = scaled(quiet(), DAY, 0.01)
    assert ("jump", "error", DAY, DAY, 1) in found(bars.assign(volume=0.0))
    at = bars.index.get_loc(pd.Timestamp(DAY, tz="UTC"))
    assert [row[:2] for row in found(bars.drop(bars.index[at - 1]))] == [
        ("gap", "warning"), ("jump", "error"),
    ]  # fmt: skip


def test_a_sudden_multiple_with_the_usual_volume_is_no_news(quiet, found, message):
    for ratio in (10, 2):
        risen = scaled(quiet(), DAY, ratio)
        assert found(risen) == [("split", "error", DAY, DAY, 1)]
        assert "news" not in message(risen)


def test_twice_the_price_on_a_rush_of_volume_rose(quiet, found, message):
    taken_over = busy(scaled(quiet(), DAY, 2), 12)
    assert found(taken_over) == [("split", "warning", DAY, DAY, 1)]
    assert "or it rose on news" in message(taken_over)


def test_a_split_that_a_factor_explains_is_quiet(quiet, found):
    raw = scaled(quiet(), DAY, 1 / 7)
    raw["volume"] = raw["volume"].where(raw.index < pd.Timestamp(DAY, tz="UTC"), raw["volume"] * 7)
    told = pd.DataFrame(
        {"date": [pd.Timestamp("2019-08-06")], "price_factor": [1.0], "split_factor": [1 / 7]}
    )
    assert found(raw, factors.adjust(raw, told, "all")) == []


def test_a_factor_that_no_price_explains_is_found(quiet, found, message):
    raw = quiet()
    wrong = pd.DataFrame(
        {"date": [pd.Timestamp("2019-08-06")], "price_factor": [1.0], "split_factor": [0.5]}
    )
    adjusted = factors.adjust(raw, wrong, "all").assign(volume=raw["volume"])
    assert found(raw, adjusted) == [("split", "error", DAY, DAY, 1)]
    assert "factors change here like a 2:1 split, and the price did not" in message(raw, adjusted)


def test_half_the_price_on_a_rush_of_volume_may_be_news(quiet, found, message):
    crash = busy(scaled(quiet(), DAY, 0.5), 12)
    assert found(crash) == [("split", "warning", DAY, DAY, 1)]
    assert "or it fell on news" in message(crash)


def test_without_volumes_only_a_very_large_move_is_told(quiet, found):
    still = scaled(quiet(), DAY, 1.08).assign(volume=0.0)
    assert [kind for kind, *_ in found(still)] == ["zero_volume"]
    assert [kind for kind, *_ in found(scaled(quiet(), DAY, 1.25).assign(volume=0.0))] == [
        "zero_volume", "jump",
    ]  # fmt: skip


def test_moves_do_not_depend_on_what_is_not_near(quiet):
    bars = quiet(1000)
    whole = moves.measure(bars, np.zeros(1000, dtype=int))
    part = moves.measure(bars.iloc[300:], np.zeros(700, dtype=int))
    inside = slice(600, 900)  # two windows away from where the shorter one begins
    np.testing.assert_allclose(whole.z[inside], part.z[300:600], rtol=1e-9)


def test_ratios_are_named_as_people_write_them():
    assert [jumps._named(ratio) for ratio in (2.0, 1.5, 7.0, 0.05, 2 / 3)] == [
        "2:1", "3:2", "7:1", "1:20", "2:3",
    ]  # fmt: skip
