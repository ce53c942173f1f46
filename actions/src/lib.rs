//! RELAYS: what the log has decided to say to the outside, from the outbox to Kafka or a webhook.
//!
//! Promises: every message leaves at least once, under an id that stays the same over retries and
//! crashes. Actions leave in order per member and lane; care never waits for enforcement. What is
//! sent and the fact of its sending are recorded together. Nothing is given up in silence: an action
//! that cannot be delivered becomes a fact, an alarm and a task of the case's owner. In `observe` mode
//! and while actions are stopped nothing but alerts leaves the house.
//!
//! Leaves to others: deciding what is asked for (domain), putting it into the outbox (whoever appends),
//! keeping the order (the store's `take`), doing it (the platform), reading its answers (ingest), missing them (the queue's timers).
//!
//! To add a message see [`contract`]; to add a way out implement [`sender::Sender`] and name it in
//! [`config::Output`].

pub mod backoff;
pub mod config;
pub mod contract;
pub mod error;
pub mod heartbeat;
pub mod kafka;
pub mod levers;
pub mod log;
pub mod metrics;
pub mod pulse;
pub mod relay;
pub mod resending;
pub mod sender;
pub mod signing;
pub mod superseding;
pub mod webhook;

use std::sync::Arc;

pub use config::ActionsConfig;
pub use error::{ActionsError, SendError, SetupError};
pub use heartbeat::Heartbeat;
pub use levers::Levers;
pub use metrics::Metrics;
pub use pulse::Pulse;
pub use relay::{CrashHook, HandsParts, Relay};
pub use resending::{ParkedMessage, Resending};
pub use sender::{Handed, Parcel, Sender};

/// The configured way out.
pub fn sender(config: &ActionsConfig) -> Result<Arc<dyn Sender>, SetupError> {
    Ok(match config.output {
        config::Output::Log => Arc::new(log::LogSender),
        config::Output::Kafka => Arc::new(kafka::KafkaSender::new(&config.kafka)?),
        config::Output::Webhook => Arc::new(webhook::WebhookSender::new(&config.webhook)?),
    })
}
