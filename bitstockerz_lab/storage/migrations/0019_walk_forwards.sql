-- No REFERENCES: each one would make every lease slower (docs/decisions/0009-market-facts.md).

CREATE SEQUENCE walk_forwards_id;

CREATE TABLE walk_forwards (
    -- one row per walk-forward that was carried out to its end; it is written with all its runs
    id BIGINT PRIMARY KEY DEFAULT nextval('walk_forwards_id'),
    user_id BIGINT NOT NULL,
    strategy_version_id BIGINT NOT NULL,
    symbol_id BIGINT NOT NULL,
    timeframe VARCHAR NOT NULL,
    -- the period as it was asked for, stamps inclusive
    start_date TIMESTAMP NOT NULL,
    end_date TIMESTAMP NOT NULL,
    fingerprint VARCHAR NOT NULL,
    -- lengths as they were asked for: "2y", "500 bars", "90"
    train VARCHAR NOT NULL,
    test VARCHAR NOT NULL,
    step VARCHAR NOT NULL,
    anchored BOOLEAN NOT NULL,
    -- the metric by which the best combination was chosen
    chosen_by VARCHAR NOT NULL,
    grid_json VARCHAR NOT NULL,
    constraint_text VARCHAR,
    -- how many combinations were tried in each window
    combinations BIGINT NOT NULL,
    -- said of the period that no window tests; '' where nothing is left
    left_over VARCHAR NOT NULL,
    -- it saw what the database held at this moment
    bars_as_of TIMESTAMP NOT NULL,
    -- of the stitched out-of-sample curve
    total_return_pct DOUBLE NOT NULL,
    max_drawdown_pct DOUBLE NOT NULL,
    sharpe_ratio DOUBLE,
    out_of_sample_cagr_pct DOUBLE,
    in_sample_cagr_pct DOUBLE,
    efficiency DOUBLE,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE walk_forward_windows (
    -- one row per window of a walk-forward and role
    walk_forward_id BIGINT NOT NULL,
    window_number BIGINT NOT NULL,
    role VARCHAR NOT NULL CHECK (role IN ('in_sample', 'out_of_sample')),
    -- stamps of the bars, inclusive
    first_bar TIMESTAMP NOT NULL,
    last_bar TIMESTAMP NOT NULL,
    -- NULL where no combination had a score, so that nothing was traded
    backtest_run_id BIGINT
);
