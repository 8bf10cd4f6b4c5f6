"""What was recorded in a copy of a lab's file, taken out of the copy and added to the lab.

A copy gets blocks of ids of its own, so that what it calls run 3001 is run 3001 at home, too.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

from bitstockerz_lab.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bitstockerz_lab.storage.database import Connection, Database

    Rows = dict[str, Any]
    """Arrow tables by the table they belong to."""

BLOCKS = {
    "backtest_runs_id": 1_000,
    "version_checks_id": 1_000,
    "bar_checks_id": 1_000,
    "sweeps_id": 100,
    "walk_forwards_id": 100,
}
"""Sequences whose ids people see or other rows name, and how many of them a copy gets."""

NEW_RUN = "backtest_run_id", "backtest_runs_id"
NEW_SWEEP = "sweep_id", "sweeps_id"
TOLD_BY = {
    "backtest_runs": ("id", "backtest_runs_id"),
    "backtest_results": NEW_RUN,
    "run_details": NEW_RUN,
    "run_metrics": NEW_RUN,
    "run_processes": NEW_RUN,
    "run_symbols": NEW_RUN,
    "run_notes": NEW_RUN,
    "run_tags": NEW_RUN,
    "backtest_equity_points": NEW_RUN,
    "backtest_trades": NEW_RUN,
    "trade_details": ("backtest_trade_id", None),
    "version_checks": ("id", "version_checks_id"),
    "version_check_results": ("version_check_id", "version_checks_id"),
    "bar_checks": ("id", "bar_checks_id"),
    "bar_findings": ("bar_check_id", "bar_checks_id"),
    "sweeps": ("id", "sweeps_id"),
    "sweep_units": NEW_SWEEP,
    "sweep_symbols": NEW_SWEEP,
    "sweep_combinations": NEW_SWEEP,
    "sweep_results": NEW_SWEEP,
    "sweep_runs": NEW_RUN,
    "walk_forwards": ("id", "walk_forwards_id"),
    "walk_forward_windows": ("walk_forward_id", "walk_forwards_id"),
}
"""Tables whose new rows come home, parents first: the column that tells a new row, and the sequence
of whose block its value is. Without one it is larger than all that were there."""

NUMBERED_ANEW = ("backtest_results", "backtest_equity_points", "version_check_results",
                 "bar_findings", "run_notes", "run_tags")  # fmt: skip
"""Tables whose own ids nobody names; at home they get the next ones."""

TRADES = ("backtest_trades", "id"), ("trade_details", "backtest_trade_id")

REPLACED = {"trials": ("user_id", "strategy_id", "trial_key")}
"""Tables in which a new row takes the place of an older one of the same key."""

CHANGED_IN_PLACE = ("strategies", "symbols", "symbol_aliases", "version_tags", "run_tags",
                    "watchlists", "watchlist_symbols", "orders", "paper_accounts", "paper_openings",
                    "positions")  # fmt: skip
"""Tables whose rows people change or exchange, so that counting them does not tell."""


def blocks(con: Connection, copies: int) -> list[dict[str, int]]:
    """Reserve ids for copies of the file.

    Parameters
    ----------
    con : a write lease's connection
    copies : how many copies will record something

    Returns
    -------
    list of dict
        The first id of each sequence of BLOCKS, a dict a copy.
    """
    firsts = {}
    for sequence, size in BLOCKS.items():
        ((first,),) = con.execute(
            "SELECT min(nextval(?)) FROM range(?)", [sequence, size * copies]
        ).fetchall()
        firsts[sequence] = int(first)
    return [
        {sequence: first + number * BLOCKS[sequence] for sequence, first in firsts.items()}
        for number in range(copies)
    ]


def content(database: Database) -> bytes:
    """Return the lab's whole file, as it stands now.

    Raises
    ------
    StorageError
        It cannot be read, or something of it is still in its log.
    """
    with database.read():
        log = database.path.with_name(f"{database.path.name}.wal")
        if log.exists() and log.stat().st_size:
            raise StorageError(
                f"{database.path} has a log that is not written into it yet: {log.name}. Close the "
                "program that has it open, then try again.",
                path=str(database.path),
            )
        return database.path.read_bytes()


def begin_at(path: Path, block: Mapping[str, int]) -> None:
    """Let a copy give its new rows the ids of a block."""
    with _attached(path) as con:
        for sequence, first in block.items():
            # as if the id before had been given: what was never given is forgotten by `compact`
            before = max(1, first - 1)
            con.execute("SELECT setval(?, ?)", [f"lab.main.{sequence}", before]).fetchall()


def new_rows(path: Path, original: Path, block: Mapping[str, int]) -> Rows:
    """Return what was recorded in a copy since it was made.

    Parameters
    ----------
    path : the copy
    original : another copy of the same file, as it was
    block : the ids of the first

    Raises
    ------
    StorageError
        Something else was written than `TOLD_BY` tells, or more than fits into the block.
    """
    with _attached(path, original) as con:
        rows: Rows = {}
        _refuse_what_does_not_fit(con, block)
        for table, (column, sequence) in TOLD_BY.items():
            if sequence is None:
                is_new = f"{column} > (SELECT coalesce(max({column}), 0) FROM original.{table})"  # noqa: S608 - names of ours
            else:
                first = block[sequence]
                is_new = f"{column} BETWEEN {first} AND {first + BLOCKS[sequence] - 1}"
            found = con.sql(f"SELECT * FROM lab.{table} WHERE {is_new}").to_arrow_table()  # noqa: S608 - as above
            if found.num_rows:
                rows[table] = found
        for table in REPLACED:
            found = con.sql(
                f"SELECT * FROM lab.{table} EXCEPT SELECT * FROM original.{table}"  # noqa: S608 - as above
            ).to_arrow_table()
            if found.num_rows:
                rows[table] = found
        _refuse_what_would_be_lost(con, rows)
    return rows


def add(con: Connection, rows: Rows) -> None:
    """Add what was recorded in a copy to the lab.

    Parameters
    ----------
    con : a write lease's connection; all of it happens, or nothing
    rows : as `new_rows` gives them
    """
    shift = _shift_of_trades(con, rows)
    for table, found in rows.items():
        con.register("brought_home", found)
        chosen = "*"
        if table in REPLACED:
            key = ", ".join(REPLACED[table])
            con.execute(
                f"DELETE FROM {table} WHERE ({key}) IN (SELECT ({key}) FROM brought_home)"  # noqa: S608 - names of ours
            )
        elif table in NUMBERED_ANEW:
            chosen = "* EXCLUDE (id)"
        elif table in dict(TRADES):
            column = dict(TRADES)[table]
            chosen = f"* REPLACE ({column} + {shift} AS {column})"
        con.execute(f"INSERT INTO {table} BY NAME SELECT {chosen} FROM brought_home")  # noqa: S608 - names of ours
        con.unregister("brought_home")


def _shift_of_trades(con: Connection, rows: Rows) -> int:
    """Return how far the ids of trades lie from those they get at home."""
    if "backtest_trades" not in rows:
        return 0
    ids: list[int] = rows["backtest_trades"]["id"].to_pylist()
    span = max(ids) - min(ids) + 1
    ((first,),) = con.execute(
        "SELECT min(nextval('backtest_trades_id')) FROM range(?)", [span]
    ).fetchall()
    return int(first) - min(ids)


def _refuse_what_would_be_lost(con: Connection, rows: Rows) -> None:
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'original' ORDER BY 1"
    ).fetchall()
    lost = []
    for (table,) in tables:
        if table in REPLACED:
            continue
        added = rows[table].num_rows if table in rows else 0
        ((before,),) = con.execute(f'SELECT count(*) FROM original."{table}"').fetchall()  # noqa: S608 - as above
        ((after,),) = con.execute(f'SELECT count(*) FROM lab."{table}"').fetchall()  # noqa: S608 - as above
        if after != before + added or (table in CHANGED_IN_PLACE and _differs(con, table)):
            lost.append(table)
    if lost:
        raise StorageError(
            f"It wrote to {', '.join(lost)}. What is recorded elsewhere comes home only where it "
            "is new runs, sweeps, walk-forwards, checks or trials. Run this notebook here.",
            tables=lost,
        )


def _differs(con: Connection, table: str) -> bool:
    # the same thing said once more is no change
    told = "SELECT COLUMNS(lambda name: name <> 'updated_at') FROM"
    gone = f'{told} original."{table}" EXCEPT {told} lab."{table}"'
    return bool(con.execute(f"{gone} LIMIT 1").fetchall())


def _refuse_what_does_not_fit(con: Connection, block: Mapping[str, int]) -> None:
    for sequence, size in BLOCKS.items():
        table = sequence.removesuffix("_id")
        ((beyond,),) = con.execute(
            f"SELECT count(*) FROM lab.{table} ANTI JOIN original.{table} USING (id) WHERE id >= ?",  # noqa: S608 - names of ours
            [block[sequence] + size],
        ).fetchall()
        if beyond:
            raise StorageError(
                f"It recorded more than {size:,} rows in {table}, which is all that a notebook may "
                "record elsewhere. Run it here.",
                table=table,
            )


@contextmanager
def _attached(path: Path, original: Path | None = None) -> Iterator[Connection]:
    """Open a copy as `lab`, and perhaps what it was made of; nobody else knows these files."""
    with duckdb.connect(":memory:") as con:
        con.execute("SET TimeZone = 'UTC'")
        for name, file, mode in (("lab", path, ""), ("original", original, "(READ_ONLY)")):
            if file is not None:
                quoted = str(file).replace("'", "''")
                con.execute(f"ATTACH '{quoted}' AS {name} {mode}")
        try:
            yield con
        except duckdb.Error as problem:
            reason = str(problem).partition("\n")[0]
            raise StorageError(f"{path}: {reason}", path=str(path)) from problem
