-- What the ERD's paper tables have no column for. No REFERENCES: each one would make every lease
-- slower (docs/decisions/0009-market-facts.md).

CREATE TABLE paper_openings (
    -- one row per opening of a paper account, the first and one a reset; the newest is in force
    paper_account_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    fee_bps DECIMAL(28, 10) NOT NULL,
    fixed_fee DECIMAL(28, 10) NOT NULL,
    slippage_bps DECIMAL(28, 10) NOT NULL,
    -- where the account's own clock began; in a replay a time in the past
    started_at TIMESTAMP NOT NULL,
    -- where a replay stands, which only moves on; NULL: the account keeps the real time
    replay_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (paper_account_id, number)
);

CREATE TABLE order_terms (
    -- one row per order: what else was asked
    order_id BIGINT PRIMARY KEY,
    -- of the bars that fill it
    timeframe VARCHAR NOT NULL,
    -- NULL: at the market
    limit_price DECIMAL(28, 10)
);

CREATE TABLE execution_details (
    -- one row per execution: its fee, and the bar that made it
    execution_id BIGINT PRIMARY KEY,
    fee DECIMAL(28, 10) NOT NULL,
    -- the bar's start; the same as executed_at where the fill was at its open
    bar_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE paper_actions_id;

CREATE TABLE paper_actions (
    -- one row per split or dividend that a paper account's holding went through
    id BIGINT PRIMARY KEY DEFAULT nextval('paper_actions_id'),
    paper_account_id BIGINT NOT NULL,
    symbol_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('SPLIT', 'DIVIDEND')),
    -- SPLIT: units after for one before; DIVIDEND: money a unit
    value DECIMAL(28, 10) NOT NULL,
    quantity_change DECIMAL(28, 10) NOT NULL,
    cash_change DECIMAL(28, 10) NOT NULL,
    -- start of the first bar without it
    effective_at TIMESTAMP NOT NULL
);
