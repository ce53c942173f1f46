//! The relay as it runs in a process: woken by appends, stopped in order.

use std::time::Duration;

use holdfast_event_store::OutgoingStatus;
use tokio_util::sync::CancellationToken;

use crate::house::{House, hide};

const SOON: Duration = Duration::from_secs(20);

async fn until_sent(house: &House, action: u128) {
    while house.status(action).await != OutgoingStatus::Sent {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_relay_sends_what_is_recorded_and_gives_its_shards_back_when_it_stops() {
    let mut house = House::new().await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(house.relay().run(stop.clone()));
    for number in 1..=3 {
        house.ask(hide(number, number)).await;
    }
    for number in 1..=3 {
        tokio::time::timeout(SOON, until_sent(&house, number))
            .await
            .expect("it leaves");
    }
    assert_eq!(house.actions_sent(), [1, 2, 3]);
    stop.cancel();
    tokio::time::timeout(SOON, running)
        .await
        .expect("it stops")
        .unwrap();
    house.holder = "the next".into();
    house.ask(hide(4, 4)).await;
    house.relay().run_until_idle().await;
    assert_eq!(house.actions_sent(), [4], "nobody waits for an old lease");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_breaks_off_does_not_strand_its_message() {
    let mut house = House::new().await;
    let first = std::sync::atomic::AtomicBool::new(true);
    house.crash = Some(std::sync::Arc::new(move || {
        assert!(
            !first.swap(false, std::sync::atomic::Ordering::SeqCst),
            "breaks off once"
        );
    }));
    let stop = CancellationToken::new();
    let running = tokio::spawn(house.relay().run(stop.clone()));
    house.ask(hide(1, 1)).await;
    tokio::time::timeout(SOON, until_sent(&house, 1))
        .await
        .expect("it is sent again");
    assert_eq!(house.actions_sent(), [1, 1]);
    stop.cancel();
    running.await.unwrap();
}
