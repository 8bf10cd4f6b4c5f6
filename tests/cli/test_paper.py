"""The command paper."""

from __future__ import annotations

from io import StringIO

import pytest


def test_an_account_is_opened_traded_and_shown(ready):
    opened = ready("paper", "open", "1000", "--start", "2020-02-01", "--fee-bps", "10", "--json")
    assert opened.json["cash"] == 1000
    assert opened.json["mode"] == "replay"
    order = ready("paper", "buy", "acme", "0.5")
    assert order.status == 0
    assert order.out.startswith("Order 1: buy 0.5 ACME at the market, pending")
    refused = ready("paper", "sell", "ACME", "1", "--json")
    assert (refused.status, refused.json["status"]) == (1, "REJECTED")
    (filled,) = ready("paper", "advance", "2020-02-04", "--json").json
    assert (filled["id"], filled["status"]) == (1, "FILLED")
    assert ready("paper", "fill").out == "Nothing to carry out.\n"
    (held,) = ready("paper", "positions", "--json").json
    assert held["quantity"] == 0.5
    account = ready("paper", "account", "--json").json
    assert account["equity"] == pytest.approx(account["cash"] + held["value"])
    assert "equity" in ready("paper", "account").out
    assert len(ready("paper", "executions", "--json").json) == 1
    table = ready("paper", "orders", "--status", "rejected").out
    assert "nothing is sold short" in table
    assert "client_order_id" not in table
    assert ready("paper", "reset", "--yes", "--json").json["opening"] == 2


def test_a_reset_asks_first_and_keeps_money_and_costs(ready):
    ready("paper", "open", "1000", "--fee-bps", "10")
    ready("paper", "buy", "ACME", "1")
    asked = ready("paper", "reset")  # nobody is there to answer
    assert asked.status == 2
    assert "deletes the account's 1 orders, its executions and positions: add --yes" in asked.err
    assert len(ready("paper", "orders", "--json").json) == 1
    assert ready("paper", "reset", "--yes").status == 0
    assert ready("paper", "orders", "--json").json == []
    account = ready("paper", "account", "--json").json
    assert (account["cash"], account["fee_bps"], account["opening"]) == (1000, 10, 2)


def test_a_reset_in_a_terminal_takes_no_for_an_answer(ready, monkeypatch):
    ready("paper", "open", "1000")
    monkeypatch.setattr("bitstockerz_lab.cli.paper.sys.stdin", Terminal("n\ny\n"))
    assert ready("paper", "reset").status != 0
    assert ready("paper", "account", "--json").json["opening"] == 1
    assert ready("paper", "reset").status == 0
    assert ready("paper", "account", "--json").json["opening"] == 2


class Terminal(StringIO):
    """Somebody who answers."""

    def isatty(self):
        return True


def test_errors_are_said_in_the_words_of_the_command_line(ready):
    answer = ready("paper", "account")
    assert answer.status == 1
    assert answer.err == (
        "error: You have no paper account yet. bitstockerz paper open 100000 opens one.\n"
    )
    ready("paper", "open")
    assert "bitstockerz paper reset" in ready("paper", "open").err
    assert "bitstockerz paper reset" in ready("paper", "advance", "2020-01-01").err
    assert "bitstockerz paper orders shows them" in ready("paper", "cancel", "7").err
