"""PBO from sums of blocks is that of the whole matrix of returns."""

from __future__ import annotations

from itertools import combinations, islice, pairwise

import numpy as np
import pytest
from scipy import stats

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.honest import probability_of_overfitting
from bitstockerz_lab.measures.honest.overfitting import SPLITS, block_edges, block_sums, halves

SOME = 13  # every thirteenth split is enough to know them all


def of_matrix(returns) -> np.ndarray:
    """The logits as the paper says: cut out the days of each half, compute, rank."""
    edges = list(pairwise(round(k * returns.shape[1] / 16) for k in range(17)))
    found = []
    for half in islice(combinations(range(16), 8), 0, None, SOME):
        inside = np.zeros(returns.shape[1], dtype=bool)
        for block in half:
            inside[slice(*edges[block])] = True
        winner = int(np.argmax(sharpes(returns[:, inside])))
        rank = stats.rankdata(sharpes(returns[:, ~inside]), method="average")[winner]
        share = rank / (len(returns) + 1)
        found.append(np.log(share / (1 - share)))
    return np.array(found)


def sharpes(returns) -> np.ndarray:
    deviation = returns.std(axis=1, ddof=1)
    level = np.ptp(returns, axis=1) == 0
    # one and the same rounding for one and the same series, whichever row it is
    return np.where(level, 0.0, np.round(returns.mean(axis=1) / np.where(level, 1, deviation), 12))


def noise(count: int, days: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0002, 0.01, (count, days))


def test_the_edges_of_the_blocks():
    assert block_edges(160).tolist() == list(range(0, 161, 10))
    # 168 / 16 = 10.5: half a day goes to the even one
    assert block_edges(168).tolist() == [
        0, 10, 21, 32, 42, 52, 63, 74, 84, 94, 105, 116, 126, 136, 147, 158, 168,
    ]  # fmt: skip


def test_the_sums_of_a_block_typed_by_hand():
    returns = np.zeros((1, 32))
    returns[0, :2] = [0.1, -0.2]
    returns[0, 31] = np.nan
    sums = block_sums(returns)
    assert sums[0, 0].tolist() == pytest.approx([2, -0.1, 0.05, -0.007, 0.0017])
    assert sums[0, 1].tolist() == [2, 0, 0, 0, 0]
    assert sums[0, 15].tolist() == [1, 0, 0, 0, 0]


def test_there_are_12870_splits_and_each_is_the_other_half_of_another():
    chosen = halves()
    assert len(set(chosen.tolist())) == SPLITS == 12_870
    assert set((65_535 - chosen).tolist()) == set(chosen.tolist())


@pytest.mark.parametrize(("count", "days"), [(2, 160), (7, 173), (64, 201), (130, 163)], ids=str)
def test_the_logits_are_those_of_the_whole_matrix(count, days):
    returns = noise(count, days)
    found = probability_of_overfitting(block_sums(returns))
    np.testing.assert_allclose(found.logits[::SOME], of_matrix(returns), rtol=1e-12)
    assert found.pbo == np.mean(found.logits <= 0)
    assert 0 < found.pbo < 1
    assert (found.combinations, found.days) == (count, days)


def test_ties_and_blocks_without_a_trade_are_those_of_the_whole_matrix():
    returns = noise(6, 170)
    returns[3] = returns[1]
    returns[5] = returns[1]
    returns[2, 20:] = 0.0
    returns[4, :150] = 0.0
    found = probability_of_overfitting(block_sums(returns))
    np.testing.assert_allclose(found.logits[::SOME], of_matrix(returns), rtol=1e-12)


def test_a_steady_return_has_no_dispersion():
    steady = [[0.01], [0.0123456789], [-0.07 / 3], [1 / 700]]
    returns = np.vstack([noise(3, 330), np.tile(steady, (1, 330))])
    found = probability_of_overfitting(block_sums(returns))
    np.testing.assert_allclose(found.logits[::SOME], of_matrix(returns), rtol=1e-12)


def test_equal_combinations_are_in_the_middle_of_each_other():
    found = probability_of_overfitting(block_sums(np.tile(noise(1, 200), (5, 1))))
    assert found.pbo == 1
    assert (found.logits == 0).all()


def test_a_persistent_winner_is_never_overfitted():
    returns = noise(50, 400)
    returns[17] += 0.02
    found = probability_of_overfitting(block_sums(returns))
    assert found.pbo == 0
    assert found.logits == pytest.approx(np.log(50))


def test_what_wins_in_one_half_and_loses_in_the_other_is_always_overfitted():
    random = np.random.default_rng(9)
    block_means = random.normal(0, 0.004, (40, 16))
    block_means -= block_means.mean(axis=1, keepdims=True)
    # the same deviation everywhere; what one half has more, the other has less
    returns = np.repeat(block_means, 20, axis=1) + np.tile([0.05, -0.05], 160)
    assert probability_of_overfitting(block_sums(returns)).pbo == 1


def test_what_never_traded_is_left_out():
    returns = noise(5, 200)
    idle = np.insert(returns, [0, 2, 5], 0.0, axis=0)
    found = probability_of_overfitting(block_sums(idle))
    assert found.combinations == 5
    assert found.logits.tolist() == probability_of_overfitting(block_sums(returns)).logits.tolist()


def test_a_ruined_combination_has_fewer_days():
    returns = noise(4, 200)
    returns[2, 90] = -1.0
    returns[2, 91:] = np.nan
    found = probability_of_overfitting(block_sums(returns))
    assert found.days == 200
    assert np.isfinite(found.logits).all()


def test_too_few_combinations_or_days_have_no_pbo():
    assert probability_of_overfitting(block_sums(noise(1, 500))) is None
    assert probability_of_overfitting(block_sums(noise(5, 159))) is None
    assert probability_of_overfitting(block_sums(noise(5, 160))) is not None
    assert probability_of_overfitting(block_sums(np.zeros((5, 500)))) is None
    assert probability_of_overfitting(np.zeros((0, 16, 5))) is None


def test_sums_of_other_blocks_are_refused():
    with pytest.raises(
        DataError, match=r"Sums of shape \(3, 10, 5\) are no sums of sixteen blocks"
    ):
        probability_of_overfitting(np.zeros((3, 10, 5)))


def test_the_sentence_names_share_splits_days_and_combinations():
    found = probability_of_overfitting(block_sums(noise(5, 1600)))
    assert found.sentence == (
        f"In {100 * found.pbo:.1f} % of 12,870 ways to halve the 1,600 days, the best of 5 "
        "combinations in one half was no better than the median of them in the other."
    )


def test_it_shows_its_sentence_and_not_its_splits():
    found = probability_of_overfitting(block_sums(noise(20, 320)))
    assert repr(found).splitlines()[0] == found.sentence
    assert repr(found).splitlines()[1:] == [
        f"Overfitting(pbo={found.pbo:.4g}, combinations=20, days=320)"
    ]
    assert found._repr_html_() == f"<p>{found.sentence}</p>"
