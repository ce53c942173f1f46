//! Finding the cluster and the topics.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use tracing::{info, warn};

use super::{Message, Reader};
use crate::config::MissingTopic;
use crate::error::{IngestError, chain};
use crate::kafka::context::Context;

const ANSWER_WITHIN: Duration = Duration::from_secs(5);

impl Reader {
    /// Waits for a broker, looks for the topics and joins the group.
    pub(super) fn connect(&mut self, inbox: &mpsc::Receiver<Message>) -> Result<(), IngestError> {
        while self.ending.is_none() && self.cluster.is_empty() {
            self.hear(inbox);
            if let Some(cluster) = self.with.consumer.client().fetch_cluster_id(ANSWER_WITHIN) {
                self.cluster = cluster;
            } else {
                let servers = self.with.config.bootstrap_servers.clone();
                warn!(
                    "{}",
                    IngestError::NoBroker {
                        servers,
                        secs: ANSWER_WITHIN.as_secs()
                    }
                );
            }
        }
        let topics = self.topics();
        while self.ending.is_none() {
            self.hear(inbox);
            match missing(&self.with.consumer, &topics) {
                Ok(missing) => {
                    self.missing_topics = missing;
                    break;
                }
                Err(error) => warn!(error = chain(&error), "looking for topics, again soon"),
            }
        }
        if self.ending.is_some() {
            return Ok(());
        }
        match self.missing_topics.first() {
            Some(topic) if self.with.config.missing_topic == MissingTopic::Fail => {
                return Err(IngestError::MissingTopic {
                    topic: topic.clone(),
                });
            }
            Some(_) => warn!(
                "waiting for topics that do not exist: {}; create them",
                self.missing_topics.join(", ")
            ),
            None => {}
        }
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        self.with
            .consumer
            .subscribe(&topics)
            .map_err(IngestError::kafka("subscribing"))?;
        info!(
            cluster = self.cluster,
            group = self.with.config.group,
            "reading {} from Kafka",
            topics.join(", ")
        );
        self.write_status();
        Ok(())
    }

    fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = self.with.decoders.keys().cloned().collect();
        topics.sort();
        topics
    }

    /// Looks again, without holding up the reading, which topics do not exist.
    pub(super) fn look_for_topics(&self) {
        let (consumer, topics) = (Arc::clone(&self.with.consumer), self.topics());
        let outbox = self.with.outbox.clone();
        self.with.runtime.spawn_blocking(move || {
            if let Ok(missing) = missing(&consumer, &topics) {
                outbox.send(Message::Missing(missing));
            }
        });
    }
}

fn missing(
    consumer: &BaseConsumer<Context>,
    topics: &[String],
) -> Result<Vec<String>, IngestError> {
    let mut missing = Vec::new();
    for topic in topics {
        let metadata = consumer
            .fetch_metadata(Some(topic), ANSWER_WITHIN)
            .map_err(IngestError::kafka(format!("looking for topic {topic}")))?;
        let known = metadata.topics().iter().any(|found| {
            found.name() == topic
                && found.error().map(RDKafkaErrorCode::from).is_none()
                && !found.partitions().is_empty()
        });
        if !known {
            missing.push(topic.clone());
        }
    }
    Ok(missing)
}
