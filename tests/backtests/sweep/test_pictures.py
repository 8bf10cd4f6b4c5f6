from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep.pictures import heading
from bitstockerz_lab.errors import DataError, TradingError, UnknownName
from bitstockerz_lab.strategies import crosses_above, crosses_below, sma
from tests.helpers import make_bars


def averages(name="SMA cross"):
    fast = sma(bz.parameter("fast", 5, min=2, max=100))
    slow = sma(bz.parameter("slow", 20, min=2, max=300))
    return bz.strategy(name, enter=crosses_above(fast, slow), leave=crosses_below(fast, slow))


@pytest.fixture(scope="module")
def sweep():
    bars = {"AAA": make_bars(250), "BBB": make_bars(250, seed=2)}
    grid = {"fast": [3, 5, 8, 13], "slow": [8, 13, 21]}
    return bz.sweep(averages(), bars, grid=grid, constraint="fast < slow", fee_bps=[0, 10])


def test_the_heat_map_is_the_pivot_of_a_units_results(sweep):
    rows = sweep.results[sweep.results["unit"] == 2]
    expected = rows.pivot(index="slow", columns="fast", values="total_return_pct")
    found = sweep.heatmap(by="total_return_pct", unit=2)
    np.testing.assert_array_equal(found.data[0].z, expected.to_numpy())
    assert found.layout.title.text.startswith(
        "SMA cross on BBB, 2020-01-01 to 2020-09-06, fee_bps 0"
    )
    assert np.isnan(expected.loc[8, 13])


def test_every_picture_takes_a_unit_and_a_metric(sweep):
    for picture in (sweep.heatmap, sweep.surface, sweep.parallel):
        drawing = picture(by="max_drawdown_pct", unit=3)
        assert "BBB" in drawing.layout.title.text
        assert "fee_bps 10" in drawing.layout.title.text
        assert "Max drawdown (%)" in drawing.layout.title.text
    with pytest.raises(UnknownName, match="No unit 4"):
        sweep.heatmap(unit=4)


def test_without_a_unit_the_winners_is_shown(sweep):
    at = int(sweep.best(1)["unit"].iloc[0])
    other = dataclasses.replace(sweep, by="max_drawdown_pct")
    assert {at, int(other.best(1)["unit"].iloc[0])} != {0}
    for one in (sweep, other):
        unit = int(one.best(1)["unit"].iloc[0])
        for picture in (one.heatmap, one.surface, one.parallel):
            assert f", unit {unit}" in picture().layout.title.text
        assert one.stability().equals(one.stability(unit=unit))
        assert one.plateau() == one.plateau(unit=unit)
    assert sweep.heatmap(by="max_drawdown_pct").layout.title.text.count(f", unit {at}") == 1


def test_of_one_unit_no_number_is_said():
    sweep = bz.sweep(averages(), {"AAA": make_bars(60)}, grid={"fast": [3, 5]})
    assert ", unit" not in sweep.heatmap().layout.title.text


def test_stability_is_told_of_each_combination_of_the_unit(sweep):
    found = sweep.stability(unit=1)
    rows = sweep.results[sweep.results["unit"] == 1]
    assert found.index.equals(rows.index)
    assert found["combination"].tolist() == rows["combination"].tolist()
    np.testing.assert_array_equal(found["score"], rows["sharpe_ratio"])
    at = found[(found["fast"] == 5) & (found["slow"] == 13)].iloc[0]
    near = rows[rows["fast"].isin([3, 5, 8]) & ~((rows["fast"] == 5) & (rows["slow"] == 13))]
    assert at["neighbours"] == len(near) == 7
    assert at["neighbours_median"] == pytest.approx(near["sharpe_ratio"].median())
    assert at["neighbours_worst"] == near["sharpe_ratio"].min()


def test_less_drawdown_is_better_among_neighbours(sweep):
    found = sweep.stability(by="max_drawdown_pct")
    assert (found["neighbours_worst"] >= found["neighbours_median"]).all()
    np.testing.assert_allclose(found["ahead"], found["neighbours_median"] - found["score"])


def test_the_plateau_is_a_combination_that_can_be_run(sweep):
    found = sweep.stability()
    known = found[(found["scored_share"] >= 0.5) & (found["tried_share"] >= 0.75)]
    best = known.loc[known["neighbourhood"].idxmax()]
    assert sweep.plateau() == {"fast": best["fast"], "slow": best["slow"]}
    assert all(isinstance(value, int) for value in sweep.plateau().values())


def test_where_nothing_traded_there_is_no_plateau():
    sweep = bz.sweep(averages(), make_bars(15), grid={"fast": [3, 5], "slow": [50, 60]})
    assert not sweep.results["num_trades"].any()
    assert sweep.stability()["score"].isna().all()
    with pytest.raises(TradingError, match="No combination has a sharpe_ratio and neighbours"):
        sweep.plateau()
    assert sweep.heatmap().data[0].type == "heatmap"


def test_what_nothing_ranks_by_has_no_stability(sweep):
    with pytest.raises(UnknownName, match="No metric to rank by 'exposure_pct'"):
        sweep.stability(by="exposure_pct")
    assert sweep.heatmap(by="exposure_pct").data[0].type == "heatmap"


def test_a_unit_that_was_never_begun_is_refused(sweep):
    stopped = dataclasses.replace(
        sweep, results=sweep.results[sweep.results["unit"] < 1], status="cancelled"
    )
    with pytest.raises(DataError, match="Unit 3 has no results: the sweep was stopped before it"):
        stopped.heatmap(unit=3)
    with pytest.raises(DataError, match="Unit 3 has no results"):
        stopped.stability(unit=3)


def test_the_heading_names_what_tells_units_apart(sweep):
    assert heading(sweep, 1) == ("SMA cross on AAA, 2020-01-01 to 2020-09-06, fee_bps 10, unit 1")


def test_a_picture_of_simulated_bars_says_so():
    bars = make_bars(60)
    bars.attrs |= {"symbol": "DEMO", "simulated": True}
    sweep = bz.sweep(averages(), bars, grid={"fast": [3, 5]})
    assert "SMA cross on DEMO (simulated data)" in sweep.heatmap().layout.title.text
