-- What keeps Holdfast running: backed up, never rebuilt.

CREATE TABLE op_keys (
    tenant       TEXT    NOT NULL,
    owner        BYTEA    NOT NULL,  -- the member's UUID; 16 zero bytes for the tenant's own key
    generation   BIGINT NOT NULL,  -- from 1
    wrapped      BYTEA,              -- nonce and sealed key; NULL once destroyed
    wrapped_by   TEXT    NOT NULL,  -- for a tenant's key: which master key; for a member's: 'tenant'
    destroyed_at BIGINT ,
    PRIMARY KEY (tenant, owner, generation)
);

CREATE TABLE op_claims (
    tenant  TEXT NOT NULL,
    key     TEXT NOT NULL,  -- what is one of a kind, e.g. open-crisis/<subject>
    holder  TEXT NOT NULL,
    subject TEXT,           -- for open-… keys: the member
    PRIMARY KEY (tenant, key)
);
-- Serves finding a member's open cases.
CREATE INDEX op_claims_subject ON op_claims (tenant, subject) WHERE subject IS NOT NULL;

CREATE TABLE op_positions (
    cluster        TEXT    NOT NULL,
    consumer_group TEXT    NOT NULL,
    topic          TEXT    NOT NULL,
    part           BIGINT NOT NULL,
    next           BIGINT ,           -- next offset to read; NULL before the first batch
    last_digest    BYTEA    NOT NULL,  -- SHA-256 of the last record before it
    live_from      BIGINT NOT NULL,  -- offsets below are backfill
    PRIMARY KEY (cluster, consumer_group, topic, part)
);

CREATE TABLE op_outbox (
    id          BYTEA    NOT NULL PRIMARY KEY,  -- UUID of the action or message
    tenant      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,              -- action, alert, dead_letter, …
    lane        TEXT    NOT NULL,              -- care or enforcement
    shard       BIGINT NOT NULL,              -- by the member, so that one relay keeps their order
    subject     BYTEA,
    case_id     BYTEA,
    community   TEXT,
    target      TEXT,                          -- post/<id> or author/<id>
    restricts   BIGINT NOT NULL,              -- 1: an automatic restriction, counts in the budget
    body        TEXT    NOT NULL,              -- JSON without clear member data
    hold_until  BIGINT NOT NULL,
    not_after   BIGINT NOT NULL,
    put_at      BIGINT NOT NULL,
    put_order   BIGINT NOT NULL,              -- orders messages of one member and lane
    status      TEXT    NOT NULL,              -- waiting, taken, sent, cancelled, superseded, parked, answered, unanswered
    attempts    BIGINT NOT NULL,
    not_before  BIGINT NOT NULL,              -- next attempt
    sequence    BIGINT NOT NULL,              -- number within member and lane, given when first taken; 0 before
    epoch       BIGINT NOT NULL,              -- of the lease it was taken under; 0 before
    sent_at     BIGINT 
);
-- Serves the relay: what of a shard has not left, in order.
CREATE INDEX op_outbox_unsent ON op_outbox (shard, put_order) WHERE status IN ('waiting', 'taken');
-- Serves keeping the order of a member's actions in a lane.
CREATE INDEX op_outbox_lane ON op_outbox (subject, lane, put_order) WHERE kind = 'action' AND status IN ('waiting', 'taken');
-- Serves superseding: unsent actions on a target.
CREATE INDEX op_outbox_target ON op_outbox (tenant, target) WHERE status = 'waiting' AND target IS NOT NULL;
-- Serves finding actions without an answer.
CREATE INDEX op_outbox_sent ON op_outbox (sent_at) WHERE status = 'sent' AND kind = 'action';
-- Serves the budget of automatic restrictions.
CREATE INDEX op_outbox_restricts ON op_outbox (tenant, put_at) WHERE restricts = 1;

CREATE TABLE op_sequences (
    tenant  TEXT    NOT NULL,
    subject BYTEA    NOT NULL,
    lane    TEXT    NOT NULL,
    last    BIGINT NOT NULL,  -- the last number given
    PRIMARY KEY (tenant, subject, lane)
);

CREATE TABLE op_pending (
    post        BYTEA    NOT NULL PRIMARY KEY,
    tenant      TEXT    NOT NULL,
    revision    BIGINT NOT NULL,
    priority    BIGINT NOT NULL,  -- 0 first
    deadline    BIGINT NOT NULL,
    freshness   TEXT    NOT NULL,  -- live, late or backfill
    context     TEXT    NOT NULL,  -- JSON without clear text
    put_at      BIGINT NOT NULL,
    worker      TEXT,
    lease_until BIGINT NOT NULL,  -- taken until then; 0 when free
    attempts    BIGINT NOT NULL
);
-- Serves taking the most urgent first.
CREATE INDEX op_pending_order ON op_pending (priority, deadline);
-- Serves finding what is overdue.
CREATE INDEX op_pending_deadline ON op_pending (deadline);

CREATE TABLE op_leases (
    name       TEXT    NOT NULL PRIMARY KEY,
    holder     TEXT    NOT NULL,
    epoch      BIGINT NOT NULL,  -- grows with every change of hands
    held_until BIGINT NOT NULL
);

CREATE TABLE op_control (
    tenant                TEXT    NOT NULL PRIMARY KEY,
    actions_stopped_since BIGINT  -- NULL while actions leave
);
