use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::Clock;
use holdfast_domain::intake::Freshness;

use crate::support::{Memory, Stage, WallClock, eventually, owner};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_old_at_the_first_assignment_is_backfill_and_what_was_young_is_not_even_after_a_crash()
 {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let mut config = stage.config();
    config.late_after_secs = 20;
    let hour_ago = WallClock.now() - Duration::from_hours(1);
    stage.post_at("ana", 0..10, hour_ago).await;
    stage.post("ana", 10..20).await;
    // The first owner is given the partition, and dies before it records anything.
    let (doomed, brake) = owner("doomed", &memory);
    brake.hold();
    let (intake, _) = doomed.start(&config);
    eventually("the assignment", || {
        intake
            .control()
            .status()
            .partitions
            .iter()
            .any(|p| p.live_from == 20)
    })
    .await;
    drop(intake);
    stage.post_at("ana", 20..30, hour_ago).await;
    // By now what was young is older than it may be, by any clock that starts anew.
    tokio::time::sleep(Duration::from_secs(21)).await;
    let (owner, _brake) = owner("a", &memory);
    let (_intake, _) = owner.start(&config);
    memory.until_len(30).await;
    for record in memory.log() {
        let expected = if record.number < 10 {
            Freshness::Backfill
        } else {
            Freshness::Late
        };
        assert_eq!(record.freshness, expected, "record {}", record.number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_in_the_minutes_before_the_first_start_is_live() {
    let stage = Stage::with_partitions(1).await;
    let memory = Arc::new(Memory::default());
    let minutes_ago = |minutes| WallClock.now() - Duration::from_mins(minutes);
    stage.post_at("ana", 0..1, minutes_ago(11)).await;
    stage.post_at("ana", 1..2, minutes_ago(5)).await;
    let (owner, _brake) = owner("a", &memory);
    let (_intake, _) = owner.start(&stage.config());
    memory.until_len(2).await;
    let freshness: Vec<_> = memory.log().iter().map(|r| r.freshness).collect();
    assert_eq!(freshness, [Freshness::Backfill, Freshness::Live]);
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
