-- What is about members: sealed, erasable, found by keyed digests (fingerprints).
-- A `sealed`, `head` or `body` is a 24-byte nonce followed by XChaCha20-Poly1305 ciphertext under the
-- member's key of that generation.

CREATE TABLE content_subjects (
    subject     BLOB    NOT NULL PRIMARY KEY,  -- UUID by which the log knows the member
    tenant      TEXT    NOT NULL,
    platform    TEXT    NOT NULL,
    fingerprint BLOB    NOT NULL,              -- of the pseudonym, 16 bytes
    generation  INTEGER NOT NULL,
    sealed      BLOB    NOT NULL,              -- the pseudonym
    recorded_at INTEGER NOT NULL
);
-- Serves finding members by pseudonym, and keeps two writers from making one member twice.
CREATE UNIQUE INDEX content_subjects_fingerprint ON content_subjects (tenant, fingerprint, platform);

CREATE TABLE content_posts (
    post        BLOB    NOT NULL PRIMARY KEY,  -- UUID by which the log knows the post
    tenant      TEXT    NOT NULL,
    platform    TEXT    NOT NULL,
    fingerprint BLOB    NOT NULL,              -- of the platform's id, 16 bytes
    subject     BLOB    NOT NULL,              -- the author
    community   TEXT    NOT NULL,
    thread      BLOB,                          -- fingerprint of the thread, 16 bytes
    url         BLOB,                          -- fingerprint of the address, 16 bytes
    posted_at   INTEGER NOT NULL,              -- by the platform's clock
    latest      INTEGER NOT NULL,              -- highest revision known, a deletion included
    deleted_by  TEXT,                          -- author, staff or unknown; NULL while it stands
    keep_until  INTEGER NOT NULL               -- until when texts stay: 0 not at all, 2^63-1 as long as a case needs
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
    post        BLOB    NOT NULL,
    revision    INTEGER NOT NULL,
    generation  INTEGER NOT NULL,  -- of the author's key
    head        BLOB    NOT NULL,  -- sealed: the platform's ids, author, times
    body        BLOB,              -- sealed: the text and free fields; NULL where not kept
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (post, revision)
) WITHOUT ROWID;

CREATE TABLE content_dead_letters (
    id             BLOB    NOT NULL PRIMARY KEY,  -- UUID, also that of the outbox message
    tenant         TEXT    NOT NULL,
    subject        BLOB,                          -- whose key seals it; NULL for the tenant's
    generation     INTEGER NOT NULL,
    origin         TEXT    NOT NULL,              -- JSON: where the record stood
    class          TEXT    NOT NULL,              -- poison, schema, too_large, unknown_type
    message        TEXT    NOT NULL,              -- what was wrong, never the content
    transport_time INTEGER,
    sealed         BLOB    NOT NULL,              -- key and bytes of the record
    recorded_at    INTEGER NOT NULL
);
-- Serves the list of dead letters, the newest first.
CREATE INDEX content_dead_letters_tenant ON content_dead_letters (tenant, recorded_at);
