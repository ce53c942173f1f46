//! Several instances share the work, and one of them going away loses nothing.

use crate::story::post;
use crate::world::{Backend, World, until};

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_share_the_partitions_and_survive_a_rebalance() {
    let mut world = World::new(Backend::Postgres, 4).await;
    let first = world.serve().await;
    world.until_reading().await;
    let second = world.serve().await;
    until("both read", async || {
        world.partitions_of(first).await > 0 && world.partitions_of(second).await > 0
    })
    .await;
    for n in 0..200 {
        let body = post(
            &format!("p{n}"),
            &format!("m{n}"),
            "a quiet evening, tea and a film",
            1,
        );
        world.send_post(&body, "created", &format!("p{n}")).await;
        if n == 100 {
            world.kill(first);
        }
    }
    world.until_screened(200).await;
    assert_eq!(
        world.screened().await,
        200,
        "each record is in the log exactly once"
    );
}
