CREATE SEQUENCE ai_usage_id;

CREATE TABLE ai_usage (
    -- one row per user and day: how often the advisory kernel was asked
    id BIGINT PRIMARY KEY DEFAULT nextval('ai_usage_id'),
    user_id BIGINT NOT NULL REFERENCES users (id),
    date DATE NOT NULL,
    calls BIGINT NOT NULL,
    UNIQUE (user_id, date)
);
