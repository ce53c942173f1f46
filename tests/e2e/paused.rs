//! An instance that the machine halts for a while, and that does not know it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use futures::future::join_all;
use holdfast_domain::Stage;
use holdfast_domain::event::{ModerationEvent as E, OffsetRange};

use crate::story::post;
use crate::world::{Backend, World, until};

/// Sends posts all at once.
async fn send(world: &World, numbers: Range<u32>) {
    let sends = numbers.map(|n| async move {
        let id = format!("p{n}");
        let body = post(&id, &format!("m{n}"), "a quiet evening, tea and a film", 1);
        world.send_post(&body, "created", &id).await;
    });
    join_all(sends).await;
}

/// Offsets that the log accounts for, by source; each may stand there once.
async fn offsets(world: &World) -> BTreeSet<(String, i64)> {
    let mut offsets = BTreeSet::new();
    for envelope in world.log().await {
        let E::BatchAssessed(batch) = envelope.event else {
            continue;
        };
        if batch.stage != Stage::Triage {
            continue;
        }
        // The canary's posts are ours and not of the topics.
        let of_topics = |range: &OffsetRange| range.source.starts_with(&world.prefix);
        for range in batch.ranges.into_iter().filter(of_topics) {
            for offset in range.first..=range.last {
                let place = (range.source.clone(), offset);
                assert!(
                    offsets.insert(place.clone()),
                    "{place:?} stands there twice"
                );
            }
        }
    }
    offsets
}

#[tokio::test(flavor = "multi_thread")]
async fn a_halted_instance_that_wakes_up_appends_nothing_that_another_did() {
    let mut world = World::new(Backend::Postgres, 4).await;
    let first = world.serve().await;
    world.until_reading().await;
    let second = world.serve().await;
    until("both read", async || {
        world.partitions_of(first).await > 0 && world.partitions_of(second).await > 0
    })
    .await;
    let all = world.partitions_of(first).await + world.partitions_of(second).await;
    send(&world, 0..1000).await;
    // Halted in the middle of its work, for longer than its session lasts.
    tokio::join!(send(&world, 1000..3000), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        world.pause(first);
    });
    until("the other has taken over", async || {
        world.partitions_of(second).await == all
    })
    .await;
    world.until_screened(3000).await;
    world.wake(first);
    send(&world, 3000..4000).await;
    until("both read again", async || {
        world.partitions_of(first).await > 0 && world.partitions_of(second).await > 0
    })
    .await;
    world.until_screened(4000).await;
    // Whatever the one that slept still had in hand has been refused by now.
    send(&world, 4000..4010).await;
    world.until_screened(4010).await;
    let figures = world.text(first, "/metrics").await;
    assert!(
        ["abandoned", "fenced"]
            .iter()
            .any(|outcome| figures.contains(&format!("outcome=\"{outcome}\""))),
        "it had batches on their way when it was halted"
    );
    assert_eq!(offsets(&world).await.len(), 4010, "every record once");
    assert_eq!(world.screened().await, 4010);
}
