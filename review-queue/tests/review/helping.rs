//! What helps never fails because something came in meanwhile; what takes away does, and says what.

use holdfast_domain::Role;
use holdfast_review_queue::testing::{TestApp, TestCase, TestUser};
use insta::assert_json_snapshot;
use serde_json::json;

async fn held_by_ana(app: &TestApp, text: &str) -> (TestUser, TestCase, String) {
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis(text).await;
    let claimed = app.post(&ana, &case.to("claim"), json!({})).await;
    let etag = claimed.header("etag").to_owned();
    (ana, case, etag)
}

#[tokio::test]
async fn a_note_is_written_while_posts_arrive() {
    let app = TestApp::new().await;
    let (ana, case, _) = held_by_ana(&app, "goodbye").await;
    let path = case.to("notes");
    let note = || app.post(&ana, &path, json!({"note": "called her"}));
    let post = || app.post_arrives(&case, "northside", "still here");
    let (first, _, second, _) = tokio::join!(note(), post(), note(), post());
    assert_eq!([first.brief(), second.brief()], ["200", "200"]);
}

#[tokio::test]
async fn claim_raise_contact_and_outreach_go_through_after_a_new_post() {
    let app = TestApp::new().await;
    let (ana, case, _) = held_by_ana(&app, "goodbye").await;
    app.post_arrives(&case, "northside", "is anybody there")
        .await;
    let outreach = json!({
        "outcome": "support", "policy": "crisis.support", "reason": "she asked for help",
        "actions": [{"parts": [{"do": "outreach"}], "message": "Are you safe right now?"}],
    });
    for (command, body) in [
        ("claim", json!({})),
        ("level", json!({"to": "act_now"})),
        ("contact", json!({"outcome": "tried"})),
        ("decisions", outreach),
    ] {
        let answer = app.post(&ana, &case.to(command), body).await;
        assert_eq!(answer.brief(), "200", "{command}: {}", answer.body);
    }
}

#[tokio::test]
async fn closing_on_an_old_state_is_refused_with_what_arrived_since_and_the_typed_text() {
    let app = TestApp::new().await;
    let (ana, case, etag) = held_by_ana(&app, "goodbye").await;
    app.post_arrives(&case, "northside", "still here").await;
    let body = json!({"code": "support_given", "reason": "she is with her sister"});
    let close = |etag: &str| {
        app.ask(
            axum::http::Method::POST,
            &case.to("close"),
            Some(body.clone()),
        )
        .by(&ana)
        .with("if-match", etag)
        .send()
    };
    let stale = close(&etag).await;
    assert_eq!(stale.brief(), "412 stale");
    assert_eq!(stale.body["draft"], body);
    assert_eq!(stale.body["since"][0]["type"], "PostAttached");
    assert_eq!(stale.body["since"].as_array().unwrap().len(), 1);
    let seen = stale.body["seen"].to_string();
    let closed = close(&seen).await;
    assert_eq!(closed.brief(), "200", "{}", closed.body);
    assert_eq!(closed.body["closed"], "support_given");
}

#[tokio::test]
async fn lowering_closing_and_restricting_say_what_they_rest_on() {
    let app = TestApp::new().await;
    let (ana, case, _) = held_by_ana(&app, "goodbye").await;
    let hide = json!({
        "outcome": "act", "policy": "crisis.method", "reason": "it tells a method",
        "actions": [{
            "post": {"post": case.post.post, "revision": 1},
            "parts": [{"do": "hide"}, {"do": "outreach"}],
            "message": "You are not in trouble.",
        }],
    });
    for (command, body) in [
        (
            "level",
            json!({"to": "soon", "code": "idiom", "reason": "a song"}),
        ),
        ("close", json!({"code": "resolved", "reason": "done"})),
        ("decisions", hide),
    ] {
        let answer = app.post(&ana, &case.to(command), body).await;
        assert_eq!(answer.brief(), "428 if-match-missing", "{command}");
    }
}

#[tokio::test]
async fn what_only_says_who_looks_makes_nothing_stale() {
    let app = TestApp::new().await;
    let (ana, case, etag) = held_by_ana(&app, "goodbye").await;
    let ben = app.somebody("ben", Role::Moderator).await;
    app.post(&ben, &case.to("reveal"), json!({"what": "case"}))
        .await;
    app.post(&ana, &case.to("renew"), json!({})).await;
    let body = json!({"to": "soon", "code": "idiom", "reason": "a song title"});
    let lowered = app
        .ask(axum::http::Method::POST, &case.to("level"), Some(body))
        .by(&ana)
        .with("if-match", &etag)
        .send()
        .await;
    assert_eq!(lowered.brief(), "200", "{}", lowered.body);
    assert_eq!(lowered.body["level"], "soon");
}

#[tokio::test]
async fn a_repeated_request_changes_nothing_and_a_reused_key_is_refused() {
    let app = TestApp::new().await;
    let (ana, case, _) = held_by_ana(&app, "goodbye").await;
    let note = |text: &str| {
        let body = Some(json!({ "note": text }));
        app.ask(axum::http::Method::POST, &case.to("notes"), body)
            .by(&ana)
            .with("idempotency-key", "k-1")
            .send()
    };
    let first = note("called her").await;
    let second = note("called her").await;
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(second.body["version"], first.body["version"]);
    assert_eq!(second.body["recorded"], json!(["NoteAdded"]));
    let reused = note("called him").await;
    assert_json_snapshot!(reused.body, @r#"
    {
      "type": "urn:holdfast:problem:idempotency-key-reused",
      "title": "The key was used before",
      "status": 422,
      "detail": "This Idempotency-Key was used for another request; take a fresh one.",
      "instance": "/v1/cases/00000000-0000-0000-0000-000000000003/notes",
      "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
    }
    "#);
}
