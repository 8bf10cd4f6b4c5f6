-- Prices, quantities and cash of the paper ledger are exact: DECIMAL(28,10).

CREATE SEQUENCE paper_accounts_id;

CREATE TABLE paper_accounts (
    -- one row per user: the paper account they trade in
    id BIGINT PRIMARY KEY DEFAULT nextval('paper_accounts_id'),
    user_id BIGINT NOT NULL UNIQUE REFERENCES users (id),
    name VARCHAR NOT NULL,
    base_currency VARCHAR NOT NULL,
    starting_balance DECIMAL(28, 10) NOT NULL,
    cash_balance DECIMAL(28, 10) NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE orders_id;

CREATE TABLE orders (
    -- one row per wish to trade, whatever became of it
    id BIGINT PRIMARY KEY DEFAULT nextval('orders_id'),
    paper_account_id BIGINT NOT NULL REFERENCES paper_accounts (id),
    symbol_id BIGINT NOT NULL REFERENCES symbols (id),
    side VARCHAR NOT NULL CHECK (side IN ('BUY', 'SELL')),
    quantity DECIMAL(28, 10) NOT NULL,
    order_type VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    avg_fill_price DECIMAL(28, 10),
    reject_reason VARCHAR,
    client_order_id VARCHAR,
    requested_at TIMESTAMP NOT NULL,
    filled_at TIMESTAMP,
    UNIQUE (paper_account_id, client_order_id)
);

CREATE SEQUENCE executions_id;

CREATE TABLE executions (
    -- one row per fill of an order; positions and cash are derived from these alone
    id BIGINT PRIMARY KEY DEFAULT nextval('executions_id'),
    order_id BIGINT NOT NULL REFERENCES orders (id),
    paper_account_id BIGINT NOT NULL REFERENCES paper_accounts (id),
    symbol_id BIGINT NOT NULL REFERENCES symbols (id),
    side VARCHAR NOT NULL CHECK (side IN ('BUY', 'SELL')),
    quantity DECIMAL(28, 10) NOT NULL,
    price DECIMAL(28, 10) NOT NULL,
    executed_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE positions_id;

CREATE TABLE positions (
    -- one row per account and symbol: what its executions add up to
    id BIGINT PRIMARY KEY DEFAULT nextval('positions_id'),
    paper_account_id BIGINT NOT NULL REFERENCES paper_accounts (id),
    symbol_id BIGINT NOT NULL REFERENCES symbols (id),
    quantity DECIMAL(28, 10) NOT NULL,
    avg_cost DECIMAL(28, 10) NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (paper_account_id, symbol_id)
);
