//! Closing, reopening, levels.

use holdfast_domain::{CaseKind, Role};
use holdfast_review_queue::testing::{TestAnswer, TestApp, TestCase, TestUser};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

async fn with_etag(
    app: &TestApp,
    who: &TestUser,
    case: &TestCase,
    command: &str,
    body: Value,
) -> TestAnswer {
    let view = app.get(who, &case.path()).await;
    app.ask(axum::http::Method::POST, &case.to(command), Some(body))
        .by(who)
        .with("if-match", view.header("etag"))
        .send()
        .await
}

#[tokio::test]
async fn an_act_now_case_is_closed_by_two_people() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let sol = app.somebody("sol", Role::Senior).await;
    let case = app.crisis("goodbye now").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    let body = json!({"code": "support_given", "reason": "she is with her sister"});
    let proposed = with_etag(&app, &ana, &case, "close", body.clone()).await;
    assert_eq!(proposed.body["waits_for_second_person"], true);
    assert_eq!(proposed.body["closed"], json!(null));
    let alone = with_etag(&app, &ana, &case, "close", body.clone()).await;
    assert_eq!(alone.brief(), "403 second-person-needed");
    let confirmed = with_etag(&app, &sol, &case, "close", body).await;
    assert_eq!(confirmed.body["closed"], "support_given");
}

#[tokio::test]
async fn a_closed_case_makes_room_and_is_not_opened_again_beside_another() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    let end = json!({"code": "support_given", "reason": "she is safe"});
    assert_eq!(
        with_etag(&app, &ana, &case, "close", end).await.brief(),
        "200"
    );
    let again = json!({
        "kind": "crisis", "author": case.pseudonym(), "community": "northside",
        "platform": "forum", "reason": "wrote again",
    });
    let opened = app.post(&ana, "/v1/cases", again).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    let refused = app
        .post(&ana, &case.to("reopen"), json!({"reason": "wrote again"}))
        .await;
    assert_eq!(refused.brief(), "409 other-case-open");
    assert_eq!(refused.body["case"], opened.body["case"]);
}

#[tokio::test]
async fn a_case_opened_again_waits_for_a_look_and_holds_its_claim() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    let end = json!({"code": "support_given", "reason": "she is safe"});
    with_etag(&app, &ana, &case, "close", end).await;
    let why = json!({"reason": "wrote again", "level": "urgent"});
    let reopened = app.post(&ana, &case.to("reopen"), why.clone()).await;
    assert_eq!(
        reopened.body["recorded"],
        json!(["CaseReopened", "AlertRaised"])
    );
    let twice = app.post(&ana, &case.to("reopen"), why).await;
    assert_eq!(twice.brief(), "409 already-open");
    let joined = json!({
        "kind": "crisis", "author": case.pseudonym(), "community": "northside",
        "platform": "forum", "reason": "and again",
    });
    let joined = app.post(&ana, "/v1/cases", joined).await;
    assert_eq!(joined.status, 200, "{}", joined.body);
    assert_eq!(joined.body["case"], json!(case.id));
}

#[tokio::test]
async fn raising_asks_people_to_look_and_lowering_takes_code_and_words() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    let raised = app
        .post(&ana, &case.to("level"), json!({"to": "act_now"}))
        .await;
    assert_eq!(
        raised.body["recorded"],
        json!(["LevelRaised", "AlertRaised"])
    );
    let same = app
        .post(&ana, &case.to("level"), json!({"to": "urgent"}))
        .await;
    assert_eq!(same.brief(), "409 wrong-direction");
    let unsaid = json!({"to": "soon", "code": "idiom"});
    let unsaid = with_etag(&app, &ana, &case, "level", unsaid).await;
    assert_eq!(unsaid.body["errors"][0]["field"], "reason");
    let said = json!({"to": "soon", "code": "idiom", "reason": "a song title"});
    let lowered = with_etag(&app, &ana, &case, "level", said).await;
    assert_eq!(lowered.body["level"], "soon");
    let overrides = &app.service().metrics().overrides;
    assert_eq!(overrides.with_label_values(&["up", "by_hand"]).get(), 1);
    assert_eq!(overrides.with_label_values(&["down", "idiom"]).get(), 1);
}

#[tokio::test]
async fn a_matter_has_no_level() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app
        .case_in("northside", CaseKind::Harassment, "you lot")
        .await;
    let refused = app
        .post(&ana, &case.to("level"), json!({"to": "soon"}))
        .await;
    assert_eq!(refused.brief(), "422 no-level");
}

#[tokio::test]
async fn a_wrong_body_is_told_by_field_and_never_by_content() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    let wrong = json!({"outcome": "called her mother"});
    let refused = app.post(&ana, &case.to("contact"), wrong).await;
    assert_json_snapshot!(refused.body, @r#"
    {
      "type": "urn:holdfast:problem:invalid",
      "title": "The request is not complete",
      "status": 422,
      "detail": "The request is not complete.",
      "instance": "/v1/cases/00000000-0000-0000-0000-000000000003/contact",
      "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
      "errors": [
        {
          "field": "/outcome",
          "message": "is misspelt or of the wrong type; see /openapi.json (line 1, column 30)"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    let note = "a".repeat(300 * 1024);
    let refused = app
        .post(&ana, &case.to("notes"), json!({ "note": note }))
        .await;
    assert_eq!(refused.brief(), "422 invalid");
    let note = "a".repeat(21_000);
    let refused = app
        .post(&ana, &case.to("notes"), json!({ "note": note }))
        .await;
    assert_eq!(refused.body["errors"][0]["field"], "note");
}
