CREATE SEQUENCE refused_rows_id;

CREATE TABLE refused_rows (
    -- one row per line of a load that was kept out, with its original text and the reason
    id BIGINT PRIMARY KEY DEFAULT nextval('refused_rows_id'),
    source VARCHAR NOT NULL,
    file_digest VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    symbol VARCHAR NOT NULL,
    timeframe VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    original VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (file_digest, line, symbol, timeframe)
);

CREATE SEQUENCE price_factors_id;

CREATE TABLE price_factors (
    -- one row per date of a factor set: what a raw price up to that date is multiplied by.
    -- Rows that share created_at are one set; the newest set is in force
    id BIGINT PRIMARY KEY DEFAULT nextval('price_factors_id'),
    symbol_id BIGINT NOT NULL REFERENCES symbols (id),
    date DATE NOT NULL,
    price_factor DOUBLE NOT NULL,
    split_factor DOUBLE NOT NULL,
    reference_price DOUBLE,
    provider VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (symbol_id, date, created_at)
);
