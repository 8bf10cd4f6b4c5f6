from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep import currencies
from bitstockerz_lab.backtests.sweep.asking import Space
from bitstockerz_lab.backtests.sweep.attempt import Attempt
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.dimensions import as_json, dimensions
from bitstockerz_lab.backtests.sweep.engine import BESIDES, METRICS, Measured
from bitstockerz_lab.backtests.sweep.question import Part, Question
from bitstockerz_lab.backtests.sweep.table import sweep_of
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import close, sma
from tests.backtests.sweep.random_sweeps import unit_of
from tests.helpers import make_bars, sma_cross


def question(values=(3, 5), seed=1, by="sharpe_ratio", **terms):
    unit = unit_of(sma_cross().document, make_bars(60, seed=seed), **terms)
    fast = Combinations({"fast": np.array(values)})
    return Question(version=unit.recipe.version, combinations=fast, units=[unit], by=by)


def test_the_fingerprint_is_of_what_decides_the_numbers():
    known = question().fingerprint
    assert question().fingerprint == known
    assert question(by="calmar_ratio").fingerprint == known
    assert replace(question(), seed=5, asked={"grid": {}}).fingerprint == known
    others = [question((3, 6)), question((5, 3)), question(seed=2), question(fee_bps=5)]
    assert len({known, *(one.fingerprint for one in others)}) == 5


def test_a_number_of_another_type_is_another_question():
    whole, broken = question((3, 5)), question((3.0, 5.0))
    assert whole.fingerprint != broken.fingerprint


def test_the_size_counts_every_unit():
    one = question()
    assert one.size == 2
    assert replace(one, units=one.units * 3).size == 6


def space(grid, **settings):
    return Space(grid, settings.pop("constraint", None), None, "random", 0)


def test_a_parameter_called_like_a_column_of_the_results_is_refused():
    days = bz.parameter("days", 5)
    unit = unit_of(bz.strategy("S", enter=close > sma(days)).document, make_bars(60))
    with pytest.raises(DefinitionError, match="The parameter days is called like a column"):
        space({"days": [3, 4]}).question(unit.recipe.version, [unit], "sharpe_ratio", {})


def stepped():
    near, far = bz.parameter("near", 5.0), bz.parameter("far", 9.0)
    share = bz.parameter("share", 50.0)
    return bz.strategy("S", enter=close > sma(5), targets=[(near, share), (far, 50)])


def test_combinations_that_no_run_would_accept_are_refused_before_anything_runs():
    unit = unit_of(stepped().document, make_bars(60))

    def asked(grid, constraint=None):
        return space(grid, constraint=constraint).question(
            unit.recipe.version, [unit], "sharpe_ratio", {}
        )

    with pytest.raises(DefinitionError, match=r"2 of the 3 .*'near': 9.0.*targets must ascend"):
        asked({"near": [3, 9, 12]})
    with pytest.raises(DefinitionError, match="targets must ascend"):
        unit.recipe_of({"near": 9.0})
    assert len(asked({"near": [3, 9, 12]}, "near < far").combinations) == 1
    with pytest.raises(DefinitionError, match=r"1 of the 2 .*more than all of a position"):
        asked({"share": [50, 51]})


def test_costs_in_lists_are_a_dimension():
    found = dimensions(
        None, None, None, {"fee_bps": [0, 5, 5.0], "slippage_bps": (1, 2), "lot_size": 1}
    )
    assert list(found.every_terms()) == [
        {"lot_size": 1, "fee_bps": fee, "slippage_bps": slippage}
        for fee in (0, 5)
        for slippage in (1, 2)
    ]
    assert list(dimensions(None, None, None, {}).every_terms()) == [{}]


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"fee_bps": []}, "fee_bps is an empty list"),
        ({"fee_bps": [5, "6"]}, "fee_bps must be a number or a list of numbers; '6' is none"),
        ({"borrow_bps": [True]}, "borrow_bps must be a number or a list"),
    ],
)
def test_costs_that_are_none_are_refused(terms, told):
    with pytest.raises(DefinitionError, match=told):
        dimensions(None, None, None, terms)


def test_an_unknown_argument_names_the_nearest_and_where_parameters_go():
    with pytest.raises(UnknownName, match=r"no argument 'fee_bp'. Did you mean 'fee_bps'"):
        dimensions(None, None, None, {"fee_bp": 5})
    with pytest.raises(UnknownName, match=r"parameter of the strategy goes into grid=\{'fast'"):
        dimensions(None, None, None, {"fast": 5})
    for word, meant in {"commission": "fee_bps", "slippage": "slippage_bps", "n_jobs": "threads",
                        "cash": "initial_equity", "maximize": "by"}.items():  # fmt: skip
        with pytest.raises(UnknownName, match=f"no argument '{word}'. Did you mean '{meant}'"):
            dimensions(None, None, None, {word: 5}, ["threads", "by"])
    with pytest.raises(UnknownName, match=r"client= is taken by lab.backtests.sweep"):
        dimensions(None, None, None, {"client": 5})
    with pytest.raises(UnknownName, match="Did you mean 'constraint'"):
        dimensions(None, None, None, {"constraints": ""}, ["constraint"])


def test_exits_in_lists_tell_how_they_are_varied():
    with pytest.raises(DefinitionError, match=r'stop_loss_pct=bz.parameter\("stop_loss", 5, min'):
        dimensions(None, None, None, {"stop_loss_pct": [5, 10]})
    targets = [(5, 50), (9, 50)]
    assert dimensions(None, None, None, {"targets": targets}).terms == {"targets": targets}


def test_a_grid_in_another_place_is_told_to_go_by_name():
    with pytest.raises(DefinitionError, match=r"start must be a text or a date; got dict. A grid"):
        dimensions({"fast": [10]}, None, None, {})


def test_very_many_declared_combinations_are_tried_only_where_somebody_asks():
    level = bz.parameter("level", 5, min=1, max=10_001)
    unit = unit_of(bz.strategy("S", enter=close > sma(level)).document, make_bars(60))

    def asked(grid, **settings):
        found = Space(grid, settings.get("constraint"), settings.get("samples"), "random", 0)
        return found.question(unit.recipe.version, [unit], "sharpe_ratio", {}).combinations

    with pytest.raises(DefinitionError, match=r"give 10,001 combinations, which would all count"):
        asked(None)
    assert len(asked(None, constraint="level > 1")) == 10_000
    assert len(asked(None, samples=10_001)) == 10_001
    assert len(asked({"level": range(1, 10_002)})) == 10_001


def in_currency(number, name, currency):
    unit = unit_of(stepped().document, make_bars(60), number=number, name=name)
    symbol = replace(unit.recipe.symbol, currency=currency)
    return replace(unit, recipe=replace(unit.recipe, symbol=symbol))


def test_money_of_several_currencies_is_not_compared():
    units = [in_currency(0, "AAPL", "USD"), in_currency(1, "SPYE", "EUR")]
    mixed = r"AAPL is in USD and SPYE is in EUR"
    assert currencies.told(units)[0].startswith(mixed)
    assert currencies.told(units[:1] * 2) == ()
    version = units[0].recipe.version
    for by in currencies.MONEY:
        with pytest.raises(DefinitionError, match=rf"compares money, and {mixed}. Rank by total_r"):
            space({"near": [3]}).question(version, units, by, {})
    asked = space({"near": [3]}).question(version, units, "sharpe_ratio", {})
    assert mixed in Attempt(question=asked).remarks[0]
    numbers = dict.fromkeys((*METRICS, *BESIDES), np.ones(1))
    parts = [Part(unit, 0, 1, Measured(numbers, np.zeros((1, 16, 5)))) for unit in (0, 1)]
    swept = sweep_of(asked, parts)
    assert len(swept.best()) == 2
    assert len(swept.best(by="total_fees", unit=1)) == 1
    with pytest.raises(DefinitionError, match=mixed):
        swept.best(by="total_fees")


def test_periods_are_pairs_and_stand_alone():
    pairs = [("2020", "2021"), ("2021", None), ("2020", "2021")]
    assert dimensions(None, None, pairs, {}).periods == (("2020", "2021"), ("2021", None))
    assert dimensions("2020", None, None, {}).periods == (("2020", None),)
    with pytest.raises(DefinitionError, match="Both periods and start or end"):
        dimensions("2020", None, pairs, {})
    for wrong in ("2020", [], ["2020", "2021"], [("2020",)], 5):
        with pytest.raises(DefinitionError, match="periods must be pairs"):
            dimensions(None, None, wrong, {})


def test_any_argument_can_be_told_as_json():
    import json

    asked = {"grid": {"fast": range(3)}, "values": np.array([1, 2]), "how": max, "at": np.int64(5)}
    assert json.loads(json.dumps(as_json(asked))) == {
        "grid": {"fast": [0, 1, 2]}, "values": [1, 2], "how": "max", "at": 5,
    }  # fmt: skip
