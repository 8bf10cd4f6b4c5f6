"""How single bars become rows of findings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market.quality import findings


def test_runs_of_true_entries_are_spans():
    runs = findings.spans(np.array([True, False, True, True, False, True]))
    assert (runs.starts.tolist(), runs.ends.tolist()) == ([0, 2, 5], [0, 3, 5])
    assert not len(findings.spans(np.zeros(3, dtype=bool)).starts)
    assert findings.points(np.array([True, True])).lengths.tolist() == [1, 1]


def told(number, severities=Severity.INFO):
    stamps = pd.date_range("2018-01-01", periods=number * 4, freq="D", tz="UTC")
    places = np.arange(number) * 4
    runs = findings.Spans(places, places + 1)
    values = np.arange(number, dtype=float)
    return findings.rows("flat", stamps, runs, severities, lambda at: f"number {at}", values=values)


def test_a_hundred_findings_are_told_one_by_one():
    rows = told(100)
    assert rows["message"].tolist()[:2] == ["number 0", "number 1"]
    assert len(rows) == 100


def test_messages_end_with_what_to_do():
    stamps = pd.date_range("2018-01-01", periods=500, tz="UTC")
    for number in (1, 200):
        runs = findings.points(np.arange(500) < number)
        rows = findings.rows("wick", stamps, runs, Severity.ERROR, lambda at: f"Number {at}.")
        assert rows["message"].str.endswith(". Correct it with lab.market.correct(...).").all()
    assert findings.none()["message"].empty


def test_more_are_told_a_year_a_row_and_nothing_is_lost():
    rows = told(200)
    assert rows["first"].dt.year.tolist() == [2018, 2019, 2020]
    assert rows["bars"].sum() == 400
    assert rows["value"].tolist() == [91.0, 182.0, 199.0]
    assert rows["message"].iloc[0] == "92 times in 2018, 184 bars in all, at most 2 in a row."
    assert list(rows.columns) == list(findings.COLUMNS)


def test_a_few_bad_ones_among_many_are_told_one_by_one():
    severities = np.array(["info"] * 200, dtype=object)
    severities[[10, 190]] = "error"
    rows = told(200, severities)
    bad = rows[rows["severity"] == "error"]
    assert bad["message"].tolist() == ["number 10", "number 190"]
    assert len(rows) == 5


def test_no_findings_have_the_same_columns_as_some():
    empty, some = findings.together([]), findings.together([told(2)])
    assert list(empty.columns) == list(some.columns) == list(findings.COLUMNS)
    assert empty.dtypes["first"] == some.dtypes["first"] == "datetime64[us, UTC]"
    assert findings.counts(empty) == {"error": 0, "warning": 0, "info": 0}


def test_writing_to_an_empty_answer_does_not_reach_the_next_one():
    answer = findings.together([])
    answer["extra"] = 1
    assert list(findings.together([]).columns) == list(findings.COLUMNS)
