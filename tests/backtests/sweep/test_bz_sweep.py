from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.sweep import carry_out as carrying
from bitstockerz_lab.backtests.sweep import engine, one_by_one, pure
from bitstockerz_lab.backtests.sweep.engine import BESIDES, METRICS
from bitstockerz_lab.errors import BadBars, DataError, DefinitionError, NoBars, UnknownName
from bitstockerz_lab.strategies import close, sma
from tests.helpers import make_bars, sma_cross

GRID = {"fast": [3, 5, 9, 30]}
COSTS = {"fee_bps": 5, "slippage_bps": 2, "initial_equity": 5_000}


@pytest.fixture(scope="module")
def bars():
    return make_bars(150)


@pytest.fixture(scope="module")
def swept(bars):
    """Two symbols, two periods, two sets of costs."""
    return bz.sweep(
        sma_cross(),
        {"AAA": bars, "BBB": make_bars(150, seed=2)},
        grid=GRID,
        periods=[(None, "2020-03-31"), ("2020-04-01", None)],
        fee_bps=[0, 5],
        slippage_bps=2,
    )


def test_stamps_without_a_zone_are_utc_as_in_a_simulation():
    bars = make_bars(200)
    plain = bars.set_axis(bars.index.tz_localize(None))
    grid = {"fast": [3, 5]}
    one, other = (bz.sweep(sma_cross(), frame, grid=grid).results for frame in (bars, plain))
    pd.testing.assert_frame_equal(one, other)


def test_every_combination_is_what_a_single_run_gives(swept):
    assert len(swept.results) == 32
    names = (*METRICS, *BESIDES)
    for row in swept.results.to_dict("records"):
        unit = swept.units[row["unit"]]
        single = one_by_one.measure(unit, swept.combinations[row["combination"] :][:1])
        expected = [single.values[name][0] for name in names]
        np.testing.assert_allclose([row[name] for name in names], expected, rtol=1e-9, atol=1e-9)


def test_a_unit_is_what_simulate_gives_on_its_bars(swept):
    unit = swept.units[7]
    recipe = unit.recipe_of({"fast": 9})
    assert (recipe.symbol.symbol, recipe.terms.fee_bps) == ("BBB", 5.0)
    assert f"{recipe.start:%Y-%m-%d}" == "2020-04-01"
    told = recipe.simulate(unit.bars).metrics.final_equity
    assert swept.unit(7)["final_equity"].iloc[2] == pytest.approx(told, rel=1e-9)


def test_the_table_has_a_row_a_unit_and_combination(swept):
    facts = ["unit", "combination", "symbol", "timeframe", "start", "end", "fee_bps", "fast"]
    assert list(swept.results) == [*facts, *METRICS, *BESIDES]
    assert swept.results["unit"].tolist() == [unit for unit in range(8) for _ in range(4)]
    assert swept.results["fast"].tolist() == [3, 5, 9, 30] * 8
    assert swept.results["symbol"].tolist() == ["AAA"] * 16 + ["BBB"] * 16
    assert swept.results["fee_bps"].tolist() == ([0.0] * 4 + [5.0] * 4) * 4
    assert str(swept.results["start"].dtype) == "datetime64[us, UTC]"


def test_earlier_bars_warm_up_and_later_ones_are_not_looked_at(bars):
    cut = bz.sweep(sma_cross(), bars, "2020-02-01", "2020-04-15", grid=GRID, **COSTS)
    assert cut.units[0].bars.index[-1] == pd.Timestamp("2020-04-15", tz="UTC")
    assert cut.units[0].bars.index[0] == bars.index[0]
    assert cut.results["days"].tolist() == [75.0] * 4


def test_nothing_is_recorded_and_it_says_so(swept):
    assert (swept.id, swept.version, swept.database) == (None, None, None)
    assert "counts as no trial" in repr(swept)


def test_block_sums_are_at_hand(swept):
    assert sorted(swept.sums) == list(range(8))
    assert swept.sums[0].shape == (4, 16, 5)


def test_only_some_metrics_can_be_asked_for(bars):
    found = bz.sweep(sma_cross(), bars, grid=GRID, metrics=["calmar_ratio"])
    assert {"calmar_ratio", "sharpe_ratio", "num_trades", "days"} <= set(found.results)
    assert "tail_ratio" not in found.results
    assert len(found.best(2)) == 2
    with pytest.raises(UnknownName, match="tail_ratio was not measured"):
        found.best(by="tail_ratio")
    assert "calmar_ratio" not in found._repr_html_()
    with pytest.raises(UnknownName, match=r"No metric 'calmar'. Did you mean 'calmar_ratio'"):
        bz.sweep(sma_cross(), bars, grid=GRID, metrics="calmar")


def test_the_kind_of_symbol_comes_from_the_bars_or_the_argument(bars):
    def days_a_year(given, **settings):
        found = bz.sweep(sma_cross(), given, grid=GRID, **settings)
        return found.units[0].recipe.symbol.asset_type

    marked = bars.copy()
    marked.attrs = {"asset_type": "CRYPTO", "symbol": "COIN-USD"}
    assert days_a_year(bars) == "EQUITY"
    assert days_a_year(bars, asset_type="crypto") == "CRYPTO"
    assert days_a_year(marked) == "CRYPTO"
    assert bz.sweep(sma_cross(), marked, grid=GRID).results["symbol"].iloc[0] == "COIN-USD"


def test_rules_that_read_another_symbol_need_its_bars(bars):
    level = bz.parameter("level", 1.0)
    rules = bz.strategy("S", enter=close > close.of("SPY") * level, leave=close < close.of("SPY"))
    found = bz.sweep(
        rules, bars, grid={"level": [0.9, 1.0]}, others={"SPY": make_bars(150, seed=9)}
    )
    assert found.results["num_trades"].gt(0).any()
    with pytest.raises(NoBars, match=r"The rules read SPY.*others=\{'SPY': bars\}"):
        bz.sweep(rules, bars, grid={"level": [0.9, 1.0]})


def test_rules_come_as_json_too(bars):
    text = sma_cross().to_json()
    assert bz.sweep(text, bars, grid=GRID).results.equals(
        bz.sweep(sma_cross(), bars, grid=GRID).results
    )


def test_a_version_of_a_saved_strategy_is_swept_by_its_rules(bars):
    version = pure.stand_in(sma_cross())
    assert bz.sweep(version, bars, grid=GRID).results.equals(
        bz.sweep(sma_cross(), bars, grid=GRID).results
    )


def asked(error, told, *given, **settings):
    with pytest.raises(error, match=told):
        bz.sweep(*given, **{"grid": GRID, **settings})


def test_what_cannot_be_swept_is_refused_with_the_way_out(bars):
    rules = sma_cross()
    asked(DataError, "bars must be a DataFrame", rules, [1, 2])
    asked(DataError, "bars must be a DataFrame", rules, {"AAA": [1, 2]})
    asked(DataError, "bars has no symbols", rules, {})
    asked(BadBars, "DatetimeIndex", rules, bars.reset_index())
    asked(BadBars, "no bars to simulate", rules, bars.iloc[:0])
    asked(BadBars, "ascend", rules, bars.iloc[::-1])
    asked(BadBars, "close is not there", rules, bars[["open", "high", "low"]])
    asked(BadBars, "columns=str.lower", rules, bars.rename(columns=str.title))
    asked(DefinitionError, r"lab.backtests.sweep\('RSI stop', ...\)", "RSI stop", bars)
    asked(DefinitionError, "A grid is given by name", rules, bars, GRID)
    asked(DataError, "asset_type must be", rules, bars, asset_type="BOND")
    asked(NoBars, "reach from 2020-01-01", rules, bars, start="2030-01-01")
    asked(
        DataError,
        "start 2020-03-01 is after end 2020-02-01",
        rules,
        bars,
        "2020-03-01",
        "2020-02-01",
    )
    asked(UnknownName, "No metric to rank by", rules, bars, by="sharpe")
    asked(UnknownName, "no argument 'fee'", rules, bars, fee=5)
    asked(UnknownName, "No parameter 'fats'", rules, bars, parameters={"fats": 5})
    asked(
        DefinitionError,
        "fast is in the grid and in parameters",
        rules,
        bars,
        parameters={"fast": 5},
    )
    asked(DefinitionError, "fee_bps must be", rules, bars, fee_bps=-1)
    asked(DefinitionError, "fee_bps must be", rules, bars, fee_bps=[5, -1])
    asked(DefinitionError, "sizing must be", rules, bars, sizing="all in")
    asked(DefinitionError, "initial_equity must be a number", rules, bars, initial_equity=[1, 2])
    asked(DefinitionError, "samples must be", rules, bars, samples=0)
    asked(DefinitionError, "A condition or group is needed", {"enter_long": 5}, bars)


def test_ctrl_c_keeps_what_is_done_and_says_so(bars, monkeypatch):
    real, calls = engine.measure, []

    def measure(unit, combinations, **settings):
        calls.append(len(combinations))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(unit, combinations, **settings)

    monkeypatch.setattr(engine, "measure", measure)
    monkeypatch.setattr(carrying, "FIRST_S", 0.0)
    monkeypatch.setattr(carrying, "PART_S", 0.0)
    found = bz.sweep(sma_cross(), bars, grid=GRID)
    assert found.status == "cancelled"
    assert found.results["fast"].tolist() == [3, 5]
    assert found.results.index.tolist() == [0, 1]
    assert "2 of 4 combinations" in repr(found)
    assert "Stopped after 2 of 4 results, which are kept" in repr(found)
    assert found.sums == {}
    assert len(found.best()) == 2


def test_ctrl_c_before_anything_is_done_gives_an_empty_sweep(bars, monkeypatch):
    def measure(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "measure", measure)
    found = bz.sweep(sma_cross(), bars, grid=GRID)
    assert (found.status, len(found.results)) == ("cancelled", 0)
    assert list(found.results)[:3] == ["unit", "combination", "symbol"]
    assert found.best().empty
    assert "0 of 4 combinations" in repr(found)
    assert found._repr_html_()


def test_code_sweeps_too(bars):
    @bz.code_strategy("Cross")
    def crossing(bars, fast: int = 5):
        """Own it above its mean."""
        mean = bars["close"].rolling(fast).mean()
        return bars["close"] > mean, bars["close"] < mean

    found = bz.sweep(crossing, bars, grid={"fast": [3, 8]})
    same = bz.sweep(_rules(), bars, grid={"fast": [3, 8]})
    pd.testing.assert_frame_equal(found.results, same.results)


def _rules():
    mean = sma(bz.parameter("fast", 5))
    return bz.strategy("Cross", enter=close > mean, leave=close < mean)


def test_the_import_stays_light():
    code = (
        "import sys, bitstockerz_lab as bz; print({'numba', 'scipy', 'optuna'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
