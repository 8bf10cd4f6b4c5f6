CREATE SEQUENCE fx_rates_id;

CREATE TABLE fx_rates (
    -- one row per pair and day: what one unit of base is worth in quote
    id BIGINT PRIMARY KEY DEFAULT nextval('fx_rates_id'),
    base VARCHAR NOT NULL,
    quote VARCHAR NOT NULL,
    date DATE NOT NULL,
    rate DOUBLE NOT NULL,
    provider VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (base, quote, date)
);
