"""What the cards show of frames typed out here."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.widgets.dashboard import pieces
from bitstockerz_lab.widgets.dashboard.reading import Held, Jobs, Runs, Worth


def now():
    return clock.utc(clock.now())


def strategies(n):
    return pd.DataFrame(
        {
            "name": [f"S{number}" for number in range(n)],
            "version": 2,
            "runs": 7,
            "last_run_at": [now() - timedelta(days=number) for number in range(n)],
            "updated_at": now() - timedelta(days=99),
        }
    )


def health(**columns):
    rows = {
        "symbol": ["AAPL", "IBM"],
        "timeframe": "1d",
        "bars": [2_000, 500],
        "last": pd.Timestamp("2024-01-02", tz="UTC"),
        "behind": [0, 12],
        "stale": [False, True],
        "simulated": False,
        "errors": pd.array([0, 0], "Int64"),
        "warnings": pd.array([0, 3], "Int64"),
    }
    return pd.DataFrame(rows | columns)


def test_no_account_offers_to_open_one():
    for piece in (pieces.account, pieces.positions, pieces.executions):
        assert 'data-act="open account"' in piece(None)


def test_the_card_that_opens_an_account_says_that_it_has_no_fees_and_how_to_have_some():
    shown = pieces.account(None)
    assert "100,000 USD, no fees" in shown
    assert "<code>lab.paper.open(100_000, fee_bps=10)</code> has some" in shown


def test_an_account_that_lost_says_so_in_its_currency_and_colour():
    found = SimpleNamespace(
        currency="USD", equity=Decimal("99000.5"), starting_balance=Decimal(100_000),
        cash=Decimal(50_000), value=Decimal("49000.5"), total_return_pct=-0.9995, positions=1,
        open_orders=2, mode="replay", now=pd.Timestamp("2020-03-02", tz="UTC"), marked_at=None,
    )  # fmt: skip
    curve = pd.Series([100_000.0, 99_500.0, 99_000.5])
    shown = pieces.account(Worth(found, curve))
    assert "Equity from 100,000.00 to 99,000.50" in shown
    assert "99,000.50" in shown
    assert "−999.50\N{NO-BREAK SPACE}USD" in shown
    assert "bz-loss" in shown
    assert "1 symbol" in shown
    assert "2 open orders, replay, it is 2020-03-02 there" in shown


def test_the_five_largest_positions_are_shown_and_the_others_counted():
    found = pd.DataFrame(
        {
            "symbol": list("ABCDEFG"),
            "quantity": 10.0,
            "value": [7.0, 6, 5, 4, 3, 2, 1],
            "unrealised_pct": [1.0, -1.0, 0, 0, 0, 0, 0],
            "weight_pct": 1.0,
        }
    )
    shown = pieces.positions(Held(found))
    assert shown.count("<tr>") == 1 + pieces.TOP
    assert "and 2 more" in shown
    assert "bz-gain" in shown
    assert "bz-loss" in shown


def test_strategies_that_ran_last_come_first_with_edit_and_backtest():
    shown = pieces.strategies(strategies(8).iloc[::-1])
    assert shown.index("S0") < shown.index("S4")
    assert "S5" not in shown
    assert "and 3 more" in shown
    assert shown.count('data-act="edit" data-key="S') == pieces.TOP
    assert shown.count('data-act="backtest" data-key="S') == pieces.TOP
    assert "just now" in shown
    assert "1 day ago" in shown


def test_without_a_strategy_a_classic_and_an_empty_one_are_offered():
    shown = pieces.strategies(strategies(0))
    assert 'data-act="save template" data-key="golden-cross"' in shown
    assert 'data-act="edit" data-key=""' in shown


def test_runs_have_a_line_of_equity_or_say_how_they_ended():
    newest = pd.DataFrame(
        {
            "id": [2, 1], "status": ["failed", "completed"], "strategy": "<b>", "version": 1,
            "symbol": "AAPL", "timeframe": "1d", "total_return_pct": [None, 12.5],
            "max_drawdown_pct": [None, -3.0], "sharpe_ratio": [None, 1.0], "parameters": "fast 5",
            "created_at": [now(), now() - timedelta(minutes=5)],
        }
    )  # fmt: skip
    outlines = pd.DataFrame({"id": [1], "curve": [[100.0, 112.5]], "initial_equity": [100.0]})
    shown = pieces.runs(Runs(newest, outlines))
    assert shown.count("<polyline") == 1
    assert 'class="bz-status bz-bad">failed' in shown
    assert "+12.50" in shown
    assert "&lt;b&gt; v1 on AAPL 1d" in shown
    assert 'data-act="run" data-key="2"' in shown
    assert "5 minutes ago" in shown


def test_without_a_run_a_backtest_is_offered():
    empty = pd.DataFrame()
    assert 'data-act="backtest"' in pieces.runs(Runs(empty, empty))


def test_executions_are_told_to_the_minute():
    found = pd.DataFrame(
        {
            "executed_at": [pd.Timestamp("2024-01-02 14:30", tz="UTC")],
            "side": ["BUY"], "quantity": [0.5], "symbol": ["BTC-USD"], "price": [42_000.0],
        }
    )  # fmt: skip
    shown = pieces.executions(found)
    assert "2024-01-02 14:30" in shown
    found["executed_at"] = found["executed_at"].dt.normalize()
    assert "2024-01-02<" in pieces.executions(found)
    assert "42,000.00" in shown


def test_market_data_names_only_what_somebody_should_look_at():
    shown = pieces.market(health())
    assert "2,500 bars" in shown
    assert "IBM" in shown
    assert "AAPL" not in shown
    assert "1 of 2 sets of bars behind" in shown


def test_market_data_that_is_fine_says_so():
    fine = health(stale=False, behind=0, warnings=pd.array([0, 0], "Int64"))
    assert "all checked, nothing found" in pieces.market(fine)
    assert "<table" not in pieces.market(fine)


def test_simulated_bars_are_called_simulated():
    assert "simulated" not in pieces.market(health())
    assert "1 of 2 sets of bars simulated" in pieces.market(health(simulated=[True, False]))


def test_unchecked_bars_are_counted_and_offered_to_be_checked():
    shown = pieces.market(health(errors=pd.array([None, 0], "Int64")))
    assert "1 not checked" in shown
    assert 'data-act="check"' in shown


def test_a_count_of_findings_is_told_only_where_something_was_checked():
    nothing = pd.array([None, None], "Int64")
    shown = pieces.market(health(errors=nothing, warnings=nothing))
    assert "not checked yet" in shown
    assert "0 errors" not in shown
    half = pd.array([None, 0], "Int64")
    assert "0 errors, 0 warnings" in pieces.market(health(errors=half, warnings=half))


def test_without_bars_the_samples_are_offered():
    assert 'data-act="load samples"' in pieces.market(health().iloc[:0])
    assert 'data-act="load samples"' in pieces.market(health(bars=0))


def batches(status):
    return pd.DataFrame(
        {
            "id": [3], "notebook": ["/a/b/sweep.ipynb"], "status": [status], "items": [40],
            "completed": [12], "failed": [1],
        }
    )  # fmt: skip


def test_a_batch_at_work_shows_how_far_it_is_and_what_it_does():
    running = pd.DataFrame({"name": ["sweep-AAPL"], "started_at": [now() - timedelta(hours=2)]})
    shown = pieces.jobs(Jobs(batches("running"), running))
    assert "sweep.ipynb, batch 3: 12 of 40 done, 1 failed" in shown
    assert '<progress max="40" value="13"' in shown
    assert "sweep-AAPL" in shown
    assert "2 hours ago" in shown


def test_a_batch_that_ended_is_told_in_a_line():
    shown = pieces.jobs(Jobs(batches("completed"), pd.DataFrame()))
    assert "nothing" in shown
    assert "<progress" not in shown


def test_without_a_batch_it_says_how_to_run_one():
    assert "lab.batch.run" in pieces.jobs(Jobs(pd.DataFrame(), pd.DataFrame()))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3, "just now"), (60, "1 minute ago"), (7_300, "2 hours ago"), (200_000, "2 days ago")],
)
def test_how_long_ago_is_told_in_the_largest_unit(seconds, words):
    assert pieces._ago(now() - timedelta(seconds=seconds)) == words


def test_what_was_long_ago_is_told_as_a_date_and_what_never_was_as_a_dash():
    assert pieces._ago(pd.Timestamp("2001-02-03", tz="UTC")) == "2001-02-03"
    assert pieces._ago(pd.NaT) == "–"
