//! What was given up can be sent again by hand.

use holdfast_actions::{ActionsError, Resending};
use holdfast_domain::case::ActionStatus;
use holdfast_domain::event::{AlertBecause, AlertRaised, ParkedBecause};
use holdfast_domain::{ActionId, Actor, CrisisLevel, MessageId};
use holdfast_event_store::{OutboxChange, OutboxMessage, OutgoingStatus};

use crate::house::{CASE, House, MEMBER, MINUTE, community, hide, refused, restore, tenant};

fn resending(house: &House) -> Resending<'_> {
    Resending {
        log: &*house.store,
        outbox: &*house.store,
        clock: &*house.clock,
        ids: &*house.ids,
    }
}

async fn resend(house: &House, id: u128, reason: &str) -> Result<(), ActionsError> {
    let id = MessageId::from_u128(id);
    resending(house)
        .resend(id, Actor::Operator, reason.into())
        .await
}

/// A house where action 1 was refused for good.
async fn refused_once() -> House {
    let house = House::new().await;
    house.answer(1, vec![refused()]);
    house.ask(hide(1, 1)).await;
    house.relay().run_until_idle().await;
    assert_eq!(house.status(1).await, OutgoingStatus::Parked);
    house.parcels();
    house
}

#[tokio::test]
async fn a_refused_action_leaves_when_an_operator_sends_it_again_and_says_why() {
    let house = refused_once().await;
    let listed = resending(&house).parked(&tenant(), 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].why, listed[0].in_time),
        (Some(ParkedBecause::Refused), true)
    );
    resend(&house, 1, "the platform's address was wrong")
        .await
        .unwrap();
    house.relay().run_until_idle().await;
    assert_eq!(house.actions_sent(), [1]);
    let state = house.case().await.actions[&ActionId::from_u128(1)].status;
    assert_eq!(state, ActionStatus::Dispatched);
    let facts = house.facts(2).await;
    assert_eq!(
        facts,
        [
            "ActionParked",
            "AlertRaised",
            "MessageResent",
            "ActionDispatched"
        ]
    );
    assert!(
        resending(&house)
            .parked(&tenant(), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn without_a_reason_nothing_is_sent_again() {
    let house = refused_once().await;
    let refusal = resend(&house, 1, "  ").await.unwrap_err();
    assert!(matches!(refusal, ActionsError::ReasonMissing));
    assert_eq!(house.status(1).await, OutgoingStatus::Parked);
}

#[tokio::test]
async fn an_action_whose_time_is_over_is_not_sent_again_and_the_operator_hears_what_to_do() {
    let house = refused_once().await;
    house.pass(73 * 60 * MINUTE);
    let refusal = resend(&house, 1, "late").await.unwrap_err();
    assert!(matches!(refusal, ActionsError::TooLate { .. }));
    let words = refusal.to_string();
    assert!(
        words.contains(&format!("decide anew in case {CASE}")),
        "{words}"
    );
    let listed = resending(&house).parked(&tenant(), 10).await.unwrap();
    assert!(!listed[0].in_time);
}

#[tokio::test]
async fn what_left_is_not_sent_twice_and_what_never_was_is_named() {
    let house = House::new().await;
    house.ask(hide(1, 1)).await;
    house.relay().run_until_idle().await;
    let refusal = resend(&house, 1, "once more").await.unwrap_err();
    assert_eq!(
        refusal.to_string(),
        format!(
            "message {} is sent: only what was given up can be sent again",
            MessageId::from_u128(1)
        )
    );
    let refusal = resend(&house, 9, "once more").await.unwrap_err();
    assert!(matches!(refusal, ActionsError::NoSuchMessage(_)));
}

#[tokio::test]
async fn a_restriction_that_was_lifted_meanwhile_is_not_sent_again() {
    let house = refused_once().await;
    house.ask(restore(2, 1)).await;
    house.relay().run_until_idle().await;
    assert_eq!(house.actions_sent(), [2]);
    let refusal = resend(&house, 1, "once more").await.unwrap_err();
    assert!(
        matches!(refusal, ActionsError::Overtaken { newer } if newer == ActionId::from_u128(2))
    );
}

#[tokio::test]
async fn a_refused_alert_pages_when_it_is_sent_again() {
    let house = House::new().await;
    let id = MessageId::from_u128(0x77);
    let raised = AlertRaised {
        message: id,
        level: CrisisLevel::ActNow,
        because: AlertBecause::Opened,
    };
    let alert = OutboxMessage::alert(id, CASE, Some(MEMBER), &community(), house.now());
    house.answer(0x77, vec![refused()]);
    house
        .record(vec![raised.into()], vec![OutboxChange::Put(alert)])
        .await;
    house.relay().run_until_idle().await;
    assert_eq!(house.alerts_sent(), 1);
    assert_eq!(house.store.parked_alerts(house.now()).await.unwrap(), 1);
    assert_eq!(house.pulse.complaints().len(), 1);
    resend(&house, 0x77, "the secret was wrong").await.unwrap();
    house.relay().run_until_idle().await;
    assert_eq!(house.alerts_sent(), 1);
    assert_eq!(house.store.parked_alerts(house.now()).await.unwrap(), 0);
    assert!(house.pulse.complaints().is_empty());
}
