"""What a run proves after everything that was tried on its symbol."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests import run_honesty, trials, trials_store
from bitstockerz_lab.backtests.honest_statistics import Line
from bitstockerz_lab.errors import TradingError
from bitstockerz_lab.measures import honest
from bitstockerz_lab.measures.honest.definitions import DEFINITIONS
from bitstockerz_lab.strategies import close, crosses_above, crosses_below, sma
from tests.backtests.fake_run import fake_run
from tests.helpers import make_bars

PROJECT = Path(__file__).parents[2]
OF_SWEEPS = {"overfitting", "white", "spa"}


def tried(lab, sharpes):
    """Store a sweep's trials on AAA."""
    version = lab.strategies.get("SMA cross")
    frame = pd.DataFrame(
        {
            "trial_key": [f"key {number}" for number in range(len(sharpes))],
            "strategy_id": version.strategy_id,
            "symbol_id": 1,
            "timeframe": "1d",
            "daily_sharpe": sharpes,
            "days": 400,
        }
    )
    with lab.backtests._database.write() as con:
        trials_store.add(con, lab.backtests._user.id, frame)


def test_a_run_is_judged_against_all_that_was_tried_on_its_symbol(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", fee_bps=5)
    alone = run.honesty(robust=False)
    assert alone.numbers["trials"] == 1
    assert alone.numbers["expected_maximum"] == 0
    sharpes = np.random.default_rng(2).normal(0, 0.05, 500)
    tried(stocked, sharpes)
    found = run.honesty(robust=False)
    both = np.append(sharpes, alone.verdict.sharpe)
    assert found.counted.variance == pytest.approx(np.var(both, ddof=1), rel=1e-12)
    assert found.verdict == honest.judge(
        run_honesty.returns_of(run.equity, run.initial_equity),
        run_honesty.returns_of(run.benchmark, run.initial_equity),
        trials=501,
        variance=found.counted.variance,
    )
    assert found.numbers["deflated"] < alone.numbers["deflated"]
    assert found.counted.of_strategy == 501
    assert "501 distinct trials by you on AAA 1d" in found.sentences["trials"]


def test_the_daily_sharpe_of_the_verdict_is_that_of_the_registry(stocked):
    run = stocked.backtests.run("SMA cross", "AAA")
    (daily,) = stocked.backtests.trials()["daily_sharpe"]
    assert run.honesty(robust=False).verdict.sharpe == pytest.approx(daily, rel=1e-12)


def test_every_number_has_value_definition_and_sentence(stocked):
    found = stocked.backtests.run("SMA cross", "AAA", fee_bps=5).honesty()
    table = found.table
    assert table["name"].tolist() == [name for name in DEFINITIONS if name not in OF_SWEEPS]
    assert (table[["label", "value", "definition", "sentence"]] != "").all(axis=None)
    assert table["sentence"].str.endswith(".").all()
    assert found.sentences == dict(zip(table["name"], table["sentence"], strict=True))
    assert set(found.spreads) == {"trade_order", "block_bootstrap", "fill_noise"}
    shown = found._repr_html_()
    assert all(definition.text.split("'")[0] in shown for definition in DEFINITIONS.values()
               if definition.label in set(table["label"]))  # fmt: skip
    assert found.conclusion in str(found)
    assert found.conclusion in repr(found)


def test_what_does_not_simulate_again_leaves_the_rest_out(stocked):
    names = set(stocked.backtests.run("SMA cross", "AAA").honesty(robust=False).numbers)
    assert not names & {"costs_doubled", "parameter_noise", "fill_noise"}


def test_the_same_run_gives_the_same_numbers(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", fee_bps=5)
    again = stocked.backtests.get(run.id)
    pd.testing.assert_frame_equal(run.honesty().table, again.honesty().table)


def test_what_traded_nothing_is_not_judged(stocked):
    stocked.strategies.save(bz.strategy("Never", enter=close > 1e9, leave=close < 1))
    run = stocked.backtests.run("Never", "AAA")
    with pytest.raises(TradingError, match="traded nothing: there is nothing to judge"):
        run.honesty()
    assert "Nothing to judge." in run.report().html()


def test_the_report_says_whether_it_is_skill(stocked):
    run = stocked.backtests.run("SMA cross", "AAA", fee_bps=5)
    page = run.report().html()
    assert "Is it skill?" in page
    assert "Not shown to be skill." in page
    for definition in (DEFINITIONS["deflated"], DEFINITIONS["track_record_days"]):
        assert definition.text in page


def test_strong_returns_of_a_first_try_are_skill_and_of_one_of_many_are_not():
    bars = make_bars(1500, drift=0.0)
    run = fake_run(bars)
    rising = pd.Series(
        np.cumprod(1 + np.random.default_rng(1).normal(0.001, 0.01, 1500)), bars.index
    )
    run.equity = run.initial_equity * rising
    run.benchmark = pd.Series(run.initial_equity, bars.index)
    scope = "here"
    first = run_honesty.of_run(run, trials.count(np.array([0.1]), scope), robust=False)
    assert first.skill
    assert first.conclusion.startswith("Skill:")
    many = trials.count(np.random.default_rng(2).normal(0, 0.05, 1000), scope)
    assert not run_honesty.of_run(run, many, robust=False).skill


def test_numbers_are_shown_as_people_read_them():
    assert Line("deflated", 0.9004, "").text == "90.0\N{NO-BREAK SPACE}%"
    assert Line("trials", 1234, "").text == "1,234"
    assert Line("expected_maximum", 0.11321, "").text == "0.1132"
    assert Line("deflated", None, "").text == "–"
    assert Line("spa", 0.0, "").text == "0.0\N{NO-BREAK SPACE}%"


def test_the_cell_of_the_docs_runs(lab, capsys):
    fast, slow = sma(bz.parameter("fast", 5)), sma(bz.parameter("slow", 40))
    rules = {"enter": crosses_above(fast, slow), "leave": crosses_below(fast, slow)}
    lab.strategies.save(bz.strategy("SMA cross", **rules))
    lab.market.load_frame(make_bars(400), symbol="AAPL", timeframe="1d", exchange="XNYS")
    page = (PROJECT / "docs" / "honest-statistics.md").read_text("utf-8")
    (cell,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    exec(compile(cell, "docs/honest-statistics.md", "exec"), {"lab": lab})  # noqa: S102 - our own page
    assert capsys.readouterr().out.startswith("600 distinct trials by you on AAPL 1d")
