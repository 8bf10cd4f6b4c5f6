"""The noise experiment of the benchmarks, small: luck is not called skill, a strong edge is."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import noise

GRID = {"fast": [3, 8, 15, 24], "slow": [30, 60, 120, 220]}


@pytest.mark.parametrize("kind", ["no drift", "7.5 % a year", "weak trends"])
def test_the_best_of_many_on_a_random_walk_is_not_called_skill(kind):
    found = noise.judged(kind, 6, GRID)
    assert not found["skill"].any()
    assert len(found) == 6


def test_a_strong_edge_is_called_skill_more_often_than_not():
    assert noise.judged("strong trends", 6, GRID)["skill"].mean() > 0.5


def test_the_walks_are_bars_with_the_drift_that_is_said_and_the_same_each_time():
    ends = [
        np.log(noise.walk(0.075, 0.0, np.random.default_rng(seed))["close"].iloc[-1] / 100)
        for seed in range(200)
    ]
    assert np.mean(ends) / 10 == pytest.approx(np.log1p(0.075), abs=3 * 0.2 / np.sqrt(10 * 200))
    bars = noise.walk(0.0, 0.1, np.random.default_rng(7))
    assert (bars["high"] >= bars[["open", "close"]].max(axis=1)).all()
    assert bars.equals(noise.walk(0.0, 0.1, np.random.default_rng(7)))


def test_the_published_answers_are_ours(capsys):
    assert noise.published()
    assert "SR0 0.1132, here 0.1132; DSR 0.9004, here 0.9004." in capsys.readouterr().out
