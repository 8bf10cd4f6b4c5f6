"""SQL is in a room's store, and a store writes only its own room's tables."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conventions.project import PACKAGE, modules, short, tree

STATEMENT = re.compile(
    r"\s*(SELECT\s|INSERT (OR \w+ )?INTO\s|UPDATE \w+\s+SET\s|DELETE FROM\s|"
    r"CREATE (TABLE|SEQUENCE)\s|WITH \w+ AS\b)"
)
WRITES = re.compile(r"\b(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+(\w+)")
TABLES_OF = {
    "users": {"users", "webauthn_credentials"},
    "ops": {"jobs", "audit_events", "job_processes"},
    "batch": {"batches", "batch_items", "schedules"},
    "market": {
        "symbols",
        "equity_daily_bars",
        "crypto_daily_bars",
        "crypto_hourly_bars",
        "refused_rows",
        "price_factors",
        "bar_revisions",
        "corporate_actions",
        "bar_checks",
        "bar_findings",
        "symbol_terms",
        "symbol_aliases",
        "symbol_statuses",
        "provider_symbols",
        "watchlists",
        "watchlist_symbols",
        "fx_rates",
    },
    "strategies": {
        "strategies",
        "strategy_versions",
        "version_checks",
        "version_check_results",
        "version_notes",
        "version_tags",
    },
    "backtests": {
        "backtest_runs",
        "backtest_results",
        "backtest_trades",
        "backtest_equity_points",
        "run_details",
        "run_metrics",
        "run_notes",
        "run_processes",
        "run_symbols",
        "run_tags",
        "trade_details",
        "trials",
        "walk_forwards",
        "walk_forward_windows",
        "sweeps",
        "sweep_units",
        "sweep_symbols",
        "sweep_combinations",
        "sweep_results",
        "sweep_runs",
        "version_usage",  # a view: what the room below may read of it
    },
    "paper": {
        "paper_accounts",
        "orders",
        "executions",
        "positions",
        "paper_openings",
        "order_terms",
        "execution_details",
        "paper_actions",
    },
    "storage": {"schema_migrations"},
}
ALL_TABLES = set().union(*TABLES_OF.values())


def texts(module: ast.Module) -> list[tuple[int, str]]:
    """Return line and text of every string in a module that is no docstring."""
    docstrings = {
        id(node.value)
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def room(path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def is_store(path) -> bool:
    return path.name.endswith("store.py") or path.parent.name == "store" or room(path) == "storage"


@pytest.mark.parametrize(
    "path", [path for path in modules() if not is_store(path) and room(path) != "cli"], ids=short
)
def test_sql_is_found_only_in_a_store(path):
    assert [
        f"line {n}: {text[:60]}" for n, text in texts(tree(path)) if STATEMENT.match(text)
    ] == []


@pytest.mark.parametrize("path", [path for path in modules() if is_store(path)], ids=short)
def test_a_store_writes_only_its_own_rooms_tables(path):
    strange = {
        table
        for _, text in texts(tree(path))
        for table in WRITES.findall(text)
        if table in ALL_TABLES - TABLES_OF.get(room(path), set())
    }
    appended = {
        node.args[1].value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "append"
        and len(node.args) == 3
        and isinstance(node.args[1], ast.Constant)
    }
    assert strange | (appended & (ALL_TABLES - TABLES_OF.get(room(path), set()))) == set()


def test_every_table_of_the_database_belongs_to_a_room(database):
    with database.read() as con:
        tables = {name for (name,) in con.execute("SHOW TABLES").fetchall()}
    assert tables - ALL_TABLES - {"ai_usage"} == set()


def test_migrations_are_numbered_without_a_gap():
    names = sorted(path.name for path in (PACKAGE / "storage" / "migrations").glob("*"))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_the_first_line_under_a_table_says_what_one_row_is():
    for path in (PACKAGE / "storage" / "migrations").glob("*.sql"):
        for body in re.findall(r"CREATE TABLE \w+ \(\n(.*)", path.read_text("utf-8")):
            assert body.startswith("    -- one row per "), (path.name, body)
