//! Output to Kafka topics.
//!
//! The producer is idempotent and waits for all replicas, so that a message taken is a message kept,
//! once and in order per key. Keys go to partitions as Java clients place them.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use tracing::{debug, error, warn};

use crate::config::KafkaConfig;
use crate::contract::Channel;
use crate::error::{SendError, SetupError};
use crate::sender::{Handed, Parcel, Sender};

/// Hands messages to Kafka.
pub struct KafkaSender {
    producer: FutureProducer<LogContext>,
    topics: Topics,
}

/// The names of the topics.
#[derive(Debug, Clone)]
struct Topics {
    prefix: String,
    names: BTreeMap<Channel, String>,
}

impl Topics {
    fn new(config: &KafkaConfig) -> Self {
        Self {
            prefix: config.topic_prefix.clone(),
            names: config.topics.clone(),
        }
    }

    fn of(&self, channel: Channel, record_topic: Option<&str>) -> String {
        if channel == Channel::DeadLetters {
            // A record's topic bears its own prefix already.
            return format!("{}.dlq", record_topic.unwrap_or("holdfast.intake"));
        }
        match self.names.get(&channel) {
            Some(name) => name.clone(),
            None => format!("{}{}", self.prefix, channel.topic()),
        }
    }
}

impl std::fmt::Debug for KafkaSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KafkaSender")
            .field("topics", &self.topics)
            .finish_non_exhaustive()
    }
}

impl KafkaSender {
    /// Makes the producer; brokers are reached when the first message goes.
    pub fn new(config: &KafkaConfig) -> Result<Self, SetupError> {
        let producer = client_config(config)?
            .create_with_context(LogContext)
            .map_err(|error| SetupError::new("actions.kafka", error.to_string()))?;
        Ok(Self {
            producer,
            topics: Topics::new(config),
        })
    }

    /// Waits until what was handed to the producer is out, at most `within`.
    pub async fn flush(&self, within: Duration) {
        let producer = self.producer.clone();
        let flushed = tokio::task::spawn_blocking(move || producer.flush(within)).await;
        if !matches!(flushed, Ok(Ok(()))) {
            warn!("messages are still on their way to Kafka after {within:?}");
        }
    }
}

/// The settings of librdkafka: ours, then the configured ones over them.
pub(crate) fn client_config(config: &KafkaConfig) -> Result<ClientConfig, SetupError> {
    let mut client = ClientConfig::new();
    client
        .set("bootstrap.servers", &config.brokers)
        .set("client.id", "holdfast-actions")
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("linger.ms", "5")
        .set("partitioner", "murmur2_random")
        .set(
            "delivery.timeout.ms",
            (config.timeout_secs * 1000).to_string(),
        )
        .set_log_level(RDKafkaLogLevel::Warning);
    for (name, value) in &config.properties {
        client.set(name, value);
    }
    for (name, path) in &config.property_files {
        let setting = format!("actions.kafka.property_files.\"{name}\"");
        let value = std::fs::read_to_string(path)
            .map_err(|error| SetupError::new(setting, format!("{}: {error}", path.display())))?;
        client.set(name, value.trim_end_matches(['\r', '\n']));
    }
    Ok(client)
}

#[async_trait]
impl Sender for KafkaSender {
    async fn send(&self, parcel: &Parcel) -> Result<Handed, SendError> {
        let topic = self.topics.of(parcel.channel, parcel.topic.as_deref());
        let mut record = FutureRecord::<str, [u8]>::to(&topic)
            .payload(parcel.body.reveal())
            .headers(headers(parcel));
        if let Some(key) = &parcel.key {
            record = record.key(key.reveal());
        }
        // A full queue means that the brokers do not answer: come back later rather than wait here.
        match self.producer.send(record, Duration::ZERO).await {
            Ok(_) => Ok(Handed::Over),
            Err((error, _)) => Err(classify(&topic, &error)),
        }
    }
}

fn headers(parcel: &Parcel) -> OwnedHeaders {
    let content_type = Header {
        key: "content-type",
        value: Some(parcel.content_type),
    };
    parcel.headers.iter().fold(
        OwnedHeaders::new().insert(content_type),
        |headers, (key, value)| {
            headers.insert(Header {
                key,
                value: Some(value),
            })
        },
    )
}

fn classify(topic: &str, error: &KafkaError) -> SendError {
    let what = format!("topic {topic}: {error}");
    match error.rdkafka_error_code() {
        // The brokers have seen this very message and will say the same tomorrow.
        Some(
            RDKafkaErrorCode::MessageSizeTooLarge
            | RDKafkaErrorCode::InvalidMessage
            | RDKafkaErrorCode::InvalidMessageSize
            | RDKafkaErrorCode::InvalidRecord,
        ) => SendError::refused(what),
        _ => SendError::not_now(what),
    }
}

/// The topic of a channel.
pub(crate) fn topic_of(config: &KafkaConfig, channel: Channel) -> String {
    Topics::new(config).of(channel, None)
}

/// Passes librdkafka's own words on to the log.
pub(crate) struct LogContext;

impl ClientContext for LogContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg
            | RDKafkaLogLevel::Alert
            | RDKafkaLogLevel::Critical
            | RDKafkaLogLevel::Error => error!(facility, "Kafka client: {message}"),
            RDKafkaLogLevel::Warning => warn!(facility, "Kafka client: {message}"),
            _ => debug!(facility, "Kafka client: {message}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        warn!(%error, "Kafka client: {reason}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_goes_beside_the_topic_of_its_record() {
        let topics = Topics {
            prefix: "tenant-a.".into(),
            names: BTreeMap::new(),
        };
        assert_eq!(
            topics.of(Channel::Actions, None),
            "tenant-a.holdfast.actions.v1"
        );
        assert_eq!(
            topics.of(Channel::DeadLetters, Some("tenant-a.holdfast.posts.v1")),
            "tenant-a.holdfast.posts.v1.dlq"
        );
    }

    #[test]
    fn configured_properties_reach_the_client() {
        let config = KafkaConfig {
            properties: [("security.protocol".into(), "SASL_SSL".into())].into(),
            ..KafkaConfig::default()
        };
        let client = client_config(&config).unwrap();
        assert_eq!(client.get("security.protocol"), Some("SASL_SSL"));
        assert_eq!(client.get("enable.idempotence"), Some("true"));
        assert_eq!(client.get("acks"), Some("all"));
    }
}
