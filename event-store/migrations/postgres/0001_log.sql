-- The log: written once, chained by hash, never changed. No row here is ever updated or deleted,
-- except the single row of log_head, which says where the log ends.

CREATE TABLE log_head (
    id            BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    next_position BIGINT NOT NULL,  -- number of events, and the position of the next one
    chain         BYTEA    NOT NULL,  -- hash of the last event; 32 zero bytes before the first
    recorded_at   BIGINT NOT NULL,   -- when the last event was recorded, microseconds UTC; never decreases
    next_message  BIGINT NOT NULL   -- orders outgoing messages
);
-- Every writing transaction locks this row first: positions become visible in order, without gaps.
INSERT INTO log_head (id, next_position, chain, recorded_at, next_message)
VALUES (1, 0, decode(repeat('00', 32), 'hex'), 0, 0);

CREATE TABLE log_events (
    position     BIGINT NOT NULL PRIMARY KEY,  -- place in the log, dense from 0; serves reading after a checkpoint
    event_id     BYTEA    NOT NULL,              -- UUID
    tenant       TEXT    NOT NULL,
    stream       TEXT    NOT NULL,              -- case/<id>, subject/<id>, intake/<source>, control
    version      BIGINT NOT NULL,              -- place in the stream, from 1
    occurred_at  BIGINT NOT NULL,              -- microseconds UTC
    recorded_at  BIGINT NOT NULL,              -- microseconds UTC
    actor        TEXT    NOT NULL,              -- JSON, the exact bytes that are hashed
    causation    TEXT,
    correlation  TEXT,
    event_type   TEXT    NOT NULL,
    type_version BIGINT NOT NULL,
    payload      TEXT    NOT NULL,              -- JSON, the exact bytes that are hashed
    chain        BYTEA    NOT NULL               -- SHA-256 over the previous chain and every column above
);
-- Serves loading streams by version and finding a stream's last version.
CREATE UNIQUE INDEX log_events_stream ON log_events (tenant, stream, version);

CREATE TABLE log_leaves (
    position BIGINT NOT NULL PRIMARY KEY,  -- of the BatchAssessed event whose Merkle root covers them
    leaves   BYTEA    NOT NULL               -- zstd; see the crate's module `leaves` for the encoding
);
