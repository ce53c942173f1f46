//! What happens by itself.

use std::time::Duration;

use holdfast_domain::event::ActionDispatched;
use holdfast_domain::{Actor, MessageId, Role};
use holdfast_event_store::{Leadership, Outbox, OutboxChange, Take};
use holdfast_review_queue::testing::TestApp;
use holdfast_review_queue::timers::Fired;
use serde_json::json;

#[tokio::test]
async fn a_broken_promise_is_recorded_once_and_people_are_called() {
    let app = TestApp::new().await;
    let case = app.crisis("goodbye").await;
    assert_eq!(app.timers().step().await.unwrap(), Fired::default());
    app.later(Duration::from_mins(31));
    let one = Fired {
        breaches: 1,
        ..Fired::default()
    };
    assert_eq!(app.timers().step().await.unwrap(), one);
    // The rows lag behind: another instance finds the case again, and the log says no.
    assert_eq!(app.timers().step().await.unwrap(), Fired::default());
    app.settle().await;
    assert_eq!(app.timers().step().await.unwrap(), Fired::default());
    let events = app.events(case.id).await;
    assert_eq!(events[events.len() - 2..], ["SlaBreached", "AlertRaised"]);
    let breaches = &app.service().metrics().sla_breaches;
    let labels = ["urgent", "first_look", "no_staff"];
    assert_eq!(breaches.with_label_values(&labels).get(), 1);
}

#[tokio::test]
async fn a_case_that_somebody_read_breaks_no_promise() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("reveal"), json!({"what": "case"}))
        .await;
    app.later(Duration::from_mins(31));
    assert_eq!(app.timers().step().await.unwrap().breaches, 0);
}

#[tokio::test]
async fn an_ended_lease_is_a_fact_and_the_case_waits_again() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    app.settle().await;
    app.later(Duration::from_mins(11));
    assert_eq!(app.timers().step().await.unwrap().leases, 1);
    app.settle().await;
    assert_eq!(app.timers().step().await.unwrap().leases, 0);
    assert_eq!(app.events(case.id).await.last(), Some(&"LeaseExpired"));
}

#[tokio::test]
async fn the_owner_is_told_when_the_platform_does_not_report_back() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    let decision = json!({
        "outcome": "support", "policy": "crisis.support", "reason": "she asked",
        "actions": [{"parts": [{"do": "outreach"}], "message": "Are you safe?"}],
    });
    app.post(&ana, &case.to("decisions"), decision).await;
    app.later(Duration::from_secs(20));
    sent(&app, &case).await;
    app.later(Duration::from_secs(599));
    assert_eq!(app.timers().step().await.unwrap().unanswered, 0);
    app.later(Duration::from_secs(2));
    assert_eq!(app.timers().step().await.unwrap().unanswered, 1);
    assert_eq!(app.timers().step().await.unwrap().unanswered, 0);
    let view = app.get(&ana, &case.path()).await;
    assert_eq!(view.body["actions"][0]["status"], "unanswered");
    assert_eq!(app.events(case.id).await.last(), Some(&"AlertRaised"));
}

/// The relay takes the case's action and hands it over.
async fn sent(app: &TestApp, case: &holdfast_review_queue::testing::TestCase) {
    let now = app.service().now();
    let minute = Duration::from_mins(1);
    for shard in 0..holdfast_event_store::RELAY_SHARDS {
        let name = format!("relay/{shard}");
        let lease = app
            .store
            .acquire(&name, "test", now, minute)
            .await
            .unwrap()
            .unwrap();
        let take = Take {
            lease: &lease,
            shard,
            now,
            limit: 10,
            actions: true,
        };
        for outgoing in app.store.take(&take).await.unwrap() {
            let id: MessageId = outgoing.message.id;
            if outgoing.message.kind != holdfast_event_store::OutboxKind::Action {
                continue;
            }
            let dispatched = ActionDispatched {
                action: id.as_uuid().into(),
                sequence: 1,
                attempts: 1,
            };
            let change = OutboxChange::Sent {
                id,
                lease: lease.clone(),
            };
            app.happens(case.id, &Actor::System, [dispatched.into()], vec![change])
                .await;
        }
    }
}
