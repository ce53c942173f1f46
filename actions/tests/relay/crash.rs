//! A crash between the sending and its mark.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use holdfast_event_store::{OutgoingStatus, StoreConfig};

use crate::house::{House, hide};

/// Ends the relay's work at the crash point, once, as a killed process would.
async fn dies_mid_relay(house: &mut House) {
    let dead = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&dead);
    house.crash = Some(Arc::new(move || {
        assert!(flag.swap(true, Ordering::SeqCst), "killed here");
    }));
    let mut relay = house.relay();
    let run = tokio::spawn(async move { relay.run_until_idle().await });
    assert!(AssertUnwindSafe(run).await.is_err());
    assert!(dead.load(Ordering::SeqCst));
    house.crash = None;
}

async fn sends_again_under_the_same_id(mut house: House) {
    house.ask(hide(1, 1)).await;
    house.ask(hide(2, 2)).await;
    dies_mid_relay(&mut house).await;
    assert_eq!(house.actions_sent(), [1]);
    assert_eq!(house.status(1).await, OutgoingStatus::Taken);
    house.holder = "after the restart".into();
    house.pass(Duration::from_secs(16));
    house.relay().run_until_idle().await;
    let parcels = house.parcels();
    let sequences: Vec<_> = parcels
        .iter()
        .map(|parcel| crate::house::command(parcel).data.sequence)
        .collect();
    assert_eq!(sequences, [1, 2], "the same number, and in order");
    assert_eq!(
        house.facts(3).await,
        ["ActionDispatched", "ActionDispatched"]
    );
}

#[tokio::test]
async fn after_a_crash_between_sending_and_marking_the_same_action_goes_again() {
    sends_again_under_the_same_id(House::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_on_sqlite_the_same_action_goes_again() {
    let folder = std::env::temp_dir().join(format!("holdfast-relay-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let config = StoreConfig {
        url: format!("sqlite:{}", folder.join("relay.db").display()),
        master_key_file: folder.join("master.key"),
        ..StoreConfig::default()
    };
    sends_again_under_the_same_id(House::on(&config).await).await;
    std::fs::remove_dir_all(&folder).unwrap();
}
