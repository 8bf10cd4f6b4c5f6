-- No REFERENCES: each one would make every lease slower (docs/decisions/0009-market-facts.md).

CREATE TABLE run_symbols (
    -- one row per run and other symbol whose bars its rules read; not the symbol it trades
    backtest_run_id BIGINT NOT NULL,
    symbol_id BIGINT NOT NULL
);
