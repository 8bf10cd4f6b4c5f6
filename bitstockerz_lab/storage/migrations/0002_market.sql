CREATE SEQUENCE symbols_id;

CREATE TABLE symbols (
    -- one row per thing with a price, the single source of truth for it
    id BIGINT PRIMARY KEY DEFAULT nextval('symbols_id'),
    symbol VARCHAR NOT NULL UNIQUE CHECK (symbol = upper(symbol)),
    name VARCHAR NOT NULL,
    asset_type VARCHAR NOT NULL,
    exchange VARCHAR,
    currency VARCHAR NOT NULL,
    base_asset VARCHAR,
    quote_asset VARCHAR,
    is_active BOOLEAN NOT NULL DEFAULT true,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE equity_daily_bars_id;

CREATE TABLE equity_daily_bars (
    -- one row per symbol and day; a fact, never updated or deleted
    id BIGINT PRIMARY KEY DEFAULT nextval('equity_daily_bars_id'),
    symbol_id BIGINT NOT NULL REFERENCES symbols (id),
    date DATE NOT NULL,
    open DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    close DOUBLE NOT NULL,
    volume DOUBLE NOT NULL,
    provider VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (symbol_id, date)
);

CREATE SEQUENCE crypto_daily_bars_id;

CREATE TABLE crypto_daily_bars (
    -- one row per symbol and day; a fact, never updated or deleted
    id BIGINT PRIMARY KEY DEFAULT nextval('crypto_daily_bars_id'),
    symbol_id BIGINT NOT NULL REFERENCES symbols (id),
    date DATE NOT NULL,
    open DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    close DOUBLE NOT NULL,
    volume DOUBLE NOT NULL,
    provider VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (symbol_id, date)
);

CREATE SEQUENCE crypto_hourly_bars_id;

CREATE TABLE crypto_hourly_bars (
    -- one row per symbol and hour, stamped with its start; a fact, never updated or deleted
    id BIGINT PRIMARY KEY DEFAULT nextval('crypto_hourly_bars_id'),
    symbol_id BIGINT NOT NULL REFERENCES symbols (id),
    timestamp TIMESTAMP NOT NULL,
    open DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    close DOUBLE NOT NULL,
    volume DOUBLE NOT NULL,
    provider VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (symbol_id, timestamp)
);
