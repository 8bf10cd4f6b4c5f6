CREATE TABLE run_details (
    -- one row per run: what it was made of, enough to compute it again
    backtest_run_id BIGINT PRIMARY KEY REFERENCES backtest_runs (id),
    -- both NULL where the run failed before it had read its bars
    fingerprint VARCHAR,
    bars_digest VARCHAR,
    -- the run saw what the database held at this moment
    bars_as_of TIMESTAMP NOT NULL,
    adjusted VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    parameters_json VARCHAR NOT NULL,
    costs_json VARCHAR NOT NULL,
    sizing_json VARCHAR NOT NULL,
    exits_json VARCHAR NOT NULL,
    engine_version VARCHAR NOT NULL,
    versions_json VARCHAR NOT NULL,
    warnings_json VARCHAR NOT NULL,
    skipped_entries BIGINT,
    ruined BOOLEAN,
    tags_json VARCHAR NOT NULL,
    notebook VARCHAR
);

CREATE TABLE run_metrics (
    -- one row per run and metric; NULL where the metric is undefined for the run
    backtest_run_id BIGINT NOT NULL REFERENCES backtest_runs (id),
    metric VARCHAR NOT NULL,
    value DOUBLE,
    PRIMARY KEY (backtest_run_id, metric)
);

CREATE TABLE trade_details (
    -- one row per trade: what the ERD's row has no column for
    backtest_trade_id BIGINT PRIMARY KEY REFERENCES backtest_trades (id),
    position_no BIGINT NOT NULL,
    exit_reason VARCHAR NOT NULL,
    mae_pct DOUBLE NOT NULL,
    mfe_pct DOUBLE NOT NULL,
    bars_held BIGINT NOT NULL,
    fees DOUBLE NOT NULL,
    borrow DOUBLE NOT NULL
);

CREATE TABLE run_processes (
    -- one row per run that was started: who runs it, so that an orphan can be told from a long run
    backtest_run_id BIGINT PRIMARY KEY REFERENCES backtest_runs (id),
    host VARCHAR NOT NULL,
    pid BIGINT NOT NULL,
    process_started_at DOUBLE NOT NULL
);
