"""A preview is what a run would record, and it is counted where somebody looked at it."""

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.comparison import Comparison
from bitstockerz_lab.errors import DefinitionError, NoBars, TradingError, UnknownName
from bitstockerz_lab.strategies import templates
from tests.helpers import make_bars, sma_cross

COSTS = {"fee_bps": 5, "slippage_bps": 2, "initial_equity": 50_000}


@pytest.fixture(scope="module")
def shelf(template, tmp_path_factory):
    """A lab with 900 daily bars of AAA and of SPY, shared by tests that only add to it."""
    path = tmp_path_factory.mktemp("shelf") / "lab.duckdb"
    path.write_bytes(template.read_bytes())
    lab = bz.open_lab(path)
    for seed, symbol in enumerate(("AAA", "SPY")):
        lab.market.load_frame(
            make_bars(900, seed=seed), symbol=symbol, timeframe="1d", exchange="XNYS"
        )
    return lab


def same(one, other):
    """Raise unless two runs have the same numbers, bit for bit."""
    assert one.metrics == other.metrics
    assert one.details.fingerprint == other.details.fingerprint is not None
    assert one.details.costs == other.details.costs
    full = len(one.trades) > 0  # an empty table has no type of text to be read back
    pd.testing.assert_frame_equal(one.trades, other.trades, check_exact=True, check_dtype=full)
    pd.testing.assert_series_equal(one.equity, other.equity, check_exact=True, check_freq=False)
    pd.testing.assert_series_equal(
        one.benchmark, other.benchmark, check_exact=True, check_freq=False
    )


@pytest.mark.parametrize("name", templates.names())
def test_a_preview_of_a_template_has_the_numbers_that_its_run_records(shelf, name):
    rules = templates.get(name)
    looked_at = shelf.backtests.preview(rules, "AAA", start="2020-06-01", **COSTS)
    saved = shelf.strategies.save(rules)
    of_saved = shelf.backtests.preview(saved, "aaa", start="2020-06-01", **COSTS)
    run = shelf.backtests.run(saved, "AAA", start="2020-06-01", **COSTS)
    same(looked_at, run)
    same(of_saved, shelf.backtests.get(run.id))


def test_other_parameters_and_costs_are_those_of_a_run_though_no_bar_is_read_again(stocked):
    asked = {"start": "2020-03-01", "end": "2020-12-31"}
    stocked.backtests.preview("SMA cross", "AAA", **asked)
    kept = stocked.backtests._kept
    (before,) = kept.values()
    changed = asked | {"parameters": {"fast": 9}, "fee_bps": 12, "stop_loss_pct": 3}
    looked_at = stocked.backtests.preview("SMA cross", "AAA", **changed)
    assert [*kept.values()] == [before]
    same(looked_at, stocked.backtests.run("SMA cross", "AAA", **changed))


def test_a_preview_records_nothing_and_is_no_trial_by_itself(stocked):
    state = stocked.database.state
    preview = stocked.backtests.preview("SMA cross", "AAA")
    assert stocked.database.state == state
    assert preview.id == 0
    assert stocked.backtests.list().empty
    assert stocked.backtests.trials().empty


def test_bars_that_were_loaded_since_are_seen(stocked):
    more = make_bars(420)
    before = stocked.backtests.preview("SMA cross", "AAA")
    stocked.market.load_frame(more, symbol="AAA", timeframe="1d")
    after = stocked.backtests.preview("SMA cross", "AAA")
    assert len(after.bars) == len(before.bars) + 20


def test_bars_that_another_program_loaded_are_seen(stocked):
    before = stocked.backtests.preview("SMA cross", "AAA")
    other = bz.open_lab(stocked.path)
    other.market.load_frame(make_bars(401), symbol="AAA", timeframe="1d")
    assert len(stocked.backtests.preview("SMA cross", "AAA").bars) == len(before.bars) + 1


def test_a_version_saved_since_is_the_newest(stocked):
    stocked.backtests.preview("SMA cross", "AAA")
    stocked.strategies.save(sma_cross(stop_loss_pct=2))
    assert stocked.backtests.preview("SMA cross", "AAA").version == 2
    assert stocked.backtests.preview("SMA cross", "AAA", version=1).version == 1


def test_signals_are_those_of_the_period(stocked):
    preview = stocked.backtests.preview("SMA cross", "AAA", start="2020-06-01")
    assert preview.signals.index.equals(preview.bars.index)
    assert len(preview.all_bars) == len(preview.bars) + 152
    entered = preview.signals["long_entry"].shift(1, fill_value=False)
    assert set(preview.trades["entry_time"]) <= set(preview.bars.index[entered])


def test_few_questions_are_kept(stocked):
    for month in range(1, 9):
        stocked.backtests.preview("SMA cross", "AAA", start=f"2020-0{month}-01")
    assert len(stocked.backtests._kept) == 4


def test_rules_that_are_not_saved_can_be_looked_at_but_not_run(stocked):
    rules = sma_cross(stop_loss_pct=4).document | {"name": ""}
    preview = stocked.backtests.preview(rules, "AAA")
    assert (preview.strategy, preview.version) == ("Unsaved rules", 0)
    assert "Unsaved rules on AAA" in repr(preview)
    with pytest.raises(UnknownName, match="id 0"):
        stocked.backtests.run(preview.recipe.version, "AAA")


def test_a_preview_has_no_report_and_cannot_be_verified(stocked):
    preview = stocked.backtests.preview("SMA cross", "AAA")
    with pytest.raises(TradingError, match="not recorded"):
        preview.report("report.html")
    with pytest.raises(UnknownName):
        stocked.backtests.verify(preview)


def test_a_preview_says_what_a_run_would_be_warned_of(stocked):
    asked = {"lot_size": 1, "start": "2020-01-05"}
    preview = stocked.backtests.preview("SMA cross", "AAA", **asked)
    run = stocked.backtests.run("SMA cross", "AAA", **asked)
    assert preview.details.warnings == run.details.warnings != []


@pytest.mark.parametrize(
    ("words", "error", "match"),
    [
        ({"parameters": {"fats": 3}}, UnknownName, "fats"),
        ({"parameters": {"fast": 1}}, DefinitionError, "fast"),
        ({"fee_bps": -1}, DefinitionError, "fee_bps"),
        ({"start": "2030-01-01"}, NoBars, "2030"),
        ({"rerun": True}, UnknownName, "rerun"),
    ],
)
def test_what_a_run_refuses_a_preview_refuses(stocked, words, error, match):
    stocked.backtests.preview("SMA cross", "AAA")
    with pytest.raises(error, match=match):
        stocked.backtests.preview("SMA cross", "AAA", **words)


def test_settings_that_were_looked_at_are_trials_each_once(stocked):
    looked_at = [
        stocked.backtests.preview("SMA cross", "AAA", parameters={"fast": fast}, fee_bps=fee)
        for fast, fee in [(5, 0), (6, 0), (7, 0), (7, 10)]
    ]
    assert stocked.backtests.count_previews(looked_at) == 3
    trials = stocked.backtests.trials("AAA")
    assert set(trials["source"]) == {"preview"}
    assert stocked.backtests.count_trials("AAA", "1d").trials == 3
    run = stocked.backtests.run("SMA cross", "AAA", parameters={"fast": 7}, fee_bps=10)
    assert stocked.backtests.count_trials("AAA", "1d").trials == 3
    counted = trials.set_index("trial_key")["daily_sharpe"].iloc[-1]
    assert counted == pytest.approx(run.metrics.sharpe_ratio / 252**0.5)


def test_rules_that_were_only_looked_at_count_and_so_does_saving_them_later(stocked):
    rules = sma_cross(take_profit_pct=6)
    assert stocked.backtests.count_previews([stocked.backtests.preview(rules, "AAA")]) == 1
    assert stocked.backtests.trials()["strategy"].tolist() == [""]
    saved = stocked.strategies.save(rules)
    stocked.backtests.count_previews([stocked.backtests.preview(saved, "AAA")])
    assert stocked.backtests.trials()["strategy"].tolist() == ["SMA cross"]


def test_nothing_looked_at_takes_no_lease(stocked):
    state = stocked.database.state
    assert stocked.backtests.count_previews([]) == 0
    assert stocked.database.state == state


def test_a_run_is_judged_among_the_settings_that_were_looked_at(stocked):
    run = stocked.backtests.run("SMA cross", "AAA")
    alone = run.honesty(robust=False).counted.trials
    looked_at = [
        stocked.backtests.preview("SMA cross", "AAA", parameters={"fast": fast})
        for fast in (7, 9, 11)
    ]
    stocked.backtests.count_previews(looked_at)
    assert run.honesty(robust=False).counted.trials == alone + 3
    assert looked_at[0].honesty(robust=False).title.startswith("Preview, SMA cross")


def test_previews_are_neither_compared_promoted_nor_exported_for_all_have_the_id_0(
    stocked, tmp_path
):
    one, other = (
        stocked.backtests.preview("SMA cross", "AAA", parameters={"fast": fast}) for fast in (5, 8)
    )
    run, verbs = stocked.backtests.run("SMA cross", "AAA"), stocked.backtests
    for refused in (
        lambda: verbs.compare([one, other]),
        lambda: verbs.differences([run, other]),
        lambda: verbs.comparison([one, run]),
        lambda: Comparison((one, other)),
        lambda: verbs.promote(other, "From a preview"),
        lambda: other.export(tmp_path / "out"),
    ):
        with pytest.raises(TradingError, match=r"not recorded, .* Record it with"):
            refused()
    assert stocked.strategies.list()["name"].tolist() == ["SMA cross"]
    assert not (tmp_path / "out").exists()
    assert verbs.compare([run]).columns.tolist() == [run.id]
