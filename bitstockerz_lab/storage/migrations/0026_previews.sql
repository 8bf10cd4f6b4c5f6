-- What was looked at without being recorded is a trial as well: `source` may be 'preview'. A CHECK
-- cannot be changed in place, so the table is made anew.

ALTER TABLE trials RENAME TO trials_before;

CREATE TABLE trials (
    -- one row per user, strategy and trial of a search (a sweep, a walk-forward) or a preview: what
    -- it last came to. Runs are trials as well and stand in backtest_runs; a key is made of both in
    -- one way
    user_id BIGINT NOT NULL,
    -- 0 for a preview of rules that were not saved
    strategy_id BIGINT NOT NULL,
    -- SHA-256 in hex of rules, resolved parameters, symbol and timeframe
    trial_key VARCHAR NOT NULL,
    symbol_id BIGINT NOT NULL,
    timeframe VARCHAR NOT NULL,
    -- of the daily returns, not annualised; NULL where it is undefined
    daily_sharpe DOUBLE,
    days BIGINT NOT NULL,
    source VARCHAR NOT NULL CHECK (
        source IN ('sweep', 'walk_forward', 'cross_validation', 'preview')
    ),
    tried_at TIMESTAMP NOT NULL
);

INSERT INTO trials SELECT * FROM trials_before;

DROP TABLE trials_before;
