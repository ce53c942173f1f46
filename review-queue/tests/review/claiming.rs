//! Two people, one case.

use std::time::Duration;

use axum::http::StatusCode;
use holdfast_domain::Role;
use holdfast_review_queue::testing::TestApp;
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn of_two_who_claim_together_exactly_one_wins_and_the_other_sees_who() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let ben = app.somebody("ben", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    let path = case.to("claim");
    let (first, second) = tokio::join!(
        app.post(&ana, &path, json!({})),
        app.post(&ben, &path, json!({})),
    );
    let mut briefs = [first.brief(), second.brief()];
    briefs.sort();
    assert_eq!(briefs, ["200", "409 held-by-other"]);
    let loser = if first.status == StatusCode::OK {
        second
    } else {
        first
    };
    let name = loser.body["holder"]["name"].as_str().unwrap();
    assert!(["Ana", "Ben"].contains(&name));
    let claimed = app.events(case.id).await;
    assert_eq!(claimed.iter().filter(|e| **e == "CaseClaimed").count(), 1);
}

#[tokio::test]
async fn who_is_refused_learns_who_holds_the_case_and_until_when() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let ben = app.somebody("ben", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    let refused = app.post(&ben, &case.to("claim"), json!({})).await;
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_json_snapshot!(refused.body, @r#"
    {
      "type": "urn:holdfast:problem:held-by-other",
      "title": "Somebody else holds the case",
      "status": 409,
      "detail": "Ana holds this case.",
      "instance": "/v1/cases/00000000-0000-0000-0000-000000000005/claim",
      "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
      "holder": {
        "user": "00000000-0000-0000-0000-000000000002",
        "name": "Ana"
      },
      "until": "2023-11-14T22:23:20Z"
    }
    "#);
}

#[tokio::test]
async fn a_claim_that_is_over_gives_way() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let ben = app.somebody("ben", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    app.later(Duration::from_mins(11));
    assert_eq!(
        app.post(&ana, &case.to("renew"), json!({})).await.brief(),
        "409 not-held"
    );
    let claimed = app.post(&ben, &case.to("claim"), json!({})).await;
    assert_eq!(
        claimed.body["recorded"],
        json!(["LeaseExpired", "CaseClaimed"])
    );
    assert_eq!(claimed.body["holder"]["me"], json!(true));
}

#[tokio::test]
async fn a_case_is_handed_back_with_words_for_the_next_person() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let ben = app.somebody("ben", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    let words = json!({"hand_over": "she answers after eight"});
    let released = app.post(&ana, &case.to("release"), words).await;
    assert_eq!(released.body["holder"], json!(null));
    let view = app.get(&ben, &case.path()).await;
    let last = view.body["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!(last["type"], "CaseReleased");
    assert_eq!(last["texts"][0]["text"], "she answers after eight");
}

#[tokio::test]
async fn taking_over_takes_a_senior_role_and_a_reason() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let ben = app.somebody("ben", Role::Moderator).await;
    let sol = app.somebody("sol", Role::Senior).await;
    let case = app.crisis("goodbye").await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    let why = json!({"reason": "her shift is over"});
    let path = case.to("takeover");
    assert_eq!(
        app.post(&ben, &path, why.clone()).await.brief(),
        "403 forbidden"
    );
    let unsaid = app.post(&sol, &path, json!({"reason": " "})).await;
    assert_eq!(unsaid.brief(), "422 invalid");
    assert_eq!(unsaid.body["errors"][0]["field"], "reason");
    let taken = app.post(&sol, &path, why).await;
    assert_eq!(taken.body["holder"]["name"], "Sol");
}
