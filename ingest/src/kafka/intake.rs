//! Starting and stopping the Kafka intake.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use holdfast_domain::Clock;
use rdkafka::consumer::BaseConsumer;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::TopicPartition;
use super::client::consumer_properties;
use super::consumer::{Equipment, Message, Outbox, Reader};
use super::context::Context;
use super::partition::Settings;
use super::status::KafkaStatus;
use crate::config::IngestConfig;
use crate::decode::{Decoder, mapping_of};
use crate::error::IngestError;
use crate::handler::BatchHandler;
use crate::metrics::IngestMetrics;

/// What the intake works with.
#[derive(Clone)]
pub struct Surroundings {
    /// Takes the batches.
    pub handler: Arc<dyn BatchHandler>,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
    /// Where figures go.
    pub metrics: IngestMetrics,
}

/// A running Kafka intake. Dropped without [`KafkaControl::stop`] it lets go at once, as a crash would.
#[derive(Debug)]
pub struct KafkaIntake {
    control: KafkaControl,
    end: oneshot::Receiver<Result<(), IngestError>>,
}

/// Speaks to a running Kafka intake.
#[derive(Debug, Clone)]
pub struct KafkaControl {
    outbox: Outbox,
    status: Arc<Mutex<KafkaStatus>>,
}

impl KafkaIntake {
    /// Starts reading on a thread of its own. Must be called inside a tokio runtime, which the handler
    /// runs on. Brokers that do not answer yet are no error: the status says so, and reading begins when
    /// they do.
    pub fn start(config: &IngestConfig, surroundings: Surroundings) -> Result<Self, IngestError> {
        let consumer: BaseConsumer<Context> = consumer_properties(&config.kafka)?
            .create_with_context(Context::default())
            .map_err(IngestError::kafka("making a consumer"))?;
        let (sender, inbox) = mpsc::channel();
        let outbox = Outbox::new(sender);
        let status = Arc::new(Mutex::new(KafkaStatus::default()));
        let mut reader = Reader::new(Equipment {
            consumer: Arc::new(consumer),
            config: config.kafka.clone(),
            settings: Settings {
                batch: config.batch,
                drain: config.kafka.drain(),
                stopped_poll: config.kafka.stopped_poll(),
            },
            late_after: config.late_after(),
            decoders: decoders(config)?,
            surroundings,
            runtime: Handle::current(),
            outbox: outbox.clone(),
            status: Arc::clone(&status),
        });
        let (report, end) = oneshot::channel();
        let wake = outbox.clone();
        thread::Builder::new()
            .name("holdfast-kafka".to_owned())
            .spawn(move || {
                wake.belongs_to(thread::current());
                let result = reader.run(&inbox);
                drop(reader);
                let _ = report.send(result);
            })
            .map_err(|source| IngestError::Thread {
                what: "the Kafka intake",
                source,
            })?;
        Ok(Self {
            control: KafkaControl { outbox, status },
            end,
        })
    }

    /// Speaks to the intake while it runs.
    pub fn control(&self) -> KafkaControl {
        self.control.clone()
    }

    /// Waits for the intake to end: after [`KafkaControl::stop`], or when it cannot go on.
    pub async fn ended(mut self) -> Result<(), IngestError> {
        (&mut self.end).await.unwrap_or(Ok(()))
    }
}

impl Drop for KafkaIntake {
    fn drop(&mut self) {
        self.control.outbox.send(Message::Abandon);
    }
}

impl KafkaControl {
    /// Finishes the batches on their way, lets go of all partitions and ends.
    pub fn stop(&self) {
        self.outbox.send(Message::Stop);
    }

    /// Lets a stopped partition try again from its stored position. After the position was moved in the
    /// store nobody needs to call this: stopped partitions look by themselves.
    pub fn resume(&self, topic: &str, partition: i32) {
        self.outbox.send(Message::Resume(TopicPartition {
            topic: topic.to_owned(),
            partition,
        }));
    }

    /// How things stand, at most a second old.
    pub fn status(&self) -> KafkaStatus {
        self.status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Topic to the decoder of its tenant.
pub(crate) fn decoders(
    config: &IngestConfig,
) -> Result<HashMap<String, Arc<Decoder>>, IngestError> {
    let mut decoders = HashMap::new();
    for subscription in &config.kafka.subscriptions {
        let decoder = Decoder::new(
            config,
            subscription.tenant.clone(),
            subscription.platform.clone(),
        )
        .with_platforms(&subscription.platforms);
        for topic in subscription.all_topics() {
            let decoder = match subscription.mapped.get(&topic) {
                Some(name) => decoder.clone().with_mapping(mapping_of(config, name)?),
                None => decoder.clone(),
            };
            decoders.insert(topic, Arc::new(decoder));
        }
    }
    Ok(decoders)
}
