"""Purged folds; the answers of skfolio are told of in test_walk.py."""

from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitstockerz_lab.backtests.windows import purged_folds
from bitstockerz_lab.errors import DataError
from tests.backtests.windows.test_walk import ANSWERS, answers


def days(n):
    return pd.date_range("2020-01-01", periods=n, tz="UTC")


def positions(text):
    """Read "0-3 8-9" back as positions."""
    ends = [map(int, part.split("-")) for part in text.split()]
    return [at for first, last in ends for at in range(first, last + 1)]


@pytest.mark.parametrize(("arguments", "splits"), answers("CombinatorialPurgedCV"))
def test_combinatorial_splits_are_those_of_skfolio(arguments, splits):
    folds = purged_folds(
        days(arguments["n"]),
        folds=arguments["n_folds"],
        test_folds=arguments["n_test_folds"],
        purge=arguments["purged_size"],
        embargo=arguments["embargo_size"],
    )
    found = [(split.train.tolist(), split.test.tolist()) for split in folds]
    assert found == [(positions(train), positions(test)) for train, test in splits]
    assert len(folds) == len(splits)


def test_paths_are_those_of_skfolio():
    with ANSWERS.open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["splitter"] == "recombined_paths"]
    assert len(rows) == 3
    for row in rows:
        wanted = json.loads(row["arguments"])
        folds = purged_folds(
            days(100), folds=wanted["n_folds"], test_folds=wanted["n_test_folds"], embargo=0
        )
        assert folds.paths.tolist() == json.loads(row["train"])


def test_k_fold_with_purge_and_embargo_typed_out():
    folds = purged_folds(days(12), folds=4, purge=1, embargo=1)
    assert [split.test.tolist() for split in folds] == [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        [9, 10, 11],
    ]
    assert [split.train.tolist() for split in folds] == [
        [5, 6, 7, 8, 9, 10, 11],  # 3 purged, 4 embargoed
        [0, 1, 8, 9, 10, 11],
        [0, 1, 2, 3, 4, 11],
        [0, 1, 2, 3, 4, 5, 6, 7],
    ]
    assert folds.paths.tolist() == [[1], [2], [3], [4]]


@settings(deadline=None)
@given(
    n=st.integers(30, 200),
    folds=st.integers(2, 6),
    test_folds=st.integers(1, 5),
    purge=st.integers(0, 4),
    embargo=st.integers(0, 4),
)
def test_no_day_is_in_both_sets_and_none_in_sample_is_near_a_test(
    n, folds, test_folds, purge, embargo
):
    try:
        splits = purged_folds(
            days(n), folds=folds, test_folds=test_folds, purge=purge, embargo=embargo
        )
    except DataError:
        return
    times_tested = np.zeros(n, dtype=int)
    for split in splits:
        times_tested[split.test] += 1
        tested = set(split.test.tolist())
        for day in split.train.tolist():
            near = range(day - purge - embargo, day + purge + 1)
            assert tested.isdisjoint(near)
        left_out = n - len(split.train) - len(split.test)
        assert left_out <= 2 * test_folds * (purge + embargo)
    assert set(times_tested.tolist()) == {splits.paths.shape[1]}


def test_days_are_dates_that_have_bars_and_the_embargo_is_one_percent():
    hours = pd.date_range("2020-01-01 05:00", periods=24 * 250, freq="h", tz="UTC")
    without = hours[hours.day_of_week < 5]
    folds = purged_folds(without, folds=5)
    assert len(folds.days) == len(set(without.date)) == 179
    assert (folds.embargo, folds.purge) == (1, 0)
    assert folds.days[0] == pd.Timestamp("2020-01-01", tz="UTC")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"folds": 1}, "folds must be a whole number from 2; got 1"),
        ({"purge": -1}, "purge must be a whole number from 0; got -1"),
        ({"purge": 1.5}, "purge must be a whole number from 0"),
        ({"folds": 3, "test_folds": 3}, "leave nothing to choose on"),
        ({"folds": 40, "test_folds": 20}, "100,000 are the most"),
        ({"folds": 5, "purge": 15, "embargo": 5}, "20 days a fold, and purge=15 and embargo=5"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(wrong, told):
    with pytest.raises(DataError, match=told):
        purged_folds(days(100), **wrong)
