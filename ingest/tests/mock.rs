//! Librdkafka's mock cluster is enough for a demonstration: no broker, same intake.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use holdfast_domain::intake::{PartitionKey, Received, StoredPosition};
use holdfast_domain::testing::{ManualClock, T0};
use holdfast_ingest::config::Subscription;
use holdfast_ingest::contract::message_types;
use holdfast_ingest::kafka::{KafkaIntake, Surroundings};
use holdfast_ingest::{Batch, BatchHandler, HandleError, IngestConfig, IngestMetrics};
use prometheus::Registry;
use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{FutureProducer, FutureRecord};

#[derive(Default)]
struct Recorder(Mutex<Vec<Received>>);

#[async_trait]
impl BatchHandler for Recorder {
    async fn position(&self, _: &PartitionKey) -> Result<Option<StoredPosition>, HandleError> {
        Ok(None)
    }

    async fn begin(&self, _: &PartitionKey, live_from: i64) -> Result<i64, HandleError> {
        Ok(live_from)
    }

    async fn handle(&self, batch: &Batch) -> Result<(), HandleError> {
        self.0.lock().unwrap().extend(batch.records.iter().cloned());
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mock_cluster_is_enough_to_read_from() {
    let cluster = MockCluster::new(1).unwrap();
    let subscription = Subscription::default();
    for topic in &subscription.topics {
        cluster.create_topic(topic, 2, 1).unwrap();
    }
    let mut config = IngestConfig::default();
    config.kafka.bootstrap_servers = cluster.bootstrap_servers();
    // The clock stands still, so a batch goes only when it is full.
    config.batch.max_records = 1;
    let recorder = Arc::new(Recorder::default());
    let surroundings = Surroundings {
        handler: Arc::clone(&recorder) as Arc<dyn BatchHandler>,
        clock: Arc::new(ManualClock::at(T0)),
        metrics: IngestMetrics::register(&Registry::new()).unwrap(),
    };
    let intake = KafkaIntake::start(&config, surroundings).unwrap();
    let mut producer = ClientConfig::new();
    let producer: FutureProducer = producer
        .set("bootstrap.servers", cluster.bootstrap_servers())
        .create()
        .unwrap();
    for message in message_types() {
        let event = message.example.to_string();
        let record = FutureRecord::to(message.event_type.topic().as_str())
            .key("u-48213")
            .payload(&event);
        producer.send(record, Duration::from_secs(5)).await.unwrap();
    }
    for _ in 0..300 {
        if recorder.0.lock().unwrap().len() >= 10 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let records = recorder.0.lock().unwrap().clone();
    assert_eq!(records.len(), 10);
    assert!(records.iter().all(|record| record.content.is_ok()));
    intake.control().stop();
    intake.ended().await.unwrap();
}
