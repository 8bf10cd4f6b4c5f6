"""White's and Hansen's p-values are those of arch on the same samples of days."""

from __future__ import annotations

import numpy as np
import pytest
from arch.bootstrap import SPA
from arch.bootstrap import StationaryBootstrap as OtherBootstrap

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.honest import RealityCheck, StationaryBootstrap

DAYS, SAMPLES = 250, 400


def noise(count: int, drift: float = 0.0, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    wide = random.uniform(0.002, 0.05, (count, 1))
    return wide * random.normal(drift, 1, (count, DAYS))


def of_arch(differences, seed: int = 4) -> SPA:
    """Arch's test; it never divides by the deviation, so hand it what is divided already."""
    test = SPA(
        np.zeros(DAYS),
        -differences.T,
        block_size=10,
        reps=SAMPLES,
        seed=np.random.default_rng(seed),
    )
    test.compute()
    return test


def archs_samples(seed: int = 4) -> StationaryBootstrap:
    """Our bootstrap with the days arch draws."""
    drawn = OtherBootstrap(10, np.zeros(DAYS), seed=np.random.default_rng(seed))
    rows = [np.bincount(drawn.index, minlength=DAYS) for _ in drawn.bootstrap(SAMPLES)]
    ours = StationaryBootstrap(DAYS, SAMPLES, seed=seed)
    ours.__dict__["counts"] = np.array(rows, dtype=np.uint8)
    return ours


def checked(differences, bootstrap=None):
    check = RealityCheck(bootstrap or StationaryBootstrap(DAYS, SAMPLES))
    check.add(differences)
    return check.result()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("drift", [0.0, 0.05, -0.05])
def test_the_p_values_are_those_of_arch_on_the_same_samples(seed, drift):
    differences = noise(20, drift, seed)
    plain = of_arch(differences)
    deviation = np.sqrt(plain._loss_diff_var)
    studentised = of_arch(differences / deviation[:, None]).pvalues
    found = checked(differences, archs_samples())
    assert found.statistic > 0
    assert found.white == pytest.approx(plain.pvalues["upper"], abs=1e-12)
    assert found.spa == pytest.approx(studentised["consistent"], abs=1e-12)
    assert found.spa_lower == pytest.approx(studentised["lower"], abs=1e-12)
    assert found.spa_upper == pytest.approx(studentised["upper"], abs=1e-12)
    scores = DAYS**0.5 * differences.mean(axis=1) / deviation
    assert found.best == scores.argmax()
    assert found.statistic == pytest.approx(scores.max(), rel=1e-9)


def test_the_three_p_values_differ_where_some_are_far_worse():
    differences = np.vstack([noise(5, 0.05, 2), noise(60, -0.4, 3)])
    found = checked(differences)
    assert found.spa_lower <= found.spa < found.spa_upper


def test_our_own_samples_give_nearly_the_p_value_of_archs():
    differences = noise(20, 0.03, 8)
    ours = checked(differences, StationaryBootstrap(DAYS, 4000, seed=1))
    theirs = checked(differences, archs_samples())
    assert ours.spa == pytest.approx(theirs.spa, abs=0.06)
    assert ours.white == pytest.approx(theirs.white, abs=0.06)


def test_blocks_of_combinations_are_the_same_as_all_at_once():
    differences, whole = noise(23), RealityCheck(StationaryBootstrap(DAYS, SAMPLES, seed=2))
    parts = RealityCheck(StationaryBootstrap(DAYS, SAMPLES, seed=2))
    whole.add(differences)
    for start in range(0, 23, 7):
        parts.add(differences[start : start + 7])
    assert parts.result().best == whole.result().best
    assert parts.result().white == whole.result().white
    assert parts.result().spa == whole.result().spa
    assert parts.result().combinations == 23


def test_two_processes_are_the_same_as_one():
    differences = noise(30, seed=12)
    one, first, second = (
        RealityCheck(StationaryBootstrap(DAYS, SAMPLES, seed=2)) for _ in range(3)
    )
    one.add(differences)
    first.add(differences[:11])
    second.add(differences[11:])
    first.merge(second)
    assert first.result() == one.result()
    with pytest.raises(DataError, match="Merge checks made with the same ones"):
        first.merge(RealityCheck(StationaryBootstrap(DAYS, SAMPLES, seed=3)))


def test_an_edge_is_found_and_noise_is_not():
    planted = noise(12, seed=22)
    assert checked(planted).spa > 0.1
    planted[7] += 0.3 * planted[7].std()
    found = checked(planted)
    assert found.spa < 0.02
    assert found.best == 7


def test_on_noise_the_p_value_is_small_as_often_as_it_says():
    found = [checked(noise(10, seed=seed)).spa for seed in range(100)]
    assert sum(p <= 0.1 for p in found) <= 20
    assert 0.35 < np.mean(found) < 0.65


def test_the_benchmark_is_subtracted():
    returns, held = noise(10), noise(1, 0.1, seed=5)[0]
    check = RealityCheck(StationaryBootstrap(DAYS, SAMPLES), held)
    check.add(returns)
    assert check.result() == checked(returns - held)


def test_what_never_traded_is_left_out_and_still_counts_in_the_numbering():
    returns = noise(4, seed=30)
    idle = np.insert(returns, [0, 2], 0.0, axis=0)
    with_idle, without = checked(idle), checked(returns)
    assert with_idle.combinations == 4
    assert with_idle.spa == without.spa
    np.testing.assert_array_equal(idle[with_idle.best], returns[without.best])


def test_days_after_ruin_are_days_without_a_return():
    returns = noise(3)
    gone, still = returns.copy(), returns.copy()
    gone[1, 100:], still[1, 100:] = np.nan, 0.0
    assert checked(gone) == checked(still)


def test_where_all_lose_nothing_is_shown():
    found = checked(noise(5, -0.5))
    assert found.statistic == 0
    assert (found.spa_lower, found.spa, found.spa_upper) == (1, 1, 1)
    assert found.white > 0.5


def test_without_combinations_or_with_few_days_there_is_no_p_value():
    assert RealityCheck(StationaryBootstrap(DAYS, 10)).result() is None
    assert checked(np.zeros((3, DAYS))) is None
    few = RealityCheck(StationaryBootstrap(29, 10))
    few.add(noise(3)[:, :29])
    assert few.result() is None


def test_other_days_are_refused():
    with pytest.raises(DataError, match=r"250 days, and the returns are of shape \(2, 10\)"):
        RealityCheck(StationaryBootstrap(DAYS)).add(np.zeros((2, 10)))
    with pytest.raises(DataError, match=r"benchmark has shape \(3,\) and the bootstrap 250 days"):
        RealityCheck(StationaryBootstrap(DAYS), np.zeros(3))


def test_the_sentence_never_says_that_something_is_impossible():
    planted = noise(5)
    planted[2] += planted[2].std()
    assert "less than 0.25 % (Hansen's SPA" in checked(planted).sentence
    found = checked(noise(5))
    assert f"with a probability of {100 * found.spa:.1f} %" in found.sentence


def test_it_shows_its_sentence_first():
    found = checked(noise(5))
    first, second = repr(found).splitlines()
    assert first == found.sentence
    assert second.startswith(f"Superiority(white={found.white:.4g}, spa={found.spa:.4g}, ")
    assert "(Hansen&#x27;s SPA" in found._repr_html_()
