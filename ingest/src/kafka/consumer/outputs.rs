//! Carrying out what the partitions' machines ask for.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use rdkafka::consumer::{CommitMode, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use super::{HOUSEKEEPING, Message, Owned, Reader, TOPICS};
use crate::error::chain;
use crate::handler::{Batch, HandleError};
use crate::kafka::TopicPartition;
use crate::kafka::partition::{BatchOutcome, Input, Output, Stage, StopCause};
use crate::kafka::prepare;
use crate::kafka::status::PartitionStatus;

const SEEK_WITHIN: Duration = Duration::from_secs(5);

impl Reader {
    pub(in crate::kafka) fn carry_out(&mut self, place: &TopicPartition, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Prepare => self.ask_standing(place),
                Output::StartAt(offset) => self.start_at(place, offset),
                Output::Submit(batch) => self.submit(place, batch),
                Output::Commit(next) => {
                    self.commits.insert(place.clone(), next);
                }
                Output::Stop(cause) => self.stop(place, &cause),
                Output::Clear => self.clear(place),
                Output::Count(outcome) => self.count(place, outcome),
            }
        }
    }

    fn ask_standing(&mut self, place: &TopicPartition) {
        let Some(owned) = self.owned.get_mut(place) else {
            return;
        };
        let (consumer, outbox) = (Arc::clone(&self.with.consumer), self.with.outbox.clone());
        let handler = Arc::clone(&self.with.surroundings.handler);
        let (key, place, generation) =
            (owned.machine.key().clone(), place.clone(), owned.generation);
        let live_since = self.with.surroundings.clock.now() - self.with.late_after;
        let question = self.with.runtime.spawn(async move {
            let standing = prepare::standing(&consumer, &handler, &key, live_since).await;
            outbox.send(Message::Prepared {
                place,
                generation,
                standing,
            });
        });
        if let Some(earlier) = owned.question.replace(question.abort_handle()) {
            earlier.abort();
        }
    }

    fn start_at(&mut self, place: &TopicPartition, offset: i64) {
        let Some(owned) = self.owned.get_mut(place) else {
            return;
        };
        if owned.queue.is_none() {
            owned.start = Some(offset);
            return;
        }
        if let Err(error) = seek(&self.with.consumer, place, offset) {
            warn!(partition = %place, %error, "going to offset {offset} of {place}, again soon");
            self.tell(place, Input::OutOfRange);
        }
    }

    fn submit(&mut self, place: &TopicPartition, batch: Arc<Batch>) {
        let Some(owned) = self.owned.get(place) else {
            return;
        };
        let (place, generation) = (place.clone(), owned.generation);
        let (slots, outbox) = (Arc::clone(&self.slots), self.with.outbox.clone());
        let surroundings = self.with.surroundings.clone();
        self.with.runtime.spawn(async move {
            let slot = slots.acquire_owned().await;
            let handing_on = tokio::spawn(async move {
                let started = Instant::now();
                let result = surroundings.handler.handle(&batch).await;
                surroundings
                    .metrics
                    .batch_seconds
                    .observe(started.elapsed().as_secs_f64());
                if result.is_ok() {
                    surroundings
                        .metrics
                        .recorded(&batch, "kafka", surroundings.clock.now());
                }
                result
            });
            // A handler that panicked has not recorded anything, and would panic again.
            let result = handing_on
                .await
                .unwrap_or_else(|error| Err(HandleError::Stop(Box::new(error))));
            drop(slot);
            if let Err(error) = &result {
                warn!(partition = %place, error = chain(error), "a batch of {place} was not taken");
            }
            outbox.send(Message::Handled {
                place,
                generation,
                result,
            });
        });
    }

    fn stop(&mut self, place: &TopicPartition, cause: &StopCause) {
        let labels = [
            place.topic.as_str(),
            &place.partition.to_string(),
            cause.as_str(),
        ];
        self.with
            .surroundings
            .metrics
            .stopped
            .with_label_values(&labels)
            .set(1);
        error!(partition = %place, cause = cause.as_str(), "partition {place} stopped: {cause}");
        let is_read = self
            .owned
            .get(place)
            .is_some_and(|owned| owned.queue.is_some());
        if is_read && let Err(error) = self.with.consumer.pause(&one(place)) {
            warn!(partition = %place, %error, "pausing {place} failed");
        }
        self.write_status();
    }

    fn clear(&mut self, place: &TopicPartition) {
        info!(partition = %place, "partition {place} goes on");
        self.forget_alarms(place);
    }

    pub(in crate::kafka) fn forget_alarms(&self, place: &TopicPartition) {
        let partition = place.partition.to_string();
        for cause in ["ahead", "lost", "other_record", "record_gone", "refused"] {
            // Not every cause has been seen.
            let _ = self
                .with
                .surroundings
                .metrics
                .stopped
                .remove_label_values(&[&place.topic, &partition, cause]);
        }
    }

    fn count(&self, place: &TopicPartition, outcome: BatchOutcome) {
        self.with
            .surroundings
            .metrics
            .batches
            .with_label_values(&[outcome.as_str()])
            .inc();
        match outcome {
            BatchOutcome::Recorded => debug!(partition = %place, "recorded a batch of {place}"),
            BatchOutcome::Fenced => {
                info!(partition = %place, "dropped a batch of {place}: another owner has moved the position");
            }
            BatchOutcome::Retried => debug!(partition = %place, "a batch of {place} comes again"),
            BatchOutcome::Refused | BatchOutcome::Abandoned => {
                warn!(partition = %place, outcome = outcome.as_str(), "gave up a batch of {place}");
            }
        }
    }

    pub(super) fn housekeep(&mut self) {
        let now = self.now();
        if now < self.housekeeping_at {
            return;
        }
        self.housekeeping_at = now + HOUSEKEEPING;
        self.tell_kafka(CommitMode::Async);
        self.write_status();
        if !self.missing_topics.is_empty() && now >= self.topics_at {
            self.topics_at = now + TOPICS;
            self.look_for_topics();
        }
    }

    fn tell_kafka(&mut self, mode: CommitMode) {
        if self.commits.is_empty() {
            return;
        }
        let mut list = TopicPartitionList::new();
        for (place, next) in self.commits.drain() {
            let added =
                list.add_partition_offset(&place.topic, place.partition, Offset::Offset(next));
            added.expect("an offset after a record is an offset");
        }
        if let Err(error) = self.with.consumer.commit(&list, mode) {
            debug!(%error, "committing offsets for monitoring failed");
        }
    }

    pub(in crate::kafka) fn write_status(&self) {
        let metrics = &self.with.surroundings.metrics;
        let statuses: Vec<PartitionStatus> = self
            .owned
            .iter()
            .filter(|(_, owned)| owned.machine.stage() != Stage::Complete)
            .map(|(place, owned)| {
                PartitionStatus::of(
                    place,
                    &owned.machine,
                    self.with.consumer.context().high(place),
                )
            })
            .collect();
        metrics.partitions.set(statuses.len() as i64);
        for status in &statuses {
            if let Some(lag) = status.lag {
                metrics
                    .lag
                    .with_label_values(&[&status.topic, &status.partition.to_string()])
                    .set(lag);
            }
        }
        let mut status = self
            .with
            .status
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        status.cluster = Some(self.cluster.clone()).filter(|cluster| !cluster.is_empty());
        status.missing_topics.clone_from(&self.missing_topics);
        status.partitions = statuses;
    }

    /// Forgets a partition that has gone.
    pub(in crate::kafka) fn disown(&mut self, place: &TopicPartition) {
        self.owned.remove(place);
        self.forget_alarms(place);
        // It has a lag only once it was measured.
        let _ = self
            .with
            .surroundings
            .metrics
            .lag
            .remove_label_values(&[&place.topic, &place.partition.to_string()]);
    }

    /// The end: whatever is recorded is told to Kafka, everything else is dropped.
    pub(super) fn let_go(&mut self) {
        if self.ending == Some(super::Ending::Orderly) {
            self.tell_kafka(CommitMode::Sync);
        }
        self.with.consumer.context().close();
        let places: Vec<_> = self.owned.keys().cloned().collect();
        for place in places {
            self.disown(&place);
        }
        self.write_status();
    }
}

impl Owned {
    /// Whether it is known where, or that nowhere, reading begins.
    pub(in crate::kafka) fn is_prepared(&self) -> bool {
        self.start.is_some() || matches!(self.machine.stage(), Stage::Stopped | Stage::Complete)
    }
}

/// Goes to an offset and fetches on.
fn seek(
    consumer: &rdkafka::consumer::BaseConsumer<crate::kafka::context::Context>,
    place: &TopicPartition,
    offset: i64,
) -> KafkaResult<()> {
    consumer.seek(
        &place.topic,
        place.partition,
        Offset::Offset(offset),
        SEEK_WITHIN,
    )?;
    consumer.resume(&one(place))
}

/// A list of one partition.
pub(in crate::kafka) fn one(place: &TopicPartition) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    list.add_partition(&place.topic, place.partition);
    list
}
