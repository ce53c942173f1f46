//! What librdkafka calls back with: kept for the consumer's thread, which acts on it after the poll.

use std::collections::HashMap;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, RebalanceProtocol};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::statistics::Statistics;
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;
use tracing::{debug, error, info, warn};

use super::TopicPartition;

/// What the group's coordinator decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GroupEvent {
    /// These come to us.
    Assign(Vec<TopicPartition>),
    /// These go. `lost` says that somebody may have them already.
    Revoke {
        partitions: Vec<TopicPartition>,
        lost: bool,
    },
}

/// Gathers what librdkafka calls back with.
#[derive(Debug, Default)]
pub(crate) struct Context {
    events: Mutex<Vec<GroupEvent>>,
    highs: Mutex<HashMap<TopicPartition, i64>>,
    closing: AtomicBool,
}

impl Context {
    /// Takes the group's decisions since the last call.
    pub(crate) fn take_events(&self) -> Vec<GroupEvent> {
        mem::take(&mut *lock(&self.events))
    }

    /// The last known high watermark of a partition.
    pub(crate) fn high(&self, partition: &TopicPartition) -> Option<i64> {
        lock(&self.highs).get(partition).copied()
    }

    /// From now on nobody asks for events: let go of partitions right away.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg
            | RDKafkaLogLevel::Alert
            | RDKafkaLogLevel::Critical
            | RDKafkaLogLevel::Error => {
                error!(facility, "librdkafka: {message}");
            }
            RDKafkaLogLevel::Warning => warn!(facility, "librdkafka: {message}"),
            RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => {
                info!(facility, "librdkafka: {message}");
            }
            RDKafkaLogLevel::Debug => debug!(facility, "librdkafka: {message}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        warn!(%error, "librdkafka: {reason}");
    }

    fn stats(&self, statistics: Statistics) {
        let mut highs = lock(&self.highs);
        for (topic, numbers) in statistics.topics {
            for (partition, numbers) in numbers.partitions {
                if partition >= 0 && numbers.hi_offset >= 0 {
                    highs.insert(
                        TopicPartition {
                            topic: topic.clone(),
                            partition,
                        },
                        numbers.hi_offset,
                    );
                }
            }
        }
    }
}

impl ConsumerContext for Context {
    /// Only takes note: librdkafka waits until the consumer's thread has assigned or let go, so that a
    /// batch on its way can be finished first.
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        code: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        let partitions = partitions_of(list);
        if code == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            if self.closing.load(Ordering::SeqCst) {
                let _ = consumer.unassign();
                return;
            }
            lock(&self.events).push(GroupEvent::Assign(partitions));
        } else if self.closing.load(Ordering::SeqCst) {
            let _ = let_go(consumer, list);
        } else {
            lock(&self.events).push(GroupEvent::Revoke {
                partitions,
                lost: consumer.assignment_lost(),
            });
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        if let Err(error) = result {
            // Only outside monitoring looks at these offsets.
            debug!(%error, "committing offsets for monitoring failed");
        }
    }
}

/// Lets go of partitions in the way of the group's protocol.
pub(crate) fn let_go(
    consumer: &BaseConsumer<Context>,
    list: &TopicPartitionList,
) -> KafkaResult<()> {
    match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_unassign(list),
        _ => consumer.unassign(),
    }
}

/// Takes partitions over in the way of the group's protocol.
pub(crate) fn take_over(
    consumer: &BaseConsumer<Context>,
    list: &TopicPartitionList,
) -> KafkaResult<()> {
    match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_assign(list),
        _ => consumer.assign(list),
    }
}

fn partitions_of(list: &TopicPartitionList) -> Vec<TopicPartition> {
    let of = |element: rdkafka::topic_partition_list::TopicPartitionListElem<'_>| TopicPartition {
        topic: element.topic().to_owned(),
        partition: element.partition(),
    };
    list.elements().into_iter().map(of).collect()
}
