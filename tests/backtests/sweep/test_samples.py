from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.grid import combinations
from bitstockerz_lab.backtests.sweep import samples as sampled
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import sma

WAYS = ["random", "sobol"]
SMALL = {"fast": range(1, 21), "slow": range(1, 31)}
VAST = {"fast": range(1, 3001), "slow": range(1, 3001), "third": range(1, 3001)}


def rules():
    names = ("fast", "slow", "third")
    fast, slow, third = (sma(bz.parameter(name, 5 + at)) for at, name in enumerate(names))
    return bz.strategy("Cross", enter=(fast > slow) & (slow > third), leave=fast < slow)


def sample(grid, constraint="fast < slow", **settings):
    return combinations(rules(), grid, constraint, **settings)


def frame(found):
    return pd.DataFrame(found.columns)


@pytest.mark.parametrize("grid", [SMALL, VAST], ids=["small", "vast"])
@pytest.mark.parametrize("sampling", WAYS)
def test_a_sample_is_distinct_in_order_and_meets_the_constraint(grid, sampling):
    found = frame(sample(grid, samples=100, sampling=sampling))
    assert len(found) == 100
    assert not found.duplicated().any()
    assert (found["fast"] < found["slow"]).all()
    assert found.sort_values(list(found)).index.tolist() == list(range(100))
    assert all(set(found[name]) <= set(values) for name, values in grid.items())


@pytest.mark.parametrize("grid", [SMALL, VAST], ids=["small", "vast"])
@pytest.mark.parametrize("sampling", WAYS)
def test_the_seed_decides_the_sample(grid, sampling):
    def drawn(seed):
        return frame(sample(grid, samples=50, sampling=sampling, seed=seed))

    assert drawn(1).equals(drawn(1))
    assert not drawn(1).equals(drawn(2))


@pytest.mark.parametrize("sampling", WAYS)
def test_of_no_more_than_asked_for_all_are_taken(sampling):
    everything = frame(sample(SMALL))
    for samples in (len(everything), 100_000):
        assert frame(sample(SMALL, samples=samples, sampling=sampling)).equals(everything)


@pytest.mark.parametrize("sampling", WAYS)
def test_a_constraint_that_few_meet_still_gives_them_all(sampling):
    found = sample(SMALL, "fast * 30 == slow * 20", samples=9, sampling=sampling)
    assert len(found) == 9  # of ten


def test_a_list_is_sampled_too():
    given = [{"fast": fast, "slow": 9} for fast in range(1, 9)]
    assert len(sample(given, samples=3)) == 3


def test_sobol_points_are_spread_more_evenly_than_random_ones():
    def emptiest(sampling, seed):
        found = frame(
            sample({"fast": range(1, 65), "slow": range(1, 65)}, None, samples=256,
                   sampling=sampling, seed=seed)
        )  # fmt: skip
        cells, _, _ = np.histogram2d(found["fast"], found["slow"], bins=8)
        return cells.std()

    assert all(emptiest("sobol", seed) < emptiest("random", seed) for seed in range(5))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"samples": 0}, "samples must be a whole number from 1; got 0"),
        ({"samples": 2.5}, "samples must be a whole number from 1; got 2.5"),
        ({"samples": True}, "samples must be a whole number"),
        ({"samples": 2_000_000}, "samples=2,000,000 is too many"),
        ({"samples": 5, "seed": -1}, "seed must be a whole number from 0; got -1"),
        ({"samples": 5, "seed": None}, "seed must be a whole number"),
        ({"samples": 5, "sampling": "sobl"}, "sampling must be 'random', 'sobol' or 'optuna'"),
        ({"sampling": "sobol"}, "sampling='sobol' needs samples"),
    ],
)
def test_a_sample_that_is_none_is_refused(settings, told):
    with pytest.raises(DefinitionError, match=told):
        sample(SMALL, **settings)


LARGE = {"fast": range(1, 301), "slow": range(1, 301), "third": range(1, 101)}


@pytest.mark.parametrize("sampling", WAYS)
def test_what_no_draw_finds_is_found_where_everything_can_be_looked_at(sampling):
    one = "fast == 7 and slow == 290 and third == 33"
    found = sample(LARGE, one, samples=10, sampling=sampling)
    assert list(found) == [{"fast": 7, "slow": 290, "third": 33}]
    assert "samples=10 asks for more than there are: all combinations, 1" in found.remarks[0]
    few = "fast == 7 and slow > 200"
    found = sample(LARGE, few, samples=5_000, sampling=sampling)
    assert len(found) == 5_000
    assert found.remarks == ()
    assert not frame(found).duplicated().any()
    assert (frame(found)["fast"] == 7).all()
    with pytest.raises(DefinitionError, match="No combination of fast, slow, third meets"):
        sample(LARGE, "fast > 300", samples=10, sampling=sampling)


def test_where_it_cannot_what_was_drawn_is_told(monkeypatch):
    monkeypatch.setattr(sampled, "DRAWS", 2**12)
    monkeypatch.setattr(sampled, "SEARCHED", 1_000_000)
    with pytest.raises(DefinitionError, match=r"None of 4,096 combinations drawn from 9,000,000"):
        sample(LARGE, "fast == 7 and slow == 290 and third == 33", samples=10)
    found = sample(LARGE, "fast == 7", samples=1_000)
    assert 0 < len(found) < 1_000
    told = f"Only {len(found)} of the 1,000 combinations asked for were found in 4,096 draws"
    assert told in found.remarks[0]


def test_a_function_is_asked_of_what_was_drawn_only(monkeypatch):
    monkeypatch.setattr(sampled, "DRAWS", 2**12)
    with pytest.raises(DefinitionError, match=r"given as a function.*write the constraint as text"):
        sample(LARGE, lambda one: one["fast"] > 300, samples=10)


def test_of_very_many_optuna_is_given_some_and_of_fewer_all():
    found = sample(LARGE, samples=10, sampling="optuna")
    assert len(found) == sampled.CANDIDATES
    assert found.remarks == ("Optuna chose among 100,000 combinations drawn from 9,000,000.",)
    assert len(sample(SMALL, samples=10, sampling="optuna")) == len(sample(SMALL))


def test_a_sample_of_more_than_there_is_says_so():
    told = f"all combinations, {len(sample(SMALL))}, are tried"
    assert told in sample(SMALL, samples=1_000).remarks[0]
    assert sample(SMALL, samples=9).remarks == ()
