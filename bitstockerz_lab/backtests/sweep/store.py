"""The SQL of sweeps: what was swept, by whom, and what every combination came to."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import psutil

from bitstockerz_lab import clock
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.ops.processes import DIED, lives
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitstockerz_lab.backtests.sweep.question import Part
    from bitstockerz_lab.storage import Connection

RUN_COLUMNS = ("unit", "combination", "run")
ADD = """
INSERT INTO sweeps (
    user_id, strategy_version_id, fingerprint, asked_json, fixed_json, chosen_by, seed, status,
    host, pid, process_started_at, claim, bars_as_of,
    engine_version, versions_json, seconds, created_at
)
VALUES (
    $user_id, $strategy_version_id, $fingerprint, $asked_json, $fixed_json, $chosen_by, $seed,
    'running', $host, $pid, $process_started_at, $claim, $bars_as_of,
    $engine_version, $versions_json, 0, $created_at
)
RETURNING id
"""

KNOWN = """
SELECT id, status, host, pid, process_started_at, claim, seconds
FROM sweeps
WHERE fingerprint = ? AND user_id = ? AND strategy_version_id = ?
ORDER BY status = 'completed' DESC, id DESC
LIMIT 1
"""

CLAIM = """
UPDATE sweeps
SET status = 'running', error_message = NULL, finished_at = NULL, claim = $claim, host = $host,
    pid = $pid, process_started_at = $process_started_at
WHERE id = $sweep_id AND claim = $before
RETURNING id
"""

FINISH = """
UPDATE sweeps
SET status = ?, error_message = ?, seconds = ?, finished_at = ?
WHERE id = ? AND status = 'running'
"""

SWEEPS = """
SELECT
    sweeps.*, strategies.name AS strategy, strategy_versions.version_number AS version,
    extents.* EXCLUDE (sweep_id),
    (SELECT count(*) FROM sweep_combinations WHERE sweep_id = sweeps.id) AS combinations
FROM sweeps
JOIN strategy_versions ON strategy_versions.id = sweeps.strategy_version_id
JOIN strategies ON strategies.id = strategy_versions.strategy_id
JOIN (
    SELECT
        sweep_id, count(*) AS units,
        string_agg(DISTINCT symbols.symbol, ', ' ORDER BY symbols.symbol) AS symbols,
        string_agg(DISTINCT timeframe, ', ' ORDER BY timeframe) AS timeframe,
        min(start_date) AS start_date, max(end_date) AS end_date
    FROM sweep_units
    JOIN symbols ON symbols.id = sweep_units.symbol_id
    GROUP BY sweep_id
) AS extents ON extents.sweep_id = sweeps.id
WHERE sweeps.user_id = $user_id
"""

UNITS = """
SELECT sweep_units.* EXCLUDE (sweep_id), symbols.symbol
FROM sweep_units
JOIN symbols ON symbols.id = sweep_units.symbol_id
WHERE sweep_id = ?
ORDER BY unit_number
"""

RESULTS = """
SELECT * EXCLUDE (sweep_id)
FROM sweep_results
WHERE sweep_id = ?
ORDER BY unit_number, combination
"""

ALIKE = """
SELECT max(id)
FROM sweeps
WHERE asked_json = ? AND user_id = ? AND strategy_version_id = ? AND fingerprint <> ?
"""


ADD_RUN = """
INSERT INTO sweep_runs (sweep_id, unit_number, combination, backtest_run_id)
SELECT * FROM (VALUES (?, ?, ?, ?)) AS added (sweep_id, unit_number, combination, backtest_run_id)
EXCEPT
SELECT sweep_id, unit_number, combination, backtest_run_id FROM sweep_runs
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A sweep of the same fingerprint, and who carries it out or did."""

    id: int
    status: Status
    host: str
    pid: int
    process_started_at: float
    claim: str
    seconds: float

    @property
    def is_here(self) -> bool:
        """Whether it belongs to a process of this machine."""
        return self.host == socket.gethostname()

    @property
    def lives(self) -> bool:
        """Whether its process is there; one of another machine is taken to be."""
        return not self.is_here or lives(self.pid, self.process_started_at)


def process() -> dict[str, Any]:
    """Return who carries a sweep out: host, pid and process_started_at of this process."""
    this = psutil.Process()
    return {
        "host": socket.gethostname(),
        "pid": this.pid,
        "process_started_at": this.create_time(),
    }


def begin(
    con: Connection,
    sweep: Mapping[str, object],
    units: pd.DataFrame,
    reads: pd.DataFrame,
    combinations: Mapping[str, np.ndarray],
) -> int:
    """Add a sweep that is about to be carried out; returns its id.

    Parameters
    ----------
    con : a write lease's connection
    sweep : a value for each column of `sweeps` that ADD names but created_at
    units : columns of `sweep_units` but sweep_id, a row a unit
    reads : likewise of `sweep_symbols`
    combinations : columns of the parameters that vary
    """
    settle_orphans(con)
    [(sweep_id,)] = con.execute(ADD, {**sweep, "created_at": clock.now()}).fetchall()
    frames.append(con, "sweep_units", units.assign(sweep_id=sweep_id))
    if len(reads):
        frames.append(con, "sweep_symbols", reads.assign(sweep_id=sweep_id))
    texts = _as_json(combinations)
    numbered = pd.DataFrame({"combination": range(len(texts)), "parameters_json": texts})
    frames.append(con, "sweep_combinations", numbered.assign(sweep_id=sweep_id))
    return int(sweep_id)


def add_results(con: Connection, sweep_id: int, parts: Sequence[Part], seconds: float) -> None:
    """Add what parts of a sweep came to; `seconds` is how long all of it took so far."""
    rows = [
        pd.DataFrame(dict(part.measured.values)).assign(
            sweep_id=sweep_id, unit_number=part.unit, combination=range(part.start, part.stop)
        )
        for part in parts
    ]
    frames.append(con, "sweep_results", pd.concat(rows, ignore_index=True))
    con.execute("UPDATE sweeps SET seconds = ? WHERE id = ?", [seconds, sweep_id])


def known(con: Connection, user_id: int, version_id: int, fingerprint: str) -> Known | None:
    """Return the sweep of that fingerprint, a completed one before others, or None."""
    found = con.execute(KNOWN, [fingerprint, user_id, version_id]).fetchall()
    return Known(found[0][0], Status(found[0][1]), *found[0][2:]) if found else None


def claim(con: Connection, sweep_id: int, before: str, word: str) -> bool:
    """Take a sweep over from whoever held it with the word `before`; False if somebody else did."""
    values = {"sweep_id": sweep_id, "before": before, "claim": word, **process()}
    return bool(con.execute(CLAIM, values).fetchall())


def holds(con: Connection, sweep_id: int, word: str) -> bool:
    """Tell whether a sweep is still carried out by whoever took it with that word."""
    query = "SELECT count(*) FROM sweeps WHERE id = ? AND claim = ? AND status = 'running'"
    return bool(frames.only(con, query, [sweep_id, word]))


def held_by(con: Connection, word: str) -> int | None:
    """Return the sweep that was taken with a word, or None."""
    found = con.execute("SELECT id FROM sweeps WHERE claim = ?", [word]).fetchall()
    return int(found[0][0]) if found else None


def has(con: Connection, sweep_id: int, unit: int, combination: int) -> bool:
    """Tell whether a result is there."""
    query = """
        SELECT count(*)
        FROM sweep_results
        WHERE sweep_id = ? AND unit_number = ? AND combination = ?
    """
    return bool(frames.only(con, query, [sweep_id, unit, combination]))


def finish(
    con: Connection, sweep_id: int, status: Status, seconds: float, message: str | None = None
) -> None:
    """Say how a sweep ended; what has ended already stays as it is."""
    con.execute(FINISH, [status, message, seconds, clock.now(), sweep_id])


def settle_orphans(con: Connection) -> None:
    """Mark sweeps as failed whose process is gone; needs a write lease."""
    query = "SELECT id, pid, process_started_at FROM sweeps WHERE status = 'running' AND host = ?"
    for sweep_id, pid, started in con.execute(query, [socket.gethostname()]).fetchall():
        if not lives(pid, started):
            con.execute(
                "UPDATE sweeps SET status = 'failed', error_message = ? WHERE id = ?",
                [DIED, sweep_id],
            )


def has_died(row: Mapping[Any, Any]) -> bool:
    """Tell whether a sweep says that it is running but its process, of this machine, is gone."""
    here = row["status"] == Status.RUNNING and row["host"] == socket.gethostname()
    return bool(here and not lives(row["pid"], row["process_started_at"]))


def row(con: Connection, user_id: int, sweep_id: int) -> dict[str, Any]:
    """Return a sweep's row, by column.

    Raises
    ------
    UnknownName
        This user has no sweep of that id.
    """
    answer = con.execute(
        f"{SWEEPS} AND sweeps.id = $sweep_id", {"user_id": user_id, "sweep_id": sweep_id}
    )
    names = [name for name, *_ in answer.description]
    found = answer.fetchall()
    if not found:
        raise UnknownName(
            f"No sweep {sweep_id}. lab.backtests.sweeps() shows those there are.",
            sweep_id=sweep_id,
        )
    return dict(zip(names, found[0], strict=True))


def rows(con: Connection, user_id: int) -> pd.DataFrame:
    """Return the sweeps of a user, newest first, a row each."""
    query = f"{SWEEPS} ORDER BY sweeps.id DESC"
    return frames.read(con, query, {"user_id": user_id}, zone="UTC")


def units(con: Connection, sweep_id: int) -> pd.DataFrame:
    """Return a sweep's units in order: columns of `sweep_units`, and symbol."""
    return frames.read(con, UNITS, [sweep_id], zone="UTC")


def reads(con: Connection, sweep_id: int) -> pd.DataFrame:
    """Return which other symbols the units read: unit_number, name, symbol, timeframe."""
    query = """
        SELECT unit_number, sweep_symbols.name, symbols.symbol, timeframe
        FROM sweep_symbols
        JOIN symbols ON symbols.id = sweep_symbols.symbol_id
        WHERE sweep_id = ?
        ORDER BY unit_number, sweep_symbols.name
    """
    return frames.read(con, query, [sweep_id])


def combinations(con: Connection, sweep_id: int) -> dict[str, np.ndarray]:
    """Return the columns of the parameters that vary, in the order of the combinations."""
    query = "SELECT parameters_json FROM sweep_combinations WHERE sweep_id = ? ORDER BY combination"
    texts = con.execute(query, [sweep_id]).fetchnumpy()["parameters_json"]
    tried = json.loads(f"[{','.join(texts)}]")
    return {name: np.array([one[name] for one in tried]) for name in tried[0]}


def results(con: Connection, sweep_id: int) -> pd.DataFrame:
    """Return what is there of a sweep: unit_number, combination, and every number as float64."""
    found = frames.read(con, RESULTS, [sweep_id])
    measured = found.columns.drop(["unit_number", "combination"])
    return found.astype(dict.fromkeys(measured, "float64"))


def alike(
    con: Connection, user_id: int, version_id: int, asked_json: str, fingerprint: str
) -> tuple[int, list[str]] | None:
    """Return the newest sweep that asked the same of other bars: its id, its units' digests."""
    values = [asked_json, user_id, version_id, fingerprint]
    [(sweep_id,)] = con.execute(ALIKE, values).fetchall()
    if sweep_id is None:
        return None
    return int(sweep_id), list(units(con, sweep_id)["bars_digest"])


def add_run(con: Connection, sweep_id: int, unit: int, combination: int, run_id: int) -> None:
    """Say which run a combination was made; once, however often it is said."""
    con.execute(ADD_RUN, [sweep_id, unit, combination, run_id])


def runs(con: Connection, sweep_id: int) -> pd.DataFrame:
    """Return which combinations were made runs: unit, combination, run."""
    query = """
        SELECT unit_number AS unit, combination, backtest_run_id AS run
        FROM sweep_runs
        WHERE sweep_id = ?
        ORDER BY run
    """
    return frames.read(con, query, [sweep_id])


def _as_json(columns: Mapping[str, np.ndarray]) -> list[str]:
    """Return a JSON object a row; hundreds of thousands take a second."""
    fields = (f"{json.dumps(name)}: %r".replace("%r", "\0") for name in columns)
    pattern = f"{{{', '.join(fields)}}}".replace("%", "%%").replace("\0", "%r")
    return [pattern % row for row in zip(*(one.tolist() for one in columns.values()), strict=True)]
