CREATE SEQUENCE jobs_id;

CREATE TABLE jobs (
    -- one row per piece of work started in the background or in a batch
    id BIGINT PRIMARY KEY DEFAULT nextval('jobs_id'),
    job_type VARCHAR NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    payload_json VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    error_message VARCHAR,
    created_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    finished_at TIMESTAMP
);

CREATE SEQUENCE audit_events_id;

CREATE TABLE audit_events (
    -- one row per thing worth telling an auditor
    id BIGINT PRIMARY KEY DEFAULT nextval('audit_events_id'),
    user_id BIGINT REFERENCES users (id),
    event_type VARCHAR NOT NULL,
    payload_json VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
