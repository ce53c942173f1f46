//! Reads topics of Apache Kafka, in order per partition and at least once.
//!
//! Limits first. A partition has one batch on its way at a time, and fills the next one meanwhile; what
//! does not fit stays in librdkafka's bounded queue, and then in the broker. The offset committed to
//! Kafka is for outside monitoring only: where reading goes on is asked of the handler at every
//! assignment. Order holds per partition, so per author where the key is the author.
//!
//! * [`partition`] decides: a state machine per partition, `on(input, now) → outputs`, without I/O.
//! * `consumer` acts: one thread that polls librdkafka and carries out what the machines ask for.
//! * `prepare` asks the store and the broker where a partition stands.
//!
//! A partition that does not agree with its stored position stops alone, with an alarm, until an
//! operator lets it go on; the others keep reading.

pub mod client;
mod consumer;
mod context;
pub mod digest;
mod feed;
mod group;
mod intake;
mod look;
pub mod partition;
mod prepare;
pub(crate) mod record;
mod status;

pub use feed::Feed;
pub(crate) use intake::decoders;
pub use intake::{KafkaControl, KafkaIntake, Surroundings};
pub use look::{Look, look};
pub use partition::StopCause;
pub use status::{KafkaStatus, PartitionState, PartitionStatus};

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
}

impl std::fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.topic, self.partition)
    }
}
