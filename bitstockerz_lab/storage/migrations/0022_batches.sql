-- No REFERENCES: each one would make every lease slower (docs/decisions/0009-market-facts.md).

CREATE SEQUENCE batches_id;

CREATE TABLE batches (
    -- one row per batch: a notebook and many sets of parameters; its items are jobs
    id BIGINT PRIMARY KEY DEFAULT nextval('batches_id'),
    user_id BIGINT NOT NULL,
    notebook VARCHAR NOT NULL,
    -- SHA-256 of the notebook's file: what is resumed is the same notebook
    notebook_digest VARCHAR NOT NULL,
    -- names of the parameters that differ between items: ["symbol", "fee_bps"]
    varying_json VARCHAR NOT NULL,
    timeout_s DOUBLE,
    retries BIGINT NOT NULL,
    workers BIGINT NOT NULL,
    fail_fast BOOLEAN NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
    error_message VARCHAR,
    -- who carries it out, or did
    host VARCHAR NOT NULL,
    pid BIGINT NOT NULL,
    process_started_at DOUBLE NOT NULL,
    -- how long it took, all attempts together
    seconds DOUBLE NOT NULL,
    -- its page of all items; NULL where none was written
    index_page VARCHAR,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);

CREATE TABLE batch_items (
    -- one row per item of a batch: one notebook run; its status is its job's
    batch_id BIGINT NOT NULL,
    -- 0, 1, … in the order they were asked for
    position BIGINT NOT NULL,
    job_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    parameters_json VARCHAR NOT NULL,
    -- where its executed notebook and its page go; settled before it starts
    executed VARCHAR NOT NULL,
    report VARCHAR NOT NULL,
    -- how often its notebook was started, all attempts at the batch together
    attempts BIGINT NOT NULL,
    -- number of the cell it stopped at, as in [4]; NULL where it reached its end
    failed_cell BIGINT,
    seconds DOUBLE NOT NULL,
    -- backtest_runs it recorded or showed: [12, 13]
    run_ids_json VARCHAR NOT NULL
);

CREATE TABLE job_processes (
    -- one row per job of a batch: who answers for it, so that an orphan can be told from a long job
    job_id BIGINT NOT NULL,
    host VARCHAR NOT NULL,
    pid BIGINT NOT NULL,
    process_started_at DOUBLE NOT NULL
);
