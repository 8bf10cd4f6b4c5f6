"""Other symbols and longer bars beside these: what was known when each of these closed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab import clock
from bitstockerz_lab.errors import BadBars, DataError
from bitstockerz_lab.strategies import Definition, close, correlation, signals, sma, summary
from bitstockerz_lab.strategies.columns import Columns
from bitstockerz_lab.strategies.compile import COLUMNS
from bitstockerz_lab.strategies.honesty import look_ahead
from tests.helpers import make_bars
from tests.strategies.random_rules import ANYWHERE, Told, documents


def days(n=90, seed=1, start="2020-01-01", timeframe="1d", **told):
    bars = make_bars(n, seed=seed, start=start, timeframe=timeframe, **told)
    bars.attrs["timeframe"] = timeframe
    return bars


def column(operand, bars, others=None):
    definition = Definition.parse({"enter_long": {"left": operand, "op": ">", "right": "close"}})
    columns = Columns(definition, bars, {}, others)
    return pd.Series(columns.operand(definition.enter_long.left), bars.index)


def test_a_week_is_known_only_when_it_has_closed():
    bars = days(30, start="2020-01-06")  # a Monday
    found = column({"of": "close", "timeframe": "1w"}, bars)
    assert found.iloc[:6].isna().all()
    assert (found.iloc[6:13] == bars["close"].iloc[6]).all()  # from Sunday's close on
    assert (found.iloc[13:20] == bars["close"].iloc[13]).all()


def test_bars_ago_counts_the_bars_of_the_view():
    bars = days(30, start="2020-01-06")
    found = column({"of": "close", "timeframe": "1w", "bars_ago": 1}, bars)
    assert found.iloc[:13].isna().all()
    assert (found.iloc[13:20] == bars["close"].iloc[6]).all()
    same = column({"of": {"of": "close", "bars_ago": 1}, "timeframe": "1w"}, bars)
    pd.testing.assert_series_equal(found, same)


def test_an_indicator_of_a_view_is_computed_on_its_bars():
    bars = days(100, start="2020-01-06")
    definition = bz.strategy("S", enter=sma(3).on("1w") > close)
    columns = Columns(definition, bars, {})
    found = pd.Series(columns.operand(definition.enter_long.left), bars.index)
    weekly = bars["close"].iloc[6::7].rolling(3).mean()
    expected = weekly.reindex(bars.index, method="ffill")
    pd.testing.assert_series_equal(found, expected, check_names=False)


def test_another_symbol_is_read_by_time_and_not_by_row():
    bars, other = days(40), days(25, seed=2, start="2020-01-11")
    found = column({"of": "close", "symbol": "spy"}, bars, {"SPY": other})
    expected = other["close"].reindex(bars.index, method="ffill")
    pd.testing.assert_series_equal(found, expected, check_names=False)


def test_a_lag_around_an_expression_with_a_view_in_it_counts_the_own_bars():
    bars, other = days(40), days(25, seed=2, start="2020-01-11")
    found = column(
        {"of": {"add": [{"of": "close", "symbol": "SPY"}, 1]}, "bars_ago": 3}, bars, {"SPY": other}
    )
    expected = (other["close"].reindex(bars.index, method="ffill") + 1).shift(3)
    pd.testing.assert_series_equal(found, expected, check_names=False)


def test_of_a_missing_bar_of_another_symbol_nothing_is_shown():
    bars, other = days(20), days(20, seed=2)
    other.iloc[7, other.columns.get_loc("open")] = np.nan
    found = column({"of": "close", "symbol": "SPY"}, bars, {"SPY": other})
    assert found.isna().to_numpy().nonzero()[0].tolist() == [7]


def test_an_indicator_may_be_taken_of_two_symbols():
    bars, other = days(60), days(60, seed=2)
    definition = bz.strategy("S", enter=correlation(9, other=close.of("SPY")) > 0)
    assert definition.symbols == ("SPY",)
    found = signals(definition, bars, others={"SPY": other})["long_entry"]
    expected = bars["close"].rolling(9).corr(other["close"]) > 0
    assert found.tolist() == expected.tolist()


def test_what_is_needed_and_not_given_is_named_with_the_way_out():
    definition = bz.strategy("S", enter=close.of("SPY") > 1)
    with pytest.raises(DataError, match=r"SPY, and they were not given.*lab\.backtests\.run"):
        signals(definition, days())
    with pytest.raises(DataError, match="cannot be made of 1w bars"):
        signals(bz.strategy("S", enter=close.on("1d") > 1), days(timeframe="1w"))
    untold = days()
    untold.attrs.clear()
    with pytest.raises(DataError, match="do not say their timeframe"):
        signals(bz.strategy("S", enter=close.on("1w") > 1), untold)


def test_views_do_not_look_ahead():
    bars, other = days(200), days(230, seed=2)
    enter = (close.on("1w") > sma(3).on("1w")) & (close.of("SPY").on("1w") > close.of("SPY"))
    definition = bz.strategy("S", enter=enter, leave=close.of("SPY") < sma(5).of("SPY"))
    assert look_ahead(lambda part: signals(definition, part, others={"SPY": other}), bars) is None
    assert signals(definition, bars, others={"SPY": other}).any().to_dict() == {
        "long_entry": True, "long_exit": True, "short_entry": False, "short_exit": False,
    }  # fmt: skip


def test_views_are_told_in_english():
    enter = (close.on("1w") > sma(10).on("1w").bars_ago(1)) & (close.of("SPY") > sma(5).of("SPY"))
    assert summary(bz.strategy("S", enter=enter, leave=close < 1)) == (
        "Buy at the next open when the last weekly close is above the 10-week SMA 1 week earlier "
        "and SPY's close is above SPY's 5-bar SMA; "
        "sell at the next open when the close is below 1."
    )


@st.composite
def two(draw):
    """Bars and those of another symbol, both with holes, of which some begin earlier."""
    start = draw(st.sampled_from(["2019-12-20", "2020-01-01", "2020-01-09"]))
    sizes = [(draw(st.integers(0, 45)), "2020-01-01"), (draw(st.integers(1, 60)), start)]
    return tuple(_holes(draw, days(n, seed=draw(st.integers(0, 99)), start=s)) for n, s in sizes)


def _holes(draw, frame):
    for _ in range(draw(st.integers(0, 2)) if len(frame) else 0):
        row = draw(st.integers(0, len(frame) - 1))
        frame.iloc[row, draw(st.integers(0, 4))] = draw(st.sampled_from([np.nan, 0.0]))
    dropped = draw(st.sets(st.integers(1, 44), max_size=5))
    return frame[np.array([row not in dropped for row in range(len(frame))], dtype=bool)]


@settings(max_examples=60, deadline=None)
@given(document=documents(ANYWHERE), frames=two())
def test_signals_with_views_equal_the_rules_told_one_bar_at_a_time(document, frames):
    bars, other = frames
    definition = Definition.parse(document)
    told = Told(document, bars, definition.resolve(), {"SPY": other})
    found = signals(definition, bars, others={"SPY": other})
    for group, name in COLUMNS.items():
        expected = [
            group in document and not told.lost[t] and told.truth(document[group], t) is True
            for t in range(len(bars))
        ]
        assert found[name].tolist() == expected


@settings(max_examples=60, deadline=None)
@given(document=documents(ANYWHERE), frames=two())
def test_signals_with_views_of_the_first_n_bars_are_the_first_n_signals(document, frames):
    bars, other = frames
    full = signals(document, bars, others={"SPY": other})
    for n in {0, 1, 2, len(bars) // 2, len(bars) - 1} & set(range(len(bars))):
        part = signals(document, bars.iloc[:n], others={"SPY": other})
        pd.testing.assert_frame_equal(part, full.iloc[:n])
        until = bars.index[n - 1] if n else bars.index[0]
        known = other[other.index <= until]
        again = signals(document, bars.iloc[:n], others={"SPY": known})
        pd.testing.assert_frame_equal(again, part)


@st.composite
def a_coin_and_a_share(draw):
    """Hours or days of a coin with holes, and sessions of a share with holidays, as views see it.

    The share is told by days, or by as long bars as the coin; its last bars may be long gone.
    """
    timeframe = draw(st.sampled_from(["1h", "1d"]))
    coin = days(draw(st.integers(30, 400)), timeframe=timeframe, start="2020-01-17")
    random = np.random.default_rng(draw(st.integers(0, 99)))
    coin = coin[random.random(len(coin)) > draw(st.sampled_from([0, 0.1]))]
    daily = timeframe == "1d" or draw(st.booleans())
    count = draw(st.integers(10, 120)) * (1 if daily else 20)
    share = days(count, seed=2, timeframe="1d" if daily else "1h", start="2020-01-01")
    dates = share.index.normalize()
    rests = (dates.day_of_week > 4) | dates.isin(random.choice(dates, 9))
    lengths = ["1d", "1w", "1mo"] if daily and timeframe == "1h" else [None, "1w", "1mo", "1d"]
    return coin, share[~rests], draw(st.sampled_from(lengths))


@settings(max_examples=80, deadline=None)
@given(drawn=a_coin_and_a_share(), data=st.data())
def test_what_another_symbol_does_later_changes_no_signal(drawn, data):
    coin, share, length = drawn
    view, mean = (one.of("SPY").on(length) if length else one.of("SPY") for one in (close, sma(2)))
    rules = bz.strategy("S", enter=view > view.bars_ago(1), leave=(view < mean) | (view > 0))
    whole = signals(rules, coin, others={"SPY": share})
    ends = clock.bar_end(coin.index, clock.timeframe_of(coin))
    at_ends = np.flatnonzero(ends == clock.bar_start(ends, "1w")) + 1  # where a week ends
    drawn_too = data.draw(st.lists(st.integers(1, len(coin)), max_size=3))
    for n in [*at_ends[:6].tolist(), *drawn_too]:
        part = coin.iloc[:n]
        end = clock.bar_end(part.index[-1], clock.timeframe_of(coin))
        known = share[clock.bar_end(share.index, clock.timeframe_of(share)) <= end]
        found = signals(rules, part, others={"SPY": known})
        pd.testing.assert_frame_equal(found, whole.iloc[:n])


def test_a_week_of_another_symbol_is_known_on_sunday_though_monday_is_a_holiday():
    bars = days(30, start="2020-01-06")
    other = days(30, seed=2, start="2020-01-06")
    other = other[(other.index.day_of_week < 5) & (other.index != "2020-01-20")]
    found = column({"of": "close", "symbol": "SPY", "timeframe": "1w"}, bars, {"SPY": other})
    assert (found["2020-01-19":"2020-01-25"] == other["close"]["2020-01-17"]).all()
    cut = {"SPY": other[:"2020-01-17"]}
    again = column({"of": "close", "symbol": "SPY", "timeframe": "1w"}, bars[:"2020-01-19"], cut)
    pd.testing.assert_series_equal(again, found[:"2020-01-19"])


def test_a_view_that_names_no_timeframe_is_as_long_as_the_bars():
    bars, hours = days(10), days(240, seed=2, timeframe="1h")
    found = column({"of": "close", "symbol": "SPY", "bars_ago": 1}, bars, {"SPY": hours})
    expected = hours["close"].iloc[23::24].shift(1)
    assert found.tolist()[1:] == expected.tolist()[1:]
    with pytest.raises(DataError, match="1h bars cannot be made of 1d bars"):
        column({"of": "close", "symbol": "SPY"}, hours, {"SPY": bars})


def test_bars_that_descend_or_repeat_are_refused():
    rules = bz.strategy("S", enter=close > 1)
    for bars in (days(5)[::-1], days(5).iloc[[0, 1, 1, 2]]):
        with pytest.raises(BadBars, match="must ascend in time, each stamp once"):
            signals(rules, bars)
