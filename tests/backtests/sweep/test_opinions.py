"""A sample of a sweep is recomputed singly and by vectorbt, and what was changed is found."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from bitstockerz_lab.backtests.sweep import pure
from bitstockerz_lab.backtests.sweep.carry_out import carry_out
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.engine import BESIDES, METRICS
from bitstockerz_lab.backtests.sweep.question import Question
from bitstockerz_lab.backtests.sweep.table import sweep_of
from bitstockerz_lab.errors import DataError
from tests.backtests.sweep.random_sweeps import unit_of
from tests.helpers import make_bars, sma_cross

KEPT = ("sharpe_ratio", "num_trades")


def swept(names=("AAA", "BBB"), fast=(3, 5, 8, 13, 30), definition=None, **terms):
    rules = definition or sma_cross()
    units = [
        unit_of(rules, make_bars(200, seed=number), number=number, name=name, **terms)
        for number, name in enumerate(names)
    ]
    question = Question(
        version=units[0].recipe.version,
        combinations=Combinations({"fast": np.array(fast)}),
        units=units,
    )
    return sweep_of(question, carry_out(question))


@pytest.fixture(scope="module")
def sweep():
    return swept(fee_bps=10, slippage_bps=5)


@pytest.mark.parametrize("name", [*METRICS, *BESIDES, "fast"])
def test_a_changed_number_is_found_in_whatever_column(sweep, name):
    results = sweep.results.copy()
    results[name] = results[name].astype(float)
    was = results.loc[7, name]
    results.loc[7, name] = 1.5 if np.isnan(was) else was + 2e-9 * max(1, abs(was))
    found = replace(sweep, results=results).verify()
    assert not found.ok
    (told,) = found.differences
    assert told.startswith(f"Combination 2 of unit 1 (BBB): {name} ")
    assert "in the sweep" in told
    assert found.table["differences"].ne("").sum() == 1
    assert str(found).startswith("Results recomputed singly: Combination 2 of unit 1")
    assert found._repr_html_().startswith("<p>✗")


def test_a_number_where_a_run_has_none_is_found(sweep):
    results = sweep.results.copy()
    results.loc[0, "sharpe_ratio"] = np.nan
    (told,) = replace(sweep, results=results).verify().differences
    assert "sharpe_ratio nan in the sweep" in told


def test_results_of_other_combinations_are_found(sweep):
    columns = {"fast": sweep.combinations.columns["fast"][::-1]}
    found = replace(sweep, combinations=Combinations(columns)).verify()
    assert len(found.differences) >= 8  # but for those in the middle


def test_an_untouched_sweep_is_equal_and_vectorbt_agrees_with_every_combination(sweep):
    found = sweep.verify()
    assert found.ok
    assert (found.differences, found.disagreements, dict(found.not_comparable)) == ((), (), {})
    assert found.agreed == len(found.table) == 10
    assert found.table["second_engine"].str.startswith("equal: ").all()
    numbers = len(METRICS) + len(BESIDES)
    assert str(found) == (
        f"Results recomputed singly: equal within 1e-09: 10 of 10 results, {numbers} numbers each. "
        "Second engine: 10 equal within 1e-09 of vectorbt's."
    )
    assert found._repr_html_().startswith("<p>✓")


def test_what_vectorbt_disagrees_with_is_told_of_the_combination(sweep, monkeypatch):
    from bitstockerz_lab.backtests import second_opinion

    ask = second_opinion._ask

    def wrong(recipe, bars, due):
        trades, equity = ask(recipe, bars, due)
        return trades, equity + 1 if recipe.parameters["fast"] == 8 else equity

    monkeypatch.setattr(second_opinion, "_ask", wrong)
    found = sweep.verify()
    assert not found.ok
    assert found.differences == ()
    assert [told[:29] for told in found.disagreements] == [
        "Combination 2 of unit 0 (AAA)",
        "Combination 2 of unit 1 (BBB)",
    ]
    assert found.agreed == 8
    assert "8 equal within 1e-09 of vectorbt's" in str(found)


def test_what_vectorbt_cannot_express_is_named_and_counted():
    found = swept(definition=sma_cross(stop_loss_pct=4), sizing=("fixed_cash", 900)).verify(n=3)
    assert found.ok
    assert dict(found.not_comparable) == {"sizing fixed_cash 900": 3, "stop_loss_pct": 3}
    assert str(found).endswith(
        "0 equal within 1e-09 of vectorbt's; 3 not comparable: sizing fixed_cash 900 (3), "
        "stop_loss_pct (3)."
    )
    assert found.table["second_engine"].str.startswith("not comparable: ").all()


def test_a_seed_draws_the_same_rows_and_another_draws_others(sweep):
    drawn = [
        sweep.verify(n=4, seed=seed).table[["unit", "combination"]].to_numpy().tolist()
        for seed in (0, 0, 1)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0] == sorted(drawn[0])
    assert len({tuple(one) for one in drawn[0]}) == 4


def test_rows_that_were_sorted_away_are_verified_under_their_own_numbers(sweep):
    shuffled = sweep.results.sort_values("sharpe_ratio", ignore_index=True).head(6)
    assert replace(sweep, results=shuffled).verify().ok


def test_only_what_was_measured_is_compared_and_it_is_said_how_much(sweep):
    few = sweep.results.drop(columns=[name for name in METRICS if name not in KEPT])
    found = replace(sweep, results=few).verify()
    assert found.ok
    assert found.compared == f"10 of 10 results, {len(KEPT) + len(BESIDES)} numbers each"
    few.loc[3, "sharpe_ratio"] += 0.1
    (told,) = replace(sweep, results=few).verify().differences
    assert told.startswith("Combination 3 of unit 0 (AAA): sharpe_ratio ")


def test_a_sweep_of_few_metrics_is_verified():
    rules = {"grid": {"fast": [3, 5, 9]}, "metrics": ["total_return_pct"]}
    found = pure.sweep(sma_cross(), make_bars(200), **rules).verify(n=2)
    assert found.ok
    assert len(found.table) == 2


def test_less_than_one_result_is_refused(sweep):
    with pytest.raises(DataError, match="n = 0 leaves nothing to verify"):
        sweep.verify(n=0)
    with pytest.raises(DataError, match="A sweep without results leaves nothing"):
        replace(sweep, results=sweep.results.head(0)).verify()


def test_a_sweep_is_made_without_vectorbt():
    import subprocess

    code = "import sys; import bitstockerz_lab.backtests.sweep.opinions; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"vectorbt", "dask", "distributed", "numba"} & set(loaded)
