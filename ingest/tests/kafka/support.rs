//! A broker, topics of a test's own, and a store in memory that compares and sets positions.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use holdfast_domain::intake::{
    Freshness, Incoming, LiveFrom, Origin, PartitionKey, Received, StoredPosition,
};
use holdfast_domain::{Clock, Timestamp};
use holdfast_ingest::config::Subscription;
use holdfast_ingest::kafka::{KafkaIntake, Surroundings};
use holdfast_ingest::{Batch, BatchHandler, HandleError, IngestConfig, IngestMetrics};
use prometheus::Registry;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::{Value, json};
use tokio::sync::watch;

/// The broker's address.
pub(crate) fn broker() -> String {
    std::env::var("HOLDFAST_TEST_KAFKA").expect(
        "HOLDFAST_TEST_KAFKA names no broker: run `./dev kafka start` and set what it prints",
    )
}

/// The machine's clock: tests meet real brokers, which stamp records with it.
pub(crate) struct WallClock;

impl Clock for WallClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is its own composition root"
    )]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_micros(since.as_micros() as i64)
    }
}

/// A topic and a group that no other test uses.
pub(crate) struct Stage {
    pub(crate) topic: String,
    pub(crate) group: String,
    pub(crate) admin: AdminClient<DefaultClientContext>,
    producer: FutureProducer,
}

static STAGES: AtomicU32 = AtomicU32::new(0);

impl Stage {
    pub(crate) async fn with_partitions(partitions: i32) -> Self {
        let stage = Self::without_topic();
        stage.create_topic(partitions).await;
        stage
    }

    pub(crate) fn without_topic() -> Self {
        let number = STAGES.fetch_add(1, Ordering::Relaxed);
        let name = format!("test.{}.{number}.{}", std::process::id(), WallClock.now());
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", broker())
            .set("message.timeout.ms", "10000");
        Self {
            topic: name.clone(),
            group: name,
            admin: config.create().unwrap(),
            producer: config.create().unwrap(),
        }
    }

    pub(crate) async fn create_topic(&self, partitions: i32) {
        let topic = NewTopic::new(&self.topic, partitions, TopicReplication::Fixed(1));
        let results = self
            .admin
            .create_topics(&[topic], &AdminOptions::new())
            .await
            .unwrap();
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    pub(crate) async fn delete_topic(&self) {
        let results = self
            .admin
            .delete_topics(&[&self.topic], &AdminOptions::new())
            .await
            .unwrap();
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    pub(crate) async fn send(&self, key: &str, value: &[u8], headers: &[(&str, &str)]) {
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new(), |headers, (key, value)| {
                headers.insert(Header {
                    key,
                    value: Some(*value),
                })
            });
        let record = FutureRecord::to(&self.topic)
            .key(key)
            .payload(value)
            .headers(headers);
        self.producer
            .send(record, Duration::from_secs(10))
            .await
            .map_err(|(error, _)| error)
            .unwrap();
    }

    /// Posts `numbers` in order by one author, all in flight together.
    pub(crate) async fn post(&self, author: &str, numbers: std::ops::Range<u32>) {
        self.post_at(author, numbers, WallClock.now()).await;
    }

    /// The same, with a time that the broker takes over.
    pub(crate) async fn post_at(&self, author: &str, numbers: std::ops::Range<u32>, at: Timestamp) {
        let events: Vec<String> = numbers
            .map(|number| event(author, number).to_string())
            .collect();
        let mut sends = Vec::new();
        for event in &events {
            let record = FutureRecord::to(&self.topic)
                .key(author)
                .payload(event)
                .timestamp(at.as_micros() / 1000);
            sends.push(
                self.producer
                    .send_result(record)
                    .map_err(|(error, _)| error)
                    .unwrap(),
            );
        }
        for sent in sends {
            sent.await.unwrap().map_err(|(error, _)| error).unwrap();
        }
    }

    pub(crate) fn config(&self) -> IngestConfig {
        let mut config = IngestConfig::default();
        config.kafka.bootstrap_servers = broker();
        config.kafka.group.clone_from(&self.group);
        config.kafka.subscriptions = vec![Subscription {
            topics: vec![self.topic.clone()],
            ..Subscription::default()
        }];
        config.kafka.drain_ms = 300;
        config.kafka.stopped_poll_ms = 200;
        // Tests wait for rebalances; a group's members need not.
        config.kafka.properties.set("session.timeout.ms", "6000");
        config.kafka.properties.set("heartbeat.interval.ms", "300");
        config
            .kafka
            .properties
            .set("topic.metadata.refresh.interval.ms", "500");
        config.kafka.properties.set("statistics.interval.ms", "500");
        config
    }
}

/// A post as an event in structured mode.
pub(crate) fn event(author: &str, number: u32) -> Value {
    json!({
        "specversion": "1.0", "id": format!("{author}-{number}"), "source": "/test", "type": "holdfast.post.created.v1",
        "data": {
            "post_id": format!("{author}-{number}"), "community_id": "test", "author": { "pseudonym": author },
            "text": "Evening all.", "created_at": "2026-03-01T21:04:05Z", "revision": number,
        },
    })
}

/// What is recorded of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) by: &'static str,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) author: String,
    pub(crate) number: i64,
    pub(crate) freshness: Freshness,
}

/// A store in memory, shared by all owners of a test.
#[derive(Default)]
pub(crate) struct Memory {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    positions: HashMap<PartitionKey, StoredPosition>,
    begun: HashMap<PartitionKey, LiveFrom>,
    log: Vec<Recorded>,
    fenced: Vec<&'static str>,
}

impl Memory {
    fn with<T>(&self, read: impl FnOnce(&mut Inner) -> T) -> T {
        read(&mut self.inner.lock().unwrap())
    }

    pub(crate) fn log(&self) -> Vec<Recorded> {
        self.with(|inner| inner.log.clone())
    }

    pub(crate) fn fenced(&self) -> Vec<&'static str> {
        self.with(|inner| inner.fenced.clone())
    }

    pub(crate) fn positions(&self) -> HashMap<i32, StoredPosition> {
        self.with(|inner| {
            inner
                .positions
                .iter()
                .map(|(key, stored)| (key.partition, stored.clone()))
                .collect()
        })
    }

    /// Moves a partition's position, as an operator or a fault would.
    pub(crate) fn change(&self, partition: i32, change: impl FnOnce(&mut StoredPosition)) {
        self.with(|inner| {
            let stored = inner
                .positions
                .iter_mut()
                .find(|(key, _)| key.partition == partition);
            change(stored.expect("the partition has a position").1);
        });
    }

    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&[Recorded]) -> bool) {
        eventually(what, || holds(&self.log())).await;
    }

    pub(crate) async fn until_len(&self, len: usize) {
        self.until(&format!("{len} records"), |log| log.len() >= len)
            .await;
    }
}

/// Waits for something to become true.
pub(crate) async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited 30 s in vain for {what}");
}

/// A handler that can be held up just before it records.
pub(crate) struct Owner {
    name: &'static str,
    memory: Arc<Memory>,
    held: watch::Receiver<bool>,
    pub(crate) refuse: Mutex<Option<HandleError>>,
    pub(crate) calls: AtomicU32,
}

/// Holds an owner up.
pub(crate) struct Brake(watch::Sender<bool>);

impl Brake {
    pub(crate) fn hold(&self) {
        self.0.send(true).unwrap();
    }

    pub(crate) fn release(&self) {
        self.0.send(false).unwrap();
    }
}

pub(crate) fn owner(name: &'static str, memory: &Arc<Memory>) -> (Arc<Owner>, Brake) {
    let (brake, held) = watch::channel(false);
    let memory = Arc::clone(memory);
    (
        Arc::new(Owner {
            name,
            memory,
            held,
            refuse: Mutex::default(),
            calls: AtomicU32::new(0),
        }),
        Brake(brake),
    )
}

impl Owner {
    pub(crate) fn start(self: &Arc<Self>, config: &IngestConfig) -> (KafkaIntake, IngestMetrics) {
        let metrics = IngestMetrics::register(&Registry::new()).unwrap();
        let surroundings = Surroundings {
            handler: Arc::clone(self) as Arc<dyn BatchHandler>,
            clock: Arc::new(WallClock),
            metrics: metrics.clone(),
        };
        (KafkaIntake::start(config, surroundings).unwrap(), metrics)
    }
}

#[async_trait]
impl BatchHandler for Owner {
    async fn position(
        &self,
        partition: &PartitionKey,
    ) -> Result<Option<StoredPosition>, HandleError> {
        Ok(self
            .memory
            .with(|inner| inner.positions.get(partition).cloned()))
    }

    async fn begin(
        &self,
        partition: &PartitionKey,
        live_from: LiveFrom,
    ) -> Result<LiveFrom, HandleError> {
        Ok(self
            .memory
            .with(|inner| *inner.begun.entry(partition.clone()).or_insert(live_from)))
    }

    async fn handle(&self, batch: &Batch) -> Result<(), HandleError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.held.clone().wait_for(|held| !held).await.unwrap();
        if let Some(error) = self.refuse.lock().unwrap().take() {
            return Err(error);
        }
        let advance = batch
            .advance
            .clone()
            .expect("Kafka batches move a position");
        self.memory.with(|inner| {
            let stored = inner
                .positions
                .get(&advance.partition)
                .map(|stored| stored.next);
            if stored != advance.expected {
                inner.fenced.push(self.name);
                return Err(HandleError::Fenced);
            }
            let live_from = inner.begun[&advance.partition];
            let position = StoredPosition {
                next: advance.next,
                last_digest: advance.last_digest,
                live_from,
            };
            inner.positions.insert(advance.partition, position);
            inner.log.extend(
                batch
                    .records
                    .iter()
                    .map(|record| recorded(self.name, record)),
            );
            Ok(())
        })
    }
}

fn recorded(by: &'static str, record: &Received) -> Recorded {
    let Origin::Kafka {
        partition, offset, ..
    } = record.origin
    else {
        panic!("not from Kafka")
    };
    let (author, number) = match &record.content {
        Ok(Incoming::Post(post)) => (post.author.pseudonym.reveal().clone(), post.revision.0),
        Ok(_) => ("?".to_owned(), -1),
        Err(rejected) => (rejected.class.as_str().to_owned(), -1),
    };
    Recorded {
        by,
        partition,
        offset,
        author,
        number,
        freshness: record.freshness,
    }
}
