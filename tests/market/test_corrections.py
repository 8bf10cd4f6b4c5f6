"""Corrected bars: what may be corrected, what is kept, and what a later load meets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.errors import BadBars, DataError, NoBars, UnknownName
from bitstockerz_lab.market import corrections, store
from tests.helpers import make_bars, typed_bars

BARS = typed_bars(
    """
    10 12 9 11
    11 13 10 12
    12 14 11 13
    """,
    start="2020-01-01",
)
WHY = "a digit was missing"


@pytest.fixture
def market(lab):
    lab.market.load_frame(BARS, "ACME", exchange="XNYS")
    hours = make_bars(48, timeframe="1h", start="2020-01-01")
    lab.market.load_frame(hours, "COIN-USD", "1h", asset_type="CRYPTO")
    return lab.market


def closes(market, **options):
    return market.bars("ACME", **options)["close"].tolist()


def test_a_value_is_corrected_and_the_others_stay(market):
    told = market.correct("acme", "2020-01-02", close=12.5, reason=f" {WHY} ")
    assert market.bars("ACME").loc["2020-01-02"].tolist() == [11, 13, 10, 12.5, 1000]
    assert closes(market) == [11, 12.5, 13]
    assert (told.symbol, told.timeframe, told.reason, told.user) == (
        "ACME",
        "1d",
        WHY,
        "tester@local",
    )
    assert "2020-01-02: close 12 → 12.5" in str(told)
    assert "close 12 → 12.5" in told._repr_html_()


def test_the_row_that_was_loaded_stays_in_its_table(market, lab):
    before = lab.sql("SELECT * FROM equity_daily_bars ORDER BY id")
    market.correct("ACME", "2020-01-02", close=12.5, reason=WHY)
    market.correct("ACME", "2020-01-02", remove=True, reason=WHY)
    pd.testing.assert_frame_equal(lab.sql("SELECT * FROM equity_daily_bars ORDER BY id"), before)


def test_the_newest_of_several_corrections_is_in_force(market):
    for close in (12.5, 12.25, 12.75):
        market.correct("ACME", "2020-01-02", close=close, reason=WHY)
    assert closes(market) == [11, 12.75, 13]
    told = market.revisions("ACME")
    assert told["old_close"].tolist() == [12, 12.5, 12.25]
    assert told["close"].tolist() == [12.5, 12.25, 12.75]


def test_a_bar_that_never_was_is_taken_out_and_may_come_back(market):
    told = market.correct("ACME", "2020-01-03", remove=True, reason="a holiday")
    assert closes(market) == [11, 12]
    assert "2020-01-03: taken out: it never was" in str(told)
    told = market.correct("ACME", "2020-01-03", reason="it was none", close=13.5)
    assert closes(market) == [11, 12, 13.5]
    assert "2020-01-03: back, open 12, high 14, low 11, close 13.5, volume 1000" in str(told)


def test_a_bar_comes_back_as_it_was_where_no_value_is_named(market):
    market.correct("ACME", "2020-01-03", close=13.5, reason=WHY)
    market.correct("ACME", "2020-01-03", remove=True, reason="a holiday")
    market.correct("ACME", "2020-01-03", reason="it was none")
    assert closes(market) == [11, 12, 13.5]


def test_first_and_last_stamp_leave_out_what_was_taken_out(market, database):
    market.correct("ACME", "2020-01-03", remove=True, reason="a holiday")
    with database.read() as con:
        acme = store.find_symbol(con, "ACME")
        first, last = store.extents(con, acme)["1d"]
    assert (first.day, last.day) == (1, 2)
    with pytest.raises(NoBars, match=r"Stored are 1d from 2020-01-01 to 2020-01-02"):
        market.bars("ACME", start="2020-01-03")


def test_a_symbol_of_which_all_was_taken_out_has_no_bars(market):
    market.correct("ACME", BARS[[]], remove=True, reason="another company")
    with pytest.raises(NoBars, match=r"ACME has no 1d bars. Load some"):
        market.bars("ACME")
    market.correct("ACME", BARS[[]], reason="the right one after all")
    assert closes(market) == [11, 12, 13]


def test_a_frame_of_corrections_is_stored_whole_and_what_is_right_already_is_left(market):
    frame = BARS[["close", "volume"]].assign(close=[11.0, 12.5, 13.5])
    told = market.correct("ACME", frame[::-1], reason=WHY)
    assert closes(market) == [11, 12.5, 13.5]
    assert (len(told.bars), told.unchanged) == (2, 1)
    assert "1 bar had these values already" in str(told)
    assert len(market.revisions()) == 2


def test_of_a_frame_with_one_wrong_row_nothing_is_stored(market):
    frame = BARS[["close"]].assign(close=[11.5, 12.5, 99.0])
    with pytest.raises(BadBars, match=r"of 2020-01-03 would break a rule of bars: high below cl"):
        market.correct("ACME", frame, reason=WHY)
    assert closes(market) == [11, 12, 13]
    assert market.revisions().empty


def test_many_corrections_show_the_first_and_count_the_rest(market):
    bars = market.bars("COIN-USD")
    told = market.correct("COIN-USD", bars[["volume"]] + 1, reason=WHY)
    assert str(told).count("volume") == 5
    assert "2020-01-01 00:00: volume" in str(told)
    assert "… and 43 more in .bars" in str(told)


@pytest.mark.parametrize(
    ("when", "options", "error", "message"),
    [
        ("2020-02-01", {"close": 1}, NoBars, r"no 1d bar of 2020-02-01, so .* missing bar is load"),
        ("2020-01-02 12:00", {"close": 11}, NoBars, r"ACME has no 1d bar of 2020-01-02 12:00"),
        ("2999-01-01", {"close": 1}, NoBars, r"has no 1d bar of 2999-01-01"),
        ("2020-01-02", {"close": 12}, DataError, r"is as it is asked for already, so nothing was"),
        ("2020-01-02", {}, DataError, r"is as it is asked for already"),
        ("2020-01-02", {"high": 9}, BadBars, r"high below open; high below close; high below low"),
        ("2020-01-02", {"close": -1}, BadBars, r"close is not positive"),
        ("2020-01-02", {"close": np.nan}, BadBars, r"close is missing or no number"),
        ("2020-01-02", {"close": "twelve"}, DataError, r"A value of the correction is no number"),
        (
            "2020-01-02",
            {"close": 12.5, "reason": ""},
            DataError,
            r"reason='' says nothing. Say why",
        ),
        ("2020-01-02", {"close": 12.5, "remove": True}, DataError, r"never was, and values were g"),
        ("02/01/2020", {"close": 12.5}, DataError, r"is no date or time"),
        (
            "2020-01-02",
            {"close": 12.5, "timeframe": "1w"},
            DataError,
            r"1w bars of EQUITY .* table",
        ),
        (BARS.assign(price=1), {}, DataError, r"has the columns price. Its index are stamps"),
        (BARS[["close"]], {"close": 1}, DataError, r"close was given beside a frame"),
        (BARS[["close"]].iloc[[0, 0]], {}, BadBars, r"a stamp that is missing or there twice"),
        (BARS[["close"]].reset_index(drop=True), {}, BadBars, r"need a DatetimeIndex"),
        (BARS[["close"]][:0], {}, DataError, r"The frame of corrections has no rows"),
    ],
)
def test_what_cannot_be_corrected_is_one_sentence_and_changes_nothing(
    market, when, options, error, message
):
    with pytest.raises(error, match=message):
        market.correct("ACME", when, **{"reason": WHY} | options)
    assert closes(market) == [11, 12, 13]
    assert market.revisions().empty


def test_a_removed_bar_cannot_be_removed_again(market):
    market.correct("ACME", "2020-01-03", remove=True, reason="a holiday")
    with pytest.raises(DataError, match=r"is as it is asked for already"):
        market.correct("ACME", "2020-01-03", remove=True, reason="a holiday")


def test_of_several_timeframes_one_is_named_and_only_it_is_corrected(market):
    market.load_frame(make_bars(2), "COIN-USD", "1d")
    with pytest.raises(DataError, match="several timeframes"):
        market.correct("COIN-USD", "2020-01-01", volume=1, reason=WHY)
    market.correct("COIN-USD", "2020-01-01", volume=1, reason=WHY, timeframe="1h")
    assert market.bars("COIN-USD", "1h")["volume"].iloc[0] == 1
    assert market.bars("COIN-USD", "1d")["volume"].iloc[0] != 1
    assert market.revisions("COIN-USD")["timeframe"].tolist() == ["1h"]


def test_the_list_of_revisions_says_who_and_why_and_knows_its_symbols(market):
    market.correct("ACME", "2020-01-02", close=12.5, reason=WHY)
    market.correct("COIN-USD", "2020-01-01 01:00", volume=1, reason="quote volume")
    told = market.revisions()
    assert told["symbol"].tolist() == ["ACME", "COIN-USD"]
    assert told["user"].tolist() == ["tester@local"] * 2
    assert told["reason"].tolist() == [WHY, "quote volume"]
    assert str(told["created_at"].dt.tz) == str(told["timestamp"].dt.tz) == "UTC"
    assert told["created_at"].is_monotonic_increasing
    assert len(market.revisions("ACME")) == 1
    with pytest.raises(UnknownName, match="Did you mean 'ACME'"):
        market.revisions("ACNE")


def test_loading_the_corrected_file_again_is_a_duplicate_and_the_wrong_one_a_conflict(market):
    market.correct("ACME", "2020-01-02", close=12.5, reason=WHY)
    right = market.load_frame(market.bars("ACME"), "ACME")
    assert (right.duplicates, right.conflicts) == (3, 0)
    wrong = market.load_frame(BARS, "ACME")
    assert (wrong.duplicates, wrong.conflicts) == (2, 1)
    assert "close stored 12.5, here 12.0 (corrected" in str(wrong)
    assert WHY in str(wrong)
    assert closes(market) == [11, 12.5, 13]


def test_loading_a_bar_that_was_taken_out_is_a_conflict(market):
    market.correct("ACME", "2020-01-03", remove=True, reason="a holiday")
    told = market.load_frame(BARS, "ACME")
    assert (told.inserted, told.duplicates, told.conflicts) == (0, 2, 1)
    assert "taken out, here with close 13.0 (corrected" in str(told)
    assert closes(market) == [11, 12]


def test_only_what_was_read_is_laid_over(market):
    market.correct("ACME", "2020-01-02", close=12.5, reason=WHY)
    assert closes(market, start="2020-01-03") == [13]
    assert closes(market, end="2020-01-01") == [11]
    market.correct("ACME", "2020-01-01", remove=True, reason=WHY)
    with pytest.raises(NoBars):
        market.bars("ACME", end="2020-01-01")


def test_laying_over_changes_what_was_corrected_and_drops_those_that_never_were():
    rows = BARS[["close"]]
    revisions = rows.iloc[[1, 0, 2]].assign(close=[3.0, 2.0, np.nan])
    assert corrections.overlay(rows, revisions)["close"].tolist() == [2, 3]
    assert corrections.overlay(rows, revisions[:0])["close"].tolist() == [11, 12, 13]
    assert rows["close"].tolist() == [11, 12, 13]


def test_compacting_the_file_keeps_what_is_in_force(market, database):
    for close in (12.5, 12.25, 12.75):
        market.correct("ACME", "2020-01-02", close=close, reason=WHY)
    database.compact()
    assert closes(market) == [11, 12.75, 13]


def test_a_correction_of_checked_bars_says_that_the_check_is_out_of_date(market):
    before = market.correct("ACME", "2020-01-01", volume=7, reason=WHY)
    assert "Checked before" not in str(before)
    market.check("ACME")
    after = market.correct("ACME", "2020-01-01", volume=8, reason=WHY)
    assert str(after).endswith("Checked before; lab.market.check('ACME', '1d') looks again.")


def test_another_reason_for_the_same_values_is_refused_and_told_where_reasons_are(market):
    market.correct("ACME", "2020-01-01", volume=7, reason=WHY)
    with pytest.raises(DataError, match=r"never rewritten: lab\.market\.revisions\('ACME'\) shows"):
        market.correct("ACME", "2020-01-01", volume=7, reason="the exchange said so")
    assert market.revisions("ACME")["reason"].tolist() == [WHY]
