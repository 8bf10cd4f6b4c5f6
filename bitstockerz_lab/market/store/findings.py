"""Checks of bars and what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bitstockerz_lab import clock
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

NEWEST_CHECKS = """
newest_checks AS (
    SELECT *
    FROM bar_checks
    WHERE $symbol_id IS NULL OR symbol_id = $symbol_id
    QUALIFY row_number() OVER (PARTITION BY symbol_id, timeframe ORDER BY id DESC) = 1
)
"""

STATES = f"""
WITH {NEWEST_CHECKS}, facts AS (
    SELECT symbol_id, '1d' AS timeframe, created_at FROM equity_daily_bars
    UNION ALL
    SELECT symbol_id, '1d', created_at FROM crypto_daily_bars
    UNION ALL
    SELECT symbol_id, '1h', created_at FROM crypto_hourly_bars
    UNION ALL
    SELECT symbol_id, timeframe, created_at FROM bar_revisions
    UNION ALL
    SELECT symbol_id, '1d', created_at FROM price_factors
    UNION ALL
    SELECT symbol_id, '1d', created_at FROM corporate_actions
), newest_facts AS (
    SELECT symbol_id, timeframe, max(created_at) AS facts_as_of
    FROM facts
    WHERE $symbol_id IS NULL OR symbol_id = $symbol_id
    GROUP BY ALL
), numbers AS (
    SELECT bar_check_id, count(*) FILTER (severity = 'error') AS errors,
        count(*) FILTER (severity = 'warning') AS warnings
    FROM bar_findings
    WHERE bar_check_id IN (SELECT findings_of FROM newest_checks)
    GROUP BY ALL
)
SELECT symbol_id, timeframe, facts_as_of, findings_of, calendar, rules, bars_as_of,
    created_at, coalesce(errors, 0), coalesce(warnings, 0)
FROM newest_facts
LEFT JOIN newest_checks USING (symbol_id, timeframe)
LEFT JOIN numbers ON numbers.bar_check_id = newest_checks.findings_of
"""  # noqa: S608 - put together of constants

FINDINGS = f"""
WITH {NEWEST_CHECKS}
SELECT symbols.symbol, newest_checks.timeframe, kind, severity, first, last, bar_findings.bars,
    value, message, newest_checks.created_at AS checked_at
FROM newest_checks
JOIN bar_findings ON bar_findings.bar_check_id = newest_checks.findings_of
JOIN symbols ON symbols.id = newest_checks.symbol_id
WHERE $timeframe IS NULL OR newest_checks.timeframe = $timeframe
ORDER BY symbols.symbol, newest_checks.timeframe, bar_findings.id
"""  # noqa: S608 - put together of constants

ADD_CHECKS = """
INSERT INTO bar_checks
    (id, symbol_id, timeframe, calendar, rules, bars, bars_as_of, findings_of, created_at)
SELECT id, symbol_id, timeframe, calendar, rules, bars, bars_as_of, coalesce(same_as, id), $now
FROM checks
"""

ADD_FINDINGS = """
INSERT INTO bar_findings (bar_check_id, kind, severity, first, last, bars, value, message)
SELECT checks.id, kind, severity, first, last, found.bars, value, message
FROM found JOIN checks USING (number)
WHERE same_as IS NULL
ORDER BY checks.id, found.first
"""


class CheckState(NamedTuple):
    """How checked the bars of a symbol in one timeframe are; times are UTC, naive.

    Attributes
    ----------
    symbol_id, timeframe : whose bars, and which
    facts_as_of : when the newest bar, correction, factor or action was stored
    findings_of, calendar, rules, bars_as_of, checked_at : of the newest check; None without one
    errors, warnings : how many it found
    """

    symbol_id: int
    timeframe: str
    facts_as_of: datetime
    findings_of: int | None
    calendar: str | None
    rules: int | None
    bars_as_of: datetime | None
    checked_at: datetime | None
    errors: int
    warnings: int

    @property
    def is_current(self) -> bool:
        """Whether nothing was stored since the newest check."""
        return self.bars_as_of == self.facts_as_of


def check_states(con: Connection, symbol: Symbol | None = None) -> list[CheckState]:
    """Return how checked bars are, of each symbol and timeframe with facts, or of one symbol."""
    values = {"symbol_id": None if symbol is None else symbol.id}
    return [CheckState(*row) for row in con.execute(STATES, values).fetchall()]


def newest_findings(
    con: Connection, symbol: Symbol | None = None, timeframe: str | None = None
) -> pd.DataFrame:
    """Return what the newest checks found; times are UTC.

    Returns
    -------
    DataFrame
        symbol, timeframe, kind, severity, first, last, bars, value, message, checked_at.
    """
    values = {"symbol_id": None if symbol is None else symbol.id, "timeframe": timeframe}
    return frames.read(con, FINDINGS, values, zone="UTC")


def add_checks(con: Connection, checks: pd.DataFrame, found: pd.DataFrame) -> None:
    """Store checks and what they found.

    Parameters
    ----------
    con : a write lease's connection
    checks : a row a check: number (its place among these), symbol_id, timeframe, calendar, rules,
        bars, bars_as_of; same_as is an earlier check that found the same, whose findings are then
        not stored again, else missing
    found : number (of the check), kind, severity, first, last, bars, value, message
    """
    ids = con.execute("SELECT nextval('bar_checks_id') AS id FROM range(?)", [len(checks)])
    checks = checks.assign(id=ids.fetchnumpy()["id"])
    with frames.registered(con, "checks", checks), frames.registered(con, "found", found):
        con.execute(ADD_CHECKS, {"now": clock.now()})
        con.execute(ADD_FINDINGS)
