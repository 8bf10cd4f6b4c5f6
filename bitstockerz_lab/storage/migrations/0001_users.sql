CREATE SEQUENCE users_id;

CREATE TABLE users (
    -- one row per person; deleting one scrubs the e-mail and keeps the row
    id BIGINT PRIMARY KEY DEFAULT nextval('users_id'),
    -- unique, but kept so by the writing verb inside its transaction: DuckDB refuses to update a
    -- UNIQUE column of a row that others reference, and deletion has to scrub it
    email VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP
);

CREATE TABLE webauthn_credentials (
    -- one row per passkey of a user
    credential_id VARCHAR PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    public_key BLOB NOT NULL,
    sign_count BIGINT NOT NULL,
    transports VARCHAR,
    aaguid VARCHAR,
    created_at TIMESTAMP NOT NULL
);
