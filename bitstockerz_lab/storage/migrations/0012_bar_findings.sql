-- Keys of other tables stand here without REFERENCES: each one would make every lease slower
-- (docs/decisions/0009-market-facts.md). The writing verbs look the parent up in the same transaction.

CREATE SEQUENCE bar_checks_id;

CREATE TABLE bar_checks (
    -- one row per check of a symbol's bars in one timeframe; the newest holds
    id BIGINT PRIMARY KEY DEFAULT nextval('bar_checks_id'),
    symbol_id BIGINT NOT NULL,
    timeframe VARCHAR NOT NULL,
    calendar VARCHAR NOT NULL,
    -- of the checks themselves: other rules ask for another check
    rules INTEGER NOT NULL,
    bars BIGINT NOT NULL,
    -- the newest fact that was looked at: what is stored later is unchecked
    bars_as_of TIMESTAMP NOT NULL,
    -- the check whose findings these are: this one, or an earlier one that found the same
    findings_of BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE bar_findings_id;

CREATE TABLE bar_findings (
    -- one row per thing a check found, from the first to the last bar concerned
    id BIGINT PRIMARY KEY DEFAULT nextval('bar_findings_id'),
    bar_check_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    first TIMESTAMP NOT NULL,
    last TIMESTAMP NOT NULL,
    bars BIGINT NOT NULL,
    -- how large it is, in the kind's own unit; NULL where it has none
    value DOUBLE,
    message VARCHAR NOT NULL
);
