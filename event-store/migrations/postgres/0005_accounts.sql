-- Staff: who may come in, and what they may see.

CREATE TABLE op_users (
    id            BYTEA    NOT NULL PRIMARY KEY,
    tenant        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    display_name  TEXT    NOT NULL,
    password_hash TEXT,              -- argon2id; NULL for accounts that only use tokens
    disabled      BIGINT NOT NULL,
    created_at    BIGINT NOT NULL
);
-- Serves signing in.
CREATE UNIQUE INDEX op_users_name ON op_users (tenant, name);

CREATE TABLE op_grants (
    user_id    BYTEA    NOT NULL REFERENCES op_users (id),
    role       TEXT    NOT NULL,
    community  TEXT    NOT NULL,  -- '' for all
    signal     TEXT    NOT NULL,  -- '' for all
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, role, community, signal)
);

CREATE TABLE op_links (
    user_id BYTEA NOT NULL REFERENCES op_users (id),
    subject BYTEA NOT NULL,  -- the member that the user is
    PRIMARY KEY (user_id, subject)
);

CREATE TABLE op_tokens (
    digest     BYTEA    NOT NULL PRIMARY KEY,  -- SHA-256 of the token
    user_id    BYTEA    NOT NULL REFERENCES op_users (id),
    label      TEXT    NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT  -- NULL until revoked
);
-- Serves revoking by label, which is unique per user.
CREATE UNIQUE INDEX op_tokens_label ON op_tokens (user_id, label);

CREATE TABLE op_sessions (
    digest     BYTEA    NOT NULL PRIMARY KEY,  -- SHA-256 of the cookie
    user_id    BYTEA    NOT NULL REFERENCES op_users (id),
    csrf       TEXT    NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
-- Serves ending all sessions of a user.
CREATE INDEX op_sessions_user ON op_sessions (user_id);

CREATE TABLE op_attempts (
    attempt_key TEXT    NOT NULL,  -- digest of a name or address
    at          BIGINT NOT NULL
);
-- Serves counting an address's failed attempts since a time.
CREATE INDEX op_attempts_key ON op_attempts (attempt_key, at);
