//! What leaves when: order per member and lane, holds, superseding.

use std::time::Duration;

use holdfast_domain::{ActionPart, CaseId, SubjectId};
use holdfast_event_store::OutgoingStatus;

use crate::house::{House, MINUTE, action, command, hide, later, outreach, restore};

#[tokio::test]
async fn actions_of_one_member_leave_in_the_order_in_which_they_were_asked_for() {
    let house = House::new().await;
    for number in 1..=5 {
        house.ask(hide(number, number)).await;
    }
    house.relay().run_until_idle().await;
    let parcels = house.parcels();
    let order: Vec<_> = parcels
        .iter()
        .map(|parcel| command(parcel).data.sequence)
        .collect();
    assert_eq!(order, [1, 2, 3, 4, 5]);
    let posts: Vec<_> = parcels
        .iter()
        .map(|parcel| {
            command(parcel)
                .data
                .target
                .post_id
                .unwrap()
                .reveal()
                .clone()
        })
        .collect();
    assert_eq!(posts, ["p1", "p2", "p3", "p4", "p5"]);
}

#[tokio::test]
async fn a_failing_action_holds_up_its_own_member_and_lane_alone() {
    let house = House::new().await;
    let other = SubjectId::from_u128(0x11);
    let other_case = CaseId::from_u128(0x21);
    house.move_in(other, "loud-heron", other_case, 50..51).await;
    house.answer(1, vec![later()]);
    house.ask(hide(1, 1)).await;
    house.ask(hide(2, 2)).await;
    house
        .ask_with_words(action(3, 3, &[outreach()]), "How are you?")
        .await;
    let mut elsewhere = hide(4, 50);
    elsewhere.case = other_case;
    elsewhere.target = holdfast_domain::ActionTarget::Author(other);
    house.ask(elsewhere).await;

    let mut relay = house.relay();
    relay.run_until_idle().await;
    let mut left = house.actions_sent();
    left.sort_unstable();
    assert_eq!(left, [1, 3, 4], "the second hiding waits for the first");
    house.pass(MINUTE);
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [1, 2]);
}

#[tokio::test]
async fn an_action_that_can_still_be_undone_holds_up_only_itself() {
    let house = House::new().await;
    let mut held = hide(1, 1);
    held.hold_until = house.now() + Duration::from_secs(15);
    house.ask(held).await;
    house.ask(hide(2, 2)).await;
    let mut relay = house.relay();
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [2]);
    house.pass(Duration::from_secs(15));
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [1]);
}

#[tokio::test]
async fn what_belongs_together_leaves_as_one_command() {
    let house = House::new().await;
    let both = action(1, 1, &[ActionPart::Hide, outreach()]);
    house.ask_with_words(both, "You are not in trouble.").await;
    house.relay().run_until_idle().await;
    let parcels = house.parcels();
    assert_eq!(parcels.len(), 1);
    let command = command(&parcels[0]).data;
    assert_eq!(command.parts.len(), 2);
    assert_eq!(command.message.unwrap().reveal(), "You are not in trouble.");
}

#[tokio::test]
async fn a_restoration_overtakes_and_supersedes_a_hiding_that_fails() {
    let house = House::new().await;
    house.answer(1, vec![later()]);
    house.ask(hide(1, 1)).await;
    let mut relay = house.relay();
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [1]);
    house.ask(restore(2, 1)).await;
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [2]);
    assert_eq!(house.status(1).await, OutgoingStatus::Superseded);
    house.pass(60 * MINUTE);
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [0_u128; 0]);
    assert_eq!(
        house.facts(3).await,
        ["ActionSuperseded", "ActionDispatched"]
    );
}

#[tokio::test]
async fn a_failing_action_gives_way_to_a_newer_one_in_its_own_lane() {
    let house = House::new().await;
    house.answer(1, vec![later()]);
    house.ask(hide(1, 1)).await;
    let mut relay = house.relay();
    relay.run_until_idle().await;
    house.ask(action(2, 1, &[ActionPart::Remove])).await;
    house.pass(MINUTE);
    relay.run_until_idle().await;
    house.pass(MINUTE);
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [1, 2], "the hiding is not sent again");
    assert_eq!(house.status(1).await, OutgoingStatus::Superseded);
}

#[tokio::test]
async fn a_newer_action_that_can_still_be_undone_supersedes_nothing() {
    let house = House::new().await;
    house.answer(1, vec![later()]);
    house.ask(hide(1, 1)).await;
    let mut relay = house.relay();
    relay.run_until_idle().await;
    let mut held = restore(2, 1);
    held.hold_until = house.now() + 10 * MINUTE;
    house.ask(held).await;
    house.pass(MINUTE);
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [1, 1]);
    assert_eq!(house.status(1).await, OutgoingStatus::Sent);
}

#[tokio::test]
async fn a_message_to_the_member_is_not_superseded_by_a_restriction() {
    let house = House::new().await;
    house.answer(1, vec![later()]);
    house
        .ask_with_words(action(1, 1, &[outreach()]), "How are you?")
        .await;
    let mut relay = house.relay();
    relay.run_until_idle().await;
    house.ask(hide(2, 1)).await;
    relay.run_until_idle().await;
    house.pass(MINUTE);
    relay.run_until_idle().await;
    assert_eq!(house.actions_sent(), [1, 2, 1]);
}
