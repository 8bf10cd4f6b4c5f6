"""Samples of days in blocks."""

from __future__ import annotations

import numpy as np
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.honest import StationaryBootstrap


def test_each_sample_has_as_many_days_as_there_were():
    bootstrap = StationaryBootstrap(500, 50)
    assert bootstrap.counts.shape == (50, 500)
    assert bootstrap.counts.dtype == np.uint8
    assert (bootstrap.counts.sum(axis=1) == 500).all()


def test_the_counts_are_those_of_the_samples():
    bootstrap = StationaryBootstrap(40, 3, seed=8)
    for row, days in zip(bootstrap.counts, bootstrap.indices(), strict=True):
        assert [days.tolist().count(day) for day in range(40)] == row.tolist()


@pytest.mark.parametrize("mean_block", [2, 10, 25])
def test_blocks_are_as_long_as_asked_on_average(mean_block):
    bootstrap = StationaryBootstrap(1000, 200, mean_block)
    broken = [np.mean(np.diff(days) % 1000 != 1) for days in bootstrap.indices()]
    assert np.mean(broken) == pytest.approx(1 / mean_block, rel=0.05)


def test_every_day_is_drawn_alike_often():
    drawn = StationaryBootstrap(100, 4000).counts.astype(float)
    # deviation of a day's mean: about √(19 / 4000)
    assert np.abs(drawn.mean(axis=0) - 1).max() < 0.35
    assert drawn[:, [0, 99]].mean() == pytest.approx(1, abs=0.2)


def test_the_same_seed_draws_the_same_days_and_another_does_not():
    assert (
        StationaryBootstrap(90, 5, seed=1).counts == StationaryBootstrap(90, 5, seed=1).counts
    ).all()
    assert (
        StationaryBootstrap(90, 5, seed=1).counts != StationaryBootstrap(90, 5, seed=2).counts
    ).any()


@pytest.mark.parametrize("wrong", [{"days": 0}, {"replications": 0}, {"mean_block": 0.5}])
def test_a_bootstrap_that_draws_nothing_is_refused(wrong):
    with pytest.raises(DataError, match=r"draws nothing\. Give 1 or more"):
        StationaryBootstrap(**{"days": 10} | wrong)
