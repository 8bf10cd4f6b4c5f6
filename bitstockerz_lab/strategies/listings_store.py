"""The strategies room's SQL that lists: strategies and versions with their notes, tags and runs.

`version_usage` is a view of what the backtests room tells about versions; its tables stay its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.storage import frames
from bitstockerz_lab.strategies import store

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.storage import Connection


def list_strategies(con: Connection, user_id: int) -> pd.DataFrame:
    """Return a row a strategy: its newest version, how many there are, runs and tags of all."""
    return frames.read(
        con,
        """
        SELECT
            strategies.name, max(strategy_versions.version_number) AS version,
            arg_max(strategy_versions.id, strategy_versions.version_number) AS strategy_version_id,
            count(*) AS versions, CAST(coalesce(sum(version_usage.runs), 0) AS BIGINT) AS runs,
            max(version_usage.last_run_at) AS last_run_at,
            coalesce(any_value(tags.tags), '') AS tags,
            strategies.asset_type, strategies.symbol_scope, strategies.timeframe,
            strategies.is_active, strategies.description, strategies.created_at,
            strategies.updated_at
        FROM strategies
        JOIN strategy_versions ON strategy_versions.strategy_id = strategies.id
        LEFT JOIN version_usage ON version_usage.strategy_version_id = strategy_versions.id
        LEFT JOIN (
            SELECT strategy_id, string_agg(DISTINCT tag, ', ' ORDER BY tag) AS tags
            FROM version_tags
            JOIN strategy_versions ON strategy_versions.id = version_tags.strategy_version_id
            WHERE removed_at IS NULL
            GROUP BY strategy_id
        ) AS tags ON tags.strategy_id = strategies.id
        WHERE strategies.user_id = ?
        GROUP BY
            strategies.id, strategies.name, strategies.asset_type, strategies.symbol_scope,
            strategies.timeframe, strategies.is_active, strategies.description,
            strategies.created_at, strategies.updated_at
        ORDER BY strategies.name
        """,
        [user_id],
        zone="UTC",
    )


def list_versions(con: Connection, user_id: int, name: str) -> pd.DataFrame:
    """Return a row a version, oldest first, with tags, newest note, runs and definition_json."""
    return frames.read(
        con,
        """
        SELECT
            version_number AS version, strategy_versions.id AS strategy_version_id, created_at,
            coalesce(tags.tags, '') AS tags, coalesce(notes.note, '') AS note,
            coalesce(version_usage.runs, 0) AS runs, version_usage.last_run_at, definition_json
        FROM strategy_versions
        LEFT JOIN version_usage ON version_usage.strategy_version_id = strategy_versions.id
        LEFT JOIN (
            SELECT strategy_version_id, arg_max(note, (created_at, id)) AS note
            FROM version_notes
            GROUP BY strategy_version_id
        ) AS notes ON notes.strategy_version_id = strategy_versions.id
        LEFT JOIN (
            SELECT strategy_version_id, string_agg(tag, ', ' ORDER BY tag) AS tags
            FROM version_tags
            WHERE removed_at IS NULL
            GROUP BY strategy_version_id
        ) AS tags ON tags.strategy_version_id = strategy_versions.id
        WHERE strategy_id = ?
        ORDER BY version_number
        """,
        [store.strategy_id(con, user_id, name)],
        zone="UTC",
    )
