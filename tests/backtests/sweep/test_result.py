from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.engine import BESIDES, METRICS, Measured
from bitstockerz_lab.backtests.sweep.question import Part, Question
from bitstockerz_lab.backtests.sweep.table import sweep_of, unit_facts
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import close
from tests.backtests.sweep.random_sweeps import unit_of
from tests.helpers import make_bars, sma_cross

BARS = make_bars(40)


def measured(**columns):
    size = len(next(iter(columns.values())))
    values = {name: np.zeros(size) for name in (*METRICS, *BESIDES)}
    given = {name: np.array(column, float) for name, column in columns.items()}
    return Measured(values | {"num_trades": np.ones(size)} | given, np.zeros((size, 16, 5)))


def question(values=(2, 3, 4), units=("A",), **terms):
    found = [
        unit_of(sma_cross().document, BARS, number=number, name=name, **terms)
        for number, name in enumerate(units)
    ]
    fast = Combinations({"fast": np.array(values)})
    return Question(version=found[0].recipe.version, combinations=fast, units=found)


def swept(**columns):
    """One unit, as many combinations as the columns have."""
    size = len(next(iter(columns.values())))
    asked = question(range(2, 2 + size))
    return sweep_of(asked, [Part(0, 0, size, measured(**columns))], seconds=0.5, bars=40)


def test_the_best_come_first_and_of_equal_ones_the_first():
    found = swept(sharpe_ratio=[1.0, 3.0, np.nan, 3.0, 2.0])
    assert found.best().index.tolist() == [1, 3, 4, 0]
    assert found.best(2)["fast"].tolist() == [3, 5]
    assert found.best(None).index.tolist() == [1, 3, 4, 0]
    for wrong in (0, -1, "3", True, 2.5):
        with pytest.raises(DefinitionError, match="n must be a whole number from 1, or None"):
            found.best(wrong)


def test_what_never_traded_has_no_score():
    found = swept(max_drawdown_pct=[5.0, 0.0, 3.0], num_trades=[4, 0, 4])
    assert found.best(by="max_drawdown_pct").index.tolist() == [2, 0]


def test_a_metric_that_nothing_ranks_by_is_refused():
    with pytest.raises(UnknownName, match="No metric to rank by 'beta'"):
        swept(sharpe_ratio=[1.0, 2.0]).best(by="beta")


def test_the_best_of_one_unit_keeps_its_labels():
    asked = question(units=("A", "B"))
    parts = [
        Part(0, 0, 3, measured(sharpe_ratio=[9, 8, 7])),
        Part(1, 0, 3, measured(sharpe_ratio=[1, 2, 3])),
    ]
    found = sweep_of(asked, reversed(parts))
    assert found.best(2).index.tolist() == [0, 1]
    assert found.best(2, unit=1).index.tolist() == [5, 4]
    assert found.unit(1)["symbol"].tolist() == ["B"] * 3
    assert "of A at fast 2" in repr(found)
    for wrong in (2, -1, True, "A"):
        with pytest.raises(UnknownName, match="The sweep has 2 units, numbered from 0"):
            found.unit(wrong)


def test_the_parameters_of_a_row_are_those_a_run_takes():
    found = replace(swept(sharpe_ratio=[1.0, 2.0]), asked={"parameters": {"other": 7}})
    assert found.parameters(1) == {"other": 7, "fast": 3}
    assert type(found.parameters(1)["fast"]) is int
    with pytest.raises(UnknownName, match=r"No row 5. The results have 2 rows"):
        found.parameters(5)


def test_it_is_told_in_a_sentence():
    found = swept(sharpe_ratio=[1.0, 2.5])
    told = (
        "Sweep of 'SMA cross': 2 combinations in 0.5 s (6.25e+06 ns a bar and combination), "
        "completed. Best sharpe_ratio 2.5 at fast 3. The best of 2 looks better than it is: see "
        ".honesty()."
    )
    assert repr(found) == told
    assert found.show == told
    assert "<table" in found._repr_html_()


def test_one_combination_needs_no_hint():
    assert "honesty" not in repr(swept(sharpe_ratio=[1.0]))


def test_it_says_when_nothing_traded_and_when_nothing_differs():
    none = swept(sharpe_ratio=[np.nan, np.nan], num_trades=[0, 0])
    assert "No combination traded" in repr(none)
    assert "Best" not in repr(none)
    assert "<table" not in none._repr_html_()
    same = swept(sharpe_ratio=[1.0, 1.0], final_equity=[5.0, 5.0])
    assert "All combinations give the same result" in repr(same)
    assert "All combinations" not in repr(swept(sharpe_ratio=[1.0], final_equity=[5.0]))


def test_remarks_are_said_and_escaped():
    found = replace(swept(sharpe_ratio=[1.0, 2.0]), remarks=("A <b> remark.",))
    assert "A <b> remark." in repr(found)
    assert "A &lt;b&gt; remark." in found._repr_html_()


def test_what_no_part_covers_is_left_out():
    found = sweep_of(question(), [Part(0, 1, 3, measured(sharpe_ratio=[1, 2]))], status="cancelled")
    assert found.results[["combination", "fast"]].to_numpy().tolist() == [[1, 3], [2, 4]]
    assert found.sums == {}
    assert "2 of 3 combinations, cancelled" in repr(found)


def test_parts_in_any_order_make_up_the_block_sums():
    parts = [
        Part(0, 2, 3, measured(sharpe_ratio=[3])),
        Part(0, 0, 2, measured(sharpe_ratio=[1, 2])),
    ]
    found = sweep_of(question(), parts)
    assert found.results["sharpe_ratio"].tolist() == [1, 2, 3]
    assert found.sums[0].shape == (3, 16, 5)
    without = Measured(parts[0].measured.values, np.empty((1, 0, 0)))
    assert sweep_of(question(), [replace(parts[0], measured=without), parts[1]]).sums == {}


def test_facts_may_be_given_so_that_no_bars_are_read():
    asked = question(units=("A", "B"))
    parts = [Part(0, 0, 3, measured(sharpe_ratio=[1, 2, 3]))]
    whole = sweep_of(asked, parts).results
    assert sweep_of(asked, parts, facts=unit_facts(asked.units)).results.equals(whole)


def test_rules_that_never_enter_say_so_on_real_bars():
    level = bz.parameter("level", 1e6)
    rules = bz.strategy("Never", enter=close > level, leave=close < 1)
    assert "No combination traded" in repr(bz.sweep(rules, BARS, grid={"level": [1e6, 2e6]}))


def test_entries_whose_size_came_to_nothing_are_told_as_such():
    rules = bz.strategy("Up", enter=close > bz.parameter("level", 1.0), leave=close < 1)
    told = repr(bz.sweep(rules, BARS, grid={"level": [1, 2]}, lot_size=1e9))
    assert "entries came to nothing, because their size did" in told
    assert "never entered" not in told


def test_the_notebook_shows_the_costs_and_periods_that_vary():
    table = bz.sweep(
        sma_cross(), BARS, grid={"fast": [3, 5]}, fee_bps=[0, 5],
        periods=[(None, "2020-01-31"), ("2020-01-10", None)],
    )._repr_html_()  # fmt: skip
    assert all(f"<th>{name}</th>" in table for name in ("fee_bps", "start", "end"))
    plain = swept(sharpe_ratio=[1.0, 2.0])._repr_html_()
    assert not any(f"<th>{name}</th>" in plain for name in ("fee_bps", "start", "end"))


def test_what_is_missing_of_several_units_is_told_in_results():
    parts = [Part(0, 0, 2, measured(sharpe_ratio=[1, 2]))]
    found = sweep_of(question(units=("A", "B")), parts, status="cancelled")
    assert "2 of 6 results (3 combinations × 2 units), cancelled" in repr(found)
