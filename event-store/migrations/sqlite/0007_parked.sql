-- What is not tried any more: listed for the operator, and looked at every few seconds by the check of
-- the crisis path.
CREATE INDEX op_outbox_parked ON op_outbox (tenant, put_order) WHERE status = 'parked';
CREATE INDEX op_outbox_parked_alerts ON op_outbox (not_after) WHERE status = 'parked' AND kind = 'alert';
