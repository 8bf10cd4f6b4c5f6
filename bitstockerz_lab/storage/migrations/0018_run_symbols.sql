-- No REFERENCES: each one would make every lease slower (docs/decisions/0009-market-facts.md).

CREATE TABLE run_symbols (
    -- one row per run and other symbol whose bars its rules read; not the symbol it trades
    backtest_run_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,  -- as the rules wrote it; an alias may mean another symbol later
    symbol_id BIGINT NOT NULL,
    timeframe VARCHAR NOT NULL,  -- of the stored bars that were read
    simulated BOOLEAN NOT NULL  -- whether they were made up
);
