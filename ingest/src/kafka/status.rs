//! What an operator sees of the partitions.

use serde::Serialize;

use super::TopicPartition;
use super::partition::{Partition, Stage};

/// How the Kafka intake of this instance stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct KafkaStatus {
    /// The cluster's own id, once a broker has answered.
    pub cluster: Option<String>,
    /// Topics that do not exist yet.
    pub missing_topics: Vec<String>,
    /// The partitions that this instance reads.
    pub partitions: Vec<PartitionStatus>,
}

/// A partition that this instance reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionStatus {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// Whether it reads.
    pub state: PartitionState,
    /// The stored position as this instance knows it.
    pub position: Option<i64>,
    /// Records below are backfill where they were old when the partition was first read.
    pub live_from: i64,
    /// Records in the topic behind the stored position, where known.
    pub lag: Option<i64>,
    /// Why it stopped, and what to do.
    pub cause: Option<String>,
    /// How often the batch on its way has been handed on; more than once when the store does not take it.
    pub attempts: u32,
}

/// Whether a partition reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartitionState {
    /// Waiting for the store and the broker.
    Preparing,
    /// Reading.
    Reading,
    /// Finishing its batch before it goes to another instance.
    Draining,
    /// Stopped with an alarm.
    Stopped,
}

impl PartitionStatus {
    pub(super) fn of(place: &TopicPartition, partition: &Partition, high: Option<i64>) -> Self {
        let position = partition.position();
        Self {
            topic: place.topic.clone(),
            partition: place.partition,
            state: match partition.stage() {
                Stage::Preparing => PartitionState::Preparing,
                Stage::Reading => PartitionState::Reading,
                Stage::Draining | Stage::Complete => PartitionState::Draining,
                Stage::Stopped => PartitionState::Stopped,
            },
            position,
            live_from: partition.live_from().offset,
            lag: high.map(|high| (high - position.unwrap_or(0)).max(0)),
            cause: partition.stop_cause().map(ToString::to_string),
            attempts: partition.attempts(),
        }
    }
}
