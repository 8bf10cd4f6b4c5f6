"""Skill is said only where both deflated Sharpe ratios say it."""

from __future__ import annotations

import numpy as np
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.honest import judge
from bitstockerz_lab.measures.honest.sharpe_tests import (
    deflated_sharpe,
    expected_maximum,
    minimum_track_record,
    moments,
    probabilistic_sharpe,
)

RANDOM = np.random.default_rng(5)
NOISE = RANDOM.normal(0, 0.01, 1000)
GOOD = NOISE - NOISE.mean() + 0.0015
FLAT = np.zeros(1000)


def test_every_number_is_that_of_its_own_function():
    benchmark = RANDOM.normal(0.0003, 0.01, 1000)
    found = judge(GOOD, benchmark, trials=50, variance=0.002, effective_trials=12.5)
    own, excess = moments(GOOD), moments(GOOD - benchmark)
    assert found.days == 1000
    assert found.sharpe == own.sharpe
    assert found.probabilistic == probabilistic_sharpe(own)
    assert found.deflated == deflated_sharpe(own, 50, 0.002)
    assert found.deflated_effective == deflated_sharpe(own, 12.5, 0.002)
    assert found.deflated_over_benchmark == deflated_sharpe(excess, 50, 0.002)
    assert found.track_record_days == minimum_track_record(own, found.expected_maximum)
    assert found.deflated < found.deflated_effective < found.probabilistic


def test_a_good_series_is_skill_until_many_were_tried():
    assert judge(GOOD, FLAT, trials=1, variance=None).skill
    assert not judge(GOOD, FLAT, trials=1000, variance=0.001).skill


def test_what_the_benchmark_does_as_well_is_no_skill():
    held = GOOD + RANDOM.normal(0, 1e-4, 1000)
    found = judge(GOOD, held, trials=1, variance=None)
    assert found.deflated > 0.95
    assert found.deflated_over_benchmark < 0.95
    assert not found.skill
    same = judge(GOOD, GOOD, trials=1, variance=None)
    assert same.deflated_over_benchmark is None
    assert not same.skill


def test_without_a_trade_everything_is_undefined_and_nothing_is_skill():
    found = judge(FLAT, NOISE, trials=3, variance=0.001)
    assert found.sharpe is None
    assert found.probabilistic is None
    assert found.deflated is None
    assert found.track_record_days is None
    assert not found.skill


def test_a_ruined_run_is_compared_with_the_benchmark_of_its_days():
    found = judge(GOOD[:400], NOISE, trials=2, variance=0.001)
    assert found == judge(GOOD[:400], NOISE[:400], trials=2, variance=0.001)


def test_every_number_has_one_sentence_for_people():
    found = judge(GOOD, FLAT, trials=12_000, variance=0.001, effective_trials=40.0)
    assert found.sentences == {
        "probabilistic": "With a probability of 100.0 % the true Sharpe ratio is above zero, this "
        "being the only trial.",
        "deflated": f"With a probability of {100 * found.deflated:.1f} % the true Sharpe ratio is "
        f"above the {found.expected_maximum:.4f} a day that luck alone gives the best of 12,000 "
        f"trials; measured: {found.sharpe:.4f} a day.",
        "deflated_effective": f"With a probability of {100 * found.deflated_effective:.1f} % it is "
        "above the best of the 40.0 independent trials these amount to.",
        "deflated_over_benchmark": "With a probability of "
        f"{100 * found.deflated_over_benchmark:.1f} % the same is true of the returns minus those "
        "of buy and hold.",
        "track_record_days": f"Such returns must last {found.track_record_days:,.0f} days to be "
        "believed; these are 1,000.",
        "skill": "Not shown to be skill: that needs both deflated Sharpe ratios above 95 %.",
    }
    silent = judge(FLAT, FLAT, trials=1, variance=None).sentences
    assert all(text.endswith(".") for text in silent.values())
    assert "cannot be said" in silent["deflated_effective"]


def test_too_short_a_benchmark_and_no_trial_are_refused():
    with pytest.raises(DataError, match="The benchmark has 999 daily returns and the run 1000"):
        judge(GOOD, FLAT[1:], trials=1, variance=None)
    with pytest.raises(DataError, match="0 trials were counted"):
        judge(GOOD, FLAT, trials=0, variance=None)


@pytest.mark.parametrize("often", [0.5, 0.95], ids=["half the time", "nearly always"])
def test_the_best_of_two_hundred_on_a_random_walk_is_hardly_ever_skill(often):
    random = np.random.default_rng(11)
    called = believed = 0
    for _ in range(40):
        market = random.normal(0.075 / 252, 0.01, 2520)
        # in and out of the market at random, twenty days at a time
        held = np.repeat(random.random((200, 126)) < often, 20, axis=1) * market
        sharpes = held.mean(axis=1) / held.std(axis=1, ddof=1)
        best, variance = held[sharpes.argmax()], float(sharpes.var(ddof=1))
        called += judge(best, market, trials=200, variance=variance).skill
        without_floor = expected_maximum(200, variance, days=10**9)
        believed += probabilistic_sharpe(moments(best), without_floor) > 0.95
    assert called <= 2
    if often > 0.9:  # all much alike and up with the market: that is what the floor is for
        assert believed >= 8


def test_it_shows_its_conclusion_and_then_its_other_sentences():
    found = judge(GOOD, FLAT, trials=50, variance=0.002, effective_trials=12.5)
    lines = repr(found).splitlines()
    assert lines[0] == found.sentences["skill"]
    assert sorted(lines) == sorted(found.sentences.values())
    assert found._repr_html_().startswith(f"<p>{lines[0]}<br>")
