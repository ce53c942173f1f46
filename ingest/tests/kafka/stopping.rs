use std::sync::Arc;
use std::time::Duration;

use holdfast_ingest::HandleError;
use holdfast_ingest::kafka::{KafkaIntake, PartitionState, digest::UNVERIFIED};
use rdkafka::admin::AdminOptions;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::support::{Memory, Owner, Stage, eventually, owner};

/// Authors by partition of a topic with two, found by trying.
async fn one_author_per_partition(
    stage: &Stage,
    memory: &Memory,
    owner: &Arc<Owner>,
) -> [String; 2] {
    let (intake, _) = owner.start(&stage.config());
    for n in 0..8 {
        stage.post(&format!("author-{n}"), 0..5).await;
    }
    memory.until_len(40).await;
    intake.control().stop();
    intake.ended().await.unwrap();
    let log = memory.log();
    [0, 1].map(|partition| {
        log.iter()
            .find(|r| r.partition == partition)
            .expect("both have authors")
            .author
            .clone()
    })
}

async fn until_stopped(intake: &KafkaIntake, partition: i32, words: &str) {
    let control = intake.control();
    eventually("the alarm", || {
        let status = control.status();
        let stopped = status.partitions.iter().find(|p| p.partition == partition);
        stopped.is_some_and(|p| {
            p.state == PartitionState::Stopped
                && p.cause.as_ref().is_some_and(|cause| cause.contains(words))
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_record_at_the_stored_position_stops_its_partition_alone_until_an_operator_moves_it()
 {
    let stage = Stage::with_partitions(2).await;
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let [zero, one] = one_author_per_partition(&stage, &memory, &owner).await;
    memory.change(0, |stored| stored.last_digest = [7; 32]);
    let (intake, metrics) = owner.start(&stage.config());
    until_stopped(&intake, 0, "not the one that was read last").await;
    assert_eq!(
        metrics
            .stopped
            .with_label_values(&[&stage.topic, "0", "other_record"])
            .get(),
        1
    );
    stage.post(&zero, 5..10).await;
    stage.post(&one, 5..10).await;
    memory
        .until("the other partition", |log| {
            log.iter().any(|r| r.author == one && r.number == 9)
        })
        .await;
    assert!(
        !memory
            .log()
            .iter()
            .any(|r| r.author == zero && r.number >= 5)
    );
    // What `holdfast intake resume` does: the position moves, and the record before it is not known.
    memory.change(0, |stored| stored.last_digest = UNVERIFIED);
    memory
        .until("the stopped one", |log| {
            log.iter().any(|r| r.author == zero && r.number == 9)
        })
        .await;
    eventually("the end of the alarm", || {
        intake
            .control()
            .status()
            .partitions
            .iter()
            .all(|p| p.state == PartitionState::Reading)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_deleted_before_they_were_read_stop_the_partition() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let (intake, _) = owner.start(&stage.config());
    stage.post("ana", 0..10).await;
    memory.until_len(10).await;
    intake.control().stop();
    intake.ended().await.unwrap();
    stage.post("ana", 10..20).await;
    let mut below = TopicPartitionList::new();
    below
        .add_partition_offset(&stage.topic, 0, Offset::Offset(15))
        .unwrap();
    stage
        .admin
        .delete_records(&below, &AdminOptions::new())
        .await
        .unwrap();
    let (intake, _) = owner.start(&stage.config());
    until_stopped(&intake, 0, "records 10 to 14 were deleted").await;
    assert_eq!(memory.log().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_emptied_by_its_retention_is_read_on() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let (intake, _) = owner.start(&stage.config());
    stage.post("ana", 0..10).await;
    memory.until_len(10).await;
    intake.control().stop();
    intake.ended().await.unwrap();
    let mut below = TopicPartitionList::new();
    below
        .add_partition_offset(&stage.topic, 0, Offset::Offset(10))
        .unwrap();
    stage
        .admin
        .delete_records(&below, &AdminOptions::new())
        .await
        .unwrap();
    let (_intake, _) = owner.start(&stage.config());
    stage.post("ana", 10..15).await;
    memory.until_len(15).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_made_anew_stops_the_partition_whether_it_is_shorter_or_longer() {
    for (records, words) in [
        (3, "beyond the topic's end"),
        (30, "not the one that was read last"),
    ] {
        let stage = Stage::with_partitions(1).await;
        let memory = Arc::new(Memory::default());
        let (owner, _brake) = owner("a", &memory);
        let (intake, _) = owner.start(&stage.config());
        stage.post("ana", 0..10).await;
        memory.until_len(10).await;
        intake.control().stop();
        intake.ended().await.unwrap();
        stage.delete_topic().await;
        stage.create_topic(1).await;
        stage.post("ben", 0..records).await;
        let (intake, _) = owner.start(&stage.config());
        until_stopped(&intake, 0, words).await;
        assert_eq!(memory.log().len(), 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_refused_for_good_stops_its_partition_until_an_operator_speaks() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let (intake, _) = owner.start(&stage.config());
    stage.post("ana", 0..10).await;
    memory.until_len(10).await;
    *owner.refuse.lock().unwrap() = Some(HandleError::Stop("the disk is full".into()));
    stage.post("ana", 10..20).await;
    until_stopped(&intake, 0, "the disk is full").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(memory.log().len(), 10);
    intake.control().resume(&stage.topic, 0);
    memory.until_len(20).await;
    assert_eq!(memory.positions()[&0].next, 20);
}
