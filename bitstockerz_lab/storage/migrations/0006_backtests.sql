CREATE SEQUENCE backtest_runs_id;

CREATE TABLE backtest_runs (
    -- one row per backtest asked for, whatever became of it
    id BIGINT PRIMARY KEY DEFAULT nextval('backtest_runs_id'),
    user_id BIGINT NOT NULL REFERENCES users (id),
    strategy_id BIGINT NOT NULL REFERENCES strategies (id),
    strategy_version_id BIGINT NOT NULL REFERENCES strategy_versions (id),
    symbol_id BIGINT NOT NULL REFERENCES symbols (id),
    timeframe VARCHAR NOT NULL,
    -- stamps of the first and the last bar that may belong to the period, inclusive
    start_date TIMESTAMP NOT NULL,
    end_date TIMESTAMP NOT NULL,
    initial_equity DOUBLE NOT NULL,
    status VARCHAR NOT NULL,
    -- written by the INSERT and never changed
    job_id BIGINT REFERENCES jobs (id),
    error_message VARCHAR,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    finished_at TIMESTAMP
);

CREATE SEQUENCE backtest_results_id;

CREATE TABLE backtest_results (
    -- one row per completed run: its headline numbers
    id BIGINT PRIMARY KEY DEFAULT nextval('backtest_results_id'),
    backtest_run_id BIGINT NOT NULL UNIQUE REFERENCES backtest_runs (id),
    final_equity DOUBLE NOT NULL,
    total_return_pct DOUBLE NOT NULL,
    max_drawdown_pct DOUBLE NOT NULL,
    win_rate_pct DOUBLE,
    num_trades BIGINT NOT NULL,
    avg_win_pct DOUBLE,
    avg_loss_pct DOUBLE,
    sharpe_ratio DOUBLE
);

CREATE SEQUENCE backtest_trades_id;

CREATE TABLE backtest_trades (
    -- one row per exit fill of part or all of a position
    id BIGINT PRIMARY KEY DEFAULT nextval('backtest_trades_id'),
    backtest_run_id BIGINT NOT NULL REFERENCES backtest_runs (id),
    symbol_id BIGINT NOT NULL REFERENCES symbols (id),
    entry_time TIMESTAMP NOT NULL,
    exit_time TIMESTAMP NOT NULL,
    side VARCHAR NOT NULL CHECK (side IN ('LONG', 'SHORT')),
    entry_price DOUBLE NOT NULL,
    exit_price DOUBLE NOT NULL,
    quantity DOUBLE NOT NULL,
    pnl_abs DOUBLE NOT NULL,
    pnl_pct DOUBLE NOT NULL
);

CREATE SEQUENCE backtest_equity_points_id;

CREATE TABLE backtest_equity_points (
    -- one row per bar of a run: the account marked to market at its close
    id BIGINT PRIMARY KEY DEFAULT nextval('backtest_equity_points_id'),
    backtest_run_id BIGINT NOT NULL REFERENCES backtest_runs (id),
    timestamp TIMESTAMP NOT NULL,
    equity DOUBLE NOT NULL
);
