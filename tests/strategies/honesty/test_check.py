"""All checks together: no template raises an alarm, each peek planted in code does."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.enums import Verdict
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies import close, highest, honesty, obv, rsi, sma, templates
from bitstockerz_lab.strategies.honesty import computed
from bitstockerz_lab.strategies.honesty.result import DEGENERATE, LOOK_AHEAD, WARM_UP
from tests.helpers import make_bars


def days(n=1500, **told):
    bars = make_bars(n, **told)
    bars.attrs |= {"symbol": "ACME", "timeframe": "1d"}
    return bars


def others_of(definition, **told):
    return {symbol: days(seed=99 + i, **told) for i, symbol in enumerate(definition.symbols)}


def one(found, check):
    return next(result for result in found.results if result.check == check)


@pytest.mark.parametrize("name", templates.names())
def test_no_template_raises_an_alarm_and_what_it_needs_is_at_least_what_is_measured(name):
    definition = templates.get(name)
    found = honesty.check(
        definition, days(3000, seed=4), others=others_of(definition, n=3000), cuts=30, starts=5
    )
    assert found.ok, str(found)
    assert not found.looks_ahead
    assert one(found, WARM_UP).verdict == Verdict.OK, str(found)


@pytest.mark.reference
@pytest.mark.parametrize("name", templates.names())
@pytest.mark.parametrize("symbol", ["SPY", "BTC-USD"])
def test_no_template_raises_an_alarm_on_real_bars(reference, name, symbol):
    def real(symbol):
        path = reference / "bars" / f"{symbol}_1d.csv"
        frame = pd.read_csv(path, index_col="date", parse_dates=True).tail(3000)
        frame.index = frame.index.tz_localize("UTC")
        frame.attrs["timeframe"] = "1d"
        return frame

    definition = templates.get(name)
    others = {symbol: real("SPY") for symbol in definition.symbols}
    found = honesty.check(definition, real(symbol), others=others, cuts=20, starts=3)
    assert found.ok, str(found)


def tomorrow(bars):
    up = bars["close"].shift(-1) > bars["close"]
    return {"enter": up, "leave": ~up}


def centred(bars):
    middle = bars["close"].rolling(21, center=True).mean()
    return {"enter": bars["close"] < middle, "leave": bars["close"] > middle}


def whole_sample(bars):
    score = (bars["close"] - bars["close"].mean()) / bars["close"].std()
    return {"enter": score < -1, "leave": score > 0}


def by_start(bars):
    weekly = bars["close"].resample("W-MON", label="left", closed="left").last()
    known = weekly.reindex(bars.index, method="ffill")
    return {"enter": bars["close"] < known, "leave": bars["close"] > known}


def merged(bars):
    right = bars[["close"]].iloc[::7].rename(columns={"close": "next"})
    found = pd.merge_asof(
        bars[["close"]], right, left_index=True, right_index=True, direction="forward"
    )
    return {"enter": found["next"] > found["close"], "leave": found["next"] < found["close"]}


def honest(bars, n=20):
    middle = bars["close"].rolling(n).mean()
    return {"enter": bars["close"] > middle, "leave": bars["close"] < middle}


def failing(bars):
    return {"enter": bars["close"] > 1 / 0}


def coded(function):
    return bz.code_strategy(function.__name__)(function)


@pytest.mark.parametrize(
    "planted", [tomorrow, centred, whole_sample, by_start, merged], ids=lambda rules: rules.__name__
)
def test_a_peek_planted_in_code_is_caught_as_fast_as_at_a_save(planted):
    found = honesty.check(coded(planted), days(), cuts=16, starts=3)
    result = one(found, LOOK_AHEAD)
    assert result.verdict == Verdict.FAILED
    assert result.column in {"long_entry", "long_exit"}
    assert result.timestamp in days().index
    assert found.looks_ahead.endswith("Its results are not to be believed.")
    assert not found.ok


def test_honest_code_is_measured_since_nobody_can_count_its_bars():
    found = honesty.check(coded(honest), days())
    assert found.ok
    assert one(found, WARM_UP).message == (
        "Measured only, since it is code: here signals had settled after 19 bars; what they are "
        "made of may remember longer."
    )


def test_code_that_fails_is_not_checked_and_says_how():
    found = honesty.check(coded(failing), days(100))
    assert {result.verdict for result in found.results} == {Verdict.NOT_CHECKED}
    assert "ZeroDivisionError" in str(found) or "division by zero" in str(found)
    assert not found.ok


def demanding(bars):
    if len(bars) < 1450:
        raise ValueError(f"{len(bars)} bars are no history")
    return {"enter": bars["close"] > bars["open"], "leave": bars["close"] < bars["open"]}


def test_code_that_fails_on_most_shorter_bars_says_so():
    result = one(honesty.check(coded(demanding), days()), LOOK_AHEAD)
    assert result.verdict == Verdict.NOT_CHECKED
    assert re.fullmatch(
        r"Not checked: at 5\d of 60 places the rules fail on other bars: demanding: line 3 of .*"
        r"ValueError: \d+ bars are no history",
        result.message,
    )


def test_a_peek_through_another_symbol_is_seen_for_its_bars_end_when_these_do(monkeypatch):
    rules = bz.strategy("Both", enter=close.of("SPY") > sma(20).of("SPY"), leave=close < 0.5)
    real = computed.decisions

    def peeking(definition, bars, resolved, others):
        later = {"SPY": others["SPY"].shift(-1)}
        later["SPY"].attrs = others["SPY"].attrs
        return real(definition, bars, resolved, later)

    monkeypatch.setattr(computed, "decisions", peeking)
    found = honesty.check(rules, days(), others={"SPY": days(seed=5)})
    assert one(found, LOOK_AHEAD).verdict == Verdict.FAILED


def test_hours_know_a_day_only_when_it_has_ended():
    hours = make_bars(48, timeframe="1h", start="2020-01-01")
    hours.attrs["timeframe"] = "1h"
    assert len(computed.known(days(10), hours)) == 2
    assert len(computed.known(days(10), hours[:47])) == 1
    assert len(computed.known(days(10), hours[:0])) == 0


def test_bars_of_another_symbol_that_are_not_given_are_an_error_as_for_signals():
    with pytest.raises(DataError, match="they were not given"):
        honesty.check(bz.strategy("x", enter=close.of("SPY") > 1), days(50))


def test_a_running_total_is_a_note_with_its_own_sentence():
    found = honesty.check(bz.strategy("x", enter=obv > sma(20, obv), leave=close < sma(5)), days())
    result = one(found, WARM_UP)
    assert result.verdict == Verdict.NOTE
    assert "The level of the on-balance volume depends on the first bar" in result.message
    assert found.ok


def test_a_finding_shows_in_text_html_and_frame():
    found = honesty.check(
        bz.strategy("x", enter=close > highest(20), leave=rsi(14) > 70), days(), fee_bps=5
    )
    (finding,) = found.findings
    assert finding.check == DEGENERATE
    assert f"! degenerate: {finding.message}" in str(found)
    assert "&lt;" not in found._repr_html_()
    assert finding.message in found._repr_html_()
    frame = found.as_frame()
    assert list(frame.columns) == ["check", "verdict", "message", "column", "timestamp"]
    assert frame["verdict"].tolist() == ["ok", "ok", "warning"]
    assert "days" not in str(found)
    assert "Tested on 1,500 1d bars of ACME, 2020-01-01 to 2024-02-08." in str(found)


def test_bars_that_say_nothing_and_too_few_of_them_are_no_crash():
    found = honesty.check(bz.strategy("x", enter=close > sma(20)), make_bars(2))
    assert one(found, LOOK_AHEAD).verdict == Verdict.NOT_CHECKED
    assert not found.ok


@pytest.mark.parametrize(
    ("enter", "leave"),
    [(rsi(2) < 10, rsi(2) < 50), (close > sma(50), close > sma(50) * 0.9)],
    ids=["the exit is wider", "the exit is lower"],
)
def test_an_entry_that_its_exit_always_voids_is_told(enter, leave):
    found = honesty.check(bz.strategy("Void", enter=enter, leave=leave), days(), cuts=5, starts=2)
    assert not found.ok
    assert "so is exit_long at each of them, which makes the entry void" in str(found)
    freed = bz.strategy("Free", enter=enter, leave=leave & (close > close.bars_ago(1)))
    assert "void" not in str(honesty.check(freed, days(), cuts=5, starts=2))


def test_code_that_answers_otherwise_each_time_is_no_peek_and_not_checked():
    def anything(bars):
        import numpy as np

        return {"enter": np.random.random(len(bars)) > 0.9}  # noqa: NPY002 - the mistake

    found = honesty.check(bz.code_strategy("Random")(anything), days())
    assert {one.verdict for one in found.results[:3]} == {Verdict.NOT_CHECKED}
    assert not found.looks_ahead
    assert "Seed its random numbers" in str(found)


def test_too_few_bars_to_see_a_warm_up_are_no_tick():
    rules = bz.strategy("Long", enter=close > sma(900), leave=close < sma(900))
    told = one(honesty.check(rules, days(1500), cuts=5, starts=2), WARM_UP)
    assert told.verdict == Verdict.NOTE
    assert "1,500 bars are too few to see it" in told.message
