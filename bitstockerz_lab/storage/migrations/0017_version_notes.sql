-- Keys of other tables stand here without REFERENCES: each one would make every lease slower
-- (docs/decisions/0009-market-facts.md). The writing verbs look the parent up in the same transaction.

CREATE SEQUENCE version_notes_id;

CREATE TABLE version_notes (
    -- one row per note somebody wrote on a strategy's version; never changed
    id BIGINT PRIMARY KEY DEFAULT nextval('version_notes_id'),
    strategy_version_id BIGINT NOT NULL,
    note VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE version_tags_id;

CREATE TABLE version_tags (
    -- one row per time a tag was put on a strategy's version, until removed_at if it was taken off
    id BIGINT PRIMARY KEY DEFAULT nextval('version_tags_id'),
    strategy_version_id BIGINT NOT NULL,
    tag VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP
);

-- What the backtests room tells the strategies room, which lies below it and knows nothing of its
-- tables: how often a version was run to the end, and when last.
CREATE VIEW version_usage AS
SELECT
    strategy_version_id,
    count(*) AS runs,
    max(finished_at) AS last_run_at
FROM backtest_runs
WHERE status = 'completed'
GROUP BY strategy_version_id;
