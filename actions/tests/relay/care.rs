//! Alerts, the sign of life and outcomes of reports.

use holdfast_actions::contract::{Alert, Channel, CloudEvent, ReportOutcome, ReportVerdict};
use holdfast_domain::event::{AlertBecause, ReportReceived};
use holdfast_domain::intake::ReportReason;
use holdfast_domain::{MessageId, Prose, ReportId, SubjectId};
use holdfast_event_store::{
    OutboxChange, OutboxMessage, OutgoingStatus, ReportNote, ReportVerdict as Verdict,
};

use crate::house::{CASE, House, MEMBER, MINUTE, community};

const ALERT: MessageId = MessageId::from_u128(0xa1e7);

async fn raise(house: &House) {
    let event = house.case().await.alerted(ALERT, AlertBecause::Opened);
    let message = OutboxMessage::alert(ALERT, CASE, Some(MEMBER), &community(), house.now());
    house
        .record(vec![event], vec![OutboxChange::Put(message)])
        .await;
}

#[tokio::test]
async fn an_alert_says_where_and_how_soon_and_nothing_about_the_member() {
    let mut house = House::new().await;
    house.config.case_link = Some("https://console.example.org/cases/{case}".into());
    house.pass(2 * MINUTE);
    raise(&house).await;
    house.relay().run_until_idle().await;
    let parcel = house.parcels().remove(0);
    let text = String::from_utf8(parcel.body.reveal().clone()).unwrap();
    for secret in ["quiet-otter", "some words", "p1", &MEMBER.to_string()] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let alert: CloudEvent<Alert> = serde_json::from_str(&text).unwrap();
    assert_eq!(alert.data.age_secs, 120);
    assert_eq!(alert.data.level_words, "None");
    assert_eq!(
        alert.data.link,
        Some(format!("https://console.example.org/cases/{CASE}"))
    );
    assert_eq!(parcel.key.unwrap().reveal(), &CASE.to_string());
}

#[tokio::test]
async fn an_alert_is_tried_every_minute_as_long_as_it_makes_sense() {
    let house = House::new().await;
    house.set_down(true);
    raise(&house).await;
    let mut relay = house.relay();
    for _ in 0..6 * 60 {
        relay.run_until_idle().await;
        house.pass(MINUTE / 6);
    }
    assert!(house.alerts_sent() >= 45);
    house.set_down(false);
    house.pass(MINUTE);
    relay.run_until_idle().await;
    assert_eq!(house.alerts_sent(), 1);
    assert_eq!(house.status(0xa1e7).await, OutgoingStatus::Sent);
}

#[tokio::test]
async fn a_reporter_is_told_the_outcome_under_the_platforms_id_of_the_report() {
    let house = House::new().await;
    let reporter = SubjectId::from_u128(0x30);
    let case = holdfast_domain::CaseId::from_u128(0x31);
    house.move_in(reporter, "kind-heron", case, 0..0).await;
    let report = ReportId::from_u128(5);
    let received = ReportReceived {
        report,
        reporter,
        post: None,
        post_received: true,
        reason: ReportReason::Harassment,
        words: None,
        quoted: None,
        external_id: Some(Prose::clear(reporter, "r-118")),
    };
    let note = ReportNote {
        report,
        verdict: Verdict::Acted,
        decided_at: house.now(),
    };
    let message = OutboxMessage::report_outcome(MessageId::from_u128(9), CASE, &community(), note);
    house
        .record(vec![received.into()], vec![OutboxChange::Put(message)])
        .await;
    house.relay().run_until_idle().await;
    let parcel = house.parcels().remove(0);
    assert_eq!(parcel.channel, Channel::ReportOutcomes);
    assert_eq!(parcel.key.unwrap().reveal(), "kind-heron");
    let told: CloudEvent<ReportOutcome> = serde_json::from_slice(parcel.body.reveal()).unwrap();
    assert_eq!(told.data.report_id.reveal(), "r-118");
    assert_eq!(told.data.outcome, ReportVerdict::Acted);
    let text = String::from_utf8(parcel.body.into_inner()).unwrap();
    assert!(!text.contains("quiet-otter"), "nothing about the reported");
}

#[tokio::test]
async fn the_canary_leaves_also_in_observe_mode_and_while_actions_are_stopped() {
    let mut house = House::new().await;
    house.config.mode = holdfast_actions::config::Mode::Observe;
    house
        .levers()
        .stop_actions(
            &crate::house::tenant(),
            holdfast_domain::Actor::Operator,
            "test".into(),
        )
        .await
        .unwrap();
    let message = OutboxMessage::heartbeat(MessageId::from_u128(9), house.now());
    house.record(vec![], vec![OutboxChange::Put(message)]).await;
    house.relay().run_until_idle().await;
    assert_eq!(house.parcels()[0].channel, Channel::Canary);
}
