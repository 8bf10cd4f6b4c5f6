"""Making the file anew: the same rows, the same rules, the next ids, and never half of it."""

from __future__ import annotations

import os
import subprocess
import sys

import duckdb
import pytest

from bitstockerz_lab import errors
from bitstockerz_lab.storage import Database, compact, migrate

FILL = """
INSERT INTO users (email, created_at, updated_at)
SELECT 'user' || i, now(), now() FROM range(3) AS numbers (i);
INSERT INTO symbols (symbol, name, asset_type, currency, created_at, updated_at)
VALUES ('ABC', 'A b c', 'EQUITY', 'USD', now(), now());
INSERT INTO equity_daily_bars
    (symbol_id, date, open, high, low, close, volume, provider, created_at)
SELECT 1, DATE '2020-01-01' + i::INTEGER, random(), 2, 0, 1, 'nan', 'test', now()
FROM range(3000) AS numbers (i);
INSERT INTO strategies
    (user_id, name, asset_type, symbol_scope, timeframe, created_at, updated_at)
VALUES (1, 'cross', 'EQUITY', 'ABC', '1d', now(), now());
INSERT INTO strategy_versions (strategy_id, version_number, definition_json, created_at)
VALUES (1, 1, '{}', now());
INSERT INTO jobs (job_type, user_id, payload_json, status, created_at)
VALUES ('batch', 2, '{}', 'queued', now());
INSERT INTO backtest_runs
    (user_id, strategy_id, strategy_version_id, symbol_id, timeframe, start_date, end_date,
     initial_equity, status, job_id, created_at, updated_at)
SELECT 1, 1, 1, 1, '1d', now(), now(), 1000, 'completed', 1, now(), now() FROM range(2);
INSERT INTO backtest_results
    (backtest_run_id, final_equity, total_return_pct, max_drawdown_pct, num_trades)
VALUES (2, 1, 1, 1, 1);
INSERT INTO backtest_trades
    (backtest_run_id, symbol_id, entry_time, exit_time, side, entry_price, exit_price, quantity,
     pnl_abs, pnl_pct)
SELECT 2, 1, now(), now(), 'LONG', 1, 2, 3, 4, random() FROM range(20);
INSERT INTO trade_details SELECT id, 1, 'signal', 1, 1, 1, 1, 1 FROM backtest_trades;
INSERT INTO run_metrics VALUES (2, 'sharpe_ratio', NULL), (2, 'alpha', 1);
INSERT INTO backtest_equity_points (backtest_run_id, timestamp, equity)
SELECT 2, TIMESTAMP '2020-01-01' + to_days(i::INTEGER), random()
FROM range(3000) AS numbers (i);
INSERT INTO paper_accounts
    (user_id, name, base_currency, starting_balance, cash_balance, created_at, updated_at)
VALUES (3, 'p', 'USD', 0.1, 12345678901234567.0123456789, now(), now());
INSERT INTO orders
    (paper_account_id, symbol_id, side, quantity, order_type, status, requested_at)
VALUES (1, 1, 'BUY', 1, 'market', 'new', now());
INSERT INTO executions
    (order_id, paper_account_id, symbol_id, side, quantity, price, executed_at)
VALUES (1, 1, 1, 'BUY', 1, 1, now());
INSERT INTO positions (paper_account_id, symbol_id, quantity, avg_cost, updated_at)
VALUES (1, 1, 1, 1, now());
INSERT INTO webauthn_credentials (credential_id, user_id, public_key, sign_count, created_at)
VALUES ('c', 2, '\\x00\\xFF'::BLOB, 0, now());
"""
ADD_USER = "INSERT INTO users (email, created_at, updated_at) VALUES ('new', now(), now())"
NEW_IDS = (ADD_USER + " RETURNING id", "SELECT nextval('backtest_equity_points_id')")
CHILD = """
import sys, time
from pathlib import Path
from bitstockerz_lab.storage import Database, compact
compact.LEASES = 5
rebuild, finish, fill = compact.rebuild, compact._finish, compact._fill
def stop(*_):
    print('middle', flush=True)
    time.sleep(60)
def told(path):
    print('rebuilt', flush=True)
    rebuild(path)
compact.rebuild = told
if sys.argv[2] == 'stop before rename':
    compact._finish = lambda *given: (finish(*given), stop())
if sys.argv[2] == 'stop while filling':
    compact._fill = lambda *given: (fill(*given), stop())
Database(Path(sys.argv[1])).open()
print('open', flush=True)
"""


def contents(database):
    """Every table's rows, in the order they are stored, and every sequence's place."""
    with database.read() as con:
        tables = sorted(name for (name,) in con.execute("SHOW TABLES").fetchall())
        rows = {name: str(con.sql(f"FROM {name}").fetchall()) for name in tables}
        sequences = con.execute(
            "SELECT sequence_name, last_value FROM duckdb_sequences() ORDER BY ALL"
        ).fetchall()
    return rows, sequences


@pytest.fixture
def filled(database):
    """A database with rows in most tables and gaps in its ids."""
    with database.write() as con:
        con.execute(FILL)
        con.execute("SELECT nextval('jobs_id') FROM range(41)").fetchall()
    with database.write() as con:
        con.execute("DELETE FROM trade_details WHERE backtest_trade_id > 15")
    with database.write() as con:
        con.execute("DELETE FROM backtest_trades WHERE id > 15")
    return database


@pytest.fixture
def start():
    """Open a database in a process of its own, which ends with the test."""
    started = []

    def run(database, what=""):
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, database.path, what], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def leases(database, number):
    for _ in range(number):
        with database.write() as con:
            con.execute("UPDATE users SET updated_at = now()")


def hidden(database):
    return [p.name for p in database.path.parent.iterdir() if ".compact" in p.name]


def test_every_row_and_every_sequence_is_the_same_afterwards(filled):
    before = contents(filled)
    inode = filled.path.stat().st_ino
    filled.compact()
    assert filled.path.stat().st_ino != inode
    assert contents(filled) == before
    assert contents(Database(filled.path)) == before
    assert sum(rows != "[]" for rows in before[0].values()) >= 16
    assert hidden(filled) == []
    assert not filled.path.with_name("lab.duckdb.wal").exists()


def test_ids_go_on_where_they_were(filled):
    filled.compact()
    with filled.write() as con:
        assert [con.execute(query).fetchone() for query in NEW_IDS] == [(4,), (3001,)]
        assert con.execute("SELECT nextval('jobs_id')").fetchone() == (43,)
        assert con.execute("SELECT nextval('backtest_trades_id')").fetchone() == (21,)
        assert con.execute("SELECT nextval('ai_usage_id')").fetchone() == (1,)


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("INSERT INTO run_metrics VALUES (99, 'alpha', 1)", "foreign key"),
        ("DELETE FROM users WHERE id = 1", "foreign key"),
        ("INSERT INTO run_metrics VALUES (2, 'alpha', 2)", "(?i)duplicate key"),
        ("INSERT INTO symbols SELECT * REPLACE (9 AS id) FROM symbols", "(?i)duplicate key"),
        ("INSERT INTO symbols SELECT * REPLACE (9 AS id, 'abc' AS symbol) FROM symbols", "CHECK"),
        ("UPDATE users SET email = NULL", "NOT NULL"),
    ],
)
def test_every_rule_of_the_schema_still_holds(filled, statement, refusal):
    filled.compact()
    with pytest.raises(errors.StorageError, match=refusal), filled.write() as con:
        con.execute(statement)


def test_what_makes_leases_slow_is_gone(database):
    """Each write lease adds references to the stored catalogue, which shows in its bytes."""

    def catalogue():
        return database.path.read_bytes().count(b"backtest_runs")

    with database.write() as con:
        con.execute(ADD_USER)
    new = catalogue()
    leases(database, 40)
    grown = catalogue()
    database.compact()
    assert grown > 5 * new
    assert catalogue() <= 2 * new
    assert compact.leases(database.path) == 0


def test_leases_that_commit_are_counted_and_no_others(database):
    leases(database, 3)
    with pytest.raises(ZeroDivisionError), database.write():
        raise ZeroDivisionError
    with database.read():
        pass
    assert compact.leases(database.path) == 3


def test_opening_rebuilds_above_the_constant_and_not_below(filled, monkeypatch):
    monkeypatch.setattr(compact, "LEASES", 10)
    inode = filled.path.stat().st_ino
    leases(filled, 10 - compact.leases(filled.path))
    filled.open()
    assert filled.path.stat().st_ino == inode
    leases(filled, 1)
    before = contents(filled)
    filled.open()
    assert filled.path.stat().st_ino != inode
    assert compact.leases(filled.path) == 0
    assert contents(filled) == before


def test_a_process_that_only_writes_rebuilds_the_file_too(filled, monkeypatch):
    monkeypatch.setattr(compact, "LEASES", 10)
    inode = filled.path.stat().st_ino
    leases(filled, 10 - compact.leases(filled.path))
    assert filled.path.stat().st_ino == inode
    before = contents(filled)
    with filled.write():
        pass
    assert filled.path.stat().st_ino != inode
    assert contents(filled) == before


def test_what_a_write_wrote_stays_when_the_rebuilding_after_it_fails(filled, monkeypatch):
    monkeypatch.setattr(compact, "LEASES", 0)
    monkeypatch.setattr(compact, "_refuse_what_would_be_lost", _refuse)
    with filled.write() as con:
        con.execute("UPDATE users SET email = 'kept' WHERE id = 1")
    with filled.read() as con:
        assert con.execute("SELECT email FROM users WHERE id = 1").fetchall() == [("kept",)]
    assert compact.leases(filled.path) == 0


def _refuse(*_):
    raise errors.StorageError("the disk is full")


def test_a_larger_file_has_to_wait_longer_and_the_largest_is_left_alone(database, monkeypatch):
    monkeypatch.setattr(compact, "LEASES", 10)
    size = database.path.stat().st_size
    for _ in range(19):
        compact.count(database.path)
    assert compact.due(database.path)
    monkeypatch.setattr(compact, "SMALL", size / 4)
    assert not compact.due(database.path)
    for _ in range(2):
        compact.count(database.path)
    monkeypatch.setattr(compact, "SMALL", database.path.stat().st_size / 4)
    assert compact.due(database.path)
    monkeypatch.setattr(compact, "LARGEST", size / 2)
    assert not compact.due(database.path)


@pytest.mark.parametrize("moment", ["stop while filling", "stop before rename"])
def test_a_kill_in_the_middle_leaves_the_old_file_whole(filled, start, monkeypatch, moment):
    leases(filled, 10)
    before, bytes_before = contents(filled), filled.path.read_bytes()
    child = start(filled, moment)
    assert [child.stdout.readline() for _ in range(2)] == ["rebuilt\n", "middle\n"]
    child.kill()
    child.wait()
    assert hidden(filled) != []
    assert filled.path.read_bytes() == bytes_before
    assert contents(filled) == before
    filled.open()  # far below the constant here
    assert hidden(filled) == []
    monkeypatch.setattr(compact, "LEASES", 5)
    inode = filled.path.stat().st_ino
    filled.open()
    assert filled.path.stat().st_ino != inode
    assert contents(filled) == before


def test_of_processes_that_open_at_once_one_rebuilds_and_an_idle_lab_goes_on(filled, start):
    leases(filled, 10)
    before = contents(filled)
    children = [start(filled) for _ in range(3)]
    outputs = [child.stdout.read() for child in children]
    assert [child.wait() for child in children] == [0, 0, 0]
    assert sorted(outputs) == ["open\n", "open\n", "rebuilt\nopen\n"]
    assert contents(filled) == before
    with filled.write() as con:
        con.execute(ADD_USER)
    assert Database(filled.path).sql("SELECT count(*) AS n FROM users")["n"].tolist() == [4]


def test_a_failure_leaves_the_old_file_and_no_draft(filled, monkeypatch):
    before = contents(filled)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compact, "_finish", fail)
    inode = filled.path.stat().st_ino
    with pytest.raises(errors.StorageError, match="No space left on device"):
        filled.compact()
    monkeypatch.setattr(compact, "LEASES", 1)
    filled.open()  # tries by itself, fails, says nothing, and waits for as many leases again
    assert compact.leases(filled.path) == 0
    assert filled.path.stat().st_ino == inode
    assert hidden(filled) == []
    assert contents(filled) == before


def test_an_interrupt_leaves_the_old_file_and_no_draft(filled, monkeypatch):
    before = contents(filled)

    def interrupted(*_):
        raise duckdb.InterruptException("Interrupted!")

    monkeypatch.setattr(compact, "_fill", interrupted)
    monkeypatch.setattr(compact, "LEASES", 1)
    with pytest.raises(KeyboardInterrupt):
        filled.open()
    assert hidden(filled) == []
    assert compact.leases(filled.path) == 3  # the next open tries again
    assert contents(filled) == before


def test_a_copy_of_another_schema_is_never_put_in_place(filled, monkeypatch):
    before = contents(filled)
    apply = migrate.apply

    def losing(con, version):
        apply(con, version)
        con.execute("DROP TABLE draft.ai_usage; CREATE VIEW draft.ai_usage AS SELECT 1 AS id")

    monkeypatch.setattr(migrate, "apply", losing)
    with pytest.raises(errors.StorageError, match="ai_usage"):
        filled.compact()
    assert contents(filled) == before


def test_a_copy_that_lacks_rows_is_never_put_in_place(filled, monkeypatch):
    before = contents(filled)
    compare = compact._refuse_a_difference

    def losing(con, query, what):
        if what == "run_metrics":
            con.execute("DELETE FROM draft.run_metrics WHERE metric = 'alpha'")
        compare(con, query, what)

    monkeypatch.setattr(compact, "_refuse_a_difference", losing)
    with pytest.raises(errors.StorageError, match="copy of run_metrics differs"):
        filled.compact()
    assert contents(filled) == before


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (i INTEGER)",
        "CREATE VIEW mine AS SELECT 1 AS i",
        "CREATE INDEX mine ON symbols (name)",
        "CREATE MACRO mine(i) AS i + 1",
        "CREATE SEQUENCE mine",
        "CREATE SCHEMA mine",
        "ALTER TABLE ai_usage ADD COLUMN mine INTEGER",
    ],
)
def test_what_somebody_else_put_into_the_file_is_not_lost(filled, monkeypatch, statement):
    with filled.write() as con:
        con.execute(statement)
    before = contents(filled)
    with pytest.raises(errors.StorageError, match="mine"):
        filled.compact()
    monkeypatch.setattr(compact, "LEASES", 1)
    filled.open()
    assert contents(filled) == before


def test_a_log_that_was_left_behind_is_part_of_the_new_file(filled):
    with duckdb.connect(filled.path) as con:
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        con.execute(ADD_USER)
    assert filled.path.with_name("lab.duckdb.wal").exists()
    compact.rebuild(filled.path)
    assert not filled.path.with_name("lab.duckdb.wal").exists()
    assert len(filled.sql("SELECT * FROM users")) == 4


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_the_new_file_has_the_rights_of_the_old_one(database):
    database.path.chmod(0o640)
    database.compact()
    assert database.path.stat().st_mode & 0o777 == 0o640
