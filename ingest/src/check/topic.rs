//! Checking a topic.

use std::time::Duration;

use holdfast_domain::Clock;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::{CheckReport, Checker};
use crate::config::IngestConfig;
use crate::decode::Decoder;
use crate::error::IngestError;
use crate::kafka::{client, decoders, record};

const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Reads up to `records` of the newest records of a topic, the same number from each partition, and says
/// what they would become. Joins no group and commits nothing. Blocks; call it off the async threads.
pub fn check_topic(
    config: &IngestConfig,
    topic: &str,
    clock: &dyn Clock,
    records: usize,
) -> Result<CheckReport, IngestError> {
    let decoders = decoders(config)?;
    let Some(decoder) = decoders.get(topic) else {
        return Err(IngestError::UnknownTopic {
            topic: topic.to_owned(),
        });
    };
    let consumer = consumer(config)?;
    let mut waiting = assign_newest(&consumer, topic, records)?;
    let mut checker = Checker::default();
    while waiting > 0 {
        match consumer.poll(ANSWER_WITHIN) {
            Some(Ok(message)) => {
                waiting -= 1;
                take(&mut checker, decoder, &record::view(&message), clock);
            }
            Some(Err(source)) => {
                return Err(IngestError::Kafka {
                    doing: format!("reading {topic}"),
                    source,
                });
            }
            // Control records count as offsets and never come.
            None => break,
        }
    }
    Ok(checker.finish(topic.to_owned(), true))
}

fn take(
    checker: &mut Checker,
    decoder: &Decoder,
    view: &crate::decode::KafkaRecord<'_>,
    clock: &dyn Clock,
) {
    let received = decoder.kafka(view, clock.now());
    checker.take(&received, view.key, view.partition);
}

fn consumer(config: &IngestConfig) -> Result<BaseConsumer, IngestError> {
    let mut properties = client::connection_properties(&config.kafka)?;
    // Needed to read at all; the group is never joined.
    properties.set("group.id", format!("{}-check", config.kafka.group));
    properties
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest");
    properties
        .create()
        .map_err(IngestError::kafka("making a consumer"))
}

/// Assigns the newest records of each partition and answers how many there are.
fn assign_newest(consumer: &BaseConsumer, topic: &str, records: usize) -> Result<i64, IngestError> {
    let metadata = consumer
        .fetch_metadata(Some(topic), ANSWER_WITHIN)
        .map_err(IngestError::kafka(format!("looking for topic {topic}")))?;
    let partitions: Vec<i32> = metadata
        .topics()
        .iter()
        .flat_map(|t| {
            t.partitions()
                .iter()
                .map(rdkafka::metadata::MetadataPartition::id)
        })
        .collect();
    if partitions.is_empty() {
        return Err(IngestError::MissingTopic {
            topic: topic.to_owned(),
        });
    }
    let each = (records / partitions.len()).max(1) as i64;
    let mut list = TopicPartitionList::new();
    let mut found = 0;
    for partition in partitions {
        let (low, high) = consumer
            .fetch_watermarks(topic, partition, ANSWER_WITHIN)
            .map_err(IngestError::kafka(format!(
                "asking for the bounds of {topic}/{partition}"
            )))?;
        let start = (high - each).max(low);
        found += high - start;
        if high > start {
            list.add_partition_offset(topic, partition, Offset::Offset(start))
                .expect("an offset from the broker");
        }
    }
    consumer
        .assign(&list)
        .map_err(IngestError::kafka(format!("reading {topic}")))?;
    Ok(found)
}
