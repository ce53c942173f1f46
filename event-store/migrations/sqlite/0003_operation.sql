-- What keeps Holdfast running: backed up, never rebuilt.

CREATE TABLE op_keys (
    tenant       TEXT    NOT NULL,
    owner        BLOB    NOT NULL,  -- the member's UUID; 16 zero bytes for the tenant's own key
    generation   INTEGER NOT NULL,  -- from 1
    wrapped      BLOB,              -- nonce and sealed key; NULL once destroyed
    wrapped_by   TEXT    NOT NULL,  -- for a tenant's key: which master key; for a member's: 'tenant'
    destroyed_at INTEGER,
    PRIMARY KEY (tenant, owner, generation)
) WITHOUT ROWID;

CREATE TABLE op_claims (
    tenant  TEXT NOT NULL,
    key     TEXT NOT NULL,  -- what is one of a kind, e.g. open-crisis/<subject>
    holder  TEXT NOT NULL,
    subject TEXT,           -- for open-… keys: the member
    PRIMARY KEY (tenant, key)
) WITHOUT ROWID;
-- Serves finding a member's open cases.
CREATE INDEX op_claims_subject ON op_claims (tenant, subject) WHERE subject IS NOT NULL;

CREATE TABLE op_positions (
    cluster        TEXT    NOT NULL,
    consumer_group TEXT    NOT NULL,
    topic          TEXT    NOT NULL,
    part           INTEGER NOT NULL,
    next           INTEGER,           -- next offset to read; NULL before the first batch
    last_digest    BLOB    NOT NULL,  -- SHA-256 of the last record before it
    live_from      INTEGER NOT NULL,  -- offsets below are backfill
    PRIMARY KEY (cluster, consumer_group, topic, part)
) WITHOUT ROWID;

CREATE TABLE op_outbox (
    id          BLOB    NOT NULL PRIMARY KEY,  -- UUID of the action or message
    tenant      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,              -- action, alert, dead_letter, …
    lane        TEXT    NOT NULL,              -- care or enforcement
    shard       INTEGER NOT NULL,              -- by the member, so that one relay keeps their order
    subject     BLOB,
    case_id     BLOB,
    community   TEXT,
    target      TEXT,                          -- post/<id> or author/<id>
    restricts   INTEGER NOT NULL,              -- 1: an automatic restriction, counts in the budget
    body        TEXT    NOT NULL,              -- JSON without clear member data
    hold_until  INTEGER NOT NULL,
    not_after   INTEGER NOT NULL,
    put_at      INTEGER NOT NULL,
    put_order   INTEGER NOT NULL,              -- orders messages of one member and lane
    status      TEXT    NOT NULL,              -- waiting, taken, sent, cancelled, superseded, parked, answered, unanswered
    attempts    INTEGER NOT NULL,
    not_before  INTEGER NOT NULL,              -- next attempt
    sequence    INTEGER NOT NULL,              -- number within member and lane, given when first taken; 0 before
    epoch       INTEGER NOT NULL,              -- of the lease it was taken under; 0 before
    sent_at     INTEGER
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
    subject BLOB    NOT NULL,
    lane    TEXT    NOT NULL,
    last    INTEGER NOT NULL,  -- the last number given
    PRIMARY KEY (tenant, subject, lane)
) WITHOUT ROWID;

CREATE TABLE op_pending (
    post        BLOB    NOT NULL PRIMARY KEY,
    tenant      TEXT    NOT NULL,
    revision    INTEGER NOT NULL,
    priority    INTEGER NOT NULL,  -- 0 first
    deadline    INTEGER NOT NULL,
    freshness   TEXT    NOT NULL,  -- live, late or backfill
    context     TEXT    NOT NULL,  -- JSON without clear text
    put_at      INTEGER NOT NULL,
    worker      TEXT,
    lease_until INTEGER NOT NULL,  -- taken until then; 0 when free
    attempts    INTEGER NOT NULL
);
-- Serves taking the most urgent first.
CREATE INDEX op_pending_order ON op_pending (priority, deadline);
-- Serves finding what is overdue.
CREATE INDEX op_pending_deadline ON op_pending (deadline);

CREATE TABLE op_leases (
    name       TEXT    NOT NULL PRIMARY KEY,
    holder     TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,  -- grows with every change of hands
    held_until INTEGER NOT NULL
);

CREATE TABLE op_control (
    tenant                TEXT    NOT NULL PRIMARY KEY,
    actions_stopped_since INTEGER  -- NULL while actions leave
);
