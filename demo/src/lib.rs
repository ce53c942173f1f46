//! An outside world for newcomers and tests: a broker, a community that writes, a platform that
//! carries out actions.
//!
//! It stands outside Holdfast and knows of it only what any platform knows: topics and payloads. So
//! it speaks JSON by hand rather than through Holdfast's types, and finds out when the contract
//! changes. Everything is seeded: the same seed tells the same story.

mod broker;
mod community;
mod feed;
mod platform;
mod topics;

pub use broker::Broker;
pub use community::{Community, Spoken};
pub use feed::Feed;
pub use platform::Platform;
pub use topics::{create_topics, delete_records, delete_topics};

/// The outside world does not answer.
#[derive(Debug, thiserror::Error)]
#[error("the demo's Kafka did not answer")]
pub struct DemoError(#[from] rdkafka::error::KafkaError);
