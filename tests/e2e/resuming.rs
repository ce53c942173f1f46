//! A partition that stopped goes on when an operator says so, and what nobody screened is a fact.

use holdfast_demo::{create_topics, delete_records, delete_topics};
use holdfast_domain::event::{IntakeResumed, ModerationEvent as E};

use crate::story::post;
use crate::world::{Backend, World, kafka, until};

async fn send(world: &World, numbers: std::ops::Range<u32>) {
    for n in numbers {
        let id = format!("p{n}");
        let body = post(&id, "heron", "a quiet evening, tea and a film", 1);
        world.send_post(&body, "created", &id).await;
    }
}

async fn until_stopped(world: &World, server: usize, cause: &str) {
    let alarm = format!(
        "holdfast_consumer_stopped{{cause=\"{cause}\",partition=\"0\",topic=\"{}\"}} 1",
        world.topic("posts")
    );
    until("the partition stops with an alarm", async || {
        world.text(server, "/metrics").await.contains(&alarm)
    })
    .await;
}

async fn resumed(world: &World) -> Vec<IntakeResumed> {
    let log = world.log().await;
    let resumed = log.into_iter().filter_map(|e| match e.event {
        E::IntakeResumed(resumed) => Some(resumed),
        _ => None,
    });
    resumed.collect()
}

fn resume(world: &World) -> String {
    let topic = world.topic("posts");
    let command = [
        "intake",
        "resume",
        "--topic",
        &topic,
        "--partition",
        "0",
        "--reason",
        "checked by hand",
    ];
    world.holdfast(&command, "")
}

/// Five records are screened, and the instance is gone.
async fn five_screened() -> World {
    let mut world = World::new(Backend::Postgres, 1).await;
    let first = world.serve().await;
    world.until_reading().await;
    send(&world, 0..5).await;
    world.until_screened(5).await;
    world.kill(first);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn after_records_were_deleted_unread_an_operator_lets_the_partition_go_on() {
    let mut world = five_screened().await;
    send(&world, 5..10).await;
    delete_records(&kafka(), &world.topic("posts"), 0, 8)
        .await
        .unwrap();
    let second = world.serve().await;
    until_stopped(&world, second, "lost").await;
    assert_eq!(world.screened().await, 5);
    let said = resume(&world);
    assert!(said.contains("goes on at 8"), "{said}");
    // Records 8 and 9, and what comes next.
    send(&world, 10..11).await;
    world.until_screened(8).await;
    let facts = resumed(&world).await;
    let range: Vec<_> = facts
        .iter()
        .map(|fact| (fact.source.clone(), fact.unscreened_from, fact.resumed_at))
        .collect();
    assert_eq!(range, [(format!("{}/0", world.topic("posts")), 5, 8)]);
    until("the alarm is over", async || {
        let figures = world.text(second, "/metrics").await;
        !figures.contains("holdfast_consumer_stopped{")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_topic_was_made_anew_an_operator_lets_the_partition_go_on() {
    let mut world = five_screened().await;
    let topic = world.topic("posts");
    delete_topics(&kafka(), &[&topic]).await.unwrap();
    until("the topic can be made anew", async || {
        create_topics(&kafka(), std::slice::from_ref(&topic), 1)
            .await
            .is_ok()
            && world.feed.send_raw(&topic, "heron", b"{}").await.is_ok()
    })
    .await;
    let second = world.serve().await;
    until_stopped(&world, second, "ahead").await;
    let said = resume(&world);
    assert!(said.contains("goes on at 0"), "{said}");
    send(&world, 5..8).await;
    world.until_screened(9).await;
    let range: Vec<_> = resumed(&world)
        .await
        .iter()
        .map(|fact| (fact.unscreened_from, fact.resumed_at))
        .collect();
    assert_eq!(range, [(5, 0)]);
}
