use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use holdfast_domain::intake::Freshness;
use holdfast_ingest::config::MissingTopic;
use holdfast_ingest::{HandleError, IngestError};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::support::{Memory, Stage, broker, event, eventually, owner};

#[tokio::test(flavor = "multi_thread")]
async fn every_record_arrives_once_and_each_authors_in_order() {
    let stage = Stage::with_partitions(3).await;
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    for author in ["ana", "ben", "cleo"] {
        stage.post(author, 0..400).await;
    }
    let (intake, _) = owner.start(&stage.config());
    memory.until_len(1200).await;
    for author in ["ana", "ben", "cleo"] {
        let numbers: Vec<_> = memory
            .log()
            .iter()
            .filter(|r| r.author == author)
            .map(|r| r.number)
            .collect();
        assert_eq!(numbers, (0..400).collect::<Vec<_>>());
    }
    intake.control().stop();
    intake.ended().await.unwrap();
    assert_eq!(memory.log().len(), 1200);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_in_binary_and_structured_mode_may_mix_and_a_poisoned_one_stops_nothing() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let structured = [("content-type", "application/cloudevents+json")];
    let binary = [
        ("ce_specversion", "1.0"),
        ("ce_id", "ana-2"),
        ("ce_source", "/test"),
        ("ce_type", "holdfast.post.created.v1"),
        ("content-type", "application/json"),
    ];
    stage
        .send("ana", event("ana", 1).to_string().as_bytes(), &structured)
        .await;
    stage
        .send(
            "ana",
            event("ana", 2)["data"].to_string().as_bytes(),
            &binary,
        )
        .await;
    stage
        .send("ana", b"\xff\xfe not at all JSON", &structured)
        .await;
    stage
        .send("ana", event("ana", 4).to_string().as_bytes(), &[])
        .await;
    let (_intake, metrics) = owner.start(&stage.config());
    memory.until_len(4).await;
    let log: Vec<_> = memory
        .log()
        .into_iter()
        .map(|r| (r.author, r.number))
        .collect();
    let expected = [("ana", 1), ("ana", 2), ("poison", -1), ("ana", 4)];
    assert_eq!(
        log,
        expected.map(|(author, number)| (author.to_owned(), number))
    );
    assert_eq!(
        metrics
            .rejected
            .with_label_values(&["default", "poison"])
            .get(),
        1
    );
    assert_eq!(
        metrics
            .posts_ingested
            .with_label_values(&["default", "live"])
            .get(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_the_append_repeats_the_work_and_loses_nothing() {
    let stage = Stage::with_partitions(2).await;
    let memory = Arc::new(Memory::default());
    let (first, _brake) = owner("first", &memory);
    for author in ["ana", "ben", "cleo", "dan"] {
        stage.post(author, 0..50).await;
    }
    let (intake, _) = first.start(&stage.config());
    memory.until_len(200).await;
    // The next batches are read, and die with their owner.
    let (doomed, brake) = owner("doomed", &memory);
    drop(intake);
    brake.hold();
    let (intake, _) = doomed.start(&stage.config());
    for author in ["ana", "ben", "cleo", "dan"] {
        stage.post(author, 50..100).await;
    }
    eventually("a batch on its way", || {
        doomed.calls.load(Ordering::SeqCst) > 0
    })
    .await;
    drop(intake);
    let (second, _second_brake) = owner("second", &memory);
    let (_intake, _) = second.start(&stage.config());
    memory.until_len(400).await;
    let log = memory.log();
    assert!(log.iter().all(|r| r.by != "doomed"));
    for author in ["ana", "ben", "cleo", "dan"] {
        let numbers: Vec<_> = log
            .iter()
            .filter(|r| r.author == author)
            .map(|r| r.number)
            .collect();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_down_holds_records_back_and_loses_none_nor_the_membership() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let (owner, brake) = owner("a", &memory);
    let mut config = stage.config();
    config.batch.max_records = 10;
    // Shorter than the outage: membership rests on polling, which goes on.
    config.kafka.properties.set("max.poll.interval.ms", "6000");
    *owner.refuse.lock().unwrap() = Some(HandleError::Transient("connection refused".into()));
    brake.hold();
    let (intake, metrics) = owner.start(&config);
    stage.post("ana", 0..300).await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(
        intake.control().status().partitions.len(),
        1,
        "the partition was taken away"
    );
    assert_eq!(
        owner.calls.load(Ordering::SeqCst),
        1,
        "a second batch was handed on before the first was done"
    );
    brake.release();
    memory.until_len(300).await;
    let numbers: Vec<_> = memory.log().iter().map(|r| r.number).collect();
    assert_eq!(numbers, (0..300).collect::<Vec<_>>());
    assert_eq!(metrics.batches.with_label_values(&["retried"]).get(), 1);
    assert!(memory.fenced().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn kafka_is_told_the_position_after_the_append_and_never_before() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let (owner, brake) = owner("a", &memory);
    brake.hold();
    let (intake, _) = owner.start(&stage.config());
    stage.post("ana", 0..20).await;
    eventually("a batch on its way", || {
        owner.calls.load(Ordering::SeqCst) > 0
    })
    .await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(committed(&stage), None);
    brake.release();
    memory.until_len(20).await;
    eventually("the offset", || committed(&stage) == Some(20)).await;
    intake.control().stop();
    intake.ended().await.unwrap();
}

fn committed(stage: &Stage) -> Option<i64> {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", broker())
        .set("group.id", &stage.group);
    let consumer: BaseConsumer = config.create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition(&stage.topic, 0);
    let list = consumer
        .committed_offsets(list, Duration::from_secs(10))
        .unwrap();
    match list.elements()[0].offset() {
        Offset::Offset(offset) => Some(offset),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_does_not_exist_is_waited_for_and_named() {
    let stage = Stage::without_topic();
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let (intake, _) = owner.start(&stage.config());
    let control = intake.control();
    eventually("the topic to be missed", || {
        control.status().missing_topics == [stage.topic.clone()]
    })
    .await;
    stage.create_topic(1).await;
    stage.post("ana", 0..5).await;
    memory.until_len(5).await;
    eventually("the topic to be found", || {
        control.status().missing_topics.is_empty()
    })
    .await;
    assert!(memory.log().iter().all(|r| r.freshness == Freshness::Live));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_does_not_exist_is_a_clear_error_where_the_configuration_asks_for_one() {
    let stage = Stage::without_topic();
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let mut config = stage.config();
    config.kafka.missing_topic = MissingTopic::Fail;
    let (intake, _) = owner.start(&config);
    let error = intake.ended().await.unwrap_err();
    assert!(
        matches!(&error, IngestError::MissingTopic { topic } if *topic == stage.topic),
        "{error}"
    );
}
