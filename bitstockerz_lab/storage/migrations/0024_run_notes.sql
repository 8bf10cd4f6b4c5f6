-- No REFERENCES: each one would make every lease slower (docs/decisions/0009-market-facts.md).
-- run_details.tags_json, which nobody ever wrote to, stays empty: what is said of a run changes later,
-- and what a run was made of never does.

CREATE SEQUENCE run_notes_id;

CREATE TABLE run_notes (
    -- one row per note somebody wrote on a run; never changed
    id BIGINT PRIMARY KEY DEFAULT nextval('run_notes_id'),
    backtest_run_id BIGINT NOT NULL,
    note VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE SEQUENCE run_tags_id;

CREATE TABLE run_tags (
    -- one row per time a tag was put on a run, until removed_at if it was taken off
    id BIGINT PRIMARY KEY DEFAULT nextval('run_tags_id'),
    backtest_run_id BIGINT NOT NULL,
    tag VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP
);
