"""Any function of TA-Lib by its name: as TA-Lib has it, and by the rules of this catalogue."""

from __future__ import annotations

import json

import numpy as np
import pytest
import talib
from talib import abstract

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.indicators.talib_functions import TABLE, functions
from tests.helpers import make_bars
from tests.strategies.indicators.examples import columns, made
from tests.strategies.indicators.talib_table import LEFT_OUT, table

NAMES = sorted(functions())
BARS = make_bars(500, seed=12, timeframe="1h")
UNDEFINED = {"talib.ACOS", "talib.ASIN"}  # of a price above 1


def test_the_committed_table_is_that_of_the_installed_talib():
    """If not: `python -m tests.strategies.indicators.talib_table`."""
    assert json.loads(TABLE.read_text("utf-8")) == json.loads(json.dumps(table()))


def test_every_function_of_talib_is_there_but_one_that_needs_a_column_of_periods():
    assert {name.removeprefix("talib.") for name in NAMES} == {*talib.get_functions()} - LEFT_OUT
    assert len(NAMES) > 150


@pytest.mark.parametrize("name", NAMES)
def test_the_values_are_those_of_talib(name):
    entry = indicators.get(name)
    function = getattr(talib, name.removeprefix("talib."))
    expected = function(*columns(name, BARS))
    expected = expected if isinstance(expected, list | tuple) else [expected]
    for found, values in zip(made(name, BARS).values(), expected, strict=True):
        known = np.isfinite(found)
        np.testing.assert_array_equal(found[known], values[known])
        assert not np.isfinite(
            values[entry.warm_up(entry.defaults) :][~known[entry.warm_up(entry.defaults) :]]
        ).any()


@pytest.mark.parametrize("name", sorted(set(NAMES) - UNDEFINED))
def test_the_warm_up_is_the_number_of_bars_before_the_first_value(name):
    entry = indicators.get(name)
    for extra in (0, 3):
        told = {
            setting.name: setting.default + extra * (setting.name.endswith("period"))
            for setting in entry.settings
        }
        for values in made(name, BARS, **told).values():
            assert np.isnan(values[: entry.warm_up(told)]).all()
            assert np.isfinite(values[entry.warm_up(told)])


@pytest.mark.parametrize("name", NAMES)
def test_values_of_the_first_n_bars_are_the_same_bit_for_bit(name):
    full = made(name, BARS)
    for n in (1, 2, 33, 120, 250, 499):
        for output, values in made(name, BARS.iloc[:n]).items():
            assert values.tobytes() == full[output][:n].tobytes(), (output, n)


@pytest.mark.parametrize("name", NAMES)
def test_missing_bars_are_nan_and_passed_over(name):
    inputs = columns(name, BARS)
    gone = np.zeros(len(BARS), dtype=bool)
    gone[[0, 40, 41, 200]] = True
    inputs[0][gone] = np.nan
    entry = indicators.get(name)
    found = indicators.compute_all(entry, inputs, entry.defaults)
    alone = indicators.compute_all(entry, [one[~gone] for one in inputs], entry.defaults)
    for output, values in found.items():
        assert np.isnan(values[gone]).all()
        np.testing.assert_array_equal(values[~gone], alone[output])


@pytest.mark.parametrize("name", [one for one in NAMES if indicators.get(one).settled is None])
def test_what_claims_a_window_does_not_depend_on_where_the_data_starts(name):
    entry = indicators.get(name)
    first = entry.warm_up(entry.defaults)
    whole = made(name, BARS)
    for output, values in made(name, BARS.iloc[61:]).items():
        scale = np.nanmax(np.abs(whole[output])) if name not in UNDEFINED else 1.0
        np.testing.assert_allclose(
            values[first:], whole[output][61 + first :], rtol=1e-9, atol=1e-9 * scale
        )


@pytest.mark.parametrize("name", NAMES)
def test_the_bounds_of_every_setting_are_accepted(name):
    entry = indicators.get(name)
    for setting in entry.settings:
        for value in (setting.minimum, setting.maximum):
            for values in made(name, BARS.iloc[:50], **{setting.name: value}).values():
                assert not np.isinf(values).any()


def test_what_talib_refuses_is_told_with_its_settings():
    entry = indicators.get("talib.SMA")
    with pytest.raises(DataError, match=r"does not compute SMA with timeperiod = 0: .*BAD_PARAM"):
        indicators.compute(entry, [np.arange(9.0)], {"timeperiod": 0})


def test_a_pattern_is_a_number_and_missing_during_its_warm_up():
    found = made("talib.CDLENGULFING", BARS)["value"]
    first = abstract.Function("CDLENGULFING").lookback
    assert np.isnan(found[:first]).all()
    assert set(found[first:]) <= {-100.0, -80.0, 0.0, 80.0, 100.0}
    assert len(set(found[first:])) > 1


def test_an_entry_says_what_it_is():
    entry = indicators.get("talib.BBANDS")
    assert entry.outputs == ("upperband", "middleband", "lowerband")
    assert entry.keys == ("timeperiod", "nbdevup", "nbdevdn", "matype", "source", "output")
    told = {"timeperiod": "20", "nbdevup": "2", "nbdevdn": "2", "matype": "0"}
    assert entry.say(told, "close", "lowerband") == (
        "lowerband of TA-Lib BBANDS(20, 2, 2, 0) of close"
    )
    assert indicators.get("talib.CDLDOJI").say({}, None, None) == "TA-Lib CDLDOJI"
