"""A book as frames, for people to look at: float64, tz-aware UTC; the exact numbers stay in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.paper import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bitstockerz_lab.paper.book import Book
    from bitstockerz_lab.paper.orders import Order
    from bitstockerz_lab.paper.prices import Close

ORDERS = {
    "id": "int64", "symbol": "str", "side": "str", "quantity": "float64", "order_type": "str",
    "limit_price": "float64", "status": "str", "avg_fill_price": "float64",
    "reject_reason": "object", "requested_at": "time", "filled_at": "time", "timeframe": "str",
    "client_order_id": "object",
}  # fmt: skip
POSITIONS = {
    "symbol": "str", "quantity": "float64", "avg_cost": "float64", "last": "float64",
    "marked_at": "time", "value": "float64", "cost": "float64", "unrealised_profit": "float64",
    "unrealised_pct": "float64", "weight_pct": "float64", "realised_profit": "float64",
}  # fmt: skip
EXECUTIONS = {
    "id": "int64", "order_id": "int64", "symbol": "str", "side": "str", "quantity": "float64",
    "price": "float64", "amount": "float64", "fee": "float64", "cash_change": "float64",
    "profit": "float64", "executed_at": "time",
}  # fmt: skip
ACTIONS = {
    "symbol": "str", "kind": "str", "value": "float64", "quantity_change": "float64",
    "cash_change": "float64", "effective_at": "time",
}  # fmt: skip


def orders(found: Iterable[Order]) -> pd.DataFrame:
    """Return orders, a row each, in their order."""
    return _frame(
        ORDERS,
        [
            {name: getattr(one, name) for name in ORDERS if name != "order_type"}
            | {"order_type": one.order_type}
            for one in found
        ],
    )


def positions(book: Book, marks: Mapping[int, Close]) -> pd.DataFrame:
    """Return what is held at the newest closes, the largest value first."""
    rows: list[dict[str, Any]] = []
    for symbol_id, held in book.ledger.positions().items():
        if not held:
            continue
        close = marks[symbol_id]
        value = money.times(held.quantity, close.price)
        rows.append(
            {
                "symbol": book.symbols[symbol_id].symbol,
                "quantity": held.quantity,
                "avg_cost": held.avg_cost,
                "last": close.price,
                "marked_at": close.known_at,
                "value": value,
                "cost": held.cost,
                "unrealised_profit": value - held.cost,
                "unrealised_pct": 100 * (float(value) / float(held.cost) - 1),
                "realised_profit": held.realised,
            }
        )
    equity = float(book.ledger.cash + sum((row["value"] for row in rows), money.ZERO))
    for row in rows:
        row["weight_pct"] = 100 * float(row["value"]) / equity
    rows.sort(key=lambda row: (-row["value"], row["symbol"]))
    return _frame(POSITIONS, rows)


def executions(book: Book, symbol_id: int | None = None) -> pd.DataFrame:
    """Return what was traded, the newest first."""
    profits = book.ledger.profits()
    rows = [
        {
            "id": one.id,
            "order_id": one.order.id,
            "symbol": one.order.symbol,
            "side": one.order.side,
            "quantity": one.order.quantity,
            "price": one.price,
            "amount": money.times(one.order.quantity, one.price),
            "fee": one.fee,
            "cash_change": one.entry.cash_change,
            "profit": profits.get(one.order.id),
            "executed_at": one.executed_at,
        }
        for one in reversed(book.executions)
        if symbol_id in (None, one.order.symbol_id)
    ]
    return _frame(EXECUTIONS, rows)


def actions(stored: pd.DataFrame, book: Book) -> pd.DataFrame:
    """Return the splits and dividends that holdings went through, the newest first."""
    names = {symbol_id: symbol.symbol for symbol_id, symbol in book.symbols.items()}
    shown = stored.assign(symbol=stored["symbol_id"].map(names)).iloc[::-1]
    shown["effective_at"] = shown["effective_at"].dt.tz_localize(None)
    return _frame(ACTIONS, shown.to_dict("records"))


def _frame(columns: Mapping[str, str], rows: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    """Return a frame with these columns whatever there is to put into them."""
    return pd.DataFrame(
        {name: _column([row.get(name) for row in rows], kind) for name, kind in columns.items()}
    )


def _column(values: list[Any], kind: str) -> pd.Series:
    if kind == "time":
        stamps = [None if value is None else pd.Timestamp(value) for value in values]
        return pd.Series(pd.DatetimeIndex(stamps).as_unit("us").tz_localize("UTC"))
    if kind == "float64":
        numbers = [float("nan") if value is None else float(value) for value in values]
        return pd.Series(numbers, dtype="float64")
    if kind == "str":
        return pd.Series([str(value) for value in values], dtype="str")
    return pd.Series(values, dtype=kind)
