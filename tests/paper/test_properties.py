"""Whatever a person does with an account, what is stored is what its executions add up to."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab.enums import OrderStatus

symbols = st.sampled_from(["ACME", "ACME-USD"])
limits = st.one_of(st.none(), st.integers(60, 130).map(lambda price: price / 10))
deeds = st.one_of(
    st.tuples(st.just("buy"), symbols, st.integers(1, 60), limits),
    st.tuples(st.just("sell"), symbols, st.integers(1, 30), limits),
    st.tuples(st.just("cancel"), st.integers(1, 5)),
    st.tuples(st.just("advance"), st.sampled_from([6, 12, 24, 48])),
)

EXECUTED = """
SELECT executions.symbol_id, executions.side, executions.quantity, price, fee, executed_at,
    requested_at, bar_at
FROM executions
JOIN execution_details ON execution_id = executions.id
JOIN orders ON orders.id = order_id
ORDER BY executed_at, executions.id
"""
KEPT = "SELECT symbol_id, quantity, avg_cost FROM positions WHERE quantity <> 0 ORDER BY symbol_id"


def do(paper, deed):
    verb, *words = deed
    if verb in {"buy", "sell"}:
        symbol, quantity, limit = words
        getattr(paper, verb)(symbol, quantity, limit=limit)
    elif verb == "advance":
        paper.advance(pd.Timedelta(hours=words[0]))
    elif words[0] <= len(paper.orders()) and (paper.order(words[0]).status is OrderStatus.PENDING):
        paper.cancel(words[0])


@settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
@given(script=st.lists(deeds, min_size=6, max_size=8))
def test_stored_cash_and_positions_are_rebuilt_from_the_executions(
    script, stocked, tmp_path_factory
):
    path = tmp_path_factory.mktemp("account") / "lab.duckdb"
    shutil.copy(stocked, path)
    lab = bz.open_lab(path)
    lab.paper.open(1000, fee_bps=12, fixed_fee="0.01", slippage_bps=3, start="2020-01-07")
    for deed in script:
        do(lab.paper, deed)
    with lab.database.read() as con:
        rows = con.execute(EXECUTED).fetchall()
        ((cash,),) = con.execute("SELECT cash_balance FROM paper_accounts").fetchall()
        kept = con.execute(KEPT).fetchall()
    rebuilt, held, cost = Decimal(1000), {}, {}
    for symbol_id, side, quantity, price, fee, executed_at, requested_at, bar_at in rows:
        assert requested_at <= bar_at <= executed_at
        amount = (quantity * price).quantize(Decimal("1E-10"))
        before = held.get(symbol_id, Decimal(0))
        if side == "BUY":
            rebuilt -= amount + fee
            held[symbol_id] = before + quantity
            cost[symbol_id] = cost.get(symbol_id, Decimal(0)) + amount + fee
        else:
            rebuilt += amount - fee
            held[symbol_id] = before - quantity
            cost[symbol_id] -= cost[symbol_id] * quantity / before
        assert rebuilt >= 0
        assert held[symbol_id] >= 0
    assert cash == rebuilt
    assert {number: quantity for number, quantity, _ in kept} == {
        number: quantity for number, quantity in held.items() if quantity
    }
    for number, quantity, avg_cost in kept:
        assert abs(avg_cost - cost[number] / quantity) < Decimal("1E-8")
    account = lab.paper.account()
    assert account.cash == rebuilt
    assert account.equity == 1000 + account.realised_profit + account.unrealised_profit
    assert lab.paper.fill().empty
