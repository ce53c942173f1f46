-- What the headers on the dead-letter topic say of the reading.

ALTER TABLE content_dead_letters ADD COLUMN consumer_group TEXT;  -- who read it; NULL where not from Kafka
ALTER TABLE content_dead_letters ADD COLUMN traceparent    TEXT;  -- W3C trace context of the record
