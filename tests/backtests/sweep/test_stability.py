from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitstockerz_lab.backtests.sweep import stability as module
from bitstockerz_lab.backtests.sweep.stability import plateau, stability
from bitstockerz_lab.errors import DataError

NAN = float("nan")


def slowly(parameters, scores, reach, more_is_better):
    """The same by looking at every pair, a row a tuple."""
    tables = [sorted(set(values.tolist())) for values in parameters.values()]
    places = [
        tuple(table.index(value) for table, value in zip(tables, row, strict=True))
        for row in zip(*(values.tolist() for values in parameters.values()), strict=True)
    ]
    steps = sum(len(table) > 1 for table in tables)
    possible = max(1, (2 * reach + 1) ** steps - 1)
    found = []
    for own, score in zip(places, scores, strict=True):
        near = {}
        for other, value in zip(places, scores, strict=True):
            apart = max(abs(a - b) for a, b in zip(own, other, strict=True))
            if 0 < apart <= reach and other not in near:
                near[other] = value
        known = [value for value in near.values() if not np.isnan(value)]
        median = float(np.median(known)) if known else NAN
        worst = (min(known) if more_is_better else max(known)) if known else NAN
        ahead = score - median if more_is_better else median - score
        around = sorted([*known, score], reverse=not more_is_better)[len(known) // 2]
        around = NAN if np.isnan(score) else around
        shares = len(near) / possible, len(known) / possible
        found.append((score, len(near), *shares, median, worst, ahead, around))
    return np.array(found, float).reshape(-1, 8)


@st.composite
def sweeps(draw):
    """Some combinations of a few values, some of them twice, some without a score."""
    names = draw(st.integers(1, 4))
    values = st.sampled_from([-3.0, 0.0, 0.1, 0.5, 2.0, 10.0])
    rows = draw(st.lists(st.tuples(*[values] * names), min_size=1, max_size=30))
    scores = draw(
        st.lists(st.one_of(st.just(NAN), st.floats(-5, 5)), min_size=len(rows), max_size=len(rows))
    )
    table = np.array(rows)
    return {f"p{k}": table[:, k] for k in range(names)}, np.array(scores)


@given(sweeps(), st.integers(1, 3), st.booleans())
def test_it_is_what_looking_at_every_pair_gives(sweep, reach, more_is_better):
    parameters, scores = sweep
    found = stability(parameters, scores, reach=reach, more_is_better=more_is_better)
    expected = slowly(parameters, scores, reach, more_is_better)
    np.testing.assert_allclose(found.to_numpy(float), expected, atol=1e-12)


@given(sweeps(), st.integers(1, 2))
def test_it_is_the_same_in_small_blocks(sweep, reach):
    whole = stability(*sweep, reach=reach)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PAIRS", 7)
        assert stability(*sweep, reach=reach).equals(whole)


def test_a_lonely_peak_is_far_ahead_of_its_neighbours():
    fast, slow = (np.array(one) for one in zip(*product([5, 10, 20], [50, 100, 200]), strict=True))
    scores = np.array([0.1, 0.2, 0.3, 0.1, 3.0, 0.3, 0.1, 0.2, 0.3])
    found = stability({"fast": fast, "slow": slow}, scores)
    middle = found.iloc[4]
    assert middle["neighbours"] == 8
    assert middle["tried_share"] == 1.0
    assert middle["neighbours_median"] == pytest.approx(0.2)
    assert middle["neighbours_worst"] == pytest.approx(0.1)
    assert middle["ahead"] == pytest.approx(2.8)
    corner = found.iloc[0]
    assert (corner["neighbours"], corner["tried_share"]) == (3, 3 / 8)


def test_beyond_the_edge_and_beyond_the_constraint_nothing_was_tried():
    found = stability({"fast": np.array([1, 2, 4]), "slow": np.array([7, 7, 8])}, np.arange(3.0))
    assert found["neighbours"].tolist() == [1, 2, 1]
    assert found["tried_share"].tolist() == [1 / 8, 2 / 8, 1 / 8]


def test_a_neighbour_that_never_traded_is_tried_but_has_no_score():
    found = stability({"fast": np.array([1, 2, 3])}, np.array([1.0, 2.0, NAN]))
    assert found["tried_share"].tolist() == [0.5, 1.0, 0.5]
    assert found["scored_share"].tolist() == [0.5, 0.5, 0.5]
    assert found["neighbours_median"].tolist() == [2.0, 1.0, 2.0]
    assert np.isnan(found["ahead"].iloc[2])


def test_of_drawdowns_the_highest_is_the_worst_and_less_is_ahead():
    found = stability(
        {"fast": np.array([1, 2, 3])}, np.array([10.0, 30.0, 20.0]), more_is_better=False
    )
    assert found["neighbours_worst"].tolist() == [30.0, 20.0, 30.0]
    assert found["ahead"].tolist() == [20.0, -15.0, 10.0]


def test_one_combination_has_no_neighbours():
    found = stability({"fast": np.array([5]), "slow": np.array([20])}, np.array([1.0]))
    assert found["neighbours"].tolist() == [0]
    assert found["tried_share"].tolist() == [0.0]
    assert np.isnan(found["neighbours_median"].iloc[0])
    assert plateau(found) is None


@pytest.mark.parametrize("reach", [0, -1, 1.5])
def test_a_reach_that_is_no_number_of_steps_is_refused(reach):
    with pytest.raises(DataError, match=f"reach is {reach}. Give a whole number"):
        stability({"fast": np.array([1, 2])}, np.zeros(2), reach=reach)


def test_the_plateau_is_not_the_peak():
    scores = np.array([0.0, 9.0, 0.0, 2.0, 2.1, 2.0, 0.0])
    found = stability({"fast": np.arange(7)}, scores)
    assert found["neighbourhood"].tolist() == [0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 0.0]
    assert plateau(found) == 4


def test_the_plateau_has_a_score_and_half_of_its_neighbours_have_one():
    scores = np.array([NAN, 5.0, NAN, NAN, 1.0, 2.0, 1.0])
    found = stability({"fast": np.arange(7)}, scores)
    assert plateau(found) == 5
    assert plateau(stability({"fast": np.arange(3)}, np.full(3, NAN))) is None


def test_an_edge_is_no_plateau_while_there_are_combinations_within():
    fast, slow = (one.ravel() for one in np.meshgrid(np.arange(4), np.arange(5), indexing="ij"))
    scores = np.full((4, 5), 1.0)
    scores[3] = 5.0, 4.0, 4.0, 5.0, 0.5
    scores[2] = 4.0, 3.0, 0.0, 4.0, 4.0
    scores = scores.ravel()
    found = stability({"fast": fast, "slow": slow}, scores)
    at = plateau(found)
    assert found["tried_share"].iloc[at] == 1.0
    edge = found[found["tried_share"] < 0.75]
    assert edge["neighbourhood"].max() > found["neighbourhood"].iloc[at]


def test_where_only_edges_were_tried_one_of_them_is_the_plateau():
    found = stability({"fast": np.array([1, 2])}, np.array([1.0, 2.0]))
    assert found["tried_share"].tolist() == [0.5, 0.5]
    assert plateau(found) == 1


def test_of_equal_neighbourhoods_the_best_score_is_the_plateau():
    scores = np.array([1.0, 1.0, 3.0, 1.0, 1.0])
    found = stability({"fast": np.arange(5)}, scores)
    assert found["neighbourhood"].nunique() == 1
    assert plateau(found) == 2


def test_of_costs_the_plateau_is_the_least():
    scores = np.array([5.0, 5.0, 5.0, 2.0, 1.0, 2.0])
    found = stability({"fast": np.arange(6)}, scores, more_is_better=False)
    assert plateau(found, more_is_better=False) == 4
