//! Stopping and resuming, and who relays.

use std::time::Duration;

use holdfast_actions::ActionsError;
use holdfast_domain::Actor;
use holdfast_event_store::{AppendError, OutboxChange, OutgoingStatus};

use crate::house::{House, MINUTE, hide, tenant};

#[tokio::test]
async fn a_stop_holds_actions_on_every_instance_and_lets_alerts_leave() {
    let house = House::new().await;
    let mut relay = house.relay();
    relay.run_until_idle().await;
    house
        .levers()
        .stop_actions(&tenant(), Actor::Operator, "wrong rule".into())
        .await
        .unwrap();
    house.ask(hide(1, 1)).await;
    house.ask(hide(2, 2)).await;
    alert(&house).await;
    house.pass(Duration::from_secs(2));
    relay.run_until_idle().await;
    let parcels = house.parcels();
    assert_eq!(parcels.len(), 1);
    assert_eq!(parcels[0].channel.as_str(), "alerts");
}

#[tokio::test]
async fn after_a_resume_what_waited_leaves_within_seconds_and_in_order() {
    let house = House::new().await;
    let mut relay = house.relay();
    let levers = house.levers();
    levers
        .stop_actions(&tenant(), Actor::Operator, "wrong rule".into())
        .await
        .unwrap();
    house.ask(hide(1, 1)).await;
    house.ask(hide(2, 2)).await;
    for _ in 0..600 {
        relay.run_until_idle().await;
        house.pass(Duration::from_secs(6));
    }
    assert_eq!(house.actions_sent(), [0_u128; 0]);
    levers
        .resume_actions(&tenant(), Actor::Operator, "rule mended".into())
        .await
        .unwrap();
    house.pass(Duration::from_secs(6));
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [1, 2]);
}

#[tokio::test]
async fn a_long_stop_does_not_lengthen_the_wait_after_the_first_failure() {
    let house = House::new().await;
    let mut relay = house.relay();
    let levers = house.levers();
    levers
        .stop_actions(&tenant(), Actor::Operator, "wrong rule".into())
        .await
        .unwrap();
    house.ask(hide(1, 1)).await;
    for _ in 0..600 {
        relay.run_until_idle().await;
        house.pass(Duration::from_secs(6));
    }
    levers
        .resume_actions(&tenant(), Actor::Operator, "rule mended".into())
        .await
        .unwrap();
    house.answer(1, vec![crate::house::later()]);
    for _ in 0..3 {
        house.pass(Duration::from_secs(6));
        relay.run_until_idle().await;
    }
    assert_eq!(house.actions_sent(), [1, 1]);
}

#[tokio::test]
async fn a_stop_needs_a_reason() {
    let house = House::new().await;
    let stopped = house
        .levers()
        .stop_actions(&tenant(), Actor::Operator, " ".into())
        .await;
    assert!(matches!(stopped, Err(ActionsError::ReasonMissing)));
}

#[tokio::test]
async fn of_two_instances_only_one_sends() {
    let mut house = House::new().await;
    let mut here = house.relay();
    here.run_until_idle().await;
    house.holder = "there".into();
    let mut there = house.relay();
    house.ask(hide(1, 1)).await;
    there.run_until_idle().await;
    assert_eq!(house.actions_sent(), [0_u128; 0]);
    here.run_until_idle().await;
    assert_eq!(house.actions_sent(), [1]);
}

#[tokio::test]
async fn when_an_instance_dies_another_goes_on() {
    let mut house = House::new().await;
    let mut here = house.relay();
    here.run_until_idle().await;
    drop(here);
    house.holder = "there".into();
    let mut there = house.relay();
    house.ask(hide(1, 1)).await;
    house.pass(Duration::from_secs(16));
    there.run_until_idle().await;
    assert_eq!(house.actions_sent(), [1]);
}

#[tokio::test]
async fn a_mark_under_a_stale_epoch_is_refused() {
    let mut house = House::new().await;
    house.ask(hide(1, 1)).await;
    house.holder = "there".into();
    let old = {
        let row = house.row(1).await;
        let shard = (0..holdfast_event_store::RELAY_SHARDS)
            .find(|shard| {
                u16::from(row.message.subject.unwrap().as_uuid().as_bytes()[15]) % 16 == *shard
            })
            .unwrap();
        let name = format!("relay/{shard}");
        house
            .store
            .acquire(&name, "here", house.now(), MINUTE)
            .await
            .unwrap()
            .unwrap()
    };
    house.pass(2 * MINUTE);
    house.relay().run_until_idle().await;
    assert_eq!(house.actions_sent(), [1]);
    let stale = holdfast_event_store::Append::new(tenant()).with_outbox(OutboxChange::Parked {
        id: holdfast_domain::MessageId::from_u128(1),
        lease: old,
    });
    let refused = house.store.append(stale).await;
    assert!(matches!(refused, Err(AppendError::LeaseLost { .. })));
    assert_eq!(house.status(1).await, OutgoingStatus::Sent);
}

async fn alert(house: &House) {
    let id = holdfast_domain::MessageId::from_u128(0xa1e7);
    let event = house
        .case()
        .await
        .alerted(id, holdfast_domain::event::AlertBecause::Opened);
    let message = holdfast_event_store::OutboxMessage::alert(
        id,
        crate::house::CASE,
        None,
        &crate::house::community(),
        house.now(),
    );
    house
        .record(vec![event], vec![OutboxChange::Put(message)])
        .await;
}
