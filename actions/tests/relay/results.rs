//! The platform's answers, and their absence.

use holdfast_actions::{answered, on_result};
use holdfast_domain::action::ActionOutcome;
use holdfast_domain::case::ActionStatus;
use holdfast_domain::intake::ActionResult;
use holdfast_domain::{ActionId, ModerationEvent};
use holdfast_event_store::OutgoingStatus;

use crate::house::{House, MINUTE, hide, tenant};

fn result(outcome: ActionOutcome, detail: Option<&str>) -> ActionResult {
    ActionResult {
        tenant: tenant(),
        action: ActionId::from_u128(1),
        outcome,
        detail: detail.map(Into::into),
    }
}

async fn status(house: &House) -> ActionStatus {
    house.case().await.actions[&ActionId::from_u128(1)].status
}

#[tokio::test]
async fn until_the_platform_confirms_an_action_is_only_sent() {
    let house = House::new().await;
    house.ask(hide(1, 1)).await;
    house.relay().run_until_idle().await;
    assert_eq!(status(&house).await, ActionStatus::Dispatched);
    let event = on_result(&house.case().await, &result(ActionOutcome::Done, None)).unwrap();
    house
        .record(vec![event.unwrap()], vec![answered(ActionId::from_u128(1))])
        .await;
    assert_eq!(status(&house).await, ActionStatus::Confirmed);
    assert_eq!(house.status(1).await, OutgoingStatus::Answered);
    let again = on_result(&house.case().await, &result(ActionOutcome::Done, None));
    assert_eq!(again, Ok(None));
}

#[tokio::test]
async fn the_platforms_explanation_is_kept_sealed() {
    let house = House::new().await;
    house.ask(hide(1, 1)).await;
    house.relay().run_until_idle().await;
    let failed = result(ActionOutcome::Failed, Some("no such room"));
    let event = on_result(&house.case().await, &failed).unwrap().unwrap();
    let ModerationEvent::ActionFailed(failed) = &event else {
        panic!("a failure is recorded");
    };
    assert!(failed.detail.is_some());
    house.record(vec![event], vec![]).await;
    let stored = house.events().await.pop().unwrap();
    assert!(!stored.event.to_json().unwrap().contains("no such room"));
}

#[tokio::test]
async fn an_answer_that_overtakes_our_own_mark_counts() {
    let house = House::new().await;
    house.ask(hide(1, 1)).await;
    let event = on_result(&house.case().await, &result(ActionOutcome::Done, None)).unwrap();
    house.record(vec![event.unwrap()], vec![]).await;
    house.relay().run_until_idle().await;
    assert_eq!(status(&house).await, ActionStatus::Confirmed);
    assert_eq!(house.status(1).await, OutgoingStatus::Sent);
}

#[tokio::test]
async fn an_unanswered_action_is_told_to_the_owner_once() {
    let house = House::new().await;
    house.ask(hide(1, 1)).await;
    house.relay().run_until_idle().await;
    house.pass(14 * MINUTE);
    assert_eq!(house.answer_timer().fire().await.unwrap(), 0);
    house.pass(2 * MINUTE);
    assert_eq!(house.answer_timer().fire().await.unwrap(), 1);
    assert_eq!(house.answer_timer().fire().await.unwrap(), 0);
    assert_eq!(status(&house).await, ActionStatus::Unanswered);
    assert_eq!(house.facts(3).await, ["ActionUnanswered", "AlertRaised"]);
    house.parcels();
    house.relay().run_until_idle().await;
    assert_eq!(house.alerts_sent(), 1);
}
