//! Decisions, their actions, undoing, and what reporters are told.

use std::time::Duration;

use holdfast_domain::event::ActionDispatched;
use holdfast_domain::{ActionId, ActionKind, Actor, MessageId, Role};
use holdfast_event_store::{Outbox, OutboxKind, OutgoingStatus};
use holdfast_review_queue::ReviewConfig;
use holdfast_review_queue::testing::{TestAnswer, TestApp, TestCase, TestUser};
use serde_json::{Value, json};

async fn claimed(app: &TestApp) -> (TestUser, TestCase) {
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    (ana, case)
}

fn outreach() -> Value {
    json!({
        "outcome": "support", "policy": "crisis.support", "reason": "she asked for help",
        "actions": [{"parts": [{"do": "outreach"}], "message": "Are you safe right now?"}],
    })
}

async fn decide(app: &TestApp, ana: &TestUser, case: &TestCase, body: Value) -> TestAnswer {
    let view = app.get(ana, &case.path()).await;
    app.ask(axum::http::Method::POST, &case.to("decisions"), Some(body))
        .by(ana)
        .with("if-match", view.header("etag"))
        .send()
        .await
}

async fn action_of(app: &TestApp, ana: &TestUser, case: &TestCase) -> (ActionId, Value) {
    let view = app.get(ana, &case.path()).await;
    let action = view.body["actions"][0].clone();
    let id = action["action"].as_str().unwrap().parse().unwrap();
    (id, action)
}

async fn status_of(app: &TestApp, id: MessageId) -> OutgoingStatus {
    app.store.message(id).await.unwrap().unwrap().status
}

#[tokio::test]
async fn a_decision_waits_in_the_house_while_it_can_be_undone() {
    let app = TestApp::new().await;
    let (ana, case) = claimed(&app).await;
    let decided = decide(&app, &ana, &case, outreach()).await;
    assert_eq!(
        decided.body["recorded"],
        json!(["DecisionRecorded", "ActionRequested"])
    );
    assert_eq!(decided.body["undo"]["actions"], 1);
    let (id, action) = action_of(&app, &ana, &case).await;
    assert_eq!(action["status"], "requested");
    let waiting = app
        .store
        .message(MessageId::from(id.as_uuid()))
        .await
        .unwrap()
        .unwrap();
    let now = app.service().now();
    assert_eq!(waiting.message.kind, OutboxKind::Action);
    assert_eq!(waiting.message.hold_until, now + Duration::from_secs(15));
    assert_eq!(
        waiting.message.not_after,
        now + ActionKind::Outreach.lifetime()
    );
}

#[tokio::test]
async fn undoing_takes_the_action_back_and_a_second_undo_finds_nothing() {
    let app = TestApp::new().await;
    let (ana, case) = claimed(&app).await;
    decide(&app, &ana, &case, outreach()).await;
    let (id, _) = action_of(&app, &ana, &case).await;
    let undone = app.post(&ana, &case.to("undo"), json!({})).await;
    assert_eq!(
        undone.body["recorded"],
        json!(["ActionUndone", "DecisionUndone"])
    );
    let id = MessageId::from(id.as_uuid());
    assert_eq!(status_of(&app, id).await, OutgoingStatus::Cancelled);
    let again = app.post(&ana, &case.to("undo"), json!({})).await;
    assert_eq!(again.brief(), "404 not-found");
}

#[tokio::test]
async fn what_has_left_the_house_is_sent_and_not_confirmed_and_cannot_be_undone() {
    let app = TestApp::new().await;
    let (ana, case) = claimed(&app).await;
    decide(&app, &ana, &case, outreach()).await;
    let (action, _) = action_of(&app, &ana, &case).await;
    let dispatched = ActionDispatched {
        action,
        sequence: 1,
        attempts: 1,
    };
    app.happens(case.id, &Actor::System, [dispatched.into()], Vec::new())
        .await;
    let (_, shown) = action_of(&app, &ana, &case).await;
    assert_eq!(shown["status"], "dispatched");
    let late = app.post(&ana, &case.to("undo"), json!({})).await;
    assert_eq!(late.brief(), "409 too-late");
}

#[tokio::test]
async fn hiding_crisis_content_in_silence_is_refused() {
    let app = TestApp::new().await;
    let (ana, case) = claimed(&app).await;
    let hide = json!({
        "outcome": "act", "policy": "crisis.method", "reason": "it tells a method",
        "actions": [{"post": {"post": case.post.post, "revision": 1}, "parts": [{"do": "hide"}]}],
    });
    assert_eq!(decide(&app, &ana, &case, hide).await.brief(), "422 unsafe");
}

#[tokio::test]
async fn what_the_platform_does_not_do_is_neither_offered_nor_taken() {
    let config = ReviewConfig {
        secure_cookies: false,
        supported_actions: [ActionKind::Hide].into(),
        ..ReviewConfig::default()
    };
    let app = TestApp::with(config).await;
    let (ana, case) = claimed(&app).await;
    let view = app.get(&ana, &case.path()).await;
    assert_eq!(view.body["supported"], json!(["hide"]));
    let refused = decide(&app, &ana, &case, outreach()).await;
    assert_eq!(refused.brief(), "422 unsupported-action");
    assert_eq!(refused.body["action"], "outreach");
}

#[tokio::test]
async fn a_decision_without_a_reason_names_the_field() {
    let app = TestApp::new().await;
    let (ana, case) = claimed(&app).await;
    let mut body = outreach();
    body["reason"] = json!("  ");
    let refused = decide(&app, &ana, &case, body).await;
    assert_eq!(refused.brief(), "422 invalid");
    assert_eq!(refused.body["errors"][0]["field"], "reason");
}

#[tokio::test]
async fn nobody_decides_about_a_case_that_they_do_not_hold() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    assert_eq!(
        decide(&app, &ana, &case, outreach()).await.brief(),
        "409 not-held"
    );
}

async fn outcomes(app: &TestApp) -> u64 {
    let waiting = app.store.waiting().await.unwrap();
    let outcome = waiting
        .iter()
        .find(|(kind, ..)| *kind == OutboxKind::ReportOutcome);
    outcome.map_or(0, |(_, count, _)| *count)
}

#[tokio::test]
async fn each_reporter_is_told_once_whether_by_the_decision_or_by_the_end() {
    let app = TestApp::new().await;
    let (ana, case) = claimed(&app).await;
    app.report_arrives(&case, "she said goodbye").await;
    decide(&app, &ana, &case, outreach()).await;
    assert_eq!(outcomes(&app).await, 1);
    app.later(Duration::from_secs(20));
    app.report_arrives(&case, "again").await;
    let view = app.get(&ana, &case.path()).await;
    let closed = app
        .ask(
            axum::http::Method::POST,
            &case.to("close"),
            Some(json!({"code": "support_given", "reason": "she is safe"})),
        )
        .by(&ana)
        .with("if-match", view.header("etag"))
        .send()
        .await;
    assert_eq!(closed.brief(), "200", "{}", closed.body);
    assert_eq!(outcomes(&app).await, 2);
}

#[tokio::test]
async fn undoing_a_decision_also_takes_back_what_reporters_would_be_told() {
    let app = TestApp::new().await;
    let (ana, case) = claimed(&app).await;
    app.report_arrives(&case, "she said goodbye").await;
    decide(&app, &ana, &case, outreach()).await;
    app.post(&ana, &case.to("undo"), json!({})).await;
    assert_eq!(outcomes(&app).await, 0);
    decide(&app, &ana, &case, outreach()).await;
    assert_eq!(outcomes(&app).await, 1);
}
