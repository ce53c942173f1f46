//! RELAYS: the outbox to Kafka or a webhook.
