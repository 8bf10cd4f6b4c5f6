-- Keys of other tables stand here without REFERENCES: each one would make every lease slower
-- (docs/decisions/0009-market-facts.md). The writing verbs look the parent up in the same transaction.

CREATE SEQUENCE bar_revisions_id;

CREATE TABLE bar_revisions (
    -- one row per correction of a stored bar: what was known before and what is known since created_at.
    -- Of one bar the newest row is in force; the bar itself stays as it was loaded
    id BIGINT PRIMARY KEY DEFAULT nextval('bar_revisions_id'),
    symbol_id BIGINT NOT NULL,
    timeframe VARCHAR NOT NULL,
    timestamp TIMESTAMP NOT NULL,
    -- the five are NULL together where the bar had been taken out before
    old_open DOUBLE,
    old_high DOUBLE,
    old_low DOUBLE,
    old_close DOUBLE,
    old_volume DOUBLE,
    -- the five are NULL together where the bar never was
    open DOUBLE,
    high DOUBLE,
    low DOUBLE,
    close DOUBLE,
    volume DOUBLE,
    reason VARCHAR NOT NULL,
    user_id BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (symbol_id, timeframe, timestamp, created_at)
);
