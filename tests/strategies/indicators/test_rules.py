"""What holds for every indicator: nothing peeks, missing bars, warm-up, where data starts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.strategies import indicators
from tests.helpers import make_bars
from tests.strategies.indicators.examples import NAMES, columns, made, random_settings, told_to

NAN = float("nan")
LONG = make_bars(2500, seed=5, timeframe="1h")


@settings(max_examples=12, deadline=None)
@given(data=st.data(), seed=st.integers(0, 9999), flat=st.booleans())
@pytest.mark.parametrize("name", NAMES)
def test_values_of_the_first_n_bars_are_the_same_bit_for_bit(name, data, seed, flat):
    frame = make_bars(data.draw(st.integers(3, 70)), seed=seed, timeframe="1h", volatility=0.05)
    if flat:
        frame = frame.round(0)  # equal values and bars without a range
    told = data.draw(random_settings(name))
    full = made(name, frame, **told)
    for n in {1, 2, len(frame) // 2, len(frame) - 1}:
        for output, values in made(name, frame.iloc[:n], **told).items():
            assert values.tobytes() == full[output][:n].tobytes(), (output, n)


@pytest.mark.parametrize("name", NAMES)
def test_a_price_after_a_bar_changes_nothing_before_it(name):
    frame = make_bars(120, seed=2, timeframe="1h")
    later = frame.copy()
    later.iloc[90:] *= 1000
    before, after = made(name, frame), made(name, later)
    for output, values in before.items():
        assert values[:90].tobytes() == after[output][:90].tobytes()


@settings(max_examples=10, deadline=None)
@given(data=st.data(), seed=st.integers(0, 9999))
@pytest.mark.parametrize("name", NAMES)
def test_missing_bars_are_nan_and_passed_over(name, data, seed):
    frame = make_bars(60, seed=seed, timeframe="1h")
    told = data.draw(random_settings(name))
    inputs = columns(name, frame)
    gone = np.zeros(60, dtype=bool)
    for _ in range(data.draw(st.integers(1, 8))):
        row, which = data.draw(st.integers(0, 59)), data.draw(st.integers(0, len(inputs) - 1))
        gone[row] = True
        inputs[which][row] = NAN
    entry = indicators.get(name)
    found = indicators.compute_all(entry, inputs, told)
    alone = indicators.compute_all(entry, [one[~gone] for one in inputs], told)
    for output, values in found.items():
        assert np.isnan(values[gone]).all()
        np.testing.assert_array_equal(values[~gone], alone[output])


@pytest.mark.parametrize("name", NAMES)
def test_the_warm_up_is_the_number_of_bars_before_the_first_value(name):
    entry = indicators.get(name)
    for told in told_to(name):
        for output, values in made(name, LONG, **told).items():
            first = entry.warm_up(told, output)
            assert np.isnan(values[:first]).all(), (told, output)
            assert np.isfinite(values[first:]).all(), (told, output)


RELATIVE = 1e-9
NEVER = {"ad", "obv"}


@pytest.mark.parametrize("name", sorted(set(NAMES) - NEVER))
def test_settled_values_do_not_depend_on_where_the_data_starts(name):
    entry = indicators.get(name)
    for told in told_to(name):
        whole = made(name, LONG, **told)
        for start in (1, 13, 100, 431):
            for output, values in made(name, LONG.iloc[start:], **told).items():
                since = entry.settles(told, output)
                later, sooner = values[since:], whole[output][start + since :]
                assert np.isfinite(later).all()
                # a value that happens to be next to 0 is measured by the others
                tiny = 1e-3 * np.abs(sooner).mean() if len(sooner) else 0
                scale = np.maximum(np.abs(sooner), tiny)
                assert (np.abs(later - sooner) <= RELATIVE * scale).all(), (told, output, start)


@pytest.mark.parametrize("name", NAMES)
def test_what_settles_with_its_warm_up_is_told_by_its_window_alone(name):
    entry = indicators.get(name)
    for output in entry.outputs:
        assert (entry.settles(entry.defaults, output) is None) == (name in NEVER)
    if entry.settled is None:
        assert entry.settles(entry.defaults) == entry.warm_up(entry.defaults)


@pytest.mark.parametrize("name", sorted(NEVER))
def test_the_changes_of_what_never_settles_do_not_depend_on_where_the_data_starts(name):
    whole, later = made(name, LONG)["value"], made(name, LONG.iloc[50:])["value"]
    np.testing.assert_allclose(np.diff(later), np.diff(whole[50:]), rtol=1e-9)


@pytest.mark.parametrize("name", [one for one in NAMES if indicators.get(one).settled is None])
def test_a_bar_long_ago_leaves_nothing_in_a_window(name):
    frame = make_bars(400, seed=4, timeframe="1h")
    odd = frame.copy()
    odd.iloc[5] *= 1e12  # a running sum would keep what rounding lost there
    for output, values in made(name, odd).items():
        np.testing.assert_array_equal(values[150:], made(name, frame)[output][150:], err_msg=output)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_bars_give_only_nan_where_more_are_needed(name, n):
    entry = indicators.get(name)
    for output, values in made(name, make_bars(n, timeframe="1h")).items():
        assert values.shape == (n,)
        assert np.isnan(values[: entry.warm_up(entry.defaults, output)]).all()


@pytest.mark.parametrize("name", NAMES)
def test_only_missing_bars_give_only_nan(name):
    frame = make_bars(9, timeframe="1h")
    inputs = [np.full(9, NAN) for _ in columns(name, frame)]
    entry = indicators.get(name)
    for values in indicators.compute_all(entry, inputs, entry.defaults).values():
        assert np.isnan(values).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_bounds_of_every_setting_work(name):
    entry = indicators.get(name)
    frame = make_bars(40, seed=8, timeframe="1h")
    for setting in entry.settings:
        for value in (setting.minimum, setting.maximum):
            told = entry.defaults | {setting.name: value}
            for output, values in made(name, frame, **told).items():
                first = entry.warm_up(told, output)
                assert np.isnan(values[:first]).all()
                assert not np.isinf(values).any()
    shortest = {setting.name: setting.minimum for setting in entry.settings}
    for output, values in made(name, frame, **shortest).items():
        assert np.isfinite(values[entry.warm_up(shortest, output) :]).any()


@pytest.mark.parametrize("name", NAMES)
def test_the_columns_handed_in_stay_as_they_are(name):
    inputs = columns(name, make_bars(80, timeframe="1h"))
    before = [one.copy() for one in inputs]
    entry = indicators.get(name)
    found = indicators.compute_all(entry, inputs, entry.defaults)
    for one, kept in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(one, kept)
        assert not any(np.shares_memory(one, values) for values in found.values())


@pytest.mark.parametrize("name", NAMES)
def test_prices_of_any_size_give_the_same_shape(name):
    """1e-6 or 1e6 a unit: no threshold of TA-Lib's takes small prices for none."""
    frame = make_bars(200, seed=6, timeframe="1h")
    prices = ["open", "high", "low", "close"]
    usual = made(name, frame)
    for size in (2.0**-40, 2.0**40):
        scaled = frame.copy()
        scaled[prices] *= size
        for output, values in made(name, scaled).items():
            known = np.isfinite(usual[output])
            assert (np.isfinite(values) == known).all(), output
            if name == "correlation":
                continue  # the other of the examples is a root
            ratio = values[known] / np.where(
                usual[output][known] == 0, np.nan, usual[output][known]
            )
            ratio = ratio[np.isfinite(ratio)]
            assert np.allclose(ratio, 1, rtol=1e-6) or np.allclose(ratio, size, rtol=1e-6), output


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.one_of(st.floats(1, 1000), st.just(NAN)), max_size=40),
    period=st.integers(2, 6),
)
def test_the_averages_equal_their_definitions_over_the_bars_that_are_there(values, period):
    inputs = [np.array(values, dtype=float)]
    there = ~np.isnan(inputs[0])
    present = inputs[0][there].tolist()
    plain_sma = [np.mean(present[max(i - period + 1, 0) : i + 1]) for i in range(len(present))]
    plain_ema = plain_sma[:period]
    for value in present[period:]:
        plain_ema.append(plain_ema[-1] + 2 / (period + 1) * (value - plain_ema[-1]))
    for name, plain in (("sma", plain_sma), ("ema", plain_ema)):
        found = indicators.compute(indicators.get(name), inputs, {"period": period})
        assert np.isnan(found[~there]).all()
        assert np.isnan(found[there][: period - 1]).all()
        np.testing.assert_allclose(found[there][period - 1 :], plain[period - 1 :], rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(0.01, 1e6), min_size=2, max_size=50),
    period=st.integers(2, 9),
)
def test_windows_equal_pandas(values, period):
    series, inputs = pd.Series(values), [np.array(values)]
    window = series.rolling(period)

    def found(name):
        return indicators.compute(indicators.get(name), inputs, {"period": period})

    np.testing.assert_allclose(found("sma"), window.apply(np.mean), rtol=1e-10)
    np.testing.assert_allclose(found("stddev"), window.apply(np.std), rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(found("highest"), window.max())
    np.testing.assert_array_equal(found("lowest"), window.min())
    since = window.apply(lambda one: np.argmax(one[::-1]), raw=True)
    np.testing.assert_array_equal(found("bars_since_high"), since)
