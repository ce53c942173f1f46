use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::{Memory, Recorded, Stage, eventually, owner};

fn numbers(log: &[Recorded], author: &str) -> Vec<i64> {
    log.iter()
        .filter(|r| r.author == author)
        .map(|r| r.number)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_held_up_over_a_rebalance_appends_nothing() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let (first, brake) = owner("first", &memory);
    let (intake, metrics) = first.start(&stage.config());
    stage.post("ana", 0..10).await;
    memory.until_len(10).await;
    // It takes a batch over, and stands still in the middle of recording it.
    brake.hold();
    stage.post("ana", 10..20).await;
    eventually("the batch on its way", || {
        first.calls.load(Ordering::SeqCst) > 1
    })
    .await;
    // The group gives the partition to somebody else, who records the same records and more.
    let control = intake.control();
    control.stop();
    let (second, _second_brake) = owner("second", &memory);
    let (_second_intake, _) = second.start(&stage.config());
    stage.post("ana", 20..30).await;
    memory.until_len(30).await;
    brake.release();
    eventually("the fence", || memory.fenced() == ["first"]).await;
    stage.post("ana", 30..40).await;
    memory.until_len(40).await;
    let log = memory.log();
    assert_eq!(numbers(&log, "ana"), (0..40).collect::<Vec<_>>());
    assert!(log[10..].iter().all(|r| r.by == "second"));
    assert_eq!(metrics.batches.with_label_values(&["abandoned"]).get(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_is_fenced_while_it_still_owns_the_partition_goes_on_from_the_stored_position()
 {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let (owner, brake) = owner("a", &memory);
    let (_intake, metrics) = owner.start(&stage.config());
    stage.post("ana", 0..10).await;
    memory.until_len(10).await;
    brake.hold();
    stage.post("ana", 10..20).await;
    eventually("the batch on its way", || {
        owner.calls.load(Ordering::SeqCst) > 1
    })
    .await;
    // Somebody set the position back by one: the record that was last is record 8 now.
    let digest = {
        let value = crate::support::event("ana", 8).to_string();
        holdfast_ingest::kafka::digest::of(Some(b"ana"), Some(value.as_bytes()))
    };
    memory.change(0, |stored| (stored.next, stored.last_digest) = (9, digest));
    brake.release();
    memory
        .until("the rest", |log| log.last().is_some_and(|r| r.number == 19))
        .await;
    assert_eq!(memory.fenced(), ["a"]);
    let expected: Vec<i64> = (0..10).chain(9..20).collect();
    assert_eq!(numbers(&memory.log(), "ana"), expected);
    assert_eq!(metrics.batches.with_label_values(&["fenced"]).get(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_members_share_the_partitions_and_records_keep_coming_while_members_come_and_go() {
    let stage = Arc::new(Stage::with_partitions(4).await);
    let memory = Arc::new(Memory::default());
    let authors: Vec<String> = (0..12).map(|n| format!("author-{n}")).collect();
    let posting = {
        let (stage, authors) = (Arc::clone(&stage), authors.clone());
        tokio::spawn(async move {
            for round in 0..30 {
                for author in &authors {
                    stage.post(author, round * 10..round * 10 + 10).await;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        })
    };
    let (first, _first_brake) = owner("first", &memory);
    let (first_intake, _) = first.start(&stage.config());
    memory.until_len(100).await;
    let (second, _second_brake) = owner("second", &memory);
    let (second_intake, _) = second.start(&stage.config());
    let (one, two) = (first_intake.control(), second_intake.control());
    eventually("two partitions each", || {
        one.status().partitions.len() == 2 && two.status().partitions.len() == 2
    })
    .await;
    memory
        .until("both at work", |log| log.iter().any(|r| r.by == "second"))
        .await;
    one.stop();
    first_intake.ended().await.unwrap();
    posting.await.unwrap();
    memory.until_len(3600).await;
    let log = memory.log();
    assert_eq!(log.len(), 3600);
    for author in &authors {
        assert_eq!(
            numbers(&log, author),
            (0..300).collect::<Vec<_>>(),
            "{author}"
        );
    }
    let partitions: BTreeSet<_> = log.iter().map(|r| r.partition).collect();
    assert_eq!(partitions.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_held_up_while_the_group_moves_one_of_its_partitions_records_only_what_it_kept() {
    let stage = Stage::with_partitions(2).await;
    let memory = Arc::new(Memory::default());
    let authors: Vec<String> = (0..8).map(|n| format!("author-{n}")).collect();
    let post = async |from: u32, to: u32| {
        for author in &authors {
            stage.post(author, from..to).await;
        }
    };
    let (first, brake) = owner("first", &memory);
    let (first_intake, _) = first.start(&stage.config());
    post(0, 5).await;
    memory.until_len(40).await;
    brake.hold();
    post(5, 10).await;
    let before = first.calls.load(Ordering::SeqCst);
    eventually("both batches on their way", || {
        first.calls.load(Ordering::SeqCst) >= before.max(4)
    })
    .await;
    let (second, _second_brake) = owner("second", &memory);
    let (second_intake, _) = second.start(&stage.config());
    let (one, two) = (first_intake.control(), second_intake.control());
    eventually("a partition each", || {
        one.status().partitions.len() == 1 && two.status().partitions.len() == 1
    })
    .await;
    memory
        .until("the second at work", |log| {
            log.iter().any(|r| r.by == "second")
        })
        .await;
    brake.release();
    memory.until_len(80).await;
    eventually("the fence", || memory.fenced() == ["first"]).await;
    post(10, 15).await;
    memory.until_len(120).await;
    let log = memory.log();
    for author in &authors {
        assert_eq!(
            numbers(&log, author),
            (0..15).collect::<Vec<_>>(),
            "{author}"
        );
    }
    let moved = two.status().partitions[0].partition;
    assert!(
        log[40..]
            .iter()
            .all(|r| (r.by == "second") == (r.partition == moved))
    );
}
