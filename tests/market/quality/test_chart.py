"""The calendar of a check."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab import pages
from bitstockerz_lab.market.calendars import Calendar
from bitstockerz_lab.market.quality import chart
from bitstockerz_lab.market.quality.examine import examine
from tests.helpers import make_bars

NEW_YORK, ALWAYS = Calendar("XNYS"), Calendar("24/7")


def draw(bars, timeframe="1d", calendar=NEW_YORK):
    found = examine(bars, bars, timeframe, calendar)
    return chart.calendar_map(bars.index, found, calendar, timeframe)


def state(drawing, row, column):
    z = np.asarray(drawing.data[0].z)[list(drawing.data[0].y).index(row), column]
    return None if np.isnan(z) else chart.STATES[int(z)]


def test_a_cell_is_a_week_and_shows_the_worst_of_it(quiet):
    bars = quiet(500)
    bars.loc["2019-08-07", "low"] *= 0.3
    bars = bars.drop(bars.loc["2019-03-11":"2019-03-22"].index)
    drawing = draw(bars)
    week = (pd.Timestamp("2019-08-07").day_of_year - 1) // 7
    assert list(drawing.data[0].y) == ["2019", "2020"]
    assert state(drawing, "2019", week) == "error"
    assert state(drawing, "2019", week + 1) == "fine"
    assert state(drawing, "2019", (pd.Timestamp("2019-03-15").day_of_year - 1) // 7) == "missing"
    assert state(drawing, "2020", 52) is None


def test_the_title_names_the_symbol_the_timeframe_and_the_period(quiet):
    bars = quiet(60)
    drawing = chart.calendar_map(
        bars.index, examine(bars, bars, "1d", NEW_YORK), NEW_YORK, "1d", "A<B"
    )
    first, last = bars.index[[0, -1]].strftime("%Y-%m-%d")
    assert drawing.layout.title.text == f"A&lt;B · 1d · {first} to {last}"
    assert drawing.layout.margin.t > 40  # room for it above the legend


def test_pointing_at_a_cell_tells_its_days_its_bars_and_its_findings(quiet):
    bars = quiet(500)
    bars.loc["2019-08-07", "low"] *= 0.3
    drawing = draw(bars)
    week = (pd.Timestamp("2019-08-07").day_of_year - 1) // 7
    said = drawing.data[0].customdata[0][week]
    assert said.startswith("<b>2019-08-06 and the six days after</b><br>5 bars, 5 expected")
    assert "error: The low, " in said


def test_hours_have_a_cell_a_day_and_a_row_a_month(quiet):
    bars = quiet(24 * 70, timeframe="1h", calendar="24/7")
    drawing = draw(bars.drop(bars.index[30:40]), "1h", ALWAYS)
    assert list(drawing.data[0].y) == ["2019-01", "2019-02", "2019-03"]
    assert state(drawing, "2019-01", 2) == "missing"
    assert state(drawing, "2019-01", 3) == "fine"
    assert state(drawing, "2019-02", 29) is None


def test_ten_years_of_hours_have_a_row_a_year():
    bars = make_bars(24 * 3650, timeframe="1h", start="2010-01-01", volatility=0.001)
    drawing = draw(bars, "1h", ALWAYS)
    assert list(drawing.data[0].y) == [str(year) for year in range(2010, 2020)]


def test_every_state_has_a_colour_a_sign_and_a_word():
    assert set(chart.COLOURS) == set(chart.SIGNS) == set(chart.WORDS) == set(chart.STATES)
    assert len(set(chart.SIGNS.values())) == len(chart.STATES)
    assert len(set(chart.COLOURS.values())) == len(chart.STATES)


def test_what_is_behind_is_not_drawn(quiet):
    bars = quiet(60)
    last = bars.index[-1]
    stale = pd.DataFrame(
        {"kind": ["stale"], "severity": ["warning"], "first": [last + pd.Timedelta(days=1)],
         "last": [last + pd.Timedelta(days=900)], "bars": [600], "value": [np.nan],
         "message": ["The last bar is old."]}
    )  # fmt: skip
    drawing = chart.calendar_map(bars.index, stale, NEW_YORK, "1d")
    assert list(drawing.data[0].y) == ["2019"]
    assert set(np.unique(np.asarray(drawing.data[0].z)[~np.isnan(drawing.data[0].z)])) == {0.0}


@pytest.mark.parametrize("years", [1, 20])
def test_the_picture_goes_into_a_page_and_twenty_years_fit_on_a_screen(years):
    bars = make_bars(365 * years, start="2000-01-01")
    drawing = draw(bars, calendar=ALWAYS)
    assert drawing.layout.height <= 600
    assert pages.figure(drawing, label="calendar")
    assert len(json.dumps(json.loads(drawing.to_json()))) < 600_000
