//! Librdkafka's mock cluster is enough for a demonstration: no broker, same intake.

use std::sync::Arc;
use std::time::Duration;

use holdfast_ingest::IngestConfig;
use holdfast_ingest::config::Subscription;
use holdfast_ingest::contract::message_types;
use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::support::{Memory, owner};

#[tokio::test(flavor = "multi_thread")]
async fn a_mock_cluster_is_enough_to_read_from() {
    let cluster = MockCluster::new(1).unwrap();
    for topic in &Subscription::default().topics {
        cluster.create_topic(topic, 2, 1).unwrap();
    }
    let mut config = IngestConfig::default();
    config.kafka.bootstrap_servers = cluster.bootstrap_servers();
    // No room for a second record while the first is on its way.
    config.batch.max_records = 1;
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let (intake, _) = owner.start(&config);
    let producer: FutureProducer = ClientConfig::new()
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
    memory.until_len(message_types().len()).await;
    intake.control().stop();
    intake.ended().await.unwrap();
    let log = memory.log();
    assert_eq!(log.len(), message_types().len(), "each once");
    let posts = log.iter().filter(|r| r.author == "u-48213").count();
    let others = log.iter().filter(|r| r.author == "?").count();
    assert_eq!((posts, others), (2, log.len() - 2), "none was rejected");
}
