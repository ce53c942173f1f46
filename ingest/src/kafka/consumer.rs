//! The thread that polls librdkafka and carries out what the partitions' machines ask for.
//!
//! Each partition has a queue of its own, which is polled only while its machine has room: what does not
//! fit waits in librdkafka's bounded memory. The main queue, which carries the group's decisions, is
//! polled always, so that a slow store never costs us the membership.

mod connecting;
mod messages;
mod outputs;
mod polling;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use holdfast_domain::Timestamp;
use holdfast_domain::intake::PartitionKey;
use rdkafka::consumer::BaseConsumer;
use rdkafka::consumer::base_consumer::PartitionQueue;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use super::TopicPartition;
use super::context::Context;
use super::group::Group;
use super::intake::Surroundings;
use super::partition::{Input, Output, Partition, Settings, Stage};
use super::status::KafkaStatus;
use crate::config::KafkaConfig;
use crate::decode::Decoder;
use crate::error::IngestError;

pub(super) use messages::{Message, Outbox};

/// The longest rest when nothing happens; whatever happens wakes the thread.
const REST: Duration = Duration::from_millis(50);
/// How often figures, status and monitoring offsets are written.
const HOUSEKEEPING: Duration = Duration::from_secs(1);
/// How often topics that do not exist are looked for, so that the status is true.
const TOPICS: Duration = Duration::from_secs(5);

/// What a reader is made of.
pub(super) struct Equipment {
    pub consumer: Arc<BaseConsumer<Context>>,
    pub config: KafkaConfig,
    pub settings: Settings,
    /// The age from which a record is no longer fresh.
    pub late_after: Duration,
    pub decoders: HashMap<String, Arc<Decoder>>,
    pub surroundings: Surroundings,
    pub runtime: Handle,
    pub outbox: Outbox,
    pub status: Arc<Mutex<KafkaStatus>>,
}

/// Reads all topics of one consumer group.
pub(super) struct Reader {
    pub(super) with: Equipment,
    pub(super) cluster: String,
    pub(super) owned: BTreeMap<TopicPartition, Owned>,
    pub(super) group: Group,
    /// Batches on their way, over all partitions.
    slots: Arc<Semaphore>,
    /// Offsets to tell Kafka at the next housekeeping.
    commits: HashMap<TopicPartition, i64>,
    generations: u64,
    housekeeping_at: Timestamp,
    missing_topics: Vec<String>,
    topics_at: Timestamp,
    ending: Option<Ending>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Batches on their way are finished first.
    Orderly,
    /// At once.
    Abrupt,
}

/// A partition that this instance was given.
pub(super) struct Owned {
    pub(super) machine: Partition,
    /// Tells answers for this ownership from those for an earlier one.
    pub(super) generation: u64,
    /// Its queue, from just before it is assigned.
    pub(super) queue: Option<PartitionQueue<Context>>,
    /// Where to begin, known before it is assigned.
    pub(super) start: Option<i64>,
    question: Option<AbortHandle>,
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(question) = self.question.take() {
            question.abort();
        }
    }
}

impl Reader {
    pub(super) fn new(with: Equipment) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(with.settings.batch.max_in_flight)),
            with,
            cluster: String::new(),
            owned: BTreeMap::new(),
            group: Group::default(),
            commits: HashMap::new(),
            generations: 0,
            housekeeping_at: Timestamp::default(),
            missing_topics: Vec::new(),
            topics_at: Timestamp::default(),
            ending: None,
        }
    }

    /// Reads until told to end, or until it cannot go on.
    pub(super) fn run(&mut self, inbox: &mpsc::Receiver<Message>) -> Result<(), IngestError> {
        self.connect(inbox)?;
        while !self.is_over() {
            let heard = self.hear(inbox);
            let polled = self.poll_main()?;
            self.serve_group();
            let read = self.poll_partitions();
            self.tick();
            self.housekeep();
            if !(heard || polled || read) {
                thread::park_timeout(self.rest());
            }
        }
        self.let_go();
        Ok(())
    }

    fn is_over(&self) -> bool {
        match self.ending {
            Some(Ending::Abrupt) => true,
            Some(Ending::Orderly) => self
                .owned
                .values()
                .all(|owned| owned.machine.stage() == Stage::Complete),
            None => false,
        }
    }

    /// A batch that fills must not wait for a whole rest.
    fn rest(&self) -> Duration {
        let filling = self.owned.values().any(|owned| owned.machine.is_filling());
        if filling {
            self.with
                .settings
                .batch
                .max_wait()
                .clamp(Duration::from_millis(1), REST)
        } else {
            REST
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.with.surroundings.clock.now()
    }

    /// Takes a partition over: its machine begins by asking where it stands.
    pub(super) fn own(&mut self, place: &TopicPartition) {
        self.generations += 1;
        let Some(decoder) = self.with.decoders.get(&place.topic) else {
            return;
        };
        let key = PartitionKey {
            cluster: self.cluster.clone(),
            group: self.with.config.group.clone(),
            topic: place.topic.clone(),
            partition: place.partition,
        };
        let machine = Partition::assigned(
            key,
            decoder.tenant().clone(),
            self.with.settings,
            self.now(),
        );
        let owned = Owned {
            machine,
            generation: self.generations,
            queue: None,
            start: None,
            question: None,
        };
        self.owned.insert(place.clone(), owned);
        self.tell(place, Input::Tick);
    }

    /// Tells a partition's machine something and carries out what it asks for.
    pub(super) fn tell(&mut self, place: &TopicPartition, input: Input<'_>) {
        let now = self.now();
        if let Some(owned) = self.owned.get_mut(place) {
            let outputs = owned.machine.on(input, now);
            self.carry_out(place, outputs);
        }
    }

    fn tick(&mut self) {
        let now = self.now();
        let mut asked: Vec<(TopicPartition, Vec<Output>)> = Vec::new();
        for (place, owned) in &mut self.owned {
            let outputs = owned.machine.on(Input::Tick, now);
            if !outputs.is_empty() {
                asked.push((place.clone(), outputs));
            }
        }
        for (place, outputs) in asked {
            self.carry_out(&place, outputs);
        }
    }
}
