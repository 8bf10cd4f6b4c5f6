CREATE SEQUENCE strategies_id;

CREATE TABLE strategies (
    -- one row per strategy of a user; retired by is_active, never deleted
    id BIGINT PRIMARY KEY DEFAULT nextval('strategies_id'),
    user_id BIGINT NOT NULL REFERENCES users (id),
    -- (user_id, name) is unique, but kept so by the writing verb inside its transaction: DuckDB
    -- refuses to update a UNIQUE column of a row that others reference, and a strategy may be renamed
    name VARCHAR NOT NULL,
    description VARCHAR,
    asset_type VARCHAR NOT NULL,
    symbol_scope VARCHAR NOT NULL,
    timeframe VARCHAR NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT true,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE strategy_versions_id;

CREATE TABLE strategy_versions (
    -- one row per distinct set of rules of a strategy; immutable
    id BIGINT PRIMARY KEY DEFAULT nextval('strategy_versions_id'),
    strategy_id BIGINT NOT NULL REFERENCES strategies (id),
    version_number INTEGER NOT NULL,
    definition_json VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (strategy_id, version_number)
);
