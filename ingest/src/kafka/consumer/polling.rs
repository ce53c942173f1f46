//! Polling librdkafka.

use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use tracing::{error, warn};

use super::Reader;
use crate::error::IngestError;
use crate::kafka::TopicPartition;
use crate::kafka::partition::{Input, Output};
use crate::kafka::record;

/// Events of the main queue served in one go.
const EVENTS: usize = 64;

impl Reader {
    /// Serves the main queue: the group's decisions, errors, and records from before a partition had its
    /// own queue.
    pub(super) fn poll_main(&mut self) -> Result<bool, IngestError> {
        let consumer = std::sync::Arc::clone(&self.with.consumer);
        for count in 0..EVENTS {
            match consumer.poll(Duration::ZERO) {
                None => return Ok(count > 0),
                Some(Ok(message)) => self.early_record(&message),
                Some(Err(error)) => self.consumer_error(error)?,
            }
        }
        Ok(true)
    }

    fn early_record(&mut self, message: &rdkafka::message::BorrowedMessage<'_>) {
        let place = record::place(message);
        let Some(decoder) = self.with.decoders.get(message.topic()).cloned() else {
            return;
        };
        let Some(owned) = self.owned.get(&place) else {
            return;
        };
        if owned.machine.wants_records() {
            let record = record::decode(&decoder, message, self.now());
            self.tell(&place, Input::Record(record));
        } else if owned.queue.is_some() {
            // No room, and nowhere to put it: read it again later.
            self.tell(&place, Input::OutOfRange);
        }
    }

    fn consumer_error(&mut self, error: KafkaError) -> Result<(), IngestError> {
        if let KafkaError::MessageConsumptionFatal(_) = error {
            error!(%error, "the Kafka consumer cannot go on");
            return Err(IngestError::Kafka {
                doing: "reading".to_owned(),
                source: error,
            });
        }
        warn!(%error, "reading from Kafka");
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::UnknownTopicOrPartition) {
            self.look_for_topics();
        }
        Ok(())
    }

    /// Takes records from the queues of partitions that have room, at most a batch of each; answers
    /// whether there were any.
    pub(super) fn poll_partitions(&mut self) -> bool {
        let now = self.now();
        let most = self.with.settings.batch.max_records;
        let mut asked: Vec<(TopicPartition, Vec<Output>)> = Vec::new();
        let mut read = false;
        for (place, owned) in &mut self.owned {
            let (Some(queue), Some(decoder)) = (&owned.queue, self.with.decoders.get(&place.topic))
            else {
                continue;
            };
            let mut outputs = Vec::new();
            for _ in 0..most {
                if !owned.machine.wants_records() {
                    break;
                }
                let Some(polled) = queue.poll(Duration::ZERO) else {
                    break;
                };
                read = true;
                match polled {
                    Ok(message) => {
                        let record = record::decode(decoder, &message, now);
                        outputs.extend(owned.machine.on(Input::Record(record), now));
                    }
                    Err(error) => {
                        warn!(%error, partition = %place, "reading partition {place}");
                        if is_out_of_range(&error) {
                            outputs.extend(owned.machine.on(Input::OutOfRange, now));
                        }
                    }
                }
            }
            if !outputs.is_empty() {
                asked.push((place.clone(), outputs));
            }
        }
        for (place, outputs) in asked {
            self.carry_out(&place, outputs);
        }
        read
    }
}

fn is_out_of_range(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange)
    )
}
