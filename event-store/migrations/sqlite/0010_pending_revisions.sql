-- Each revision of a post waits by itself: one that was edited away is judged all the same.

CREATE TABLE op_pending_revisions (
    post        BLOB    NOT NULL,
    tenant      TEXT    NOT NULL,
    revision    INTEGER NOT NULL,
    priority    INTEGER NOT NULL,  -- 0 first
    deadline    INTEGER NOT NULL,
    freshness   TEXT    NOT NULL,  -- live, late or backfill
    context     TEXT    NOT NULL,  -- JSON without clear text
    put_at      INTEGER NOT NULL,
    worker      TEXT,
    lease_until INTEGER NOT NULL,  -- taken until then; 0 when free
    attempts    INTEGER NOT NULL,
    PRIMARY KEY (post, revision)
);
INSERT INTO op_pending_revisions
    SELECT post, tenant, revision, priority, deadline, freshness, context, put_at, worker, lease_until, attempts
    FROM op_pending;
DROP TABLE op_pending;
ALTER TABLE op_pending_revisions RENAME TO op_pending;
-- Serves taking the most urgent first.
CREATE INDEX op_pending_order ON op_pending (priority, deadline);
-- Serves finding what is overdue.
CREATE INDEX op_pending_deadline ON op_pending (deadline);
