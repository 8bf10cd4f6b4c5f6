"""The backtests room's SQL that lists runs: those asked for, with what is said of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.storage import frames

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from bitstockerz_lab.storage import Connection

NUMBER = re.compile(r"[0-9]+([.][0-9]+)?")
LISTED = """
WITH tagged AS (
    SELECT backtest_run_id, string_agg(tag, ', ' ORDER BY lower(tag)) AS tags
    FROM run_tags
    WHERE removed_at IS NULL
    GROUP BY backtest_run_id
), noted AS (
    SELECT backtest_run_id, arg_max(note, (created_at, id)) AS note,
        string_agg(note, ' ') AS every_note
    FROM run_notes
    GROUP BY backtest_run_id
)
SELECT
    backtest_runs.id, backtest_runs.status, strategies.name AS strategy,
    strategy_versions.version_number AS version, symbols.symbol, backtest_runs.timeframe,
    backtest_runs.start_date, backtest_runs.end_date, backtest_results.total_return_pct,
    backtest_results.max_drawdown_pct, backtest_results.sharpe_ratio,
    backtest_results.num_trades, backtest_runs.error_message, backtest_runs.created_at,
    replace(translate(run_details.parameters_json, '{}"', ''), ': ', ' ') AS parameters,
    coalesce(tags, '') AS tags, coalesce(note, '') AS note
FROM backtest_runs
JOIN strategies ON strategies.id = backtest_runs.strategy_id
JOIN strategy_versions ON strategy_versions.id = backtest_runs.strategy_version_id
JOIN symbols ON symbols.id = backtest_runs.symbol_id
JOIN run_details ON run_details.backtest_run_id = backtest_runs.id
LEFT JOIN backtest_results ON backtest_results.backtest_run_id = backtest_runs.id
LEFT JOIN tagged ON tagged.backtest_run_id = backtest_runs.id
LEFT JOIN noted ON noted.backtest_run_id = backtest_runs.id
WHERE backtest_runs.user_id = $user_id
    AND ($strategy IS NULL OR lower(strategies.name) = lower($strategy))
    AND ($symbol IS NULL OR symbols.symbol = upper($symbol))
    AND ($status IS NULL OR backtest_runs.status = lower($status))
    AND (
        $windows
        OR NOT EXISTS (
            SELECT 1 FROM walk_forward_windows WHERE backtest_run_id = backtest_runs.id
        )
    )
    AND (
        $tag IS NULL
        OR backtest_runs.id IN (
            SELECT backtest_run_id
            FROM run_tags
            WHERE removed_at IS NULL AND lower(tag) = lower($tag)
        )
    )
    AND len(list_filter($words, lambda word: NOT regexp_matches(
        lower(concat_ws(
            ' ', backtest_runs.id, backtest_runs.status, strategies.name,
            'v' || strategy_versions.version_number, symbols.symbol, backtest_runs.timeframe,
            replace(translate(run_details.parameters_json, '{}"', ''), ': ', ' '),
            tags, every_note, backtest_runs.error_message
        )),
        word
    ))) = 0
ORDER BY backtest_runs.id DESC
LIMIT $limit
"""

TAGS = """
SELECT any_value(tag ORDER BY run_tags.id) AS tag, count(*) AS runs
FROM run_tags
JOIN backtest_runs ON backtest_runs.id = backtest_run_id
WHERE user_id = ? AND removed_at IS NULL
GROUP BY lower(tag)
ORDER BY lower(any_value(tag))
"""


def listed(
    con: Connection,
    user_id: int,
    wanted: Mapping[str, str | None],
    limit: int | None = None,
    *,
    words: str = "",
    windows: bool = True,
) -> pd.DataFrame:
    """Return the newest runs of a user in few words, a row each.

    Parameters
    ----------
    con, user_id
    wanted : strategy, symbol, status and tag; None takes any
    limit : at most so many
    words : each must stand somewhere in what the run is, came to or is said to be, in any case;
        a number as a whole one: 20 is not found in 200
    windows : also those that are a window of a walk-forward
    """
    asked = {name: text and text.strip() for name, text in wanted.items()}
    terms = {"user_id": user_id, "limit": limit, "windows": windows, **asked}
    patterns = [_pattern(word) for word in words.lower().split()]
    return frames.read(con, LISTED, terms | {"words": patterns}, zone="UTC")


def _pattern(word: str) -> str:
    """Return what finds a word in a text: part of another word, but no part of another number."""
    found = re.escape(word)
    if not NUMBER.fullmatch(word):
        return found
    return rf"(^|[^0-9.]){found}([.]0+)?([^0-9.]|[.][^0-9]|[.]?$)"


def tags(con: Connection, user_id: int) -> pd.DataFrame:
    """Return the tags that a user's runs have, in alphabetical order: tag, runs."""
    return frames.read(con, TAGS, [user_id])


def require_tag(con: Connection, user_id: int, tag: str) -> None:
    """Refuse a tag that no run of a user has.

    Raises
    ------
    UnknownName
        It says which there are.
    """
    known = tags(con, user_id)["tag"].tolist()
    if tag.strip().casefold() not in {one.casefold() for one in known}:
        told = f"Your runs have {', '.join(known) or 'none'}."
        raise UnknownName.of("tag", tag, known, told)
