-- Keys of other tables stand here without REFERENCES: each one would make every lease slower
-- (docs/decisions/0009-market-facts.md). The writing verbs look the parent up in the same transaction.

CREATE TABLE symbol_terms (
    -- one row per symbol: what the entity model has no column for
    symbol_id BIGINT PRIMARY KEY,
    tick_size DOUBLE,
    lot_size DOUBLE,
    sector VARCHAR,
    country VARCHAR,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE symbol_aliases (
    -- one row per other text that means a symbol: FB is META
    alias VARCHAR PRIMARY KEY CHECK (alias = upper(alias)),
    symbol_id BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE symbol_statuses_id;

CREATE TABLE symbol_statuses (
    -- one row per change of symbols.is_active: from which date, and why
    id BIGINT PRIMARY KEY DEFAULT nextval('symbol_statuses_id'),
    symbol_id BIGINT NOT NULL,
    date DATE NOT NULL,
    is_active BOOLEAN NOT NULL,
    reason VARCHAR,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE provider_symbols (
    -- one row per symbol and provider that calls it something else
    symbol_id BIGINT NOT NULL,
    provider VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (symbol_id, provider)
);

CREATE SEQUENCE watchlists_id;

CREATE TABLE watchlists (
    -- one row per named list of symbols
    id BIGINT PRIMARY KEY DEFAULT nextval('watchlists_id'),
    user_id BIGINT NOT NULL,
    -- unique for a user, kept so by the writing verb
    name VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE watchlist_symbols (
    -- one row per symbol on a watchlist, in its order
    watchlist_id BIGINT NOT NULL,
    symbol_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (watchlist_id, symbol_id)
);
