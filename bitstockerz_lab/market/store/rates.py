"""Rates between currencies: a fact a pair and day, and the ways from one currency to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from bitstockerz_lab.storage import Connection

ADD_RATES = """
INSERT INTO fx_rates (base, quote, date, rate, provider, created_at)
SELECT base, quote, CAST(date AS DATE), rate, $provider, $now
FROM incoming
WHERE (base, quote, CAST(date AS DATE)) NOT IN (SELECT (base, quote, date) FROM fx_rates)
"""

CONFLICTS = """
SELECT incoming.place, fx_rates.rate AS stored
FROM incoming
JOIN fx_rates ON fx_rates.base = incoming.base AND fx_rates.quote = incoming.quote
    AND fx_rates.date = CAST(incoming.date AS DATE)
WHERE fx_rates.rate <> incoming.rate
ORDER BY incoming.place
"""

ROUTES = """
WITH either_way AS (
    SELECT base, quote, date, rate, 1 AS steps FROM fx_rates
    UNION ALL
    SELECT quote, base, date, 1.0 / rate, 2 FROM fx_rates
), routes AS (
    SELECT base, date, rate, steps, NULL AS through
    FROM either_way
    WHERE base IN (SELECT unnest($currencies)) AND quote = $target
    UNION ALL
    SELECT away.base, away.date, away.rate * home.rate, 2 + away.steps + home.steps, home.base
    FROM either_way AS away
    JOIN either_way AS home ON home.base = away.quote AND home.date = away.date
    WHERE away.base IN (SELECT unnest($currencies)) AND home.quote = $target
        AND away.base <> $target
), best AS (
    SELECT base, date, rate
    FROM routes
    QUALIFY row_number() OVER (PARTITION BY base, date ORDER BY steps, through) = 1
)
"""
"""What one unit of a currency was worth in another, a day a row: by their own rate, else by the
rate the other way round, else through the rates of one common currency on that day."""

RATES = """
SELECT CAST(date AS TIMESTAMP) AS date, rate
FROM best
WHERE date BETWEEN $start AND $end
ORDER BY date
"""

RATES_AT = """
SELECT best.rate, CAST(best.date AS TIMESTAMP) AS rate_date
FROM asked ASOF LEFT JOIN best
    ON best.base = asked.currency AND asked.known >= best.date + INTERVAL 1 DAY
ORDER BY asked.place
"""


def add_rates(con: Connection, rates: pd.DataFrame, provider: str) -> tuple[int, pd.DataFrame]:
    """Store rates whose pair and day are not there yet.

    Parameters
    ----------
    con : a write lease's connection
    rates : columns base, quote, date (naive midnight), rate; a pair and day once
    provider : who says so

    Returns
    -------
    inserted : how many were stored
    conflicts : DataFrame with columns place (row of `rates`, from 0), stored: rates that are stored
        with other values, which stay
    """
    values = {"provider": provider, "now": clock.now()}
    with frames.registered(con, "incoming", rates.assign(place=range(len(rates)))):
        conflicts = frames.read(con, CONFLICTS)
        return frames.only(con, ADD_RATES, values), conflicts


def rates(con: Connection, base: str, quote: str, start: date, end: date) -> pd.DataFrame:
    """Return what one unit of base was worth in quote: columns date (naive midnight), rate."""
    values = {"currencies": [base], "target": quote, "start": start, "end": end}
    return frames.read(con, ROUTES + RATES, values)


def rates_at(con: Connection, asked: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return the newest rates into one currency that were known at points in time.

    A rate is a fact of its day, known at the day's end like a daily bar.

    Parameters
    ----------
    con : a lease's connection
    asked : columns currency, known (naive UTC)
    target : the currency into which

    Returns
    -------
    DataFrame on the index of `asked`
        rate, rate_date (naive midnight); NaN and NaT where none was known.
    """
    values = {"currencies": asked["currency"].unique().tolist(), "target": target}
    with frames.registered(con, "asked", asked.assign(place=range(len(asked)))):
        return frames.read(con, ROUTES + RATES_AT, values).set_axis(asked.index)
