//! What is not sent becomes a fact, and somebody is told.

use holdfast_actions::config::{CommunityConfig, Mode, PlatformConfig};
use holdfast_domain::case::ActionStatus;
use holdfast_domain::event::ParkedBecause;
use holdfast_domain::{ActionId, ActionKind, ActionPart};
use holdfast_event_store::{Append, OutgoingStatus};

use crate::house::{
    House, MEMBER, MINUTE, action, community, hide, later, outreach, platform, refused, restore,
    tenant,
};

async fn why(house: &House, id: u128) -> ActionStatus {
    house.case().await.actions[&ActionId::from_u128(id)].status
}

fn parked(why: ParkedBecause) -> ActionStatus {
    ActionStatus::Parked { why }
}

#[tokio::test]
async fn an_action_whose_time_is_over_is_parked_and_the_owner_is_told() {
    let house = House::new().await;
    house.set_down(true);
    let mut short = hide(1, 1);
    short.not_after = house.now() + 2 * MINUTE;
    house.ask(short).await;
    let mut relay = house.relay();
    for _ in 0..10 {
        relay.run_until_idle().await;
        house.pass(MINUTE / 2);
    }
    assert_eq!(why(&house, 1).await, parked(ParkedBecause::Expired));
    assert_eq!(house.status(1).await, OutgoingStatus::Parked);
    assert_eq!(house.facts(2).await, ["ActionParked", "AlertRaised"]);
    house.parcels();
    house.set_down(false);
    house.pass(2 * MINUTE);
    relay.run_until_idle().await;
    assert_eq!(house.alerts_sent(), 1);
}

#[tokio::test]
async fn a_refused_action_is_parked_and_not_dropped() {
    let house = House::new().await;
    house.answer(1, vec![refused()]);
    house.ask(hide(1, 1)).await;
    house.relay().run_until_idle().await;
    assert_eq!(why(&house, 1).await, parked(ParkedBecause::Refused));
    assert_eq!(house.alerts_sent(), 1);
}

#[tokio::test]
async fn in_observe_mode_nothing_but_alerts_leaves_the_house() {
    let mut house = House::new().await;
    house.config.mode = Mode::Observe;
    house.ask(hide(1, 1)).await;
    house
        .ask_with_words(action(2, 2, &[outreach()]), "How are you?")
        .await;
    house.answer(1, vec![refused()]);
    house.relay().run_until_idle().await;
    assert!(house.parcels().is_empty());
    for id in [1, 2] {
        assert_eq!(why(&house, id).await, parked(ParkedBecause::ObserveMode));
    }
}

#[tokio::test]
async fn a_community_can_be_live_while_the_rest_is_observed() {
    let mut house = House::new().await;
    house.config.mode = Mode::Observe;
    house
        .config
        .communities
        .insert(community(), CommunityConfig { mode: Mode::Live });
    house.ask(hide(1, 1)).await;
    house.relay().run_until_idle().await;
    assert_eq!(house.actions_sent(), [1]);
}

#[tokio::test]
async fn an_action_that_the_platform_does_not_support_is_parked_as_a_whole() {
    let mut house = House::new().await;
    house.config.platforms.insert(
        platform(),
        PlatformConfig {
            supported: vec![ActionKind::Outreach],
        },
    );
    let both = action(1, 1, &[ActionPart::Hide, outreach()]);
    house.ask_with_words(both, "You are not in trouble.").await;
    house.relay().run_until_idle().await;
    assert_eq!(house.actions_sent(), [0_u128; 0]);
    assert_eq!(why(&house, 1).await, parked(ParkedBecause::Unsupported));
}

#[tokio::test]
async fn nothing_is_asked_about_a_member_who_was_erased() {
    let house = House::new().await;
    house.ask(hide(1, 1)).await;
    let mut erase = Append::new(tenant());
    erase.destroy_keys.push(MEMBER);
    house.store.append(erase).await.unwrap();
    house.relay().run_until_idle().await;
    assert!(house.parcels().is_empty());
    assert_eq!(why(&house, 1).await, parked(ParkedBecause::Erased));
}

#[tokio::test]
async fn retries_are_spread_over_days_and_end_with_the_action() {
    let house = House::new().await;
    house.set_down(true);
    house.ask(hide(1, 1)).await;
    let mut relay = house.relay();
    let mut attempts = 0;
    for _ in 0..80 * 60 {
        relay.run_until_idle().await;
        attempts += house.actions_sent().len();
        house.pass(MINUTE);
    }
    assert!((15..60).contains(&attempts), "{attempts} attempts");
    assert_eq!(why(&house, 1).await, parked(ParkedBecause::Expired));
}

#[tokio::test]
async fn an_action_undone_in_time_does_not_leave() {
    let house = House::new().await;
    house.answer(1, vec![later()]);
    let mut held = restore(1, 1);
    held.hold_until = house.now() + MINUTE;
    house.ask(held).await;
    let mut relay = house.relay();
    relay.run_until_idle().await;
    let id = holdfast_domain::MessageId::from_u128(1);
    let undone = holdfast_domain::event::ActionUndone {
        action: ActionId::from_u128(1),
    };
    house
        .record(
            vec![undone.into()],
            vec![holdfast_event_store::OutboxChange::Cancel { id }],
        )
        .await;
    house.pass(2 * MINUTE);
    relay.run_until_idle().await;
    assert!(house.parcels().is_empty());
}
