-- No REFERENCES: each one would make every lease slower (docs/decisions/0009-market-facts.md).

CREATE SEQUENCE sweeps_id;

CREATE TABLE sweeps (
    -- one row per sweep that was recorded, whatever became of it
    id BIGINT PRIMARY KEY DEFAULT nextval('sweeps_id'),
    user_id BIGINT NOT NULL,
    strategy_version_id BIGINT NOT NULL,
    -- of everything that decides its numbers, the bars included
    fingerprint VARCHAR NOT NULL,
    -- what was asked for, without the bars
    asked_json VARCHAR NOT NULL,
    -- the parameters that do not vary
    fixed_json VARCHAR NOT NULL,
    -- the metric by which it ranks where nobody says
    chosen_by VARCHAR NOT NULL,
    -- of the random or Sobol sample; NULL where nothing was drawn
    seed BIGINT,
    status VARCHAR NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
    error_message VARCHAR,
    -- who carries it out, or did: a process, and a word of its own for each attempt
    host VARCHAR NOT NULL,
    pid BIGINT NOT NULL,
    process_started_at DOUBLE NOT NULL,
    claim VARCHAR NOT NULL,
    -- it saw what the database held at this moment
    bars_as_of TIMESTAMP NOT NULL,
    engine_version VARCHAR NOT NULL,
    versions_json VARCHAR NOT NULL,
    -- how long it took, all attempts together
    seconds DOUBLE NOT NULL,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);

CREATE TABLE sweep_units (
    -- one row per sweep and symbol, period and costs that were swept
    sweep_id BIGINT NOT NULL,
    unit_number BIGINT NOT NULL,
    symbol_id BIGINT NOT NULL,
    timeframe VARCHAR NOT NULL,
    -- stamps inclusive; whether anybody said where it starts
    start_date TIMESTAMP NOT NULL,
    start_asked BOOLEAN NOT NULL,
    end_date TIMESTAMP NOT NULL,
    -- costs, sizing and exits as they were asked for
    terms_json VARCHAR NOT NULL,
    -- what was done to the prices, and what was asked for
    adjusted VARCHAR NOT NULL,
    asked_adjusted VARCHAR NOT NULL,
    bars_digest VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    warnings_json VARCHAR NOT NULL
);

CREATE TABLE sweep_symbols (
    -- one row per unit of a sweep and other symbol whose bars its rules read
    sweep_id BIGINT NOT NULL,
    unit_number BIGINT NOT NULL,
    name VARCHAR NOT NULL,  -- as the rules wrote it; an alias may mean another symbol later
    symbol_id BIGINT NOT NULL,
    timeframe VARCHAR NOT NULL  -- of the stored bars that were read
);

CREATE TABLE sweep_combinations (
    -- one row per sweep and set of parameters to try
    sweep_id BIGINT NOT NULL,
    combination BIGINT NOT NULL,
    -- those that vary: {"fast": 10, "slow": 50}
    parameters_json VARCHAR NOT NULL
);

CREATE TABLE sweep_results (
    -- one row per sweep, unit and combination that was measured
    sweep_id BIGINT NOT NULL,
    unit_number BIGINT NOT NULL,
    combination BIGINT NOT NULL,
    final_equity DOUBLE NOT NULL,
    total_return_pct DOUBLE NOT NULL,
    cagr_pct DOUBLE,
    max_drawdown_pct DOUBLE NOT NULL,
    longest_drawdown_days DOUBLE NOT NULL,
    volatility_pct DOUBLE,
    sharpe_ratio DOUBLE,
    sortino_ratio DOUBLE,
    calmar_ratio DOUBLE,
    tail_ratio DOUBLE,
    num_trades BIGINT NOT NULL,
    win_rate_pct DOUBLE,
    avg_win_pct DOUBLE,
    avg_loss_pct DOUBLE,
    exposure_pct DOUBLE NOT NULL,
    turnover DOUBLE,
    benchmark_return_pct DOUBLE,
    alpha DOUBLE,
    beta DOUBLE,
    total_fees DOUBLE NOT NULL,
    total_borrow DOUBLE NOT NULL,
    -- of the daily returns: how many, their Sharpe ratio per day, and moments (3 for a normal)
    days BIGINT NOT NULL,
    daily_sharpe DOUBLE,
    skewness DOUBLE,
    kurtosis DOUBLE,
    -- the most days between the entry and the exit of a trade
    longest_held_days DOUBLE,
    skipped_entries BIGINT NOT NULL,
    ruined BOOLEAN NOT NULL
);

CREATE TABLE sweep_runs (
    -- one row per combination of a sweep that was made a run of its own
    sweep_id BIGINT NOT NULL,
    unit_number BIGINT NOT NULL,
    combination BIGINT NOT NULL,
    backtest_run_id BIGINT NOT NULL
);
