-- No REFERENCES: each one would make every lease slower (docs/decisions/0009-market-facts.md).

CREATE TABLE trials (
    -- one row per user, strategy and trial of a search (a sweep, a walk-forward): what it last came
    -- to. Runs are trials as well and stand in backtest_runs; a key is made of both in one way
    user_id BIGINT NOT NULL,
    strategy_id BIGINT NOT NULL,
    -- SHA-256 in hex of rules, resolved parameters, symbol and timeframe
    trial_key VARCHAR NOT NULL,
    symbol_id BIGINT NOT NULL,
    timeframe VARCHAR NOT NULL,
    -- of the daily returns, not annualised; NULL where it is undefined
    daily_sharpe DOUBLE,
    days BIGINT NOT NULL,
    source VARCHAR NOT NULL CHECK (source IN ('sweep', 'walk_forward', 'cross_validation')),
    tried_at TIMESTAMP NOT NULL
);
