"""The dashboard: every card, every button, without a front end."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from bitstockerz_lab.errors import DatabaseBusy, UnknownName
from bitstockerz_lab.widgets import Dashboard
from bitstockerz_lab.widgets.dashboard import dashboard as module
from tests.helpers import make_bars, sma_cross

CARDS = ["account", "positions", "strategies", "market", "runs", "executions", "jobs"]


@pytest.fixture
def filled(lab):
    """A lab with a strategy, a run and an account."""
    lab.market.load_frame(make_bars(300), symbol="AAPL", asset_type="EQUITY", timeframe="1d")
    lab.strategies.save(sma_cross())
    lab.backtests.run("SMA cross", "AAPL")
    lab.paper.open(100_000)
    return lab


def test_every_card_of_an_empty_lab_loads_and_says_what_to_do(lab):
    dashboard = lab.dashboard()
    assert dashboard.state == {"cards": dict.fromkeys(CARDS, "shown"), "opened": None}
    assert all("bz-empty" in card.body for card in dashboard.cards.values())


def test_every_card_of_a_lab_that_is_used_shows_what_there_is(filled):
    dashboard = filled.dashboard()
    assert set(dashboard.state["cards"].values()) == {"shown"}
    shown = {name: card.body for name, card in dashboard.cards.items()}
    assert "100,000.00" in shown["account"]
    assert 'data-act="backtest" data-key="SMA cross"' in shown["strategies"]
    assert "SMA cross v1 on AAPL 1d" in shown["runs"]
    assert "<polyline" in shown["runs"]
    assert "300 bars" in shown["market"]


def test_a_card_that_fails_shows_its_error_and_the_others_stand(lab, monkeypatch):
    def fail(*_, **__):
        raise DatabaseBusy("Process 7 holds the file. Wait for it.")

    monkeypatch.setattr(type(lab.market), "health", fail)
    dashboard = lab.dashboard()
    told = dashboard.state["cards"]
    assert told.pop("market") == "failed"
    assert set(told.values()) == {"shown"}
    assert "Process 7 holds the file. Wait for it." in dashboard.cards["market"].markup()
    assert isinstance(dashboard.error, DatabaseBusy)


def test_a_defect_in_one_card_is_told_by_its_name_and_the_others_stand(lab, monkeypatch):
    monkeypatch.setattr(type(lab.backtests), "outlines", lambda *_: {}["curve"])
    dashboard = lab.dashboard()
    assert dashboard.state["cards"]["runs"] == "failed"
    assert "KeyError" in dashboard.cards["runs"].markup()
    assert dashboard.state["cards"]["jobs"] == "shown"


def test_trying_again_reads_that_card_alone(lab, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(type(lab.strategies), "list", lambda *_, **__: {}["name"])
        dashboard = lab.dashboard()
    assert dashboard.state["cards"]["strategies"] == "failed"
    monkeypatch.setattr(type(lab.market), "health", lambda *_, **__: {}["bars"])
    dashboard.cards["strategies"].press("again")
    assert set(dashboard.state["cards"].values()) == {"shown"}
    dashboard.refresh_button.click()
    assert dashboard.state["cards"]["market"] == "failed"


def test_the_buttons_of_empty_cards_do_what_they_say(lab):
    dashboard = lab.dashboard()
    dashboard.cards["market"].press("load samples")
    assert len(lab.market.symbols()) == 3
    assert "3 not checked" in dashboard.cards["market"].body
    dashboard.cards["market"].press("check")
    assert "not checked" not in dashboard.cards["market"].body
    dashboard.cards["strategies"].press("save template", "golden-cross")
    assert 'data-key="Golden cross"' in dashboard.cards["strategies"].body
    dashboard.cards["account"].press("open account")
    assert "100,000.00" in dashboard.cards["account"].body
    assert "lab.paper.buy" in dashboard.cards["positions"].body
    assert set(dashboard.state["cards"].values()) == {"shown"}


def test_an_empty_account_is_told_to_buy_a_symbol_that_is_stored(lab):
    dashboard = lab.dashboard()
    dashboard.cards["account"].press("open account")
    assert "lab.paper.buy(&#34;DEMO-A&#34;, 10)" in dashboard.cards["positions"].body
    lab.market.load_frame(make_bars(30), symbol="MSFT", asset_type="EQUITY", timeframe="1d")
    dashboard.refresh()
    assert "lab.paper.buy(&#34;MSFT&#34;, 10)" in dashboard.cards["positions"].body


def test_an_account_opened_over_old_bars_replays_them_and_an_order_is_led_on(lab):
    bars = make_bars(600)  # they end years ago
    lab.market.load_frame(bars, symbol="MSFT", asset_type="EQUITY", timeframe="1d")
    dashboard = lab.dashboard()
    dashboard.cards["account"].press("open account")
    account = lab.paper.account()
    assert account.mode == "replay"
    assert bars.index[0] < pd.Timestamp(account.now) < bars.index[-1]
    lab.paper.buy("MSFT", 10)
    dashboard.refresh()
    told = dashboard.cards["positions"].body
    assert "1 order of yours waiting" in told
    (to,) = re.findall(r"lab\.paper\.advance\(&#34;(.+?)&#34;\)", told)
    lab.paper.advance(to)
    dashboard.refresh()
    assert "MSFT" in dashboard.cards["positions"].body
    assert "MSFT" in dashboard.cards["executions"].body


def test_an_account_opened_over_new_bars_keeps_the_real_time(lab):
    bars = make_bars(30)
    bars.index += pd.Timestamp.now("UTC").normalize() - bars.index[-1]
    lab.market.load_frame(bars, symbol="BTC", asset_type="CRYPTO", timeframe="1d")
    dashboard = lab.dashboard()
    dashboard.cards["account"].press("open account")
    assert lab.paper.account().mode != "replay"


def test_a_run_is_opened_below_its_name(filled):
    dashboard = filled.dashboard()
    dashboard.cards["runs"].press("run", 1)
    assert dashboard.state["opened"] == "Result"
    above, opened = dashboard.workspace.children
    assert opened is dashboard.opened
    assert "Run 1: SMA cross, version 1, on AAPL 1d" in above.markup


def test_what_a_button_cannot_do_is_told_in_its_card(filled):
    dashboard = filled.dashboard()
    dashboard.cards["account"].press("open account")
    assert dashboard.state["cards"]["account"] == "failed"
    assert "100,000.00" in dashboard.cards["account"].markup()
    dashboard.cards["strategies"].press("save template", "golden-crass")
    assert "golden-cross" in dashboard.cards["strategies"].markup()


@pytest.mark.parametrize(
    ("card", "action", "key", "opened"),
    [
        ("strategies", "edit", "SMA cross", "StrategyEditor"),
        ("strategies", "edit", "", "StrategyEditor"),
        ("strategies", "backtest", "SMA cross", "BacktestRunner"),
        ("runs", "backtest", "", "BacktestRunner"),
        ("runs", "runs", "", "RunBrowser"),
        ("market", "chart", "AAPL", "Chart"),
    ],
)
def test_buttons_open_their_widget_inside_the_dashboard(filled, card, action, key, opened):
    dashboard = filled.dashboard()
    dashboard.cards[card].press(action, key)
    assert dashboard.error is None
    assert dashboard.state["opened"] == opened
    assert dashboard.workspace.children == (dashboard.opened,)
    assert dashboard.grid.layout.display == "none"
    filled.strategies.rename("SMA cross", "Renamed")
    dashboard.close_button.click()
    assert dashboard.state["opened"] is None
    assert dashboard.grid.layout.display != "none"
    assert "Renamed" in dashboard.cards["strategies"].body


def test_what_cannot_be_opened_is_told_in_its_card_and_the_cards_stay(filled):
    dashboard = filled.dashboard()
    dashboard.cards["runs"].press("run", 99)
    assert dashboard.state["opened"] is None
    assert "99" in dashboard.cards["runs"].markup()
    assert isinstance(dashboard.error, UnknownName)


def test_an_action_that_is_none_is_an_error(lab):
    with pytest.raises(UnknownName, match=r"No action of the dashboard 'exit'\. Did you mean"):
        lab.dashboard().act("runs", "exit")


def test_jobs_at_work_are_looked_at_again_by_themselves_until_they_end(lab, monkeypatch):
    from tests.widgets.dashboard.test_pieces import batches

    dashboard = lab.dashboard()
    jobs = dashboard.cards["jobs"]
    assert jobs.again_s == 0
    monkeypatch.setattr(type(lab.batch), "list", lambda _: batches("running"))
    jobs.press("again")
    assert jobs.again_s == module.AGAIN_S
    monkeypatch.setattr(type(lab.batch), "list", lambda _: batches("completed"))
    jobs.press("again")
    assert jobs.again_s == 0


def test_where_there_is_no_front_end_the_cards_are_told_without_buttons(filled):
    bundle = filled.dashboard()._repr_mimebundle_()
    assert "SMA cross" in bundle["text/html"]
    assert "<button" not in bundle["text/html"]
    assert len(bundle["text/html"]) < 40_000


def test_an_unknown_keyword_is_refused(lab):
    with pytest.raises(TypeError):
        Dashboard(lab, theme="dark")
