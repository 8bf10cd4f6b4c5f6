"""The paper room's only SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitstockerz_lab import clock
from bitstockerz_lab.enums import OrderSide, OrderStatus
from bitstockerz_lab.paper.ledger import Entry
from bitstockerz_lab.paper.matching import Phase
from bitstockerz_lab.paper.orders import Order
from bitstockerz_lab.paper.settling import entry_of
from bitstockerz_lab.paper.terms import Terms
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from decimal import Decimal

    import pandas as pd

    from bitstockerz_lab.paper.ledger import Position
    from bitstockerz_lab.paper.settling import Settlement
    from bitstockerz_lab.storage import Connection

OPENED = """
SELECT accounts.id, accounts.name, accounts.base_currency, accounts.starting_balance,
    openings.fee_bps, openings.fixed_fee, openings.slippage_bps, openings.number,
    openings.started_at, openings.replay_at, openings.created_at
FROM paper_accounts AS accounts JOIN paper_openings AS openings
    ON openings.paper_account_id = accounts.id
WHERE accounts.user_id = ?
ORDER BY openings.number DESC
LIMIT 1
"""

ORDERS = """
SELECT orders.id, orders.symbol_id, symbols.symbol, symbols.currency, orders.side,
    orders.quantity, order_terms.limit_price, order_terms.timeframe, orders.requested_at,
    orders.client_order_id, orders.status, orders.avg_fill_price, orders.reject_reason,
    orders.filled_at
FROM orders
JOIN symbols ON symbols.id = orders.symbol_id
JOIN order_terms ON order_terms.order_id = orders.id
WHERE orders.paper_account_id = ?
    AND orders.reject_reason IS DISTINCT FROM 'the account was opened anew'
ORDER BY orders.id
"""

EXECUTIONS = """
SELECT executions.id, executions.order_id, executions.price, executions.executed_at,
    execution_details.fee, execution_details.bar_at
FROM executions JOIN execution_details ON execution_details.execution_id = executions.id
WHERE executions.paper_account_id = ?
ORDER BY executions.id
"""

ACTIONS = """
SELECT symbol_id, kind, quantity_change, cash_change, effective_at, value
FROM paper_actions
WHERE paper_account_id = ?
ORDER BY id
"""

ADD_ACCOUNT = """
INSERT INTO paper_accounts (user_id, name, base_currency, starting_balance, cash_balance,
    created_at, updated_at)
VALUES ($user_id, $name, $currency, $balance, $balance, $now, $now)
RETURNING id
"""

RENEW_ACCOUNT = """
UPDATE paper_accounts
SET name = $name, base_currency = $currency, starting_balance = $balance,
    cash_balance = $balance, updated_at = $now
WHERE id = $account_id
"""

ADD_OPENING = """
INSERT INTO paper_openings (paper_account_id, number, fee_bps, fixed_fee, slippage_bps, started_at,
    replay_at, created_at)
SELECT $account_id, coalesce(max(number), 0) + 1, $fee_bps, $fixed_fee, $slippage_bps, $started_at,
    $replay_at, $now
FROM paper_openings
WHERE paper_account_id = $account_id
"""

ADD_ORDER = """
INSERT INTO orders (paper_account_id, symbol_id, side, quantity, order_type, status,
    reject_reason, client_order_id, requested_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
RETURNING id
"""

ADD_EXECUTION = """
INSERT INTO executions (order_id, paper_account_id, symbol_id, side, quantity, price, executed_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
RETURNING id
"""

ADD_ACTION = """
INSERT INTO paper_actions (paper_account_id, symbol_id, kind, value, quantity_change, cash_change,
    effective_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""

END_ORDER = """
UPDATE orders
SET status = ?, avg_fill_price = ?, reject_reason = ?, filled_at = ?
WHERE id = ? AND status = 'PENDING'
"""

KEEP_POSITION = """
INSERT INTO positions (paper_account_id, symbol_id, quantity, avg_cost, updated_at)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT (paper_account_id, symbol_id) DO UPDATE
SET quantity = excluded.quantity, avg_cost = excluded.avg_cost, updated_at = excluded.updated_at
"""

CLEARED = (
    """
    DELETE FROM execution_details
    WHERE execution_id IN (SELECT id FROM executions WHERE paper_account_id = ?)
    """,
    "DELETE FROM executions WHERE paper_account_id = ?",
    "DELETE FROM paper_actions WHERE paper_account_id = ?",
    "DELETE FROM positions WHERE paper_account_id = ?",
    """
    UPDATE orders SET status = 'CANCELLED', reject_reason = 'the account was opened anew'
    WHERE paper_account_id = ?
    """,
)

SWEPT = (
    """
    DELETE FROM order_terms
    WHERE order_id IN (
        SELECT id FROM orders
        WHERE paper_account_id = ? AND reject_reason = 'the account was opened anew'
    )
    """,
    """
    DELETE FROM orders
    WHERE paper_account_id = ? AND reject_reason = 'the account was opened anew'
    """,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """An account as it was opened last.

    Attributes
    ----------
    account_id : key of the row of `paper_accounts`
    terms : money and costs
    number : 1, and one more with every reset
    started_at : where its clock began
    replay_at : where a replay stands; None keeps the real time
    created_at : when it was opened, by the real clock
    """

    account_id: int
    terms: Terms
    number: int
    started_at: datetime
    replay_at: datetime | None
    created_at: datetime

    @property
    def now(self) -> datetime:
        """The account's time, UTC naive."""
        return self.replay_at or clock.now()


@dataclass(frozen=True, slots=True)
class Execution:
    """A row of `executions` with its details; `order` is whose."""

    id: int
    order: Order
    price: Decimal
    executed_at: datetime
    fee: Decimal
    bar_at: datetime

    @property
    def entry(self) -> Entry:
        """What it does to the ledger."""
        return entry_of(self.order, self.executed_at, self.bar_at, self.price, self.fee)


def opening(con: Connection, user_id: int) -> Opening | None:
    """Return a user's account; None before it was opened."""
    rows = con.execute(OPENED, [user_id]).fetchall()
    if not rows:
        return None
    account_id, name, currency, balance, fee_bps, fixed_fee, slippage_bps, *others = rows[0]
    terms = Terms(name, currency, balance, fee_bps, fixed_fee, slippage_bps)
    return Opening(account_id, terms, *others)


def open_account(
    con: Connection, user_id: int, terms: Terms, started_at: datetime, *, replay: bool
) -> None:
    """Store an account with its terms, or give the one that there is new terms and a new start."""
    values: dict[str, Any] = {
        "user_id": user_id,
        "name": terms.name,
        "currency": terms.currency,
        "balance": terms.starting_balance,
        "now": clock.now(),
    }
    known = opening(con, user_id)
    if known is None:
        account_id = frames.only(con, ADD_ACCOUNT, values)
    else:
        account_id = known.account_id
        del values["user_id"]
        con.execute(RENEW_ACCOUNT, values | {"account_id": account_id})
    values = {
        "account_id": account_id,
        "fee_bps": terms.fee_bps,
        "fixed_fee": terms.fixed_fee,
        "slippage_bps": terms.slippage_bps,
        "started_at": started_at,
        "replay_at": started_at if replay else None,
        "now": clock.now(),
    }
    con.execute(ADD_OPENING, values)


def clear(con: Connection, account_id: int) -> None:
    """Take everything out of an account but its orders, which are cancelled and not read any more.

    `sweep` deletes those in a transaction of its own: DuckDB 2.0 deletes no row whose references
    were deleted in the same one.
    """
    for statement in CLEARED:
        con.execute(statement, [account_id])


def sweep(con: Connection, account_id: int) -> None:
    """Delete the orders that `clear` has cancelled."""
    for statement in SWEPT:
        con.execute(statement, [account_id])


def move_clock(con: Connection, account_id: int, number: int, to: datetime) -> None:
    """Set where a replay stands."""
    con.execute(
        "UPDATE paper_openings SET replay_at = ? WHERE paper_account_id = ? AND number = ?",
        [to, account_id, number],
    )


def orders(con: Connection, account_id: int) -> dict[int, Order]:
    """Return every order of an account by its id, the oldest first."""
    found = {}
    for row in con.execute(ORDERS, [account_id]).fetchall():
        number, symbol_id, symbol, currency, side, quantity, limit_price, *others = row
        timeframe, requested_at, client_order_id, status, *ending = others
        found[number] = Order(
            number, symbol_id, symbol, currency, OrderSide(side), quantity, limit_price,
            timeframe, requested_at, client_order_id, OrderStatus(status), *ending,
        )  # fmt: skip
    return found


def executions(con: Connection, account_id: int, orders: Mapping[int, Order]) -> list[Execution]:
    """Return every execution of an account, the oldest first."""
    return [
        Execution(number, orders[order_id], *others)
        for number, order_id, *others in con.execute(EXECUTIONS, [account_id]).fetchall()
    ]


def action_entries(con: Connection, account_id: int) -> list[Entry]:
    """Return what splits and dividends did to an account."""
    return [
        Entry(effective_at, Phase[kind], 0, symbol_id, quantity, cash, value)
        for symbol_id, kind, quantity, cash, effective_at, value in con.execute(
            ACTIONS, [account_id]
        ).fetchall()
    ]


def actions(con: Connection, account_id: int) -> pd.DataFrame:
    """Return the splits and dividends of an account as they are stored."""
    return frames.read(con, ACTIONS, [account_id], zone="UTC")


def add_order(con: Connection, account_id: int, order: Order) -> int:
    """Store a new order and return its id."""
    values = [
        account_id, order.symbol_id, order.side, order.quantity, order.order_type, order.status,
        order.reject_reason, order.client_order_id, order.requested_at,
    ]  # fmt: skip
    number = frames.only(con, ADD_ORDER, values)
    con.execute(
        "INSERT INTO order_terms (order_id, timeframe, limit_price) VALUES (?, ?, ?)",
        [number, order.timeframe, order.limit_price],
    )
    return number


def end_order(con: Connection, order: Order) -> None:
    """Store what became of a pending order."""
    values = [
        order.status, order.avg_fill_price, order.reject_reason, order.filled_at, order.id,
    ]  # fmt: skip
    con.execute(END_ORDER, values)


def write(con: Connection, account_id: int, done: Settlement) -> None:
    """Store a settlement's executions, actions and orders; `keep` stores what they add up to."""
    for fill in done.fills:
        order = fill.order
        values = [
            order.id, account_id, order.symbol_id, order.side, order.quantity, fill.price,
            order.filled_at,
        ]  # fmt: skip
        number = frames.only(con, ADD_EXECUTION, values)
        con.execute(
            "INSERT INTO execution_details (execution_id, fee, bar_at) VALUES (?, ?, ?)",
            [number, fill.fee, fill.bar_at],
        )
        end_order(con, order)
    for order in done.refused:
        end_order(con, order)
    for action, entry in done.actions:
        values = [
            account_id, action.symbol_id, action.phase.name, entry.value, entry.quantity_change,
            entry.cash_change, action.effective_at,
        ]  # fmt: skip
        con.execute(ADD_ACTION, values)


def keep(
    con: Connection, account_id: int, cash: Decimal, positions: Iterable[tuple[int, Position]]
) -> None:
    """Store what the executions add up to."""
    now = clock.now()
    con.execute(
        "UPDATE paper_accounts SET cash_balance = ?, updated_at = ? WHERE id = ?",
        [cash, now, account_id],
    )
    for symbol_id, position in positions:
        values = [account_id, symbol_id, position.quantity, position.avg_cost, now]
        con.execute(KEEP_POSITION, values)
