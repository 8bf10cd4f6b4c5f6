-- No REFERENCES: each one would make every lease slower (docs/decisions/0009-market-facts.md).

CREATE TABLE schedules (
    -- one row per schedule that was ever due: when it was last, and who carries that out
    user_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    -- the newest time that was taken; a time is taken once, by one process of one host
    due_at TIMESTAMP NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
    -- who took it
    host VARCHAR NOT NULL,
    pid BIGINT NOT NULL,
    process_started_at DOUBLE NOT NULL,
    started_at TIMESTAMP NOT NULL,
    -- a running one tells again and again that it is there; it is gone when this has passed
    heartbeat_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, name)
);
