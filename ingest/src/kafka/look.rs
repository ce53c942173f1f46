//! Looks at a partition from outside, without joining the group.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::client;
use crate::config::KafkaConfig;
use crate::error::IngestError;

const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How a partition stands in its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The cluster's own id.
    pub cluster: String,
    /// The first offset that is still there.
    pub low: i64,
    /// One past the last.
    pub high: i64,
}

/// Asks the brokers about a partition. Blocks for up to 20 seconds.
pub fn look(config: &KafkaConfig, topic: &str, partition: i32) -> Result<Look, IngestError> {
    let mut properties = client::connection_properties(config)?;
    properties.set("group.id", format!("{}-look", config.group));
    let consumer: BaseConsumer = properties
        .create()
        .map_err(IngestError::kafka("making a consumer"))?;
    let (low, high) = consumer
        .fetch_watermarks(topic, partition, ANSWER_WITHIN)
        .map_err(IngestError::kafka(
            "asking where a partition begins and ends",
        ))?;
    let cluster = consumer
        .client()
        .fetch_cluster_id(ANSWER_WITHIN)
        .unwrap_or_default();
    Ok(Look { cluster, low, high })
}
