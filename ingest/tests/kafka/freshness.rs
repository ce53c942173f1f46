use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::intake::Freshness;

use crate::support::{Memory, Stage, eventually, owner};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_the_first_assignment_is_backfill_even_after_a_crash() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    stage.post("ana", 0..10).await;
    // The first owner is given the partition, and dies before it records anything.
    let (doomed, brake) = owner("doomed", &memory);
    brake.hold();
    let (intake, _) = doomed.start(&stage.config());
    eventually("the assignment", || {
        intake
            .control()
            .status()
            .partitions
            .iter()
            .any(|p| p.live_from == 10)
    })
    .await;
    drop(intake);
    stage.post("ana", 10..20).await;
    let (owner, _brake) = owner("a", &memory);
    let (_intake, _) = owner.start(&stage.config());
    memory.until_len(20).await;
    for record in memory.log() {
        let expected = if record.number < 10 {
            Freshness::Backfill
        } else {
            Freshness::Live
        };
        assert_eq!(record.freshness, expected, "record {}", record.number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stood_there_during_our_outage_is_late_and_not_backfill() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let mut config = stage.config();
    config.late_after_secs = 2;
    let (intake, _) = owner.start(&config);
    stage.post("ana", 0..1).await;
    memory.until_len(1).await;
    intake.control().stop();
    intake.ended().await.unwrap();
    stage.post("ana", 1..2).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (_intake, _) = owner.start(&config);
    memory.until_len(2).await;
    stage.post("ana", 2..3).await;
    memory.until_len(3).await;
    let freshness: Vec<_> = memory.log().iter().skip(1).map(|r| r.freshness).collect();
    assert_eq!(freshness, [Freshness::Late, Freshness::Live]);
}
