"""The SQL of trials: those of searches, and those that recorded runs are."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.backtests import trials
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.measures.metrics import periods_a_year
from bitstockerz_lab.storage import frames
from bitstockerz_lab.strategies import Definition

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.trials import Counted
    from bitstockerz_lab.storage import Connection

COLUMNS = [
    "trial_key", "strategy", "symbol", "timeframe", "daily_sharpe", "days", "source", "tried_at",
]  # fmt: skip

FORGET = """
DELETE FROM trials
WHERE user_id = ? AND (strategy_id, trial_key) IN (SELECT strategy_id, trial_key FROM new_trials)
"""

ADD = """
INSERT INTO trials (
    user_id, strategy_id, trial_key, symbol_id, timeframe, daily_sharpe, days, source, tried_at
)
SELECT
    ?, strategy_id, trial_key, symbol_id, timeframe,
    CASE WHEN isfinite(daily_sharpe) THEN daily_sharpe END, days, ?, ?
FROM new_trials
"""

SEARCHED = """
SELECT
    trials.trial_key, coalesce(strategies.name, '') AS strategy, symbols.symbol, trials.timeframe,
    trials.daily_sharpe, trials.days, trials.source, trials.tried_at
FROM trials
LEFT JOIN strategies ON strategies.id = trials.strategy_id
JOIN symbols ON symbols.id = trials.symbol_id
WHERE trials.user_id = $user_id
    AND coalesce(symbols.symbol = $symbol, true)
    AND coalesce(trials.timeframe = $timeframe, true)
    AND coalesce(trials.strategy_id = $strategy_id, true)
"""

RAN = """
SELECT
    backtest_runs.strategy_version_id, run_details.parameters_json, strategies.name AS strategy,
    symbols.symbol, symbols.asset_type, backtest_runs.timeframe, backtest_results.sharpe_ratio,
    backtest_runs.finished_at AS tried_at
FROM backtest_runs
JOIN run_details ON run_details.backtest_run_id = backtest_runs.id
JOIN backtest_results ON backtest_results.backtest_run_id = backtest_runs.id
JOIN strategies ON strategies.id = backtest_runs.strategy_id
JOIN symbols ON symbols.id = backtest_runs.symbol_id
WHERE backtest_runs.user_id = $user_id AND backtest_runs.status = 'completed'
    AND coalesce(symbols.symbol = $symbol, true)
    AND coalesce(backtest_runs.timeframe = $timeframe, true)
    AND coalesce(backtest_runs.strategy_id = $strategy_id, true)
QUALIFY row_number() OVER (
    PARTITION BY
        backtest_runs.strategy_version_id, run_details.parameters_json, backtest_runs.symbol_id,
        backtest_runs.timeframe
    ORDER BY backtest_runs.id DESC
) = 1
ORDER BY backtest_runs.id
"""

COUNT = f"""
WITH known AS (
    SELECT trial_key, strategy, daily_sharpe, tried_at FROM ({SEARCHED})
    UNION ALL
    SELECT trial_key, strategy, daily_sharpe, tried_at FROM run_trials
),
latest AS (
    SELECT last(daily_sharpe ORDER BY tried_at) AS sharpe, last(strategy ORDER BY tried_at) AS name
    FROM known
    GROUP BY trial_key
)
SELECT
    count(sharpe), var_samp(sharpe), count(*) - count(sharpe),
    count(sharpe) FILTER (WHERE name = $of_strategy)
FROM latest
"""  # noqa: S608 - reason: SEARCHED is a text of ours

DEFINITIONS = "SELECT id, definition_json FROM strategy_versions WHERE list_contains(?, id)"


def add(con: Connection, user_id: int, rows: pd.DataFrame, source: str = "sweep") -> None:
    """Store trials; one that is known already is replaced, so that trying again counts once.

    Parameters
    ----------
    con : a write lease's connection
    user_id : whose they are
    rows : as `trials.of_unit` gives them; of a key given twice the last holds
    source : "sweep", "walk_forward", "cross_validation" or "preview"
    """
    distinct = rows.drop_duplicates(["strategy_id", "trial_key"], keep="last")
    with frames.registered(con, "new_trials", distinct):
        con.execute(FORGET, [user_id])
        con.execute(ADD, [user_id, source, clock.now()])


def read(
    con: Connection,
    user_id: int,
    *,
    symbol: str | None = None,
    timeframe: str | None = None,
    strategy_id: int | None = None,
) -> pd.DataFrame:
    """Return the distinct trials of a user's whole history, a row each, the latest last.

    Parameters
    ----------
    con : a lease's connection
    symbol, timeframe, strategy_id : only those; None is all

    Returns
    -------
    DataFrame
        trial_key, strategy (the name under which it was tried last; "" unsaved), symbol, timeframe,
        daily_sharpe (NaN where undefined), days (missing for runs), source ("run", "sweep", …),
        tried_at (UTC).
    """
    asked = _asked(user_id, symbol, timeframe, strategy_id)
    searched = frames.read(con, f"{SEARCHED} ORDER BY trials.tried_at", asked, zone="UTC")
    ran = _keyed(con, frames.read(con, RAN, asked, zone="UTC"))
    both = [one for one in (searched, ran) if len(one)] or [searched]
    known = pd.concat([one[COLUMNS].astype({"days": "Int64"}) for one in both], ignore_index=True)
    known = known.sort_values("tried_at", kind="stable")
    return known.drop_duplicates("trial_key", keep="last").reset_index(drop=True)


def count(
    con: Connection,
    user_id: int,
    *,
    symbol: str | None = None,
    timeframe: str | None = None,
    strategy_id: int | None = None,
    strategy: str | None = None,
    of_strategy: str | None = None,
) -> Counted:
    """Count what `read` gives, without reading it: searches make hundreds of thousands of trials.

    Parameters
    ----------
    con, user_id, symbol, timeframe, strategy_id : as `read` takes them
    strategy : the name of `strategy_id`, to be told
    of_strategy : the trials last made under this name are counted beside
    """
    asked = _asked(user_id, symbol, timeframe, strategy_id)
    columns = ["trial_key", "strategy", "daily_sharpe", "tried_at"]
    ran = _keyed(con, frames.read(con, RAN, asked, zone="UTC"))[columns]
    sharpes = ran["daily_sharpe"].astype("Float64")  # NaN would count
    with frames.registered(con, "run_trials", ran.assign(daily_sharpe=sharpes)):
        values = {**asked, "of_strategy": of_strategy}
        [(number, variance, undefined, own)] = con.execute(COUNT, values).fetchall()
    scope = trials.scope(symbol, timeframe, strategy)
    return trials.Counted(number, variance, undefined, scope, own if of_strategy else None)


def _asked(
    user_id: int, symbol: str | None, timeframe: str | None, strategy_id: int | None
) -> dict[str, object]:
    return {
        "user_id": user_id,
        "symbol": symbol,
        "timeframe": timeframe,
        "strategy_id": strategy_id,
    }


def _keyed(con: Connection, ran: pd.DataFrame) -> pd.DataFrame:
    """Return runs as trials."""
    wanted = ran["strategy_version_id"].unique().tolist()
    texts = dict(con.execute(DEFINITIONS, [wanted]).fetchall()) if wanted else {}
    columns = ("strategy_version_id", "parameters_json", "symbol", "timeframe")
    found = [
        trials.key(_definition(texts[version]), symbol, timeframe, json.loads(parameters))
        for version, parameters, symbol, timeframe in zip(
            *(ran[name].tolist() for name in columns), strict=True
        )
    ]
    years = [
        math.sqrt(periods_a_year(AssetType(asset_type), timeframe))
        for asset_type, timeframe in zip(ran["asset_type"], ran["timeframe"], strict=True)
    ]
    return ran.assign(
        trial_key=pd.array(found, dtype="str"),
        daily_sharpe=ran["sharpe_ratio"].to_numpy(dtype=float) / np.array(years, dtype=float),
        days=pd.array([None] * len(ran), dtype="Int64"),
        source="run",
    )


@lru_cache(maxsize=1024)
def _definition(text: str) -> Definition:
    return Definition.parse(text)
