-- Keys of other tables stand here without REFERENCES: each one would make every lease slower
-- (docs/decisions/0009-market-facts.md). The writing verbs look the parent up in the same transaction.

CREATE SEQUENCE corporate_actions_id;

CREATE TABLE corporate_actions (
    -- one row per split or dividend, dated with its first day without it (the ex-date).
    -- Of one date and kind the newest row is in force
    id BIGINT PRIMARY KEY DEFAULT nextval('corporate_actions_id'),
    symbol_id BIGINT NOT NULL,
    date DATE NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('SPLIT', 'DIVIDEND')),
    -- SPLIT: shares after for one before; DIVIDEND: money a share, as paid on the day
    value DOUBLE NOT NULL,
    provider VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (symbol_id, date, kind, created_at)
);
