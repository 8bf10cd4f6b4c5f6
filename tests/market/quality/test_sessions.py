"""Bars against the calendar."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.market.calendars import Calendar
from bitstockerz_lab.market.quality import sessions

NEW_YORK, ALWAYS = Calendar("XNYS"), Calendar("24/7")


def test_quiet_bars_have_no_finding(quiet, found):
    assert found(quiet()) == []
    assert found(quiet(500, timeframe="1h", calendar="24/7"), timeframe="1h", calendar="24/7") == []


def test_missing_sessions_in_a_row_are_one_gap_and_a_week_is_an_error(quiet, found):
    bars = quiet()
    assert found(bars.drop(bars.index[100:104])) == [
        ("gap", "warning", "2019-05-28", "2019-05-31", 4)
    ]
    assert found(bars.drop(bars.index[100:105])) == [
        ("gap", "error", "2019-05-28", "2019-06-03", 5)
    ]


def test_weekends_and_holidays_are_no_gap(quiet, found):
    assert "2019-07-04" not in quiet().index.strftime("%Y-%m-%d")
    assert found(quiet()) == []


def test_what_lies_before_the_first_and_after_the_last_bar_is_no_gap(quiet, found):
    assert found(quiet().iloc[50:200]) == []


@pytest.mark.parametrize(
    ("hours", "severity"),
    [(1, "info"), (5, "info"), (6, "warning"), (23, "warning"), (24, "error")],
)
def test_a_gap_of_hours_grows_worse_with_its_length(quiet, found, hours, severity):
    bars = quiet(500, timeframe="1h", calendar="24/7")
    short = bars.drop(bars.index[100 : 100 + hours])
    ((kind, told, _, _, missing),) = found(short, timeframe="1h", calendar="24/7")
    assert (kind, told, missing) == ("gap", severity, hours)


def test_a_gaps_sentence_says_what_is_missing(quiet, message):
    bars = quiet()
    assert (
        message(bars.drop(bars.index[100]))
        == "1 session is missing, 2019-05-28. Load the missing bars."
    )
    assert message(bars.drop(bars.index[[100, 101]])) == (
        "2 sessions are missing, 2019-05-28 to 2019-05-29. Load the missing bars."
    )
    coin = quiet(calendar="24/7")
    assert message(coin.drop(coin.index[100]), calendar="24/7") == (
        "1 day is missing, 2019-04-12. Load the missing bars."
    )


def test_a_bar_of_a_saturday_is_extra(quiet, found, message):
    bars = quiet()
    saturday = bars.loc[["2019-05-31"]] * 1.001
    saturday.index = saturday.index + pd.Timedelta(days=1)
    extra = pd.concat([bars, saturday]).sort_index()
    assert found(extra) == [("extra", "warning", "2019-06-01", "2019-06-01", 1)]
    assert message(extra) == "A bar of Saturday, 2019-06-01, when XNYS was closed."
    assert found(quiet(calendar="24/7"), calendar="24/7") == []


def test_bars_before_the_calendar_begins_are_neither_extra_nor_have_gaps(quiet, found):
    bars = quiet(300)
    old = bars.set_axis(pd.date_range("1985-01-01", periods=300, freq="3D", tz="UTC"))
    assert found(old) == []


def test_missing_before_counts_what_is_missing_between_two_bars(quiet):
    bars = quiet(10)
    stamps = bars.index.delete([3, 4, 7])
    expected = NEW_YORK.expected("1d", stamps[0], stamps[-1])
    assert sessions.missing_before(stamps, expected).tolist() == [0, 0, 0, 2, 0, 1, 0]


def test_bars_are_stale_after_more_than_a_days_delay():
    def behind(last, now, calendar=NEW_YORK, timeframe="1d"):
        last = pd.Timestamp(last, tz="UTC")
        ended = sessions.ended_since(last, timeframe, calendar, pd.Timestamp(now))
        return len(ended), len(sessions.stale(last, ended, timeframe, calendar))

    assert behind("2020-07-02", "2020-07-06 22:00") == (0, 0)
    assert behind("2020-07-02", "2020-07-07") == (1, 0)
    assert behind("2020-07-02", "2020-07-08") == (2, 1)
    assert behind("2020-07-06 00:00", "2020-07-07 01:00", ALWAYS, "1h") == (24, 0)
    assert behind("2020-07-06 00:00", "2020-07-07 02:00", ALWAYS, "1h") == (25, 1)
    assert behind("2020-07-20", "2020-07-08") == (0, 0)


def test_a_stale_finding_covers_what_is_behind():
    last = pd.Timestamp("2020-07-02", tz="UTC")
    ended = sessions.ended_since(last, "1d", NEW_YORK, pd.Timestamp("2020-07-09"))
    (row,) = sessions.stale(last, ended, "1d", NEW_YORK).itertuples(index=False)
    assert (row.kind, row.severity, row.bars) == ("stale", "warning", 3)
    assert (f"{row.first:%m-%d}", f"{row.last:%m-%d}") == ("07-06", "07-08")
    assert row.message.startswith("The last bar is of 2020-07-02; 3 sessions have ended since. ")
    assert row.message.endswith("lab.market.update(...) loads them.")
