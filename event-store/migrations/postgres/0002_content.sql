-- What is about members: sealed, erasable, found by keyed digests (fingerprints).
-- A `sealed`, `head` or `body` is a 24-byte nonce followed by XChaCha20-Poly1305 ciphertext under the
-- member's key of that generation.

CREATE TABLE content_subjects (
    subject     BYTEA    NOT NULL PRIMARY KEY,  -- UUID by which the log knows the member
    tenant      TEXT    NOT NULL,
    platform    TEXT    NOT NULL,
    fingerprint BYTEA    NOT NULL,              -- of the pseudonym, 16 bytes
    generation  BIGINT NOT NULL,
    sealed      BYTEA    NOT NULL,              -- the pseudonym
    recorded_at BIGINT NOT NULL
);
-- Serves finding members by pseudonym, and keeps two writers from making one member twice.
CREATE UNIQUE INDEX content_subjects_fingerprint ON content_subjects (tenant, fingerprint, platform);

CREATE TABLE content_posts (
    post        BYTEA    NOT NULL PRIMARY KEY,  -- UUID by which the log knows the post
    tenant      TEXT    NOT NULL,
    platform    TEXT    NOT NULL,
    fingerprint BYTEA    NOT NULL,              -- of the platform's id, 16 bytes
    subject     BYTEA    NOT NULL,              -- the author
    community   TEXT    NOT NULL,
    thread      BYTEA,                          -- fingerprint of the thread, 16 bytes
    url         BYTEA,                          -- fingerprint of the address, 16 bytes
    posted_at   BIGINT NOT NULL,              -- by the platform's clock
    latest      BIGINT NOT NULL,              -- highest revision known, a deletion included
    deleted_by  TEXT,                          -- author, staff or unknown; NULL while it stands
    keep_until  BIGINT NOT NULL               -- until when texts stay: 0 not at all, 2^63-1 as long as a case needs
);
-- Serves recall by the platform's id, and keeps two writers from making one post twice.
CREATE UNIQUE INDEX content_posts_fingerprint ON content_posts (tenant, fingerprint, platform);
-- Serves an author's preceding messages in a chat, and their posts since a time.
CREATE INDEX content_posts_subject ON content_posts (subject, posted_at);
-- Serves the thread around a post.
CREATE INDEX content_posts_thread ON content_posts (thread, posted_at) WHERE thread IS NOT NULL;
-- Serves finding a post by its address.
CREATE INDEX content_posts_url ON content_posts (url) WHERE url IS NOT NULL;
-- Serves removing texts whose time is over.
CREATE INDEX content_posts_keep ON content_posts (keep_until) WHERE keep_until > 0 AND keep_until < 9223372036854775807;

CREATE TABLE content_revisions (
    post        BYTEA    NOT NULL,
    revision    BIGINT NOT NULL,
    generation  BIGINT NOT NULL,  -- of the author's key
    head        BYTEA    NOT NULL,  -- sealed: the platform's ids, author, times
    body        BYTEA,              -- sealed: the text and free fields; NULL where not kept
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (post, revision)
);

CREATE TABLE content_dead_letters (
    id             BYTEA    NOT NULL PRIMARY KEY,  -- UUID, also that of the outbox message
    tenant         TEXT    NOT NULL,
    subject        BYTEA,                          -- whose key seals it; NULL for the tenant's
    generation     BIGINT NOT NULL,
    origin         TEXT    NOT NULL,              -- JSON: where the record stood
    class          TEXT    NOT NULL,              -- poison, schema, too_large, unknown_type
    message        TEXT    NOT NULL,              -- what was wrong, never the content
    transport_time BIGINT ,
    sealed         BYTEA    NOT NULL,              -- key and bytes of the record
    recorded_at    BIGINT NOT NULL
);
-- Serves the list of dead letters, the newest first.
CREATE INDEX content_dead_letters_tenant ON content_dead_letters (tenant, recorded_at);
