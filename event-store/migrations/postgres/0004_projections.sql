-- Rows made from the log alone, by generation: one serves while the next is being built.

CREATE TABLE proj_generations (
    name       TEXT    NOT NULL,
    generation BIGINT NOT NULL,
    serving    BIGINT NOT NULL,  -- 1 for the one that is read
    checkpoint BIGINT ,           -- last position taken in; NULL before the first
    PRIMARY KEY (name, generation)
);

CREATE TABLE proj_cases (
    generation    BIGINT NOT NULL,
    case_id       BYTEA    NOT NULL,
    tenant        TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    signal        TEXT    NOT NULL,  -- what grants are given by
    subject       BYTEA,
    community     TEXT    NOT NULL,  -- what grants are given by
    level         BIGINT NOT NULL,  -- 0 to 3
    unscored      BIGINT NOT NULL,
    status        TEXT    NOT NULL,  -- open or closed
    holder        BYTEA,
    lease_until   BIGINT ,
    look_due_at   BIGINT NOT NULL,  -- 2^63-1 for none, so that it sorts last
    looked_at     BIGINT ,
    look_breached BIGINT NOT NULL,
    opened_at     BIGINT NOT NULL,
    last_post_at  BIGINT ,
    backfill      BIGINT NOT NULL,
    synthetic     BIGINT NOT NULL,
    language      TEXT,
    state         TEXT    NOT NULL,  -- the folded case as JSON; free text in it is sealed
    PRIMARY KEY (generation, case_id)
);
-- Serves the queue in its order.
CREATE INDEX proj_cases_queue ON proj_cases (generation, tenant, status, level DESC, look_due_at, opened_at, case_id);
-- Serves a member's cases.
CREATE INDEX proj_cases_subject ON proj_cases (generation, subject) WHERE subject IS NOT NULL;
-- Serves the timers: leases that ended, looks that are overdue.
CREATE INDEX proj_cases_lease ON proj_cases (generation, lease_until) WHERE lease_until IS NOT NULL AND status = 'open';
CREATE INDEX proj_cases_look ON proj_cases (generation, look_due_at) WHERE status = 'open' AND looked_at IS NULL AND look_breached = 0;

CREATE TABLE proj_case_posts (
    generation BIGINT NOT NULL,
    post       BYTEA    NOT NULL,
    case_id    BYTEA    NOT NULL,
    PRIMARY KEY (generation, post, case_id)
);
-- Serves listing a case's posts.
CREATE INDEX proj_case_posts_case ON proj_case_posts (generation, case_id);
