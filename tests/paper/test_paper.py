"""The verbs of `lab.paper` on stored bars."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import clock
from bitstockerz_lab.enums import OrderStatus
from bitstockerz_lab.errors import DataError, TradingError, UnknownName
from tests.helpers import typed_bars


def utc(text):
    return pd.Timestamp(text, tz="UTC")


def test_without_an_account_every_verb_says_how_to_open_one(market):
    assert not market.paper.is_open()
    for verb in ("account", "positions", "orders", "executions", "actions", "equity", "fill"):
        with pytest.raises(TradingError, match=r"lab.paper.open\(100_000\)"):
            getattr(market.paper, verb)()
    with pytest.raises(TradingError, match="open"):
        market.paper.buy("ACME", 1)


def test_an_account_begins_with_its_cash_and_there_is_one_a_user(market):
    account = market.paper.open(5000, currency="usd", name="Mine", fee_bps=10, start="2020-01-07")
    assert (account.cash, account.equity, account.value) == (5000, 5000, 0)
    assert (account.mode, account.now, account.marked_at) == ("replay", utc("2020-01-07"), None)
    assert market.paper.is_open()
    with pytest.raises(TradingError, match="'Mine'"):
        market.paper.open()


def test_two_users_have_an_account_each(market, monkeypatch):
    market.paper.open(1000)
    monkeypatch.setenv("BITSTOCKERZ_USER", "other@local")
    other = bz.open_lab(market.path)
    assert not other.paper.is_open()
    other.paper.open(2000)
    assert (market.paper.account().cash, other.paper.account().cash) == (1000, 2000)


def test_a_market_order_fills_at_the_open_after_it_and_the_account_adds_up(market):
    market.paper.open(1000, start="2020-01-07", fee_bps=100, slippage_bps=100)
    order = market.paper.buy("acme", 10)
    assert (order.status, order.id) == (OrderStatus.PENDING, 1)
    settled = market.paper.advance("2020-01-08")
    assert settled[["id", "status"]].to_numpy().tolist() == [[1, "FILLED"]]
    assert settled["avg_fill_price"].tolist() == [10.605]
    account = market.paper.account()
    assert account.cash == Decimal(1000) - Decimal("106.05") - Decimal("1.0605")
    assert (account.value, account.fees) == (110, Decimal("1.0605"))
    assert account.marked_at == utc("2020-01-08")
    assert account.unrealised_profit == Decimal(110) - Decimal("107.1105")
    (held,) = market.paper.positions().to_dict("records")
    assert (held["symbol"], held["quantity"], held["last"]) == ("ACME", 10, 11)
    assert held["avg_cost"] == 10.71105
    assert held["weight_pct"] == pytest.approx(100 * 110 / float(account.equity))


def test_an_order_placed_now_never_fills_on_bars_that_are_history(market):
    market.paper.open(1000)  # the real time: long after the bars
    order = market.paper.buy("ACME", 10)
    assert order.status is OrderStatus.PENDING
    assert market.paper.fill().empty
    assert market.paper.account().open_orders == 1


def test_it_fills_once_bars_are_loaded_that_came_after_it(market, monkeypatch):
    moment = pd.Timestamp(2020, 1, 12, 9)
    monkeypatch.setattr(clock, "now", lambda: moment)
    market.paper.open(1000)
    market.paper.buy("ACME", 10)
    market.paper.buy("ACME", 5, limit=6)
    moment = pd.Timestamp(2020, 1, 14, 12)
    later = typed_bars("7 7 7 7\n8 9 7 8\n9 9 5 9", start="2020-01-12")
    market.market.load_frame(later[:2], "ACME", "1d")
    settled = market.paper.fill()  # the bar of the 12th had begun when the order was placed
    assert settled[["id", "avg_fill_price"]].to_numpy().tolist() == [[1, 8.0]]
    assert settled["filled_at"].tolist() == [utc("2020-01-13")]
    assert market.paper.fill().empty
    moment = pd.Timestamp(2020, 1, 15)
    market.market.load_frame(later, "ACME", "1d")
    assert market.paper.fill()["avg_fill_price"].tolist() == [6.0]
    assert market.paper.executions()["executed_at"].tolist() == [
        utc("2020-01-15"),
        utc("2020-01-13"),
    ]


def test_a_bar_that_has_not_ended_is_not_known(paper):
    paper.buy("ACME", 1)
    assert paper.advance("2020-01-07 23:59").empty
    assert len(paper.advance(timedelta(minutes=1))) == 1


def test_selling_realises_the_profit_over_average_cost(paper):
    paper.buy("ACME", 10)  # at 10.5
    paper.advance("2020-01-08")
    paper.sell("ACME", 4, limit=12.5)  # touched on the 10th
    paper.advance("2020-01-12")
    account = paper.account()
    assert account.realised_profit == 8
    assert account.unrealised_profit == 6 * (7 - Decimal("10.5"))
    assert (account.cash, account.value) == (1000 - 105 + 50, 42)
    assert paper.executions("acme")["profit"].tolist()[0] == 8
    assert paper.executions()["executed_at"].iloc[0] == utc("2020-01-11")  # the bar's end


@pytest.mark.parametrize(
    ("side", "symbol", "quantity", "words", "reason"),
    [
        ("sell", "ACME", 1, {}, "0 ACME are held; nothing is sold short"),
        (
            "buy",
            "ACME",
            96,
            {},
            "at the newest close it would come to 1,008.00 USD with costs",
        ),
        (
            "buy",
            "ACME",
            100,
            {"limit": "10.01"},
            "at its limit it would come to 1,001.00 USD with costs",
        ),
    ],
)
def test_what_the_account_cannot_do_is_an_order_that_is_rejected(
    paper, side, symbol, quantity, words, reason
):
    order = getattr(paper, side)(symbol, quantity, **words)
    assert order.status is OrderStatus.REJECTED
    assert order.reject_reason.startswith(reason)
    assert order.reject_reason.endswith(("sold short", "1,000.00 USD are free; nothing is lent"))
    assert paper.orders("rejected")["reject_reason"].tolist() == [order.reject_reason]
    assert paper.order(order.id) == order


def test_open_orders_keep_their_cash_and_their_units(paper):
    paper.buy("ACME", 50, limit=10)
    second = paper.buy("ACME-USD", 50)
    assert "475.00" not in second.reject_reason
    assert "500.00 USD are free beside open orders" in second.reject_reason
    paper.advance("2020-01-08")
    assert paper.sell("ACME", 30, limit=100).status is OrderStatus.PENDING
    assert paper.sell("ACME", 21).reject_reason == (
        "50 ACME are held, 30 of them in open orders to sell; nothing is sold short"
    )
    assert paper.sell("ACME", 20).status is OrderStatus.PENDING


def test_units_that_are_not_bought_yet_cannot_be_sold(paper):
    paper.buy("ACME", 1)
    assert "an order to buy has not filled yet" in paper.sell("ACME", 1).reject_reason


def test_another_currency_is_refused_with_the_reason(market):
    market.market.load_frame(typed_bars("1 1 1 1"), "EURO", "1d", "EQUITY", currency="EUR")
    market.paper.open(1000, start="2020-02-01")
    assert market.paper.buy("EURO", 1).reject_reason == (
        "EURO is priced in EUR and the account is in USD; paper accounts convert no currencies"
    )


def test_before_the_first_bar_has_ended_there_is_no_price(market):
    market.paper.open(1000, start="2020-01-06 12:00")
    assert "no price yet" in market.paper.buy("ACME", 1).reject_reason


def test_impossible_calls_raise(paper):
    with pytest.raises(UnknownName, match="ACME"):
        paper.buy("ACMEE", 1)
    for quantity in (0, -1, "many"):
        with pytest.raises(DataError, match="quantity="):
            paper.buy("ACME", quantity)
    with pytest.raises(DataError, match="limit="):
        paper.buy("ACME", 1, limit=0)
    with pytest.raises(DataError, match="1h"):
        paper.buy("ACME", 1, timeframe="1h")
    with pytest.raises(UnknownName, match="order 7"):
        paper.cancel(7)
    with pytest.raises(UnknownName, match="PENDING"):
        paper.orders("pendin")
    assert paper.orders().empty


def test_the_same_client_order_id_is_the_same_order(paper):
    first = paper.buy("ACME", 1, client_order_id="a")
    assert paper.buy("ACME", 1, client_order_id="a").id == first.id
    with pytest.raises(TradingError, match="client_order_id='a'"):
        paper.buy("ACME", 2, client_order_id="a")


def test_the_same_client_order_id_on_other_bars_is_another_order(paper, market):
    first = paper.buy("ACME-USD", 1, client_order_id="a")
    hours = typed_bars("10 11 9 10.5").assign(timestamp=[pd.Timestamp("2020-01-06 14:00")])
    market.market.load_frame(hours, "ACME-USD", "1h")
    assert paper.buy("ACME-USD", 1, client_order_id="a").id == first.id  # asks for no bars
    assert paper.buy("ACME-USD", 1, client_order_id="a", timeframe="1d").id == first.id
    with pytest.raises(TradingError, match="on 1d bars"):
        paper.buy("ACME-USD", 1, client_order_id="a", timeframe="1h")
    assert len(paper.orders()) == 1


def test_an_open_order_can_be_cancelled_once(paper):
    order = paper.buy("ACME", 1, limit=1)
    assert paper.cancel(order).status is OrderStatus.CANCELLED
    with pytest.raises(TradingError, match=r"cancelled\. Only an open order"):
        paper.cancel(order.id)
    paper.advance("2020-01-12")
    assert paper.executions().empty


def test_an_order_cannot_be_cancelled_with_hindsight(market, monkeypatch):
    moment = pd.Timestamp(2020, 1, 7)
    monkeypatch.setattr(clock, "now", lambda: moment)
    market.paper.open(1000)
    order = market.paper.buy("ACME", 10)
    moment = pd.Timestamp(2020, 1, 12)  # five bars are known now, and they fell
    with pytest.raises(TradingError, match=r"filled at 10\.5"):
        market.paper.cancel(order)
    assert market.paper.order(order.id).status is OrderStatus.FILLED  # and it stays so


def test_a_replay_only_moves_on_and_never_past_now(paper):
    for to in ("2020-01-07", "2020-01-06", "2999-01-01", timedelta(0)):
        with pytest.raises(TradingError, match="only moves on"):
            paper.advance(to)
    with pytest.raises(TradingError, match="in the future"):
        paper.reset(start="2999-01-01")
    paper.reset()
    with pytest.raises(TradingError, match="real time"):
        paper.advance("2020-01-08")


def test_reset_forgets_the_orders_and_counts_itself(paper):
    paper.buy("ACME", 10, client_order_id="a")
    paper.advance("2020-01-12")
    account = paper.reset(500, start="2020-01-08", name="Again")
    assert (account.opening, account.cash, account.open_orders, account.name) == (
        2,
        500,
        0,
        "Again",
    )
    for frame in (paper.orders(), paper.positions(), paper.executions(), paper.actions()):
        assert frame.empty
    assert paper.equity().tolist() == [500.0]
    assert paper.buy("ACME", 1, client_order_id="a").status is OrderStatus.PENDING


def test_a_reset_that_is_killed_half_way_has_forgotten_the_orders_all_the_same(paper, monkeypatch):
    paper.buy("ACME", 10, client_order_id="a")
    paper.advance("2020-01-08")
    with monkeypatch.context() as patch:
        patch.setattr("bitstockerz_lab.paper.store.sweep", _killed)
        with pytest.raises(KeyboardInterrupt):
            paper.reset(500, start="2020-01-07")
    assert paper.orders().empty
    again = paper.buy("ACME", 1, client_order_id="a")
    assert again.status is OrderStatus.PENDING
    assert paper.orders()["id"].tolist() == [again.id]


def _killed(*_args):
    raise KeyboardInterrupt


def test_the_shortest_bars_fill_an_order_unless_others_are_named(market):
    hours = typed_bars("10 10 10 10\n11 11 11 11\n12 12 12 12", timeframe="1h", start="2020-01-07")
    market.market.load_frame(hours, "ACME-USD", "1h")
    market.paper.open(1000, start="2020-01-07 01:30")
    assert market.paper.buy("ACME-USD", 1).timeframe == "1h"
    assert market.paper.buy("ACME-USD", 1, timeframe="1d").timeframe == "1d"
    market.paper.advance("2020-01-09")
    by_id = market.paper.executions().set_index("order_id")
    assert by_id["price"].to_dict() == {1: 12.0, 2: 11.0}
    assert by_id.loc[2, "executed_at"] == utc("2020-01-08")


def test_equity_is_marked_at_the_close_of_each_day(paper):
    paper.buy("ACME", 10)
    paper.advance("2020-01-12")
    curve = paper.equity()
    assert curve.tolist() == [1000, 1005, 985, 985, 1020, 965]
    assert curve.index[0] == utc("2020-01-06")
    assert (curve.name, curve.index.name, curve.index[1]) == (
        "equity",
        "timestamp",
        utc("2020-01-07"),
    )
    assert float(paper.account().equity) == curve.iloc[-1]


def test_the_picture_has_the_curve_and_the_fills(paper):
    paper.buy("ACME", 10)
    paper.advance("2020-01-08")
    paper.sell("ACME", 10)
    paper.advance("2020-01-12")
    curve, bought, sold = paper.chart().data
    assert list(curve.y) == paper.equity().tolist()
    assert (bought.name, list(bought.x), sold.name) == ("Bought", ["2020-01-07"], "Sold")
    assert bought.text[0] == "buy 10 ACME at 10.50"


def test_an_account_shows_itself_as_cards_in_a_notebook(paper):
    shown = paper.account()._repr_html_()
    assert "Replay" in shown
    assert "its clock stands at 2020-01-07 00:00 UTC" in shown
    assert "1,000.00" in shown
    assert "0 positions, 0 open orders" in shown
    assert "Replay" not in paper.reset()._repr_html_()


def test_empty_frames_keep_their_columns_and_types(paper):
    assert paper.orders().dtypes["requested_at"] == "datetime64[us, UTC]"
    assert paper.positions().dtypes["value"] == "float64"
    assert list(paper.executions())[:3] == ["id", "order_id", "symbol"]
    assert list(paper.actions())[:2] == ["symbol", "kind"]


def test_stored_cash_and_positions_are_what_the_executions_add_up_to(paper, market):
    paper.buy("ACME", 10)
    paper.buy("ACME-USD", "0.3333333333", limit=9)
    paper.advance("2020-01-10")
    paper.sell("ACME", "3.3")
    paper.advance("2020-01-12")
    (cash,) = market.sql(
        """
        SELECT starting_balance + (
            SELECT sum(CASE side WHEN 'BUY' THEN -1 ELSE 1 END * quantity * price - fee)
            FROM (SELECT CAST(quantity AS DECIMAL(18, 10)) AS quantity, price, side, fee
                  FROM executions JOIN execution_details ON execution_id = id)
        ) AS cash FROM paper_accounts
        """
    )["cash"]
    (stored,) = market.sql("SELECT cash_balance FROM paper_accounts")["cash_balance"]
    assert float(cash) == pytest.approx(float(stored), abs=1e-9)
    held = market.sql(
        """
        SELECT symbol, positions.quantity AS stored, sum(CASE side WHEN 'BUY' THEN 1 ELSE -1 END
            * executions.quantity) AS rebuilt
        FROM positions JOIN executions USING (symbol_id) JOIN symbols ON symbols.id = symbol_id
        GROUP BY ALL
        """
    )
    assert len(held) == 2
    assert held["stored"].tolist() == held["rebuilt"].tolist()
