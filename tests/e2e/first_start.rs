//! What stands in a topic when Holdfast reads it for the first time.

use std::time::Duration;

use holdfast_domain::event::ModerationEvent as E;

use crate::reckoning::GOODBYE;
use crate::story::post;
use crate::world::{Backend, World, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_goodbye_written_in_the_minutes_before_the_first_start_alerts() {
    let mut world = World::new(Backend::Sqlite, 2).await;
    world
        .send_post(
            &post("the-goodbye", "heron", GOODBYE, 1),
            "created",
            "the-goodbye",
        )
        .await;
    // It stands there for a while before anybody reads it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    world.serve().await;
    until("somebody is alerted", async || {
        let log = world.log().await;
        log.iter().any(|e| matches!(e.event, E::AlertRaised(_)))
    })
    .await;
}
