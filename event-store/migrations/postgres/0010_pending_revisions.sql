-- Each revision of a post waits by itself: one that was edited away is judged all the same.

ALTER TABLE op_pending DROP CONSTRAINT op_pending_pkey;
ALTER TABLE op_pending ADD PRIMARY KEY (post, revision);
