//! Writes to the topics that are read here, as a platform would: for Holdfast's own synthetic posts.

use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};

use super::TopicPartition;
use super::client::connection_properties;
use crate::config::KafkaConfig;
use crate::error::IngestError;

/// What only a consumer understands.
const CONSUMER_ONLY: &[&str] = &[
    "allow.auto.create.topics",
    "fetch.error.backoff.ms",
    "fetch.queue.backoff.ms",
    "fetch.wait.max.ms",
    "group.instance.id",
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "partition.assignment.strategy",
    "queued.max.messages.kbytes",
    "queued.min.messages",
    "session.timeout.ms",
];

/// A producer of the configured brokers. Cheap to clone.
#[derive(Clone)]
pub struct Feed(FutureProducer);

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").finish_non_exhaustive()
    }
}

impl Feed {
    /// Makes the producer; brokers are reached when they are first asked.
    pub fn new(config: &KafkaConfig) -> Result<Self, IngestError> {
        let mut properties = connection_properties(config)?;
        for name in CONSUMER_ONLY {
            properties.remove(name);
        }
        properties
            .set("client.id", "holdfast-canary")
            .set("acks", "all")
            .set("delivery.timeout.ms", "10000");
        let producer = properties
            .create()
            .map_err(IngestError::kafka("making a producer"))?;
        Ok(Self(producer))
    }

    /// The partitions of a topic; none where it does not exist. Asking does not make it.
    pub async fn partitions(&self, topic: &str) -> Result<Vec<TopicPartition>, IngestError> {
        let (producer, name) = (self.0.clone(), topic.to_owned());
        let asked = tokio::task::spawn_blocking(move || {
            // Asked for by name, a broker may make a topic that is gone.
            let all = producer
                .client()
                .fetch_metadata(None, Duration::from_secs(10))?;
            let topic = all.topics().iter().find(|topic| topic.name() == name);
            let partitions = topic.map_or(&[][..], |topic| topic.partitions());
            let partitions = partitions.iter().map(|partition| TopicPartition {
                topic: name.clone(),
                partition: partition.id(),
            });
            Ok(partitions.collect())
        });
        match asked.await {
            Ok(partitions) => partitions.map_err(IngestError::kafka("asking for partitions")),
            // Cut short because the process ends.
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Writes one event in structured mode and returns when all replicas have it.
    pub async fn send(
        &self,
        to: &TopicPartition,
        key: &str,
        event: &str,
    ) -> Result<(), IngestError> {
        let content_type = Header {
            key: "content-type",
            value: Some("application/cloudevents+json"),
        };
        let record = FutureRecord::to(&to.topic)
            .partition(to.partition)
            .key(key)
            .payload(event)
            .headers(OwnedHeaders::new().insert(content_type));
        let sent = self.0.send(record, Duration::ZERO).await;
        sent.map(drop)
            .map_err(|(error, _)| IngestError::kafka("writing a synthetic post")(error))
    }
}
