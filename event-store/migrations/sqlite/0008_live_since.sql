-- What stood in a topic only since a few minutes when its partition was first read is not backfill.

-- Records below live_from are backfill where they are older than this; partitions begun before this
-- column keep what they were: all of it.
ALTER TABLE op_positions ADD COLUMN live_since INTEGER NOT NULL DEFAULT 9223372036854775807;
