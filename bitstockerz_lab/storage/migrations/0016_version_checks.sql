-- Keys of other tables stand here without REFERENCES: each one would make every lease slower
-- (docs/decisions/0009-market-facts.md). The writing verbs look the parent up in the same transaction.

CREATE SEQUENCE version_checks_id;

CREATE TABLE version_checks (
    -- one row per honesty check of a strategy's version; the newest holds
    id BIGINT PRIMARY KEY DEFAULT nextval('version_checks_id'),
    strategy_version_id BIGINT NOT NULL,
    -- the bars it was checked on, those of other symbols in the digest; '' where there were none
    symbol VARCHAR NOT NULL,
    timeframe VARCHAR NOT NULL,
    simulated BOOLEAN NOT NULL,
    bars BIGINT NOT NULL,
    first TIMESTAMP,
    last TIMESTAMP,
    bars_digest VARCHAR NOT NULL,
    parameters_json VARCHAR NOT NULL,
    fee_bps DOUBLE NOT NULL,
    slippage_bps DOUBLE NOT NULL,
    package_version VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE version_check_results_id;

CREATE TABLE version_check_results (
    -- one row per line of a check: look-ahead, warm-up, and each degenerate rule or that there is none
    id BIGINT PRIMARY KEY DEFAULT nextval('version_check_results_id'),
    version_check_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    -- the first value that looks ahead; NULL where none does
    column_name VARCHAR,
    timestamp TIMESTAMP
);
